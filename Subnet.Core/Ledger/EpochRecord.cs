using System.Collections.Immutable;
using Subnet.Core.Consensus;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Whose uid it was when an epoch ran.</summary>
/// <param name="Hotkey">The neuron.</param>
/// <param name="Coldkey">Who owned the hotkey.</param>
/// <param name="Take">What the hotkey kept of its nominators' dividends, of 65535.</param>
public readonly record struct EpochNeuron(AccountId Hotkey, AccountId Coldkey, ushort Take);

/// <summary>
/// All that an epoch on the ledger read, so that anybody can run it again. The block that ran it commits to the record's hash and to that of
/// the result in its <see cref="EventKind.EpochRun"/> event, so a stored record proves itself.
/// </summary>
/// <param name="Netuid">The subnet; of a mechanism beside the first its place, see <see cref="MechanismIndex"/>.</param>
/// <param name="Index">Number of the epoch, the subnet's counter before it.</param>
/// <param name="Neurons">By uid.</param>
/// <param name="Input">What the epoch read.</param>
public sealed record EpochRecord(ushort Netuid, ulong Index, ImmutableArray<EpochNeuron> Neurons, EpochInput Input)
{
    /// <summary>Largest encoding accepted, in bytes.</summary>
    public const int MaxSize = 1 << 28;

    private const byte Version = 1;

    // Hotkey, coldkey, take, four integers of 64 bits, permit, commit.
    private const int NeuronSize = 32 + 32 + 2 + (4 * 8) + 1 + 1;

    /// <summary>Block that ran it.</summary>
    public ulong Height => Input.CurrentBlock;

    /// <summary>The uid of a hotkey, or null.</summary>
    public int? UidOf(AccountId hotkey)
    {
        for (int uid = 0; uid < Neurons.Length; uid++)
        {
            if (Neurons[uid].Hotkey == hotkey)
            {
                return uid;
            }
        }

        return null;
    }

    /// <summary>The canonical encoding.</summary>
    public byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.U8(Version);
        writer.U16(Netuid);
        writer.U64(Index);
        writer.U64(Input.CurrentBlock);
        writer.U64(Input.Tempo);
        writer.U64(Input.ActivityCutoffBlocks);
        writer.U64(Input.LastMechanismStepBlock);
        writer.U64(Input.TaoWeight);
        writer.U64(Input.StakeThreshold);
        writer.U64(Input.Emission);
        writer.Bool(Input.CommitRevealEnabled);
        Optional(writer, (ulong?)Input.OwnerUid);
        Write(writer, Input.Hyperparameters);
        writer.U32((uint)Neurons.Length);
        for (int uid = 0; uid < Neurons.Length; uid++)
        {
            writer.Account(Neurons[uid].Hotkey);
            writer.Account(Neurons[uid].Coldkey);
            writer.U16(Neurons[uid].Take);
            writer.U64(Input.LastUpdate[uid]);
            writer.U64(Input.BlockAtRegistration[uid]);
            writer.U64(Input.AlphaStake[uid]);
            writer.U64(Input.RootStake[uid]);
            writer.Bool(Input.ValidatorPermit[uid]);
            Optional(writer, Input.EarliestCommitBlock[uid]);
        }

