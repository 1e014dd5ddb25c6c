namespace Subnet.Health.Circuits;

/// <summary>A model that is not compiled, or a row that is not encrypted: one sentence with what is wrong and what to do.</summary>
internal sealed class CircuitException : Exception
{
    /// <summary>Refuses.</summary>
    public CircuitException(string message)
        : base(message)
    {
    }
}
