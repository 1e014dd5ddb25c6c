using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>
/// An element of the field of p = 2^256 - 2^32 - 977, four 64-bit limbs, least significant first. Limbs hold any representative below 2^256
/// (p + k and k are the same element); only comparison and output reduce fully. No operation branches or indexes on a value.
/// </summary>
internal readonly partial struct FieldElement
{
    /// <summary>Length of the big-endian encoding.</summary>
    public const int ByteCount = 32;

    /// <summary>2^256 - p, by which a carry out of the top limb is folded back.</summary>
    private const ulong Fold = 0x1000003D1;

    private readonly ulong l0;
    private readonly ulong l1;
    private readonly ulong l2;
    private readonly ulong l3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        this.l0 = l0;
        this.l1 = l1;
        this.l2 = l2;
        this.l3 = l3;
    }

    /// <summary>0.</summary>
    public static FieldElement Zero => default;

    /// <summary>1.</summary>
    public static FieldElement One => new(1, 0, 0, 0);

    /// <summary>A small number.</summary>
    public static FieldElement FromUInt64(ulong value) => new(value, 0, 0, 0);

    /// <summary>Whether the element is 0.</summary>
    public bool IsZero
    {
        get
        {
            FieldElement r = Reduce();
            return (r.l0 | r.l1 | r.l2 | r.l3) == 0;
        }
    }

    /// <summary>Whether the reduced value is odd.</summary>
    public bool IsOdd => (Reduce().l0 & 1) != 0;

    /// <summary>Reads 32 bytes, big-endian; false for a value of p or more.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FieldElement element)
    {
        element = new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..32]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..24]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..16]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[..8]));
        FieldElement reduced = element.Reduce();
        return ((element.l0 ^ reduced.l0) | (element.l1 ^ reduced.l1) | (element.l2 ^ reduced.l2) | (element.l3 ^ reduced.l3)) == 0;
    }

    /// <summary>Writes the reduced value, 32 bytes, big-endian.</summary>
    public void Write(Span<byte> destination)
    {
        FieldElement r = Reduce();
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..32], r.l0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..24], r.l1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..16], r.l2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[..8], r.l3);
    }

    /// <summary>Whether both stand for the same element.</summary>
    public static bool AreEqual(in FieldElement a, in FieldElement b) => (a - b).IsZero;

    /// <summary><paramref name="a"/> where <paramref name="mask"/> is 0, <paramref name="b"/> where it is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement Select(ulong mask, in FieldElement a, in FieldElement b) => new(
        a.l0 ^ (mask & (a.l0 ^ b.l0)),
        a.l1 ^ (mask & (a.l1 ^ b.l1)),
        a.l2 ^ (mask & (a.l2 ^ b.l2)),
        a.l3 ^ (mask & (a.l3 ^ b.l3)));

    /// <summary>The representative below p.</summary>
    private FieldElement Reduce()
    {
        // Adding 2^256 - p carries out exactly where the value is p or more, and leaves value - p there.
        ulong r0 = l0 + Fold;
        ulong carry = r0 < Fold ? 1UL : 0;
        ulong r1 = l1 + carry;
        carry = r1 < carry ? 1UL : 0;
        ulong r2 = l2 + carry;
        carry = r2 < carry ? 1UL : 0;
        ulong r3 = l3 + carry;
        carry = r3 < carry ? 1UL : 0;
        return Select(0 - carry, this, new FieldElement(r0, r1, r2, r3));
    }

    /// <summary>Wipes an array of elements.</summary>
    public static void Clear(Span<FieldElement> elements) =>
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(elements));
}
