using Subnet.Core.Consensus;
using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>
/// Setting, committing and revealing weights (<c>design/yuma.md</c> 5); the checks are in the order of that section. An index is the place of a subnet's mechanism, see
/// <see cref="MechanismIndex"/>; it is the commit's subnet too, so that a row of one mechanism cannot be revealed for another.
/// </summary>
internal static class WeightCalls
{
    /// <summary>Unrevealed commits of one hotkey.</summary>
    private const int MaxCommits = 10;

    /// <summary>Largest normalised weight; fixed at the whole, which always passes.</summary>
    private const ushort MaxWeightsLimit = ushort.MaxValue;

    /// <summary>Sets a row of weights.</summary>
    public static RejectionReason Set(
        BlockContext block, AccountId hotkey, ushort index, ReadOnlyMemory<ushort> uids, ReadOnlyMemory<ushort> values, ulong versionKey)
    {
        RejectionReason reason = Check(block, hotkey, index, uids.Span, values.Span, versionKey, isReveal: false);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        ushort uid = Store(block.State, hotkey, index, uids, values);
        Touch(block, index, uid);
        block.Emit(EventKind.WeightsSet, index, hotkey, default, uid, (ulong)uids.Length);
        return RejectionReason.None;
    }

    /// <summary>Commits to a row that is revealed later.</summary>
    public static RejectionReason Commit(BlockContext block, AccountId hotkey, ushort index, Hash256 digest)
    {
        ushort netuid = MechanismIndex.NetuidOf(index);
        LedgerState state = block.State;
        if (!state.Hyperparameters.TryGet(new SubnetKey(netuid), out Hyperparameters? parameters))
        {
            return netuid == 0 ? RejectionReason.RootNotAllowed : RejectionReason.SubnetNotFound;
        }

        if (MechanismIndex.MechanismOf(index) >= parameters.MechanismCount)
        {
            return RejectionReason.MechanismNotFound;
        }

        if (!parameters.CommitRevealWeightsEnabled)
        {
            return RejectionReason.CommitRevealDisabled;
        }

        if (state.UidOf(netuid, hotkey) is not { } uid)
        {
            return RejectionReason.HotkeyNotRegistered;
        }

        if (IsTooSoon(block, index, uid, parameters))
        {
            return RejectionReason.RateLimited;
        }

        ulong epoch = EpochSchedule.CurrentEpoch(state, netuid, block.Height);
        HotkeyKey key = new(index, hotkey);
        List<WeightCommit> commits = [.. Live(state, key, epoch, parameters.RevealPeriodEpochs)];
        if (commits.Count >= MaxCommits)
        {
            return RejectionReason.TooManyCommits;
        }

        commits.Add(new WeightCommit(digest, epoch, block.Height));
        state.WeightCommits.Set(key, new WeightCommits(commits));
        Touch(block, index, uid);
        block.Emit(EventKind.WeightsCommitted, index, hotkey, default, uid, epoch);
        return RejectionReason.None;
    }

    /// <summary>Reveals a committed row; older commits are discarded.</summary>
    public static RejectionReason Reveal(
        BlockContext block,
        AccountId hotkey,
        ushort index,
        ReadOnlyMemory<ushort> uids,
        ReadOnlyMemory<ushort> values,
        ReadOnlyMemory<ushort> salt,
        ulong versionKey)
    {
        LedgerState state = block.State;
        ushort netuid = MechanismIndex.NetuidOf(index);
        if (!state.Hyperparameters.TryGet(new SubnetKey(netuid), out Hyperparameters? parameters))
        {
            return netuid == 0 ? RejectionReason.RootNotAllowed : RejectionReason.SubnetNotFound;
        }

        if (MechanismIndex.MechanismOf(index) >= parameters.MechanismCount)
        {
            return RejectionReason.MechanismNotFound;
        }

        if (!parameters.CommitRevealWeightsEnabled)
        {
            return RejectionReason.CommitRevealDisabled;
        }

        Hash256 digest = new(CommitHash.Compute(hotkey.ToArray(), index, uids.Span, values.Span, salt.Span, versionKey));
        HotkeyKey key = new(index, hotkey);
        IReadOnlyList<WeightCommit> commits = state.WeightCommits.Find(key)?.Commits ?? [];
        int at = -1;
        for (int i = 0; i < commits.Count && at < 0; i++)
        {
            at = commits[i].Digest == digest ? i : -1;
        }

        if (at < 0)
        {
            return RejectionReason.CommitNotFound;
        }

        ulong now = EpochSchedule.CurrentEpoch(state, netuid, block.Height);
        ulong due = commits[at].Epoch + parameters.RevealPeriodEpochs;
        if (now != due)
        {
            return now < due ? RejectionReason.RevealTooEarly : RejectionReason.RevealExpired;
        }

        RejectionReason reason = Check(block, hotkey, index, uids.Span, values.Span, versionKey, isReveal: true);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        ushort uid = Store(state, hotkey, index, uids, values);
        SetCommits(state, key, [.. commits.Skip(at + 1)]);
        block.Emit(EventKind.WeightsRevealed, index, hotkey, default, uid, commits[at].Epoch);
        return RejectionReason.None;
    }