        Write(writer, Input.Weights);
        Write(writer, Input.Bonds);
        return writer.ToArray();
    }

    /// <summary>Reads an encoding; accepts exactly what <see cref="Encode"/> makes of a valid epoch.</summary>
    /// <exception cref="LedgerFormatException">Anything else.</exception>
    public static EpochRecord Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new LedgerFormatException($"an epoch of {bytes.Length} bytes is longer than the {MaxSize} allowed");
        }

        CanonicalReader reader = new(bytes);
        byte version = reader.U8();
        if (version != Version)
        {
            throw new LedgerFormatException($"epoch version {version} is not known; this build reads version {Version}");
        }

        EpochRecord record = Read(ref reader);
        reader.End();
        try
        {
            record.Input.Validate();
        }
        catch (ArgumentException e)
        {
            throw new LedgerFormatException($"the epoch does not describe a subnet: {e.Message}", e);
        }

        return record;
    }

    private static EpochRecord Read(ref CanonicalReader reader)
    {
        ushort netuid = reader.U16();
        ulong index = reader.U64(), block = reader.U64(), tempo = reader.U64(), cutoff = reader.U64(), lastStep = reader.U64();
        ulong taoWeight = reader.U64(), threshold = reader.U64(), emission = reader.U64();
        bool commitReveal = reader.Bool();
        ulong? owner = Optional(ref reader);
        EpochHyperparameters parameters = ReadHyperparameters(ref reader);
        int count = reader.Count32(EpochInput.MaxNeurons, NeuronSize);
        EpochNeuron[] neurons = new EpochNeuron[count];
        ulong[] updates = new ulong[count], registered = new ulong[count], alpha = new ulong[count], root = new ulong[count];
        bool[] permits = new bool[count];
        ulong?[] commits = new ulong?[count];
        for (int uid = 0; uid < count; uid++)
        {
            neurons[uid] = new EpochNeuron(reader.Account(), reader.Account(), reader.U16());
            updates[uid] = reader.U64();
            registered[uid] = reader.U64();
            alpha[uid] = reader.U64();
            root[uid] = reader.U64();
            permits[uid] = reader.Bool();
            commits[uid] = Optional(ref reader);
        }

        return new EpochRecord(netuid, index, [.. neurons], new EpochInput
        {
            CurrentBlock = block,
            Tempo = tempo,
            ActivityCutoffBlocks = cutoff,
            LastMechanismStepBlock = lastStep,
            LastUpdate = [.. updates],
            BlockAtRegistration = [.. registered],
            AlphaStake = [.. alpha],
            RootStake = [.. root],
            TaoWeight = taoWeight,
            StakeThreshold = threshold,
            OwnerUid = owner is null or <= int.MaxValue ? (int?)owner : throw new LedgerFormatException($"no neuron has the uid {owner}"),
            ValidatorPermit = [.. permits],
            Weights = ReadRows(ref reader, count),
            Bonds = ReadRows(ref reader, count),
            CommitRevealEnabled = commitReveal,
            EarliestCommitBlock = [.. commits],
            Hyperparameters = parameters,
            Emission = emission,
        });
    }

    private static void Write(CanonicalWriter writer, EpochHyperparameters parameters)
    {
        writer.U16(parameters.Kappa);
        writer.U16(parameters.MaxAllowedValidators);
        writer.U16(parameters.BondsPenalty);
        writer.U32(parameters.BondsMovingAverage);
        writer.Bool(parameters.Yuma3);
        writer.Bool(parameters.LiquidAlpha);
        writer.U16(parameters.AlphaLow);
        writer.U16(parameters.AlphaHigh);
        writer.U16(unchecked((ushort)parameters.AlphaSigmoidSteepness));
    }

    private static EpochHyperparameters ReadHyperparameters(ref CanonicalReader reader) => new()
    {
        Kappa = reader.U16(),
        MaxAllowedValidators = reader.U16(),
        BondsPenalty = reader.U16(),
        BondsMovingAverage = reader.U32(),
        Yuma3 = reader.Bool(),
        LiquidAlpha = reader.Bool(),
        AlphaLow = reader.U16(),
        AlphaHigh = reader.U16(),
        AlphaSigmoidSteepness = unchecked((short)reader.U16()),
    };

    private static void Write(CanonicalWriter writer, StoredRows rows)
    {
        for (int row = 0; row < rows.RowCount; row++)
        {
            writer.U16List(rows.ColumnsOf(row));
            writer.U16List(rows.ValuesOf(row));
        }
    }

    private static StoredRows ReadRows(ref CanonicalReader reader, int count)
    {
        StoredRow[] rows = new StoredRow[count];
        for (int row = 0; row < count; row++)
        {
            ushort[] columns = reader.U16List(count), values = reader.U16List(count);
            rows[row] = columns.Length == values.Length
                ? new StoredRow(columns, values)
                : throw new LedgerFormatException($"row {row} has {columns.Length} uids and {values.Length} values");
        }

        return new StoredRows(rows);
    }

    private static void Optional(CanonicalWriter writer, ulong? value)
    {
        writer.Bool(value is not null);
        if (value is { } present)
        {
            writer.U64(present);
        }
    }

    private static ulong? Optional(ref CanonicalReader reader) => reader.Bool() ? reader.U64() : null;
}
