using System.Collections.Immutable;
using System.Security.Cryptography;
using Subnet.Core.Consensus;
using Subnet.Core.Emission;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Runs a subnet's epoch on the ledger: gathers its input, stores its outcome, hands the emission out.</summary>
internal static class EpochStep
{
    /// <summary>Consumes the subnet's epoch slot.</summary>
    public static void Run(BlockContext block, ushort netuid)
    {
        LedgerState state = block.State;
        SubnetKey key = new(netuid);
        SubnetState subnet = state.SubnetStates[key];
        Neuron[] neurons = NeuronsOf(state, netuid);

        Hyperparameters parameters = state.Hyperparameters[key];
        ulong[] emissions = MechanismSplit.Divide(PendingOf(subnet), parameters.MechanismCount, parameters.MechanismParts);
        (EpochResult Result, EpochRecord Record, byte[] Encoded)[] epochs =
            [.. emissions.Select((emission, mechanism) => RunMechanism(block, MechanismIndex.Of(netuid, mechanism), neurons, emission))];
        state.SubnetStates.Set(
            key, subnet with { LastEpochBlock = block.Height, LastStepBlock = block.Height, EpochIndex = subnet.EpochIndex + 1 });
        MechanismResults combined = MechanismResults.Combine([.. epochs.Select(static e => e.Result)], emissions);
        Store(state, netuid, neurons, combined);
        ulong total = EpochDistribution.Run(block, netuid, [.. neurons.Select(static n => n.Hotkey)], combined.ServerEmission, combined.ValidatorEmission);
        for (int mechanism = 0; mechanism < epochs.Length; mechanism++)
        {
            (EpochResult result, EpochRecord record, byte[] encoded) = epochs[mechanism];
            block.Epochs.Add((record.Netuid, record.Index, encoded));
            block.Emit(
                EventKind.EpochRun,
                record.Netuid,
                new AccountId(SHA256.HashData(encoded)),
                new AccountId(EpochDigest.Of(result)),
                record.Index,
                mechanism == 0 ? total : emissions[mechanism]);
            foreach (Neuron neuron in neurons)
            {
                WeightCalls.DropExpired(block, record.Netuid, neuron.Hotkey);
            }
        }
    }

    /// <summary>What waits for a subnet's epoch, without the owner's cut.</summary>
    private static ulong PendingOf(SubnetState subnet) => checked(subnet.PendingServer + subnet.PendingValidator + subnet.PendingRoot);

    private static (EpochResult Result, EpochRecord Record, byte[] Encoded) RunMechanism(BlockContext block, ushort index, Neuron[] neurons, ulong emission)
    {
        LedgerState state = block.State;
        EpochInput input = BuildInput(state, index, block.Height, emission);
        ulong number = state.SubnetStates[new SubnetKey(MechanismIndex.NetuidOf(index))].EpochIndex;
        EpochRecord record = new(index, number, [.. neurons.Select(n => NeuronOf(state, n.Hotkey))], input);
        return (YumaEpoch.Run(input), record, record.Encode());
    }

