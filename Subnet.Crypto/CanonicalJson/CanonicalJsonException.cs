namespace Subnet.Crypto.CanonicalJson;

/// <summary>Bytes or values that the restricted canonical JSON does not have.</summary>
public sealed class CanonicalJsonException : FormatException
{
    /// <summary>Says what is wrong.</summary>
    public CanonicalJsonException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and where, in bytes from the start.</summary>
    public CanonicalJsonException(string message, int offset)
        : base($"{message} at byte {offset}") => Offset = offset;

    /// <summary>Bytes from the start of the text, or null where the fault is in a value that was to be written.</summary>
    public int? Offset { get; }
}
