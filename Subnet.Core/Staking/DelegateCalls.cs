using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>Takes and child keys (<c>design/yuma.md</c> 8 and 9.5).</summary>
internal static class DelegateCalls
{
    /// <summary>Sets a hotkey's take; raising it is rate limited so that nominators can leave first.</summary>
    public static RejectionReason SetTake(BlockContext block, AccountId coldkey, AccountId hotkey, ushort take)
    {
        RejectionReason reason = CheckOwner(block.State, coldkey, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (take > block.Parameters.MaxTake)
        {
            return RejectionReason.TakeTooHigh;
        }

        HotkeyInfo info = block.State.Hotkeys[hotkey];
        if (take > info.Take && IsTooSoon(block, new RateLimitKey(RateLimitKind.RaiseTake, 0, hotkey, 0)))
        {
            return RejectionReason.RateLimited;
        }

        block.State.Hotkeys.Set(hotkey, info with { Take = take });
        block.Emit(EventKind.TakeSet, 0, hotkey, coldkey, take);
        return RejectionReason.None;
    }

    /// <summary>Sets what a child keeps of its parents' dividends.</summary>
    public static RejectionReason SetChildTake(BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, ushort take)
    {
        RejectionReason reason = CheckOwner(block.State, coldkey, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (!block.State.Hyperparameters.TryGet(new SubnetKey(netuid), out Hyperparameters? parameters))
        {
            return netuid == 0 ? RejectionReason.RootNotAllowed : RejectionReason.SubnetNotFound;
        }

        if (take > block.Parameters.MaxTake || take < parameters.MinChildTake)
        {
            return take > block.Parameters.MaxTake ? RejectionReason.TakeTooHigh : RejectionReason.TakeTooLow;
        }

        HotkeyKey key = new(netuid, hotkey);
        if (take > (block.State.ChildTakes.Find(key)?.Take ?? 0) && IsTooSoon(block, new RateLimitKey(RateLimitKind.RaiseChildTake, netuid, hotkey, 0)))
        {
            return RejectionReason.RateLimited;
        }

        block.State.ChildTakes.Set(key, new ChildTake(take));
        block.Emit(EventKind.ChildTakeSet, netuid, hotkey, coldkey, take);
        return RejectionReason.None;
    }

    /// <summary>Schedules a hotkey's children; none revokes.</summary>
    public static RejectionReason SetChildren(
        BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, IReadOnlyList<ChildLink> children)
    {
        LedgerState state = block.State;
        RejectionReason reason = CheckOwner(state, coldkey, hotkey);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        if (!state.Subnets.TryGet(new SubnetKey(netuid), out SubnetInfo? subnet))
        {
            return netuid == 0 ? RejectionReason.RootNotAllowed : RejectionReason.SubnetNotFound;
        }

        reason = CheckLinks(block, netuid, hotkey, children);
        if (reason != RejectionReason.None)
        {
            return reason;
        }

        bool needsStake = children.Count > 0 && subnet.OwnerHotkey != hotkey;
        if (needsStake && StakeWeight.OfOwnStake(state, block.Parameters.TaoWeight, netuid, hotkey) < block.Parameters.StakeThreshold)
        {
            return RejectionReason.NotEnoughStakeForChildren;
        }

        RateLimitKey limit = new(RateLimitKind.SetChildren, netuid, hotkey, 0);
        if (block.IsRateLimited(limit, block.Parameters.ChildrenRateLimit))
        {
            return RejectionReason.RateLimited;
        }

        block.Stamp(limit);
        ulong effective = block.Height + block.Parameters.ChildrenDelay;
        state.PendingChildren.Set(new HotkeyKey(netuid, hotkey), new PendingChildSet([.. children], effective));
        block.Emit(EventKind.ChildrenScheduled, netuid, hotkey, coldkey, (ulong)children.Count, effective);
        return RejectionReason.None;
    }

    /// <summary>Applies the children of a subnet that are due; called after its epoch. What has become a loop meanwhile is dropped.</summary>
    public static void ApplyPending(BlockContext block, ushort netuid)
    {
        LedgerState state = block.State;
        List<KeyValuePair<HotkeyKey, PendingChildSet>> due =
            [.. state.PendingChildren.Unordered().Where(p => p.Key.Netuid == netuid && p.Value.EffectiveBlock <= block.Height)];
        due.Sort(static (a, b) => a.Key.Hotkey.CompareTo(b.Key.Hotkey));
        foreach ((HotkeyKey key, PendingChildSet pending) in due)
        {
            state.PendingChildren.Remove(key);
            if (CheckLinks(block, netuid, key.Hotkey, pending.Children) != RejectionReason.None)
            {
                continue;
            }

            if (pending.Children.Count == 0)
            {
                state.Children.Remove(key);
            }
            else
            {
                state.Children.Set(key, new ChildSet(pending.Children));
            }

            block.Emit(EventKind.ChildrenApplied, netuid, key.Hotkey, default, (ulong)pending.Children.Count);
        }
    }

    private static RejectionReason CheckLinks(BlockContext block, ushort netuid, AccountId hotkey, IReadOnlyList<ChildLink> children)
    {
        if (children.Count > block.Parameters.MaxChildren)
        {
            return RejectionReason.TooManyChildren;
        }

        UInt128 sum = 0;
        HashSet<AccountId> seen = [];
        foreach (ChildLink link in children)
        {
            if (!seen.Add(link.Child))
            {
                return RejectionReason.DuplicateChild;
            }

            // No key is parent and child at once, which also rules out every loop.
            if (link.Child == hotkey || block.State.Children.Contains(new HotkeyKey(netuid, link.Child)))
            {
                return RejectionReason.ChildIsParent;
            }

            sum += link.Proportion;
        }

        return sum > ulong.MaxValue ? RejectionReason.ProportionTooHigh
            : children.Count > 0 && block.State.ParentsOf(netuid, hotkey).Count > 0 ? RejectionReason.ChildIsParent
            : RejectionReason.None;
    }

    private static bool IsTooSoon(BlockContext block, RateLimitKey key)
    {
        // Refused while elapsed <= limit, unlike the other limits.
        if (block.IsRateLimited(key, block.Parameters.TakeRateLimit + 1))
        {
            return true;
        }

        block.Stamp(key);
        return false;
    }

    private static RejectionReason CheckOwner(LedgerState state, AccountId coldkey, AccountId hotkey) =>
        !state.Hotkeys.TryGet(hotkey, out HotkeyInfo? info) ? RejectionReason.HotkeyNotFound
        : info.OwnerColdkey == coldkey ? RejectionReason.None
        : RejectionReason.NotOwner;
}
