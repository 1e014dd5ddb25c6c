namespace Subnet.Crypto.Rlwe;

/// <summary>What an operation does when its result is transparent: a ciphertext that anyone can read without the key.</summary>
public enum TransparentPolicy
{
    /// <summary>Refuse with a <see cref="TransparentCiphertextException"/>, the default.</summary>
    Throw = 0,

    /// <summary>Return it. For callers that know the message is public.</summary>
    Allow = 1,

    /// <summary>
    /// Add a fresh encryption of zero, so that the result is a ciphertext like any other. It hides the message from those who do not know
    /// the operands; who knows how it came to be knows the message all the same.
    /// </summary>
    Rerandomize = 2,
}
