using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>Registration of neurons on subnets and on root, pruning included (<c>design/yuma.md</c> 10).</summary>
internal static class NeuronCalls
{
    private static readonly string[] Schemes = ["http://", "https://", "grpc://"];

    /// <summary>Buys a uid: the price buys alpha from the pool, and that alpha is recycled.</summary>
    public static RejectionReason Register(BlockContext block, AccountId coldkey, ushort netuid, AccountId hotkey, ulong maxBurn)
    {
        LedgerState state = block.State;
        SubnetKey key = new(netuid);
        if (netuid == 0)
        {
            return RejectionReason.RootNotAllowed;
        }

        if (!state.Subnets.Contains(key))
        {
            return RejectionReason.SubnetNotFound;
        }

        Hyperparameters parameters = state.Hyperparameters[key];
        if (!parameters.NetworkRegistrationAllowed)
        {
            return RejectionReason.RegistrationClosed;
        }

        if (state.UidOf(netuid, hotkey) is not null)
        {
            return RejectionReason.HotkeyAlreadyRegistered;
        }

        if (state.Hotkeys.Find(hotkey) is { } info && info.OwnerColdkey != coldkey)
        {
            return RejectionReason.HotkeyOwnedByAnother;
        }

        SubnetState subnet = state.SubnetStates[key];
        ulong price = subnet.BurnPrice;
        if (price > maxBurn)
        {
            return RejectionReason.BurnAboveLimit;
        }

        ushort? pruned = null;
        if (subnet.Neurons >= parameters.MaxAllowedUids && (pruned = FindPrunable(block, netuid)) is null)
        {
            return RejectionReason.NoSlotAvailable;
        }

        if (!Balances.TryDebit(state, coldkey, price))
        {
            return RejectionReason.InsufficientBalance;
        }

        if (price > 0)
        {
            RejectionReason reason = PoolTrades.Buy(block, netuid, price, 0, false, out Swap swap);
            if (reason != RejectionReason.None)
            {
                return reason;
            }

            subnet = state.SubnetStates[key];
            state.SubnetStates.Set(key, subnet with { AlphaOutstanding = subnet.AlphaOutstanding - swap.AmountOut });
            block.Recycle(netuid, swap.AmountOut);
        }

        subnet = state.SubnetStates[key];
        ulong next = BurnPrice.Bump(price, parameters.MinBurn, parameters.MaxBurn, new U64F64(parameters.BurnIncreaseMult));
        state.SubnetStates.Set(key, subnet with { BurnPrice = next });
        EnsureHotkey(block, coldkey, hotkey);
        ushort uid = pruned ?? subnet.Neurons;
        if (pruned is null)
        {
            Append(block, netuid, hotkey);
        }
        else
        {
            Replace(block, netuid, uid, hotkey);
        }

        block.Emit(EventKind.NeuronRegistered, netuid, hotkey, coldkey, price, uid);
        return RejectionReason.None;
    }

    /// <summary>Takes a seat on root: a free one, or that of the hotkey with the least root stake if the newcomer has more.</summary>
    public static RejectionReason RegisterRoot(BlockContext block, AccountId coldkey, AccountId hotkey)
    {
        LedgerState state = block.State;
        if (!state.Hotkeys.TryGet(hotkey, out HotkeyInfo? info))
        {
            EnsureHotkey(block, coldkey, hotkey);
        }
        else if (info.OwnerColdkey != coldkey)
        {
            return RejectionReason.NotOwner;
        }

        if (state.UidOf(0, hotkey) is not null)
        {
            return RejectionReason.HotkeyAlreadyRegistered;
        }

        ushort uid = 0;
        ushort least = 0;
        ulong leastStake = ulong.MaxValue;
        for (; uid < block.Parameters.RootSlots && state.Neurons.TryGet(new NeuronKey(0, uid), out Neuron? seat); uid++)
        {
            ulong stake = StakeLedger.TotalOf(state, 0, seat.Hotkey);
            if (stake < leastStake)
            {
                (least, leastStake) = (uid, stake);
            }
        }

        if (uid == block.Parameters.RootSlots)
        {
            if (StakeLedger.TotalOf(state, 0, hotkey) <= leastStake)
            {
                return RejectionReason.RootStakeTooLow;
            }

            uid = least;
            block.Emit(EventKind.NeuronPruned, 0, state.Neurons[new NeuronKey(0, uid)].Hotkey, default, uid);
        }

        state.Neurons.Set(new NeuronKey(0, uid), Neuron.Registered(hotkey, block.Height));
        block.Emit(EventKind.NeuronRegistered, 0, hotkey, coldkey, 0, uid);
        return RejectionReason.None;
    }

    /// <summary>Announces where a neuron serves.</summary>
    public static RejectionReason Serve(BlockContext block, AccountId hotkey, ushort netuid, string address)
    {
        if (block.State.UidOf(netuid, hotkey) is null)
        {
            return RejectionReason.HotkeyNotRegistered;
        }

        if (!IsAddress(address))
        {
            return RejectionReason.AddressInvalid;
        }

        RateLimitKey limit = new(RateLimitKind.ServeEndpoint, netuid, hotkey, 0);
        if (block.IsRateLimited(limit, block.Parameters.ServingRateLimit))
        {
            return RejectionReason.RateLimited;
        }

        block.Stamp(limit);
        block.State.Endpoints.Set(new HotkeyKey(netuid, hotkey), new Endpoint(address, block.Height));
        block.Emit(EventKind.EndpointServed, netuid, hotkey);
        return RejectionReason.None;
    }

