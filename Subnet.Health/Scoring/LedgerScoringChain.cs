using Subnet.Health.Node;

namespace Subnet.Health.Scoring;

/// <summary>Organic scoring's questions, asked of a ledger client: a state that was executed here, not a node's word.</summary>
internal sealed class LedgerScoringChain(ILedgerClient ledger) : IScoringChain
{
    /// <inheritdoc/>
    public async Task<long> HeightAsync(CancellationToken cancellationToken) => (long)(await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;

    /// <inheritdoc/>
    public Task WaitForHeightAsync(long height, CancellationToken cancellationToken) => ledger.WaitForHeightAsync((ulong)height, cancellationToken);

    /// <inheritdoc/>
    public async Task<ScoringAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken) =>
        await ledger.GetAnchorAsync(origin, cancellationToken).ConfigureAwait(false) is { } anchor
            ? new ScoringAnchor((long)anchor.Size, anchor.Root.ToArray(), (long)anchor.Height)
            : null;

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> BlockAsync(long height, CancellationToken cancellationToken) =>
        await ledger.GetBlockAsync((ulong)height, cancellationToken).ConfigureAwait(false) is { } block
            ? (ReadOnlyMemory<byte>?)block.Id.ToArray()
            : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ValidatorsAsync(ushort netuid, CancellationToken cancellationToken) =>
        await ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false) is { } metagraph
            ? [.. metagraph.Neurons.Where(neuron => neuron.Outcome.ValidatorPermit).Select(neuron => (ReadOnlyMemory<byte>)neuron.Hotkey.ToArray())]
            : [];
}
