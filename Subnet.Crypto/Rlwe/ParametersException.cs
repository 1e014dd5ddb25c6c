namespace Subnet.Crypto.Rlwe;

/// <summary>A description of parameters that cannot be used; the message says which rule it breaks and what would be accepted.</summary>
public sealed class ParametersException : ArgumentException
{
    /// <summary>Without a message.</summary>
    public ParametersException()
    {
    }

    /// <summary>With the broken rule.</summary>
    public ParametersException(string message)
        : base(message)
    {
    }

    /// <summary>With the broken rule and what caused it.</summary>
    public ParametersException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
