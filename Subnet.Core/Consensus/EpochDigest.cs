using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace Subnet.Core.Consensus;

/// <summary>
/// Canonical hashes of an epoch's input and result: whoever holds both records can show, with 32 bytes each, which epoch was
/// computed and what came out.
/// </summary>
/// <remarks>
/// BLAKE2b-256 over a tag and the fields in the order of the record. Integers are little-endian in their own width, truth values one
/// byte, optional values a byte (0 or 1) and the value, lists a 32-bit count and their items, rows a 32-bit count, then per row a
/// 32-bit count and (uid, value) pairs of 16 bits in stored order. So two records hash alike only if they are alike.
/// </remarks>
public static class EpochDigest
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 32;

    /// <summary>The hash of everything the epoch read.</summary>
    public static byte[] Of(EpochInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Encoder encoder = new("subnet/epoch-input/1");
        EpochHyperparameters p = input.Hyperparameters;
        encoder.UInt64(input.CurrentBlock);
        encoder.UInt64(input.Tempo);
        encoder.UInt64(input.ActivityCutoffBlocks);
        encoder.UInt64(input.LastMechanismStepBlock);
        encoder.List(input.LastUpdate);
        encoder.List(input.BlockAtRegistration);
        encoder.List(input.AlphaStake);
        encoder.List(input.RootStake);
        encoder.UInt64(input.TaoWeight);
        encoder.UInt64(input.StakeThreshold);
        encoder.Optional((ulong?)input.OwnerUid);
        encoder.List(input.ValidatorPermit);
        encoder.Rows(input.Weights);
        encoder.Rows(input.Bonds);
        encoder.Boolean(input.CommitRevealEnabled);
        encoder.Count(input.EarliestCommitBlock.Length);
        foreach (ulong? block in input.EarliestCommitBlock)
        {
            encoder.Optional(block);
        }

        encoder.UInt16(p.Kappa);
        encoder.UInt16(p.MaxAllowedValidators);
        encoder.UInt16(p.BondsPenalty);
        encoder.UInt64(p.BondsMovingAverage);
        encoder.Boolean(p.Yuma3);
        encoder.Boolean(p.LiquidAlpha);
        encoder.UInt16(p.AlphaLow);
        encoder.UInt16(p.AlphaHigh);
        encoder.UInt16(unchecked((ushort)p.AlphaSigmoidSteepness));
        encoder.UInt64(input.Emission);
        return encoder.Finish();
    }

    /// <summary>The hash of everything the epoch decided. The numbers behind the stored fractions follow from the input and are left out.</summary>
    public static byte[] Of(EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        Encoder encoder = new("subnet/epoch-result/1");
        encoder.List(result.Active);
        encoder.List(result.ValidatorPermit);
        encoder.List(result.Stake);
        encoder.List(result.StakeWeight);
        encoder.List(result.Consensus);
        encoder.List(result.Incentive);
        encoder.List(result.Dividends);
        encoder.List(result.ValidatorTrust);
        encoder.List(result.ServerEmission);
        encoder.List(result.ValidatorEmission);
        encoder.List(result.Emission);
        encoder.Rows(result.Bonds);
        return encoder.Finish();
    }

    private sealed class Encoder
    {
        private readonly Blake2bDigest digest = new(8 * Size);
        private readonly byte[] buffer = new byte[4096];
        private int used;

        public Encoder(string tag)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(tag);
            Count(bytes.Length);
            bytes.CopyTo(Reserve(bytes.Length));
        }

        public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(sizeof(ushort)), value);

        public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

        public void Count(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);

        public void Boolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

        public void Optional(ulong? value)
        {
            Boolean(value is not null);
            if (value is { } present)
            {
                UInt64(present);
            }
        }

        public void List(ImmutableArray<ulong> items)
        {
            Count(items.Length);
            foreach (ulong item in items)
            {
                UInt64(item);
            }
        }

        public void List(ImmutableArray<ushort> items)
        {
            Count(items.Length);
            foreach (ushort item in items)
            {
                UInt16(item);
            }
        }

        public void List(ImmutableArray<bool> items)
        {
            Count(items.Length);
            foreach (bool item in items)
            {
                Boolean(item);
            }
        }

        public void Rows(StoredRows rows)
        {
            Count(rows.RowCount);
            for (int row = 0; row < rows.RowCount; row++)
            {
                ReadOnlySpan<ushort> columns = rows.ColumnsOf(row), values = rows.ValuesOf(row);
                Count(columns.Length);
                for (int k = 0; k < columns.Length; k++)
                {
                    UInt16(columns[k]);
                    UInt16(values[k]);
                }
            }
        }

        public byte[] Finish()
        {
            digest.BlockUpdate(buffer, 0, used);
            byte[] hash = new byte[Size];
            digest.DoFinal(hash, 0);
            return hash;
        }

        private Span<byte> Reserve(int count)
        {
            if (used + count > buffer.Length)
            {
                digest.BlockUpdate(buffer, 0, used);
                used = 0;
            }

            used += count;
            return buffer.AsSpan(used - count, count);
        }
    }
}
