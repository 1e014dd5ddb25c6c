namespace Subnet.Crypto.Seal;

/// <summary>
/// Bytes that are not a valid object of SEAL's format, or not one of the context they were offered to. The only exception that
/// loading raises because of its input; the message says what is wrong and carries no word of a key.
/// </summary>
public sealed class SealFormatException : Exception
{
    /// <summary>An error without a description.</summary>
    public SealFormatException()
        : this("the bytes are not a valid SEAL object")
    {
    }

    /// <summary>An error with a description.</summary>
    public SealFormatException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a description and what led to it.</summary>
    public SealFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
