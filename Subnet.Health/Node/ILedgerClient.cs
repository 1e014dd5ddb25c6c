using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;

namespace Subnet.Health.Node;

/// <summary>
/// The ledger as every role sees it: one interface over a ledger in this process and one at a node elsewhere. Whoever reads through it reads a
/// state that was executed here and whose hash the sequencer signed, not a node's word for it. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Named questions (metagraph, models, issuer keys and so on) are extension methods in <see cref="LedgerQueries"/>; they and anything else go
/// through <see cref="ReadAsync"/>.
/// </remarks>
internal interface ILedgerClient
{
    /// <summary>Which ledger this is; the same for as long as it lives.</summary>
    LedgerIdentity Identity { get; }

    /// <summary>Reads from one consistent state, the newest one known here.</summary>
    /// <param name="read">Called once; must not keep the view, and should copy what it needs. Blocks wait for it, so it should be short.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<T> ReadAsync<T>(Func<LedgerView, T> read, CancellationToken cancellationToken = default);

    /// <summary>
    /// Signs a call, hands it over, and waits for what becomes of it. When it answers, reads through this client see the outcome. Calls of one
    /// signer through one client are put in order and one after the other.
    /// </summary>
    /// <param name="signer">A coldkey, or the hotkey for the calls of neurons; see <see cref="LedgerKey"/>.</param>
    /// <param name="call">What to do.</param>
    /// <param name="cancellationToken">Gives up waiting; the transaction may still be included until it expires.</param>
    /// <returns>Accepted with its block, or refused with the reason; a refusal is never an exception.</returns>
    /// <exception cref="LedgerUnreachableException">No node answered, or no block came in time.</exception>
    Task<CallOutcome> SubmitAsync(ILedgerSigner signer, LedgerCall call, CancellationToken cancellationToken = default);

    /// <summary>A block with what came of it; null above the newest one known here.</summary>
    Task<LedgerBlock?> GetBlockAsync(ulong height, CancellationToken cancellationToken = default);

    /// <summary>
    /// What an epoch read, checked against the hash in its block: run it again with <c>YumaEpoch</c>, explain it with <c>EpochExplanation</c>, change it with
    /// <c>WhatIf</c>. Without a number the newest; null where it did not run or is no longer kept.
    /// </summary>
    Task<EpochRecord?> GetEpochAsync(ushort netuid, ulong? index = null, CancellationToken cancellationToken = default);

    /// <summary>Numbers of the epochs of a subnet whose records are kept, ascending.</summary>
    Task<IReadOnlyList<ulong>> GetEpochIndexesAsync(ushort netuid, CancellationToken cancellationToken = default);

    /// <summary>Blocks from a height on, in order, each as soon as it is there; ends only by cancellation or when the client is closed.</summary>
    /// <param name="from">Height of the first; 1 is the oldest there is.</param>
    /// <param name="cancellationToken">Ends it, without an exception.</param>
    IAsyncEnumerable<LedgerBlock> FollowAsync(ulong from, CancellationToken cancellationToken = default);

    /// <summary>Waits until the ledger has at least this height and returns the height it has then.</summary>
    Task<ulong> WaitForHeightAsync(ulong height, CancellationToken cancellationToken = default);
}
