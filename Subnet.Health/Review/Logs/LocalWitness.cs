using System.Text;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Review.Logs;

/// <summary>A witness in the same process.</summary>
internal sealed class LocalWitness(Witness witness) : IWitnessClient
{
    /// <inheritdoc/>
    public VerifierKey Key => witness.Verifier;

    /// <inheritdoc/>
    public Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(witness.AddCheckpoint(Encoding.UTF8.GetBytes(body)));
    }
}
