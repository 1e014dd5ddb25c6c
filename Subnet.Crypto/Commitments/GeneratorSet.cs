using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Commitments;

/// <summary>
/// The public generators of commitments and proofs (protocol 4): G_0, G_1, ... for the entries of a vector, H for blinding, U for values, Q for the inner product.
/// Each is a hash's point, so nobody knows a relation among them. Immutable and safe for concurrent use; make one and keep it (0.01 ms and
/// 0.5 KB an entry).
/// </summary>
public sealed class GeneratorSet
{
    /// <summary>Most entries a vector may have.</summary>
    public const int MaxCount = 1 << 16;

    private readonly AffinePoint[] entries;
    private readonly Lazy<MultiplesTable> multiples;

    private GeneratorSet(AffinePoint[] entries)
    {
        this.entries = entries;
        multiples = new Lazy<MultiplesTable>(() => new MultiplesTable(this.entries));
        Blinding = Derive("H", 0, out _);
        Value = Derive("U", 0, out _);
        Product = Derive("Q", 0, out _);
        BlindingMultiples = new MultiplesTable([Blinding]);
        ValueMultiples = new MultiplesTable([Value, Blinding]);
    }

    /// <summary>Number of entries, a power of two.</summary>
    public int Count => entries.Length;

    /// <summary>H.</summary>
    internal AffinePoint Blinding { get; }

    /// <summary>U.</summary>
    internal AffinePoint Value { get; }

    /// <summary>Q.</summary>
    internal AffinePoint Product { get; }

    /// <summary>Multiples of H.</summary>
    internal MultiplesTable BlindingMultiples { get; }

    /// <summary>Multiples of U and of H.</summary>
    internal MultiplesTable ValueMultiples { get; }

    /// <summary>G_0, G_1, ...</summary>
    internal ReadOnlySpan<AffinePoint> Entries => entries;

    /// <summary>Multiples of G_0, G_1, ..., made at the first secret multiplication.</summary>
    internal MultiplesTable EntryMultiples => multiples.Value;

    /// <summary>Generators for vectors of up to <paramref name="count"/> entries, rounded up to a power of two.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to <see cref="MaxCount"/>.</exception>
    public static GeneratorSet Create(int count)
    {
        if (count is < 1 or > MaxCount)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"a vector has 1 to {MaxCount} entries");
        }

        AffinePoint[] entries = new AffinePoint[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count)];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = Derive("G", (uint)i, out _);
        }

        return new GeneratorSet(entries);
    }

    /// <summary>
    /// P(label, i): for c = 0, 1, ... x = H("subnet-generator/1" LF || label || be32 i || u8 c); the first x below the field prime with x³ + 7 a square gives
    /// the point with even y.
    /// </summary>
    /// <param name="label">One of G, H, U, Q.</param>
    /// <param name="index">i.</param>
    /// <param name="refused">The candidates skipped before it; each is skipped with probability one half.</param>
    internal static AffinePoint Derive(string label, uint index, out int refused)
    {
        ReadOnlySpan<byte> domain = "subnet-generator/1\n"u8;
        Span<byte> message = stackalloc byte[domain.Length + 1 + sizeof(uint) + 1];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        domain.CopyTo(message);
        Encoding.ASCII.GetBytes(label, message[domain.Length..]);
        BinaryPrimitives.WriteUInt32BigEndian(message[(domain.Length + 1)..], index);
        for (refused = 0; refused <= byte.MaxValue; refused++)
        {
            message[^1] = (byte)refused;
            SHA256.HashData(message, hash);
            if (FieldElement.TryRead(hash, out FieldElement x) && AffinePoint.TryFromX(x, out AffinePoint point))
            {
                return point;
            }
        }

        // Probability 2^-256 an index.
        throw new InvalidOperationException($"no generator {label} {index}");
    }
}
