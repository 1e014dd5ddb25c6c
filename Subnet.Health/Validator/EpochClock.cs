using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Validator;

/// <summary>Where a subnet is in its epochs. Validators work by heights, never by their own clocks, so a clock that runs wrong moves nothing.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Epoch">The current epoch.</param>
/// <param name="Start">Height of the block that began it.</param>
/// <param name="Tempo">Blocks between epochs.</param>
/// <param name="Height">The newest block.</param>
internal readonly record struct EpochClock(ushort Netuid, ulong Epoch, ulong Start, ulong Tempo, ulong Height)
{
    /// <summary>Blocks since the epoch began.</summary>
    public ulong Offset => Height - Start;

    /// <summary>Whether the plan of the next epoch is due: in the second half, so that it is announced before that begins.</summary>
    public bool IsTimeToPlan => Offset >= Tempo / 2;

    /// <summary>
    /// Whether what has its moment at a share of the epoch is due where work is done once a block: the last blocks are left out, since one may be missed and late answers need time.
    /// </summary>
    /// <param name="moment">From 0 to below 1.</param>
    public bool IsDue(double moment) => moment * Math.Max(1, Tempo - Math.Min(Tempo - 1, 2)) < Offset + 1;

    /// <summary>The clock of a subnet; null where there is none.</summary>
    public static Task<EpochClock?> ReadAsync(ILedgerClient ledger, ushort netuid, CancellationToken cancellationToken) => ledger.ReadAsync<EpochClock?>(
        view => view.State.SubnetStates.Find(new SubnetKey(netuid)) is { } state
            ? new EpochClock(netuid, state.EpochIndex, state.LastEpochBlock, view.State.Hyperparameters[new SubnetKey(netuid)].Tempo, view.Height)
            : null,
        cancellationToken);
}
