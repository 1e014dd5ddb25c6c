namespace Subnet.Health.Conformance.Proofs;

/// <summary>A vector file or case that does not have the form of its README.</summary>
internal sealed class VectorFormatException(string message) : Exception(message);
