using Subnet.Core.Consensus;
using Subnet.Core.Emission;
using Subnet.Core.Fees;
using Subnet.Core.Governance;
using Subnet.Core.Numerics;
using Subnet.Core.Pools;
using Subnet.Core.Registration;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>What happens in every block before its transactions, in the order of <c>design/yuma.md</c> 6.</summary>
internal sealed class BlockStep
{
    private readonly Dictionary<ushort, ulong> _decayFactors = [];

    /// <summary>Follows what the block issues.</summary>
    public SupplyCheck Supply { get; } = new();

    /// <summary>Runs the step.</summary>
    public void Run(BlockContext block)
    {
        DecayBurnPrices(block);
        Supply.Begin(block.State);
        Coinbase.Run(block);
        Supply.AfterEmission(block.State);
        List<ushort> ran = RunEpochs(block);
        UpdateMovingPrices(block);
        UpdateRootProportions(block);
        foreach (ushort netuid in ran)
        {
            DelegateCalls.ApplyPending(block, netuid);
        }

        AccessCalls.Expire(block);
        GovernanceCalls.Advance(block);
    }

    private void DecayBurnPrices(BlockContext block)
    {
        foreach (ushort netuid in block.State.Netuids)
        {
            SubnetKey key = new(netuid);
            SubnetState subnet = block.State.SubnetStates[key];
            Hyperparameters parameters = block.State.Hyperparameters[key];
            if (!_decayFactors.TryGetValue(parameters.BurnHalfLife, out ulong factor))
            {
                // Finding a factor takes 32 powers; it depends on the half-life alone.
                _decayFactors.Add(parameters.BurnHalfLife, factor = BurnPrice.DecayFactor(parameters.BurnHalfLife));
            }

            ulong price = BurnPrice.Step(subnet.BurnPrice, parameters.MinBurn, parameters.MaxBurn, factor, block.Height);
            if (price != subnet.BurnPrice)
            {
                block.State.SubnetStates.Set(key, subnet with { BurnPrice = price });
            }
        }
    }

    private static List<ushort> RunEpochs(BlockContext block)
    {
        List<ushort> ran = [];
        foreach (ushort netuid in block.State.Netuids)
        {
            if (ran.Count == block.Parameters.MaxEpochsPerBlock)
            {
                break;
            }

            SubnetKey key = new(netuid);
            SubnetState subnet = block.State.SubnetStates[key];
            if (EpochSchedule.IsDue(subnet, block.State.Hyperparameters[key], block.Height))
            {
                EpochStep.Run(block, netuid);
                ran.Add(netuid);
            }
        }

        return ran;
    }

    private static void UpdateMovingPrices(BlockContext block)
    {
        GlobalParameters parameters = block.Parameters;
        foreach (ushort netuid in block.State.Netuids)
        {
            if (Coinbase.IsEligible(block.State, netuid))
            {
                SubnetKey key = new(netuid);
                SubnetInfo info = block.State.Subnets[key];
                SubnetState subnet = block.State.SubnetStates[key];
                I96F32 moving = PoolPrice.Moving(
                    new I96F32(subnet.MovingPrice),
                    PoolTrades.ReservesOf(subnet).Price,
                    new I96F32(parameters.SubnetMovingAlpha),
                    block.Height - info.StartedBlock,
                    parameters.MovingPriceHalving);
                block.State.SubnetStates.Set(key, subnet with { MovingPrice = moving.Bits });
            }
        }
    }

    private static void UpdateRootProportions(BlockContext block)
    {
        ulong rootTao = (ulong)block.State.StakedOn(0);
        ulong taoWeight = block.Parameters.TaoWeight;
        foreach (ushort netuid in block.State.Netuids)
        {
            SubnetKey key = new(netuid);
            SubnetState subnet = block.State.SubnetStates[key];
            U96F32 proportion = TaoWeight.RootProportion(rootTao, subnet.AlphaReserve + subnet.AlphaOutstanding, taoWeight);
            if (proportion.Bits != subnet.RootProportion)
            {
                block.State.SubnetStates.Set(key, subnet with { RootProportion = proportion.Bits });
            }
        }
    }
}
