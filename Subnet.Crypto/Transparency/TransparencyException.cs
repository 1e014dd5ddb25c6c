namespace Subnet.Crypto.Transparency;

/// <summary>Bytes that are not what the transparency formats allow: a malformed note, key, path, bundle, proof or policy.</summary>
public sealed class TransparencyException : FormatException
{
    /// <summary>Says what is wrong.</summary>
    public TransparencyException(string message)
        : base(message)
    {
    }
}
