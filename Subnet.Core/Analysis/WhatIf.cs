using System.Collections.Immutable;
using Subnet.Core.Consensus;

namespace Subnet.Core.Analysis;

/// <summary>One neuron before and after a change. Fractions of 65535, amounts in smallest units.</summary>
/// <param name="Uid">The uid.</param>
/// <param name="Before">As it was.</param>
/// <param name="After">As it would be.</param>
public readonly record struct NeuronDifference(int Uid, NeuronOutcome Before, NeuronOutcome After);

/// <summary>What one neuron gets out of an epoch.</summary>
/// <param name="Emission">Combined emission.</param>
/// <param name="Consensus">Consensus on it.</param>
/// <param name="Incentive">Share as a miner.</param>
/// <param name="Dividends">Share as a validator.</param>
/// <param name="ValidatorTrust">What consensus left of its weights.</param>
/// <param name="ValidatorPermit">Whether it holds a permit.</param>
public readonly record struct NeuronOutcome(
    ulong Emission, ushort Consensus, ushort Incentive, ushort Dividends, ushort ValidatorTrust, bool ValidatorPermit)
{
    /// <summary>The outcome of one uid.</summary>
    public static NeuronOutcome Of(EpochResult result, int uid) => new(
        result.Emission[uid],
        result.Consensus[uid],
        result.Incentive[uid],
        result.Dividends[uid],
        result.ValidatorTrust[uid],
        result.ValidatorPermit[uid]);
}

/// <summary>The same epoch with one thing changed.</summary>
/// <param name="Before">The result as it was.</param>
/// <param name="After">The result as it would be.</param>
/// <param name="Changed">The neurons for which it makes a difference.</param>
public sealed record EpochDifference(EpochResult Before, EpochResult After, IReadOnlyList<NeuronDifference> Changed);

/// <summary>Re-runs a stored epoch with something changed.</summary>
public static class WhatIf
{
    /// <summary>One million, the whole in the units of shares of stake.</summary>
    public const int WholeStake = 1_000_000;

    /// <summary>Runs both and lists the neurons that come out differently.</summary>
    /// <exception cref="ArgumentException">The two are not of one subnet's size.</exception>
    public static EpochDifference Compare(EpochInput before, EpochInput after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.NeuronCount != after.NeuronCount)
        {
            throw new ArgumentException("both epochs need the same neurons", nameof(after));
        }

        EpochResult first = YumaEpoch.Run(before), second = YumaEpoch.Run(after);
        NeuronDifference[] changed =
        [
            .. Enumerable.Range(0, before.NeuronCount)
                .Select(uid => new NeuronDifference(uid, NeuronOutcome.Of(first, uid), NeuronOutcome.Of(second, uid)))
                .Where(d => d.Before != d.After),
        ];
        return new(first, second, changed);
    }

    /// <summary>
    /// Gives some uids, in equal parts, a given share of all stake weight; the others keep what they have.
    /// </summary>
    /// <param name="input">The epoch.</param>
    /// <param name="members">At least one uid.</param>
    /// <param name="share">Their share together, in millionths, below one.</param>
    /// <exception cref="ArgumentException">No such members or share.</exception>
    public static EpochInput WithStakeShare(EpochInput input, IReadOnlyCollection<int> members, int share)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireUids(input, members);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, WholeStake);
        UInt128 others = 0;
        for (int uid = 0; uid < input.NeuronCount; uid++)
        {
            ulong stake = StakeWeights.Total(input.AlphaStake[uid], input.RootStake[uid], input.TaoWeight).FloorToUInt64();
            bool counts = !members.Contains(uid) && (stake >= input.StakeThreshold || uid == input.OwnerUid);
            others += counts ? stake : 0UL;
        }

        ulong each = checked((ulong)(others * (uint)share / (uint)(WholeStake - share) / (uint)members.Count));
        ulong[] alpha = [.. input.AlphaStake], root = [.. input.RootStake];
        bool[] permits = [.. input.ValidatorPermit];
        foreach (int uid in members)
        {
            alpha[uid] = each;
            root[uid] = 0;
            permits[uid] = true;
        }

        return input with { AlphaStake = [.. alpha], RootStake = [.. root], ValidatorPermit = [.. permits] };
    }

    /// <summary>Lets some validators, fresh in this block, put all their weight on one miner.</summary>
    /// <exception cref="ArgumentException">No such uids.</exception>
    public static EpochInput WithAllWeightOn(EpochInput input, IReadOnlyCollection<int> members, int miner)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireUids(input, members);
        RequireUids(input, [miner]);
        return WithRows(input, members, _ => new StoredRow(new[] { (ushort)miner }, new[] { ushort.MaxValue }));
    }

    /// <summary>A cabal: uids with a given share of all stake weight that put all their weight on one miner.</summary>
    /// <param name="input">The epoch.</param>
    /// <param name="members">At least one uid.</param>
    /// <param name="miner">The miner they favour.</param>
    /// <param name="share">Their share together, in millionths, below one.</param>
    /// <exception cref="ArgumentException">No such uids or share.</exception>
    public static EpochInput WithCabal(EpochInput input, IReadOnlyCollection<int> members, int miner, int share) =>
        WithAllWeightOn(WithStakeShare(input, members, share), members, miner);

    /// <summary>Replaces rows of weights, as if set in this block.</summary>
    internal static EpochInput WithRows(EpochInput input, IReadOnlyCollection<int> validators, Func<int, StoredRow> row)
    {
        StoredRow[] rows = [.. Enumerable.Range(0, input.NeuronCount).Select(uid => validators.Contains(uid) ? row(uid) : input.Weights[uid])];
        ImmutableArray<ulong> updates = [.. input.LastUpdate.Select((block, uid) => validators.Contains(uid) ? input.CurrentBlock : block)];
        return input with { Weights = new StoredRows(rows), LastUpdate = updates };
    }

    private static void RequireUids(EpochInput input, IReadOnlyCollection<int> uids)
    {
        if (uids.Count == 0 || uids.Any(u => (uint)u >= (uint)input.NeuronCount))
        {
            throw new ArgumentException($"uids of this subnet are 0 to {input.NeuronCount - 1}, and at least one is needed", nameof(uids));
        }
    }
}
