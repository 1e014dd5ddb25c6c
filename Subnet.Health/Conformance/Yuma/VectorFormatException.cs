namespace Subnet.Health.Conformance.Yuma;

/// <summary>A consensus vector or epoch case that does not follow its schema.</summary>
internal sealed class VectorFormatException : Exception
{
    public VectorFormatException(string message)
        : base(message)
    {
    }

    public VectorFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
