namespace Subnet.Crypto.Seal;

/// <summary>What the layout of a file says it can be. Keys look like messages: only the level tells them apart.</summary>
public enum SealObjectKind
{
    /// <summary>Encryption parameters.</summary>
    EncryptionParameters,

    /// <summary>A plaintext or, at the key level, a secret key.</summary>
    PlaintextOrSecretKey,

    /// <summary>A ciphertext or, at the key level, a public key.</summary>
    CiphertextOrPublicKey,

    /// <summary>Relinearization or Galois keys.</summary>
    SwitchingKeys,
}
