using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>Creating, starting and tuning subnets (<c>design/yuma.md</c> 12 and 13).</summary>
internal static class SubnetCalls
{
    /// <summary>Registration price a subnet starts with: 1 TAO.</summary>
    private const ulong FirstBurnPrice = 1_000_000_000;

    /// <summary>What creating a subnet costs now, in rao.</summary>
    public static ulong LockCost(GlobalState global, GlobalParameters parameters, ulong height)
    {
        bool first = global.LastLockBlock == 0;
        UInt128 last = first ? parameters.NetworkMinLockCost : global.LastLockCost;
        UInt128 start = first ? last : 2 * last;
        UInt128 reduction = parameters.LockReductionInterval == 0
            ? 0
            : last / parameters.LockReductionInterval * (height - global.LastLockBlock);
        UInt128 cost = start > reduction ? start - reduction : 0;
        return cost > ulong.MaxValue ? ulong.MaxValue : Math.Max(parameters.NetworkMinLockCost, (ulong)cost);
    }

    /// <summary>Creates a subnet against the lock cost, which becomes its pool.</summary>
    public static RejectionReason Create(BlockContext block, AccountId coldkey, AccountId hotkey, string name, ulong maxLockCost)
    {
        GlobalState global = block.State.Global[default];
        if (global.LastLockBlock != 0 && block.Height - global.LastLockBlock < block.Parameters.NetworkRateLimit)
        {
            return RejectionReason.RateLimited;
        }

        ulong cost = LockCost(global, block.Parameters, block.Height);
        if (cost > maxLockCost)
        {
            return RejectionReason.LockCostAboveLimit;
        }

        if (!Balances.TryDebit(block.State, coldkey, cost))
        {
            return RejectionReason.InsufficientBalance;
        }

        block.State.Global.Set(default, global with { LastLockCost = cost, LastLockBlock = block.Height });
        return CreateWith(block, coldkey, hotkey, name, cost);
    }

    /// <summary>Creates a subnet whose pool holds TAO that was taken from somebody already.</summary>
    public static RejectionReason CreateWith(BlockContext block, AccountId coldkey, AccountId hotkey, string name, ulong tao)
    {
        LedgerState state = block.State;
        if (name.Length is 0 or > 64 || name.Any(static c => char.IsControl(c) || char.IsSurrogate(c)))
        {
            return RejectionReason.NameInvalid;
        }

        if (state.Hotkeys.Find(hotkey) is { } info && info.OwnerColdkey != coldkey)
        {
            return RejectionReason.HotkeyOwnedByAnother;
        }

        UInt128 median = MedianPrice(state);
        if (state.Netuids.Count >= block.Parameters.SubnetLimit)
        {
            if (FindDissolvable(block) is not { } loser)
            {
                return RejectionReason.SubnetLimitReached;
            }

            SubnetDissolution.Dissolve(block, loser);
        }

        ushort netuid = 1;
        while (state.Subnets.Contains(new SubnetKey(netuid)))
        {
            netuid++;
        }

        SubnetKey key = new(netuid);
        Hyperparameters parameters = Hyperparameters.Default;
        ulong alpha = U64F64.SafeDivide(U64F64.FromInteger(tao), new U64F64(median)).FloorToUInt64();
        ulong stagger = (ulong)(netuid % parameters.Tempo);
        state.Subnets.Set(key, new SubnetInfo(coldkey, hotkey, block.Height, 0, tao, name));
        state.Hyperparameters.Set(key, parameters);
        state.SubnetStates.Set(
            key,
            new SubnetState(
                tao, alpha, PoolReserves.EqualWeight, 0, 0, 0, 0, 0, 0, 0, 0, 0, FirstBurnPrice, block.Height - Math.Min(block.Height, stagger), 0, 0, 0, 0, 0, 0));
        block.Emit(EventKind.SubnetCreated, netuid, coldkey, hotkey, tao);
        NeuronCalls.EnsureHotkey(block, coldkey, hotkey);
        NeuronCalls.Append(block, netuid, hotkey);
        return RejectionReason.None;
    }

    /// <summary>Starts the emission of an own subnet once the start delay has passed.</summary>
    public static RejectionReason Start(BlockContext block, AccountId coldkey, ushort netuid)
    {
        SubnetKey key = new(netuid);
        if (!block.State.Subnets.TryGet(key, out SubnetInfo? subnet))
        {
            return RejectionReason.SubnetNotFound;
        }

        if (subnet.OwnerColdkey != coldkey)
        {
            return RejectionReason.NotSubnetOwner;
        }

        if (subnet.StartedBlock != 0)
        {
            return RejectionReason.SubnetAlreadyStarted;
        }

        if (block.Height - subnet.CreatedBlock < block.Parameters.StartDelay)
        {
            return RejectionReason.TooEarly;
        }

        block.State.Subnets.Set(key, subnet with { StartedBlock = block.Height });
        block.Emit(EventKind.SubnetStarted, netuid, coldkey);
        return RejectionReason.None;
    }

