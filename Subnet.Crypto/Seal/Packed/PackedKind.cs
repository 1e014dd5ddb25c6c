namespace Subnet.Crypto.Seal.Packed;

/// <summary>What a packed container holds.</summary>
public enum PackedKind : byte
{
    /// <summary>A ciphertext of a data level.</summary>
    Ciphertext = 1,

    /// <summary>A public key.</summary>
    PublicKey = 2,

    /// <summary>Relinearization keys.</summary>
    RelinearizationKeys = 3,

    /// <summary>Galois keys.</summary>
    GaloisKeys = 4,
}
