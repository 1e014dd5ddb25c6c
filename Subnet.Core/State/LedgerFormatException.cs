namespace Subnet.Core.State;

/// <summary>Bytes that are not the canonical encoding of what was expected: truncated, out of range, unsorted or trailing.</summary>
public sealed class LedgerFormatException : Exception
{
    /// <summary>Says what is wrong with the bytes.</summary>
    public LedgerFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong with the bytes, with the cause.</summary>
    public LedgerFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