    /// <summary>Drops the commits of a subnet's neurons that can no longer be revealed; called after its epoch.</summary>
    public static void DropExpired(BlockContext block, ushort index, AccountId hotkey)
    {
        HotkeyKey key = new(index, hotkey);
        if (!block.State.WeightCommits.TryGet(key, out WeightCommits? all))
        {
            return;
        }

        ushort netuid = MechanismIndex.NetuidOf(index);
        Hyperparameters parameters = block.State.Hyperparameters[new SubnetKey(netuid)];
        ulong now = EpochSchedule.CurrentEpoch(block.State, netuid, block.Height);
        List<WeightCommit> live = [.. Live(block.State, key, now, parameters.RevealPeriodEpochs)];
        if (live.Count < all.Commits.Count)
        {
            SetCommits(block.State, key, live);
            block.Emit(EventKind.CommitExpired, index, hotkey, default, (ulong)(all.Commits.Count - live.Count));
        }
    }

    private static RejectionReason Check(
        BlockContext block, AccountId hotkey, ushort index, ReadOnlySpan<ushort> uids, ReadOnlySpan<ushort> values, ulong versionKey, bool isReveal)
    {
        LedgerState state = block.State;
        ushort netuid = MechanismIndex.NetuidOf(index);
        SubnetKey key = new(netuid);
        if (netuid == 0)
        {
            return RejectionReason.RootNotAllowed;
        }

        if (uids.Length != values.Length)
        {
            return RejectionReason.LengthsDiffer;
        }

        if (!state.Subnets.TryGet(key, out SubnetInfo? subnet))
        {
            return RejectionReason.SubnetNotFound;
        }

        Hyperparameters parameters = state.Hyperparameters[key];
        if (MechanismIndex.MechanismOf(index) >= parameters.MechanismCount)
        {
            return RejectionReason.MechanismNotFound;
        }

        if (!isReveal && parameters.CommitRevealWeightsEnabled)
        {
            return RejectionReason.CommitRevealEnabled;
        }

        int n = state.SubnetStates[key].Neurons;
        if (uids.Length > n)
        {
            return RejectionReason.TooManyUids;
        }

        if (state.UidOf(netuid, hotkey) is not { } uid)
        {
            return RejectionReason.HotkeyNotRegistered;
        }

        bool isOwner = subnet.OwnerHotkey == hotkey;
        GlobalParameters global = block.Parameters;
        if (!isOwner && StakeWeight.Of(state, global.TaoWeight, netuid, hotkey) < global.StakeThreshold)
        {
            return RejectionReason.NotEnoughStake;
        }

        if (parameters.WeightsVersionKey != 0 && versionKey < parameters.WeightsVersionKey)
        {
            return RejectionReason.VersionTooOld;
        }

        if (!isReveal && IsTooSoon(block, index, uid, parameters))
        {
            return RejectionReason.RateLimited;
        }

        bool isSelf = uids.Length == 1 && uids[0] == uid;
        if (!isSelf && !isOwner && !state.Neurons[new NeuronKey(netuid, uid)].ValidatorPermit)
        {
            return RejectionReason.NoValidatorPermit;
        }

        return CheckRow(uids, values, n, isSelf ? 0 : Math.Min(n, parameters.MinAllowedWeights));
    }

    private static RejectionReason CheckRow(ReadOnlySpan<ushort> uids, ReadOnlySpan<ushort> values, int n, int minimum)
    {
        bool unknown = false;
        HashSet<ushort> seen = new(uids.Length);
        foreach (ushort other in uids)
        {
            if (!seen.Add(other))
            {
                return RejectionReason.DuplicateUid;
            }

            unknown |= other >= n;
        }

        return unknown ? RejectionReason.UidNotFound
            : uids.Length < minimum ? RejectionReason.TooFewWeights
            : !WeightRow.IsMaxLimited(WeightRow.UpscaleToMaximum(values), MaxWeightsLimit) ? RejectionReason.WeightAboveLimit
            : RejectionReason.None;
    }

    private static bool IsTooSoon(BlockContext block, ushort index, ushort uid, Hyperparameters parameters)
    {
        ulong last = block.State.LastUpdateOf(index, uid);
        return last != 0 && block.Height - last < parameters.WeightsSetRateLimit;
    }

    private static ushort Store(LedgerState state, AccountId hotkey, ushort index, ReadOnlyMemory<ushort> uids, ReadOnlyMemory<ushort> values)
    {
        ushort uid = state.UidOf(MechanismIndex.NetuidOf(index), hotkey)!.Value;
        state.Weights.Set(new NeuronKey(index, uid), new SparseRow(uids, WeightRow.UpscaleToMaximum(values.Span)));
        return uid;
    }

    private static void Touch(BlockContext block, ushort index, ushort uid)
    {
        NeuronKey key = new(index, uid);
        if (MechanismIndex.MechanismOf(index) == 0)
        {
            block.State.Neurons.Set(key, block.State.Neurons[key] with { LastUpdate = block.Height });
        }
        else
        {
            block.State.MechanismUpdates.Set(key, new BlockStamp(block.Height));
        }
    }

    private static IEnumerable<WeightCommit> Live(LedgerState state, HotkeyKey key, ulong epoch, ulong revealPeriod) =>
        (state.WeightCommits.Find(key)?.Commits ?? []).Where(c => c.Epoch + revealPeriod >= epoch);

    private static void SetCommits(LedgerState state, HotkeyKey key, List<WeightCommit> commits)
    {
        if (commits.Count == 0)
        {
            state.WeightCommits.Remove(key);
        }
        else
        {
            state.WeightCommits.Set(key, new WeightCommits(commits));
        }
    }
}
