namespace Subnet.Health.Models.Onnx.Cutting;

/// <summary>A graph that is not cut; the message is the reason, as a part of a sentence.</summary>
internal sealed class CutException : Exception
{
    /// <summary>Says why.</summary>
    public CutException(string reason)
        : base(reason)
    {
    }
}
