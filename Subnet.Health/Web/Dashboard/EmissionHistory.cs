using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Web.Dashboard;

/// <summary>Who got what of an epoch, in smallest units of alpha, summed from the events of its block.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Index">Number of the epoch.</param>
/// <param name="Height">Block that ran it.</param>
/// <param name="Time">When that was.</param>
/// <param name="Miners">To miners as stake.</param>
/// <param name="Validators">To validators, their takes and their nominators.</param>
/// <param name="Root">To root stake.</param>
/// <param name="Owner">To the owner's hotkey.</param>
/// <param name="Withheld">Of the owner's own miner: burned or recycled.</param>
/// <param name="Rest">Recycled because nobody earned it, and dust.</param>
/// <param name="ByHotkey">All of it that went to or through a hotkey.</param>
internal sealed record EpochEmission(
    ushort Netuid,
    ulong Index,
    ulong Height,
    DateTimeOffset Time,
    ulong Miners,
    ulong Validators,
    ulong Root,
    ulong Owner,
    ulong Withheld,
    ulong Rest,
    IReadOnlyDictionary<AccountId, HotkeyEmission> ByHotkey)
{
    /// <summary>All of it.</summary>
    public ulong Total => Miners + Validators + Root + Owner + Withheld + Rest;
}

/// <summary>What went to or through one hotkey, in smallest units of alpha.</summary>
/// <param name="Miner">As a miner.</param>
/// <param name="Validator">As a validator: nominators' dividends and take.</param>
/// <param name="Root">Dividends of root stake behind it, and the take on them.</param>
/// <param name="Owner">The owner's cut.</param>
internal readonly record struct HotkeyEmission(ulong Miner, ulong Validator, ulong Root, ulong Owner)
{
    /// <summary>All of it.</summary>
    public ulong Total => Miner + Validator + Root + Owner;
}

/// <summary>
/// Emission epoch by epoch, read from the ledger's blocks: each block is read once, when somebody looks, and the newest epochs of each subnet are kept.
/// Safe for concurrent use.
/// </summary>
internal sealed class EmissionHistory(ILedgerClient ledger) : IDisposable
{
    /// <summary>Epochs kept of a subnet.</summary>
    public const int Kept = 256;

    /// <summary>Blocks read at most when history begins; what lies before is not shown.</summary>
    public const ulong Reach = 50_000;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Dictionary<ushort, List<EpochEmission>> epochs = [];
    private ulong read;

    /// <summary>The epochs of a subnet that are known, oldest first.</summary>
    public async Task<IReadOnlyList<EpochEmission>> OfAsync(ushort netuid, CancellationToken stop)
    {
        await gate.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            ulong newest = (await ledger.GetTipAsync(stop).ConfigureAwait(false)).Height;
            read = Math.Max(read, newest > Reach ? newest - Reach : 0);
            while (read < newest && await ledger.GetBlockAsync(read + 1, stop).ConfigureAwait(false) is { } block)
            {
                Add(block);
                read++;
            }

            return epochs.TryGetValue(netuid, out List<EpochEmission>? known) ? [.. known] : [];
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    /// <summary>The epochs that ran in a block.</summary>
    internal static IEnumerable<EpochEmission> Epochs(LedgerBlock block)
    {
        foreach (IGrouping<ushort, LedgerEvent> subnet in block.Events.GroupBy(static e => e.Netuid))
        {
            if (subnet.FirstOrDefault(static e => e.Kind == EventKind.EpochRun) is { Kind: EventKind.EpochRun } run)
            {
                Dictionary<AccountId, HotkeyEmission> byHotkey = [];
                foreach (LedgerEvent e in subnet)
                {
                    HotkeyEmission share = ShareOf(e);
                    if (share.Total > 0)
                    {
                        HotkeyEmission before = byHotkey.GetValueOrDefault(e.Subject);
                        byHotkey[e.Subject] = new HotkeyEmission(before.Miner + share.Miner, before.Validator + share.Validator, before.Root + share.Root, before.Owner + share.Owner);
                    }
                }

                yield return new EpochEmission(
                    subnet.Key,
                    run.Amount,
                    block.Height,
                    block.Time,
                    Sum(byHotkey, static s => s.Miner),
                    Sum(byHotkey, static s => s.Validator),
                    Sum(byHotkey, static s => s.Root),
                    Sum(byHotkey, static s => s.Owner),
                    Sum(subnet, EventKind.ServerEmissionWithheld),
                    Sum(subnet, EventKind.EmissionRecycled) + Sum(subnet, EventKind.Dust),
                    byHotkey);
            }
        }
    }

    private static HotkeyEmission ShareOf(LedgerEvent e) => e.Kind switch
    {
        EventKind.ServerEmission => new HotkeyEmission(e.Amount, 0, 0, 0),
        EventKind.ValidatorEmission => new HotkeyEmission(0, e.Amount + e.Extra, 0, 0),
        EventKind.RootEmission => new HotkeyEmission(0, 0, e.Amount + e.Extra, 0),
        EventKind.OwnerCut => new HotkeyEmission(0, 0, 0, e.Amount),
        _ => default,
    };

    private static ulong Sum(Dictionary<AccountId, HotkeyEmission> shares, Func<HotkeyEmission, ulong> part) =>
        shares.Values.Aggregate(0UL, (sum, share) => sum + part(share));

    private static ulong Sum(IEnumerable<LedgerEvent> events, EventKind kind) =>
        events.Where(e => e.Kind == kind).Aggregate(0UL, static (sum, e) => sum + e.Amount);

    private void Add(LedgerBlock block)
    {
        foreach (EpochEmission epoch in Epochs(block))
        {
            if (!epochs.TryGetValue(epoch.Netuid, out List<EpochEmission>? known))
            {
                epochs.Add(epoch.Netuid, known = []);
            }

            known.Add(epoch);
            if (known.Count > Kept)
            {
                known.RemoveAt(0);
            }
        }
    }
}
