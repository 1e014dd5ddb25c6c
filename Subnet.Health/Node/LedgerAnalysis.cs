using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>The transaction that put a validator's weights on the ledger.</summary>
/// <param name="Transaction">Its id.</param>
/// <param name="Height">Its block.</param>
/// <param name="IsReveal">Whether it revealed weights that were committed before.</param>
internal sealed record WeightSource(Hash256 Transaction, ulong Height, bool IsReveal);

/// <summary>A trace with its place on the ledger.</summary>
/// <param name="Trace">The steps.</param>
/// <param name="Block">The block that ran the epoch and paid.</param>
/// <param name="Sources">By validator's uid; those that were not found within <see cref="LedgerAnalysis.MaxSearch"/> blocks are missing.</param>
internal sealed record TracedEmission(EmissionTrace Trace, LedgerBlock Block, IReadOnlyDictionary<int, WeightSource> Sources);

/// <summary>Why emission went where it went, and how validators compare, from the ledger's stored epochs.</summary>
internal static class LedgerAnalysis
{
    /// <summary>How far back the transactions behind an epoch's weights are searched, in blocks.</summary>
    public const ulong MaxSearch = 2_000;

    /// <summary>
    /// The way from the validators' weights to what a hotkey was paid in an epoch (the newest one if null). Null where the epoch is not kept, or
    /// the hotkey had no uid in it.
    /// </summary>
    /// <exception cref="LedgerCorruptException">What a node sent is not what its blocks commit to.</exception>
    public static async Task<TracedEmission?> TraceEmissionAsync(
        this ILedgerClient ledger, ushort netuid, AccountId hotkey, ulong? epoch = null, CancellationToken cancellationToken = default)
    {
        if (await ledger.GetEpochAsync(netuid, epoch, cancellationToken).ConfigureAwait(false) is not { } record
            || await ledger.GetBlockAsync(record.Height, cancellationToken).ConfigureAwait(false) is not { } block
            || EmissionTrace.Of(record, [.. block.Events], hotkey) is not { } trace)
        {
            return null;
        }

        Dictionary<int, WeightSource> sources = await FindSourcesAsync(ledger, record, trace, cancellationToken).ConfigureAwait(false);
        return new TracedEmission(trace, block, sources);
    }

    /// <summary>Validators of a subnet over a window of kept epochs, best return first.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="window">Epochs looked at, the newest ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<ValidatorStanding>> CompareValidatorsAsync(
        this ILedgerClient ledger, ushort netuid, int window, CancellationToken cancellationToken = default)
    {
        Dictionary<AccountId, (ushort Take, List<ValidatorEpoch> Epochs, int Missed)> histories = [];
        IReadOnlyList<ulong> indexes = await ledger.GetEpochIndexesAsync(netuid, cancellationToken).ConfigureAwait(false);
        foreach (ulong index in indexes.TakeLast(window))
        {
            if (await ledger.GetEpochAsync(netuid, index, cancellationToken).ConfigureAwait(false) is not { } record
                || await ledger.GetBlockAsync(record.Height, cancellationToken).ConfigureAwait(false) is not { } block)
            {
                continue;
            }

            EpochExplanation why = EpochExplanation.Of(record.Input);
            EpochResult[] others = await OtherMechanismsAsync(ledger, netuid, index, cancellationToken).ConfigureAwait(false);
            foreach (NeuronExplanation neuron in why.Neurons.Where(n => Validates(record, n)))
            {
                EpochNeuron party = record.Neurons[neuron.Uid];
                (_, List<ValidatorEpoch> epochs, int missed) = histories.GetValueOrDefault(party.Hotkey, (0, [], 0));
                ValidatorEpoch epoch = ValidatorEpoch.Of(why, neuron.Uid, party.Take);
                epochs.Add(others.Aggregate(epoch, (sum, e) => sum with { Dividend = sum.Dividend + e.ValidatorEmission[neuron.Uid] }));
                missed += (int)block.Events
                    .Where(e => e.Kind == EventKind.CommitExpired && MechanismIndex.NetuidOf(e.Netuid) == netuid && e.Subject == party.Hotkey)
                    .Aggregate(0UL, static (sum, e) => sum + e.Amount);
                histories[party.Hotkey] = (party.Take, epochs, missed);
            }
        }

        return ValidatorComparison.Rank(histories.Select(static h => new ValidatorHistory(h.Key.ToString(), h.Value.Take, h.Value.Epochs, h.Value.Missed)));
    }

    /// <summary>What the subnet's mechanisms after the first decided in the same epoch.</summary>
    private static async Task<EpochResult[]> OtherMechanismsAsync(ILedgerClient ledger, ushort netuid, ulong index, CancellationToken cancellationToken)
    {
        List<EpochResult> results = [];
        for (int mechanism = 1; mechanism < MechanismIndex.Most && MechanismIndex.MechanismOf(netuid) == 0; mechanism++)
        {
            if (await ledger.GetEpochAsync(MechanismIndex.Of(netuid, mechanism), index, cancellationToken).ConfigureAwait(false) is { } record)
            {
                results.Add(YumaEpoch.Run(record.Input));
            }
        }

        return [.. results];
    }

    /// <summary>A miner that earned enough for a permit and weighs nobody is no validator to stake behind.</summary>
    private static bool Validates(EpochRecord record, NeuronExplanation neuron) =>
        neuron.HadPermit && (!record.Input.Weights.ColumnsOf(neuron.Uid).IsEmpty || neuron.ValidatorEmission > 0);

    private static async Task<Dictionary<int, WeightSource>> FindSourcesAsync(
        ILedgerClient ledger, EpochRecord record, EmissionTrace trace, CancellationToken cancellationToken)
    {
        Dictionary<int, WeightSource> sources = [];
        HashSet<WeightStep> open = [.. trace.Weights];

        // Without commits the row was set in the block of the last update. Else a reveal lies somewhere before the epoch.
        foreach (WeightStep step in trace.Weights)
        {
            if (await ledger.GetBlockAsync(step.SetBlock, cancellationToken).ConfigureAwait(false) is { } block && Find(block, record.Netuid, step.Hotkey) is { } source)
            {
                sources.Add(step.Validator, source);
                open.Remove(step);
            }
        }

        ulong oldest = record.Height > MaxSearch ? record.Height - MaxSearch : 1;
        for (ulong height = record.Height - 1; open.Count > 0 && height >= oldest; height--)
        {
            if (await ledger.GetBlockAsync(height, cancellationToken).ConfigureAwait(false) is not { } block)
            {
                break;
            }

            foreach (WeightStep step in open.ToArray())
            {
                if (Find(block, record.Netuid, step.Hotkey) is { } source)
                {
                    sources.Add(step.Validator, source);
                    open.Remove(step);
                }
            }
        }

        return sources;
    }

    private static WeightSource? Find(LedgerBlock block, ushort netuid, AccountId hotkey)
    {
        for (int i = block.Block.Transactions.Count - 1; i >= 0; i--)
        {
            Transaction transaction = block.Block.Transactions[i];
            bool reveals = transaction.Call is RevealWeightsCall reveal && reveal.Netuid == netuid;
            bool sets = transaction.Call is SetWeightsCall set && set.Netuid == netuid;
            if (transaction.Signer == hotkey && (reveals || sets) && block.Receipts[i + 1].Reason == RejectionReason.None)
            {
                return new WeightSource(transaction.Id, block.Height, reveals);
            }
        }

        return null;
    }
}