    /// <summary>What an epoch of a subnet's mechanism reads.</summary>
    private static EpochInput BuildInput(LedgerState state, ushort index, ulong height, ulong emission)
    {
        ushort netuid = MechanismIndex.NetuidOf(index);
        SubnetKey key = new(netuid);
        SubnetState subnet = state.SubnetStates[key];
        Hyperparameters parameters = state.Hyperparameters[key];
        GlobalParameters global = state.Parameters[default];
        Neuron[] neurons = NeuronsOf(state, netuid);
        ImmutableArray<ulong>.Builder alpha = ImmutableArray.CreateBuilder<ulong>(neurons.Length);
        ImmutableArray<ulong>.Builder root = ImmutableArray.CreateBuilder<ulong>(neurons.Length);
        foreach (Neuron neuron in neurons)
        {
            (ulong alphaStake, ulong rootStake) = StakeWeight.Inherited(state, netuid, neuron.Hotkey);
            alpha.Add(alphaStake);
            root.Add(rootStake);
        }

        return new EpochInput
        {
            CurrentBlock = height,
            Tempo = parameters.Tempo,
            ActivityCutoffBlocks = Math.Max(1UL, (ulong)parameters.ActivityCutoffFactorMilli * parameters.Tempo / 1000),
            LastMechanismStepBlock = subnet.LastStepBlock,
            LastUpdate = [.. neurons.Select((_, uid) => state.LastUpdateOf(index, (ushort)uid))],
            BlockAtRegistration = [.. neurons.Select(static n => n.RegisteredBlock)],
            AlphaStake = alpha.MoveToImmutable(),
            RootStake = root.MoveToImmutable(),
            TaoWeight = global.TaoWeight,
            StakeThreshold = global.StakeThreshold,
            OwnerUid = state.UidOf(netuid, state.Subnets[key].OwnerHotkey),
            ValidatorPermit = [.. neurons.Select(static n => n.ValidatorPermit)],
            Weights = Rows(state.Weights, index, neurons.Length),
            Bonds = Rows(state.Bonds, index, neurons.Length),
            CommitRevealEnabled = parameters.CommitRevealWeightsEnabled,

            // This block belongs to the next epoch already: a commit that could be revealed up to now has expired.
            EarliestCommitBlock = [.. neurons.Select(n => EarliestCommit(state, index, n.Hotkey, subnet.EpochIndex + 1, parameters))],
            Hyperparameters = new EpochHyperparameters
            {
                Kappa = parameters.Kappa,
                MaxAllowedValidators = parameters.MaxAllowedValidators,
                BondsPenalty = parameters.BondsPenalty,
                BondsMovingAverage = (uint)parameters.BondsMovingAverage,
                Yuma3 = parameters.Yuma3On,
                LiquidAlpha = parameters.LiquidAlphaOn,
                AlphaLow = parameters.AlphaLow,
                AlphaHigh = parameters.AlphaHigh,
                AlphaSigmoidSteepness = parameters.AlphaSigmoidSteepness,
            },
            Emission = emission,
        };
    }

    private static void Store(LedgerState state, ushort netuid, Neuron[] neurons, MechanismResults result)
    {
        for (int uid = 0; uid < neurons.Length; uid++)
        {
            state.Neurons.Set(
                new NeuronKey(netuid, (ushort)uid),
                neurons[uid] with
                {
                    ValidatorPermit = result.ValidatorPermit[uid],
                    StakeWeight = result.StakeWeight[uid],
                    Consensus = result.Consensus[uid],
                    Incentive = result.Incentive[uid],
                    Dividends = result.Dividends[uid],
                    ValidatorTrust = result.ValidatorTrust[uid],
                    Emission = result.Emission[uid],
                });
            for (int mechanism = 0; mechanism < result.Mechanisms.Length; mechanism++)
            {
                NeuronKey key = new(MechanismIndex.Of(netuid, mechanism), (ushort)uid);
                StoredRow bonds = result.Mechanisms[mechanism].Bonds[uid];
                if (bonds.Columns.IsEmpty)
                {
                    state.Bonds.Remove(key);
                }
                else
                {
                    state.Bonds.Set(key, new SparseRow(bonds.Columns, bonds.Values));
                }
            }
        }
    }

    private static EpochNeuron NeuronOf(LedgerState state, AccountId hotkey)
    {
        HotkeyInfo? info = state.Hotkeys.Find(hotkey);
        return new EpochNeuron(hotkey, info?.OwnerColdkey ?? hotkey, info?.Take ?? 0);
    }

    private static ulong? EarliestCommit(LedgerState state, ushort index, AccountId hotkey, ulong epoch, Hyperparameters parameters)
    {
        foreach (WeightCommit commit in state.WeightCommits.Find(new HotkeyKey(index, hotkey))?.Commits ?? [])
        {
            if (commit.Epoch + parameters.RevealPeriodEpochs >= epoch)
            {
                return commit.Block;
            }
        }

        return null;
    }

    private static Neuron[] NeuronsOf(LedgerState state, ushort netuid)
    {
        Neuron[] neurons = new Neuron[state.SubnetStates[new SubnetKey(netuid)].Neurons];
        for (int uid = 0; uid < neurons.Length; uid++)
        {
            neurons[uid] = state.Neurons[new NeuronKey(netuid, (ushort)uid)];
        }

        return neurons;
    }

    private static StoredRows Rows(StateTable<NeuronKey, SparseRow> table, ushort index, int count)
    {
        StoredRow[] rows = new StoredRow[count];
        for (int uid = 0; uid < count; uid++)
        {
            rows[uid] = table.Find(new NeuronKey(index, (ushort)uid)) is { } row ? new StoredRow(row.Uids, row.Values) : StoredRow.Empty;
        }

        return new StoredRows(rows);
    }
}
