using System.Globalization;
using Subnet.Core.Analysis;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Node;

/// <summary>
/// The ledger's answers to a trace, from a state that was executed here. Weights and shares of an epoch come from running its stored input again,
/// which its block commits to: nobody's word is taken for them.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="height">Its newest block, for the name.</param>
internal sealed class LedgerTrace(ILedgerClient ledger, ulong height) : ITraceLedger
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"ledger {ledger.Identity.Network} at block {height}");

    /// <summary>A trace's view of a ledger as it is now.</summary>
    public static async Task<LedgerTrace> OfAsync(ILedgerClient ledger, CancellationToken cancellationToken) =>
        new(ledger, (await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height);

    /// <inheritdoc/>
    public async Task<TracedModel?> ModelAsync(string card, CancellationToken cancellationToken)
    {
        if (!Hash256.TryParse(card, out Hash256 hash))
        {
            return null;
        }

        ModelView? model = await ledger.ReadAsync(
            view => view.State.Models.Unordered().Where(item => item.Key.Card == hash)
                .Select(static item => new ModelView(item.Key.Netuid, item.Key.Card, item.Value)).FirstOrDefault(),
            cancellationToken).ConfigureAwait(false);
        if (model is null)
        {
            return null;
        }

        ModelRegistration registration = model.Registration;
        return new TracedModel(
            model.Netuid,
            AddressOf(registration.Hotkey),
            Convert.ToHexStringLower(registration.Commitment.Span),
            (long)registration.Height,
            await TimeOfAsync(registration.Height, cancellationToken).ConfigureAwait(false),
            registration.RetiredHeight == 0 ? null : await TimeOfAsync(registration.RetiredHeight, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<TracedAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken) =>
        await ledger.GetAnchorAsync(origin, cancellationToken).ConfigureAwait(false) is { } anchor
            ? new TracedAnchor((long)anchor.Size, anchor.Root.ToString(), (long)anchor.Height)
            : null;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TracedEpoch>> EpochsAfterAsync(
        int netuid, string miner, DateTimeOffset after, int maximum, CancellationToken cancellationToken)
    {
        if (netuid is < 0 or > ushort.MaxValue || !Ss58Address.TryDecode(miner, out byte[]? key, out _))
        {
            return [];
        }

        AccountId hotkey = new(key);
        List<TracedEpoch> epochs = [];
        IReadOnlyList<ulong> indexes = await ledger.GetEpochIndexesAsync((ushort)netuid, cancellationToken).ConfigureAwait(false);

        // From the newest back: what is older than the score is never read.
        foreach (ulong index in indexes.Reverse())
        {
            if (await ledger.GetEpochAsync((ushort)netuid, index, cancellationToken).ConfigureAwait(false) is not { } record
                || await ledger.GetBlockAsync(record.Height, cancellationToken).ConfigureAwait(false) is not { } block)
            {
                continue;
            }

            if (block.Time <= after)
            {
                break;
            }

            if (record.UidOf(hotkey) is { } uid)
            {
                epochs.Add(Trace(record, block, uid));
            }
        }

        epochs.Reverse();
        return [.. epochs.Take(maximum)];
    }

    private static TracedEpoch Trace(EpochRecord record, LedgerBlock block, int uid)
    {
        NeuronExplanation neuron = EpochExplanation.Of(record.Input, [.. record.Neurons.Select(each => each.Take)]).Neurons[uid];
        Dictionary<string, int> weights = new(StringComparer.Ordinal);
        for (int validator = 0; validator < record.Neurons.Length; validator++)
        {
            if (record.Input.Weights.ValueAt(validator, uid) is var weight and > 0)
            {
                weights[AddressOf(record.Neurons[validator].Hotkey)] = weight;
            }
        }

        return new TracedEpoch(
            (long)record.Index,
            (long)record.Height,
            block.Time,
            block.Id.ToString(),
            weights,
            neuron.Incentive.ToDouble(),
            neuron.ServerEmission,
            [
                string.Create(CultureInfo.InvariantCulture, $"stake-weighted weight {neuron.Prerank.ToDouble():0.######} before clipping and {neuron.Rank.ToDouble():0.######} after it at consensus {neuron.Consensus.ToDouble():0.######}"),
                string.Create(CultureInfo.InvariantCulture, $"incentive is its rank's share of all ranks; the epoch gave out {record.Input.Emission} in all"),
            ]);
    }

    private async Task<DateTimeOffset> TimeOfAsync(ulong block, CancellationToken cancellationToken) =>
        (await ledger.GetBlockAsync(block, cancellationToken).ConfigureAwait(false))?.Time ?? DateTimeOffset.UnixEpoch;

    private static string AddressOf(AccountId account)
    {
        Span<byte> bytes = stackalloc byte[AccountId.Size];
        account.CopyTo(bytes);
        return Ss58Address.Encode(bytes);
    }
}
