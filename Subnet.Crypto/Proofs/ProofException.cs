namespace Subnet.Crypto.Proofs;

/// <summary>A proof cannot be made, because what it would say is not true.</summary>
public sealed class ProofException : Exception
{
    /// <summary>Makes the error.</summary>
    public ProofException(string message)
        : base(message)
    {
    }
}
