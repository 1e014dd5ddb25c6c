using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Web.Dashboard;

/// <summary>A subnet at a glance.</summary>
/// <param name="Netuid">Its number.</param>
/// <param name="Name">Shown to people.</param>
/// <param name="Neurons">Uids in use.</param>
/// <param name="MaxNeurons">Uids there are.</param>
/// <param name="Validators">Neurons with a permit.</param>
/// <param name="Price">TAO for one alpha.</param>
/// <param name="MovingPrice">The smoothed price that emission follows.</param>
/// <param name="Share">Part of the block's TAO, 0 to 1.</param>
/// <param name="PoolTao">TAO in the pool, rao.</param>
/// <param name="NextEpochBlock">Block of the next epoch.</param>
/// <param name="Tempo">Blocks between epochs.</param>
/// <param name="IsStarted">Whether it takes part in emission.</param>
internal sealed record SubnetLine(
    ushort Netuid,
    string Name,
    int Neurons,
    int MaxNeurons,
    int Validators,
    double Price,
    double MovingPrice,
    double Share,
    ulong PoolTao,
    ulong NextEpochBlock,
    ulong Tempo,
    bool IsStarted);

/// <summary>The network at a glance.</summary>
/// <param name="Height">Newest block.</param>
/// <param name="BlockTimeMs">Time between blocks.</param>
/// <param name="Issuance">TAO issued, rao.</param>
/// <param name="Emission">TAO of the next block, rao.</param>
/// <param name="Halvings">How often emission has halved; null where nothing is emitted any more.</param>
/// <param name="Burned">TAO burned, rao.</param>
/// <param name="RootStake">TAO staked on root, rao.</param>
/// <param name="Subnets">The subnets.</param>
/// <param name="Nodes">How the parties answer.</param>
internal sealed record OverviewModel(
    ulong Height,
    uint BlockTimeMs,
    ulong Issuance,
    ulong Emission,
    int? Halvings,
    ulong Burned,
    ulong RootStake,
    IReadOnlyList<SubnetLine> Subnets,
    IReadOnlyList<NodeHealth> Nodes)
{
    /// <summary>The subnet whose epoch comes next; null where none is started.</summary>
    public SubnetLine? NextEpoch => Subnets.Where(s => s.IsStarted && s.NextEpochBlock > Height).MinBy(static s => s.NextEpochBlock);

    /// <summary>Reads the ledger's part.</summary>
    public static OverviewModel Of(LedgerView view, IReadOnlyList<NodeHealth> nodes)
    {
        ArgumentNullException.ThrowIfNull(view);
        GlobalState global = view.State.Global[default];
        return new OverviewModel(
            view.Height,
            view.Genesis.BlockTimeMs,
            global.Issuance,
            BlockEmission.AtIssuance(global.Issuance),
            BlockEmission.Halvings(global.Issuance),
            global.Burned,
            (ulong)view.State.StakedOn(0),
            Lines(view.State),
            nodes);
    }

    private static SubnetLine[] Lines(LedgerState state)
    {
        ushort[] netuids = [.. state.Netuids];
        bool[] eligible = [.. netuids.Select(n => IsStarted(state, n))];
        ushort[] sharing = [.. netuids.Where((_, i) => eligible[i])];
        U64F64[] shares = EmissionShares.ByPrice(
            [.. sharing.Select(n => new I96F32(state.SubnetStates[new SubnetKey(n)].MovingPrice))],
            [.. sharing.Select(n => new U96F32(state.SubnetStates[new SubnetKey(n)].MinerBurned))],
            [.. sharing.Select(n => state.Hyperparameters[new SubnetKey(n)].SubnetEmissionEnabled)]);
        return [.. netuids.Select(n => Line(state, n, Array.IndexOf(sharing, n) is >= 0 and int i ? shares[i].ToDouble() : 0))];
    }

    private static bool IsStarted(LedgerState state, ushort netuid) =>
        state.Subnets[new SubnetKey(netuid)].StartedBlock != 0 && state.Hyperparameters[new SubnetKey(netuid)].NetworkRegistrationAllowed;

    private static SubnetLine Line(LedgerState state, ushort netuid, double share)
    {
        SubnetKey key = new(netuid);
        SubnetState subnet = state.SubnetStates[key];
        Hyperparameters parameters = state.Hyperparameters[key];
        return new SubnetLine(
            netuid,
            state.Subnets[key].Name,
            subnet.Neurons,
            parameters.MaxAllowedUids,
            Enumerable.Range(0, subnet.Neurons).Count(uid => state.Neurons[new NeuronKey(netuid, (ushort)uid)].ValidatorPermit),
            new PoolReserves(subnet.TaoReserve, subnet.AlphaReserve, subnet.QuoteWeight).Price.ToDouble(),
            new I96F32(subnet.MovingPrice).ToDouble(),
            share,
            subnet.TaoReserve,
            subnet.LastEpochBlock + parameters.Tempo,
            parameters.Tempo,
            IsStarted(state, netuid));
    }
}
