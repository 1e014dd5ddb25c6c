using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// One audit row set, opened after the epoch (protocol 4): which query it was, its master seed, its rows of public features and the integer answers the miner gave.
/// Immutable.
/// </summary>
public sealed class Audit
{
    private const int DigestByteCount = 32;

    private readonly byte[] request;
    private readonly byte[] reply;
    private readonly byte[] master;
    private readonly byte[] features;
    private readonly long[][] rows;
    private readonly long[][] answers;

    /// <summary>Copies the parts.</summary>
    /// <param name="request">Hash of the query bytes, 32 bytes.</param>
    /// <param name="reply">Hash of the reply bytes, 32 bytes.</param>
    /// <param name="master">Master seed of the query, 32 bytes.</param>
    /// <param name="rows">Feature values, row by row; all rows of one length.</param>
    /// <param name="answers">Centred integer answers, row by row and class by class; as many rows.</param>
    /// <exception cref="ArgumentException">A hash or seed of another length, no rows, more than 65535, or ragged ones.</exception>
    public Audit(
        ReadOnlySpan<byte> request,
        ReadOnlySpan<byte> reply,
        ReadOnlySpan<byte> master,
        IReadOnlyList<IReadOnlyList<long>> rows,
        IReadOnlyList<IReadOnlyList<long>> answers)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(answers);
        if (request.Length != DigestByteCount || reply.Length != DigestByteCount || master.Length != DigestByteCount)
        {
            throw new ArgumentException("request, reply and master have 32 bytes each");
        }

        if (rows.Count is < 1 or > ushort.MaxValue || answers.Count != rows.Count)
        {
            throw new ArgumentException($"an audit has 1 to {ushort.MaxValue} rows and as many rows of answers, not {rows.Count} and {answers.Count}");
        }

        this.request = request.ToArray();
        this.reply = reply.ToArray();
        this.master = master.ToArray();
        this.rows = Rectangle(rows, nameof(rows));
        this.answers = Rectangle(answers, nameof(answers));
        features = SHA256.HashData(Encode("subnet-features/1\n"u8, this.rows));
    }

    /// <summary>Hash of the query bytes.</summary>
    public ReadOnlySpan<byte> Request => request;

    /// <summary>Hash of the reply bytes.</summary>
    public ReadOnlySpan<byte> Reply => reply;

    /// <summary>Master seed of the query.</summary>
    public ReadOnlySpan<byte> Master => master;

    /// <summary>The phi hash: H("subnet-features/1" LF || be16 rows || be32 n || entries as be64 two's complement).</summary>
    public ReadOnlySpan<byte> FeaturesHash => features;

    /// <summary>Number of rows.</summary>
    public int RowCount => rows.Length;

    /// <summary>Number of features, n.</summary>
    public int FeatureCount => rows[0].Length;

    /// <summary>Number of classes, K.</summary>
    public int ClassCount => answers[0].Length;

    /// <summary>Feature values of a row.</summary>
    public ReadOnlySpan<long> Row(int index) => rows[index];

    /// <summary>Answers of a row, class by class.</summary>
    public ReadOnlySpan<long> Answers(int index) => answers[index];

    /// <summary>
    /// H("subnet-audit-leaf/1" LF || miner || card || master || phi hash): what the validator's plan fixes before the epoch.
    /// </summary>
    /// <exception cref="ArgumentException">Miner or card have not 32 bytes.</exception>
    public byte[] PlanLeaf(ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card) => AuditPlan.Leaf(miner, card, master, features);

    /// <summary>The audit's part of the audit root: request || reply || master || phi hash || answers as be64.</summary>
    internal byte[] RootEntry()
    {
        byte[] entry = new byte[(4 * DigestByteCount) + (sizeof(long) * RowCount * ClassCount)];
        request.CopyTo(entry, 0);
        reply.CopyTo(entry, 32);
        master.CopyTo(entry, 64);
        features.CopyTo(entry, 96);
        WriteEntries(answers, entry.AsSpan(128));
        return entry;
    }

    private static byte[] Encode(ReadOnlySpan<byte> domain, long[][] values)
    {
        int header = domain.Length + sizeof(ushort) + sizeof(uint);
        byte[] encoded = new byte[header + (sizeof(long) * values.Length * values[0].Length)];
        domain.CopyTo(encoded);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(domain.Length), (ushort)values.Length);
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(domain.Length + sizeof(ushort)), (uint)values[0].Length);
        WriteEntries(values, encoded.AsSpan(header));
        return encoded;
    }

    private static void WriteEntries(long[][] values, Span<byte> destination)
    {
        foreach (long[] row in values)
        {
            foreach (long value in row)
            {
                BinaryPrimitives.WriteInt64BigEndian(destination, value);
                destination = destination[sizeof(long)..];
            }
        }
    }

    private static long[][] Rectangle(IReadOnlyList<IReadOnlyList<long>> values, string name)
    {
        long[][] copy = [.. values.Select(row => row.ToArray())];
        return copy[0].Length > 0 && copy.All(row => row.Length == copy[0].Length)
            ? copy
            : throw new ArgumentException("all rows have the same length, at least one entry", name);
    }
}
