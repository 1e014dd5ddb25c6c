using Subnet.Core.Analysis;
using Subnet.Core.Emission;
using Subnet.Core.State;
using Subnet.Health.Node;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Dashboard;

/// <summary>How concentrated something is, by who controls it.</summary>
/// <param name="What">Of what.</param>
/// <param name="Figures">Gini, HHI, Nakamoto, Lorenz.</param>
internal sealed record ConcentrationView(string What, Concentration Figures);

/// <summary>A hotkey's emission over the epochs that are kept.</summary>
/// <param name="Hotkey">Address.</param>
/// <param name="Coldkey">Address of its owner.</param>
/// <param name="Uid">Its uid now, or null.</param>
/// <param name="Sum">By role.</param>
internal sealed record HotkeyLine(string Hotkey, string Coldkey, int? Uid, HotkeyEmission Sum);

/// <summary>A step of the halving schedule.</summary>
/// <param name="Halving">How often emission has halved then.</param>
/// <param name="Issued">TAO issued at which it begins, rao.</param>
/// <param name="PerBlock">TAO of a block from then on, rao.</param>
/// <param name="IsNow">Whether that is the present one.</param>
internal sealed record ScheduleStep(int Halving, ulong Issued, ulong PerBlock, bool IsNow);

/// <summary>A subnet's emission.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Epochs">Epochs, oldest first.</param>
/// <param name="Hotkeys">Hotkeys that got some, the most first.</param>
/// <param name="Concentrations">How concentrated stake and emission are.</param>
/// <param name="Schedule">When emission halves.</param>
/// <param name="Issuance">TAO issued, rao.</param>
internal sealed record EmissionModel(
    ushort Netuid,
    string Name,
    IReadOnlyList<EpochEmission> Epochs,
    IReadOnlyList<HotkeyLine> Hotkeys,
    IReadOnlyList<ConcentrationView> Concentrations,
    IReadOnlyList<ScheduleStep> Schedule,
    ulong Issuance)
{
    /// <summary>Halvings shown.</summary>
    public const int Steps = 10;

    /// <summary>At most about a hundred points of a curve, its last one among them.</summary>
    public static IEnumerable<LorenzPoint> Thinned(IReadOnlyList<LorenzPoint> curve)
    {
        int step = Math.Max(1, curve.Count / 100);
        return curve.Where((_, i) => i % step == 0 || i == curve.Count - 1);
    }

    /// <summary>Emission over time by role, for the chart.</summary>
    public IReadOnlyList<LineSeries> Series =>
    [
        new("Miners", Points(static e => e.Miners)),
        new("Validators", Points(static e => e.Validators)),
        new("Root", Points(static e => e.Root)),
        new("Owner", Points(static e => e.Owner)),
        new("Withheld", Points(static e => e.Withheld)),
        new("Recycled and dust", Points(static e => e.Rest)),
    ];

    /// <summary>Reads it; null where there is no such subnet.</summary>
    public static async Task<EmissionModel?> ReadAsync(ILedgerClient ledger, EmissionHistory history, ushort netuid, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(history);
        IReadOnlyList<EpochEmission> epochs = await history.OfAsync(netuid, stop).ConfigureAwait(false);
        return await ledger.ReadAsync(
            view => view.State.Subnets.Find(new SubnetKey(netuid)) is { } subnet ? Of(view, netuid, subnet.Name, epochs) : null, stop).ConfigureAwait(false);
    }

    private static EmissionModel Of(LedgerView view, ushort netuid, string name, IReadOnlyList<EpochEmission> epochs)
    {
        LedgerState state = view.State;
        Dictionary<AccountId, HotkeyEmission> sums = [];
        foreach ((AccountId hotkey, HotkeyEmission share) in epochs.SelectMany(static e => e.ByHotkey))
        {
            HotkeyEmission before = sums.GetValueOrDefault(hotkey);
            sums[hotkey] = new HotkeyEmission(before.Miner + share.Miner, before.Validator + share.Validator, before.Root + share.Root, before.Owner + share.Owner);
        }

        ulong issuance = state.Global[default].Issuance;
        return new EmissionModel(
            netuid,
            name,
            epochs,
            [
                .. sums.OrderByDescending(static s => s.Value.Total).ThenBy(static s => s.Key)
                    .Select(s => new HotkeyLine(Words.Address(s.Key), Words.Address(OwnerOf(state, s.Key)), state.UidOf(netuid, s.Key), s.Value)),
            ],
            [
                new ConcentrationView("Stake", Concentration.ByOwner(Holdings(view, netuid))),
                new ConcentrationView("Emission", Concentration.ByOwner(sums.Select(s => KeyValuePair.Create(OwnerOf(state, s.Key), s.Value.Total)))),
            ],
            Plan(issuance),
            issuance);
    }

    private static AccountId OwnerOf(LedgerState state, AccountId hotkey) => state.Hotkeys.Find(hotkey)?.OwnerColdkey ?? hotkey;

    private static IEnumerable<KeyValuePair<AccountId, ulong>> Holdings(LedgerView view, ushort netuid)
    {
        for (ushort uid = 0; view.State.Neurons.TryGet(new NeuronKey(netuid, uid), out Neuron? neuron); uid++)
        {
            foreach (AccountId coldkey in view.State.HoldersOf(netuid, neuron.Hotkey))
            {
                yield return KeyValuePair.Create(coldkey, view.StakeOf(netuid, neuron.Hotkey, coldkey));
            }
        }
    }

    private static ScheduleStep[] Plan(ulong issuance)
    {
        int? now = BlockEmission.Halvings(issuance);
        return [.. Enumerable.Range(0, Steps).Select(n => new ScheduleStep(
            n, BlockEmission.SupplyCap - (BlockEmission.SupplyCap >> n), BlockEmission.Initial >> n, n == now))];
    }

    private (double X, double Y)[] Points(Func<EpochEmission, ulong> part) => [.. Epochs.Select(e => ((double)e.Height, part(e) / 1e9))];
}

/// <summary>One epoch's emission with its derivation.</summary>
/// <param name="Name">Name of the subnet.</param>
/// <param name="Emission">Who got what.</param>
/// <param name="Epoch">The epoch explained; null where it is no longer kept.</param>
internal sealed record EpochEmissionModel(string Name, EpochEmission Emission, ExplainedEpoch? Epoch);
