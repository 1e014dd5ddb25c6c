using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>A way to a witness: over HTTP, over gRPC, or in the same process.</summary>
public interface IWitnessClient
{
    /// <summary>The key that the witness cosigns with.</summary>
    VerifierKey Key { get; }

    /// <summary>Sends an add-checkpoint body and returns the answer.</summary>
    /// <exception cref="IOException">The witness cannot be reached.</exception>
    Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken);
}
