using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// The emission of one block: TAO divided between subnets by moving price, injected into the pools or buying alpha, and each subnet's alpha
/// divided into what waits for its epoch (<c>design/yuma.md</c> 7). TAO that finds no use is not minted.
/// </summary>
internal static class Coinbase
{
    /// <summary>Runs it for all subnets that take part.</summary>
    public static void Run(BlockContext block)
    {
        LedgerState state = block.State;
        List<ushort> eligible = [.. state.Netuids.Where(n => IsEligible(state, n))];
        if (eligible.Count == 0)
        {
            return;
        }

        GlobalParameters parameters = block.Parameters;
        ulong emission = BlockEmission.AtIssuance(state.Global[default].Issuance);
        U64F64[] shares = Shares(state, eligible, out bool rootTakesPart);
        ulong rootTao = (ulong)state.StakedOn(0);
        ulong minted = 0;
        for (int i = 0; i < eligible.Count; i++)
        {
            SubnetKey key = new(eligible[i]);
            SubnetState before = state.SubnetStates[key];
            U96F32 tao = EmissionShares.TaoEmission(shares[i], emission);
            U64F64 price = PoolTrades.ReservesOf(before).Price;
            SubnetInjection injection = SubnetInjection.Compute(
                tao, price, checked(before.AlphaReserve + before.AlphaOutstanding), rootTao, parameters.TaoWeight);
            SubnetState after = Inject(before, injection, out ulong used);
            minted += used;
            state.SubnetStates.Set(key, Emit(after, injection.AlphaOut, rootTao, state.Hyperparameters[key], parameters, rootTakesPart));
        }

        if (minted > 0)
        {
            GlobalState global = state.Global[default];
            state.Global.Set(default, global with { Issuance = checked(global.Issuance + minted) });
        }
    }

    /// <summary>The part of one subnet in the next block.</summary>
    public static EmissionOutlook OutlookOf(LedgerState state, ushort netuid)
    {
        List<ushort> eligible = [.. state.Netuids.Where(n => IsEligible(state, n))];
        if (eligible.Count == 0)
        {
            return default;
        }

        U64F64[] shares = Shares(state, eligible, out bool rootTakesPart);
        int place = eligible.IndexOf(netuid);
        return new EmissionOutlook(place < 0 ? U64F64.Zero : shares[place], rootTakesPart);
    }

    /// <summary>Whether a subnet takes part in emission.</summary>
    public static bool IsEligible(LedgerState state, ushort netuid) =>
        state.Subnets[new SubnetKey(netuid)].StartedBlock != 0 && state.Hyperparameters[new SubnetKey(netuid)].NetworkRegistrationAllowed;

    private static U64F64[] Shares(LedgerState state, List<ushort> eligible, out bool rootTakesPart)
    {
        I96F32[] prices = new I96F32[eligible.Count];
        U96F32[] burned = new U96F32[eligible.Count];
        bool[] enabled = new bool[eligible.Count];
        I96F32 sum = I96F32.Zero;
        for (int i = 0; i < prices.Length; i++)
        {
            SubnetKey key = new(eligible[i]);
            SubnetState subnet = state.SubnetStates[key];
            prices[i] = new I96F32(subnet.MovingPrice);
            burned[i] = new U96F32(subnet.MinerBurned);
            enabled[i] = state.Hyperparameters[key].SubnetEmissionEnabled;
            sum += prices[i];
        }

        rootTakesPart = sum > I96F32.One;
        return EmissionShares.ByPrice(prices, burned, enabled);
    }

    /// <summary>Adds to both sides of the pool at its price; the excess buys alpha, without fee, for the protocol.</summary>
    private static SubnetState Inject(SubnetState subnet, SubnetInjection injection, out ulong used)
    {
        used = 0;
        ulong taoIn = injection.TaoIn.FloorToUInt64(), alphaIn = injection.AlphaIn.FloorToUInt64();
        PoolReserves pool = PoolTrades.ReservesOf(subnet);
        if ((taoIn | alphaIn) != 0 && pool.Inject(taoIn, alphaIn) is { } grown)
        {
            pool = grown;
            used = taoIn;
        }

        ulong excess = injection.ExcessTao.FloorToUInt64();
        ulong bought = 0;
        if (excess > 0 && pool.Buy(excess, 0).Swap is { } swap)
        {
            pool = swap.After;
            bought = swap.AmountOut;
            used += excess;
        }

        return subnet with
        {
            TaoReserve = pool.Tao,
            AlphaReserve = pool.Alpha,
            QuoteWeight = pool.QuoteWeight,
            ProtocolAlpha = checked(subnet.ProtocolAlpha + bought),
            AlphaOutstanding = checked(subnet.AlphaOutstanding + bought),
        };
    }

    private static SubnetState Emit(
        SubnetState subnet, U96F32 alphaOut, ulong rootTao, Hyperparameters hyperparameters, GlobalParameters parameters, bool rootTakesPart)
    {
        // As in the reference, the issuance is that of this moment: what joined the pool and what is handed out here are in it.
        ulong issuance = checked(subnet.AlphaReserve + subnet.AlphaOutstanding + alphaOut.FloorToUInt64());
        AlphaSplit split = AlphaSplit.Compute(
            alphaOut,
            parameters.SubnetOwnerCut,
            hyperparameters.OwnerCutEnabled,
            TaoWeight.RootProportion(rootTao, issuance, parameters.TaoWeight));
        ulong root = rootTakesPart ? split.Root : 0;
        return subnet with
        {
            PendingOwner = checked(subnet.PendingOwner + split.Owner),
            PendingServer = checked(subnet.PendingServer + split.Server),
            PendingValidator = checked(subnet.PendingValidator + split.Validator),
            PendingRoot = checked(subnet.PendingRoot + root),
            AlphaOutstanding = checked(subnet.AlphaOutstanding + split.Owner + split.Server + split.Validator + root),
        };
    }
}
