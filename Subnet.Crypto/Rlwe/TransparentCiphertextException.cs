namespace Subnet.Crypto.Rlwe;

/// <summary>
/// An operation would have returned a transparent ciphertext: all polynomials but the first are zero, so anyone can read the
/// message. Subtracting a ciphertext from itself or multiplying by a zero plaintext leads there.
/// </summary>
public sealed class TransparentCiphertextException : InvalidOperationException
{
    private const string DefaultMessage =
        "the result is transparent: it can be read without the secret key; do not subtract a ciphertext from itself or multiply by zero, or re-randomise";

    /// <summary>With the usual message.</summary>
    public TransparentCiphertextException()
        : base(DefaultMessage)
    {
    }

    /// <summary>With a message.</summary>
    public TransparentCiphertextException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    public TransparentCiphertextException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