    /// <summary>Makes a hotkey known, owned by a coldkey, with the highest take.</summary>
    public static void EnsureHotkey(BlockContext block, AccountId coldkey, AccountId hotkey)
    {
        if (!block.State.Hotkeys.Contains(hotkey))
        {
            block.State.Hotkeys.Set(hotkey, new HotkeyInfo(coldkey, block.Parameters.MaxTake, block.Height));
        }
    }

    /// <summary>Gives the next free uid to a hotkey.</summary>
    public static void Append(BlockContext block, ushort netuid, AccountId hotkey)
    {
        SubnetKey key = new(netuid);
        SubnetState subnet = block.State.SubnetStates[key];
        block.State.Neurons.Set(new NeuronKey(netuid, subnet.Neurons), Neuron.Registered(hotkey, block.Height));
        block.State.SubnetStates.Set(key, subnet with { Neurons = (ushort)(subnet.Neurons + 1) });
    }

    /// <summary>Gives a used uid to another hotkey; nothing of the old one's weights, bonds or commits stays, and weights towards it become 0.</summary>
    private static void Replace(BlockContext block, ushort netuid, ushort uid, AccountId hotkey)
    {
        LedgerState state = block.State;
        NeuronKey slot = new(netuid, uid);
        AccountId old = state.Neurons[slot].Hotkey;
        state.Endpoints.Remove(new HotkeyKey(netuid, old));
        for (int mechanism = 0; mechanism < state.Hyperparameters[new SubnetKey(netuid)].MechanismCount; mechanism++)
        {
            ClearRows(state, MechanismIndex.Of(netuid, mechanism), uid, old);
        }

        state.Neurons.Set(slot, Neuron.Registered(hotkey, block.Height));
        block.Emit(EventKind.NeuronPruned, netuid, old, default, uid);
    }

    private static void ClearRows(LedgerState state, ushort index, ushort uid, AccountId old)
    {
        NeuronKey slot = new(index, uid);
        state.Weights.Remove(slot);
        state.Bonds.Remove(slot);
        state.WeightCommits.Remove(new HotkeyKey(index, old));
        state.MechanismUpdates.Remove(slot);
        int neurons = state.SubnetStates[new SubnetKey(MechanismIndex.NetuidOf(index))].Neurons;
        for (int i = 0; i < neurons; i++)
        {
            NeuronKey other = new(index, (ushort)i);
            if (state.Weights.TryGet(other, out SparseRow? row) && row.Uids.Span.IndexOf(uid) is >= 0 and int at && row.Values.Span[at] != 0)
            {
                ushort[] values = row.Values.ToArray();
                values[at] = 0;
                state.Weights.Set(other, row with { Values = values });
            }
        }
    }

    /// <summary>A scheme and printable ASCII: a rule of our own, since a library's idea of a URL may change between versions.</summary>
    private static bool IsAddress(string address) =>
        Schemes.Any(s => address.StartsWith(s, StringComparison.Ordinal) && address.Length > s.Length)
        && address.All(static c => c is > ' ' and < (char)127);

    private static ushort? FindPrunable(BlockContext block, ushort netuid)
    {
        LedgerState state = block.State;
        Hyperparameters parameters = state.Hyperparameters[new SubnetKey(netuid)];
        Neuron[] neurons = new Neuron[state.SubnetStates[new SubnetKey(netuid)].Neurons];
        for (int i = 0; i < neurons.Length; i++)
        {
            neurons[i] = state.Neurons[new NeuronKey(netuid, (ushort)i)];
        }

        HashSet<AccountId> kept = OwnerImmune(state, netuid, neurons, parameters.ImmuneOwnerUidsLimit);
        PruningCandidate[] candidates =
        [
            .. neurons.Select(n => new PruningCandidate(
                n.Emission, n.RegisteredBlock, block.Height - n.RegisteredBlock < parameters.ImmunityPeriod, kept.Contains(n.Hotkey))),
        ];
        return (ushort?)Pruning.FindUid(candidates, parameters.MinNonImmuneUids);
    }

    /// <summary>The owner hotkey first, then the owner coldkey's other hotkeys by age, up to the limit.</summary>
    private static HashSet<AccountId> OwnerImmune(LedgerState state, ushort netuid, Neuron[] neurons, int limit)
    {
        SubnetInfo subnet = state.Subnets[new SubnetKey(netuid)];
        return
        [
            .. neurons
                .Select(static (neuron, uid) => (neuron, uid))
                .Where(n => n.neuron.Hotkey == subnet.OwnerHotkey || state.Hotkeys.Find(n.neuron.Hotkey)?.OwnerColdkey == subnet.OwnerColdkey)
                .OrderBy(n => n.neuron.Hotkey == subnet.OwnerHotkey ? 0 : 1)
                .ThenBy(static n => n.neuron.RegisteredBlock)
                .ThenBy(static n => n.uid)
                .Take(limit)
                .Select(static n => n.neuron.Hotkey),
        ];
    }
}