    /// <summary>Sets a hyperparameter as the subnet's owner.</summary>
    public static RejectionReason SetAsOwner(BlockContext block, AccountId coldkey, ushort netuid, ushort number, Int128 value)
    {
        LedgerState state = block.State;
        SubnetKey key = new(netuid);
        if (!state.Subnets.TryGet(key, out SubnetInfo? subnet))
        {
            return RejectionReason.SubnetNotFound;
        }

        if (subnet.OwnerColdkey != coldkey)
        {
            return RejectionReason.NotSubnetOwner;
        }

        if (HyperparameterCatalog.Find(number) is not { } parameter)
        {
            return RejectionReason.ParameterNotFound;
        }

        if (parameter.OwnerRange is not { } range)
        {
            return RejectionReason.RootOnlyParameter;
        }

        Hyperparameters current = state.Hyperparameters[key];
        SubnetState dynamic = state.SubnetStates[key];
        if (!range(current, block.Parameters, dynamic.Neurons, value))
        {
            return RejectionReason.ParameterOutOfRange;
        }

        ulong sinceEpoch = block.Height - dynamic.LastEpochBlock;
        if (sinceEpoch + block.Parameters.OwnerFreezeBlocks >= current.Tempo)
        {
            return RejectionReason.TooCloseToEpoch;
        }

        RateLimitKey limit = new(RateLimitKind.OwnerHyperparameter, netuid, default, number);
        if (block.IsRateLimited(limit, OwnerInterval(parameter, current, block.Parameters)))
        {
            return RejectionReason.RateLimited;
        }

        block.Stamp(limit);
        Apply(block, key, parameter, value);
        return RejectionReason.None;
    }

    /// <summary>Sets a hyperparameter on behalf of a vote or the administrator.</summary>
    public static RejectionReason SetAsRoot(BlockContext block, ushort netuid, ushort number, Int128 value)
    {
        SubnetKey key = new(netuid);
        if (!block.State.Hyperparameters.TryGet(key, out Hyperparameters? current))
        {
            return RejectionReason.SubnetNotFound;
        }

        if (HyperparameterCatalog.Find(number) is not { } parameter)
        {
            return RejectionReason.ParameterNotFound;
        }

        if (!parameter.RootRange(current, block.Parameters, block.State.SubnetStates[key].Neurons, value))
        {
            return RejectionReason.ParameterOutOfRange;
        }

        Apply(block, key, parameter, value);
        return RejectionReason.None;
    }

    private static ulong OwnerInterval(Hyperparameter parameter, Hyperparameters current, GlobalParameters network) => parameter.Name switch
    {
        "tempo" => Math.Max(network.MinTempo, (ushort)1),
        "weights_version_key" => 5UL * current.Tempo,
        _ => (ulong)network.OwnerParameterTempos * current.Tempo,
    };

    private static void Apply(BlockContext block, SubnetKey key, Hyperparameter parameter, Int128 value)
    {
        Hyperparameters before = block.State.Hyperparameters[key], after = parameter.Set(before, value);
        block.State.Hyperparameters.Set(key, after);
        if (after.MechanismCount < before.MechanismCount)
        {
            SubnetDissolution.DropMechanisms(block.State, key.Netuid, after.MechanismCount);
        }

        block.Emit(EventKind.HyperparameterSet, key.Netuid, default, default, parameter.Number, unchecked((ulong)value));
    }

    /// <summary>Median of the spot prices (the lower one of two), U64F64 bits; 1 where there is no subnet.</summary>
    private static UInt128 MedianPrice(LedgerState state)
    {
        List<UInt128> prices = [.. state.Netuids.Select(n => PoolTrades.ReservesOf(state.SubnetStates[new SubnetKey(n)]).Price.Bits)];
        prices.RemoveAll(static p => p == 0);
        prices.Sort();
        return prices.Count == 0 ? U64F64.One.Bits : prices[(prices.Count - 1) / 2];
    }

    /// <summary>The subnet of the lowest moving price that is no longer immune; of equal ones the oldest.</summary>
    private static ushort? FindDissolvable(BlockContext block)
    {
        ushort? loser = null;
        (Int128 Price, ulong Created) least = default;
        foreach (ushort netuid in block.State.Netuids)
        {
            SubnetInfo info = block.State.Subnets[new SubnetKey(netuid)];
            if (block.Height - info.CreatedBlock < block.Parameters.NetworkImmunityPeriod)
            {
                continue;
            }

            (Int128, ulong) candidate = (block.State.SubnetStates[new SubnetKey(netuid)].MovingPrice, info.CreatedBlock);
            if (loser is null || candidate.CompareTo(least) < 0)
            {
                (loser, least) = (netuid, candidate);
            }
        }

        return loser;
    }
}
