using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static Subnet.Crypto.Commitments.Secp256k1.Limbs;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>
/// An integer modulo the order n of the group, below n, four 64-bit limbs in Montgomery form (value · 2^256 mod n). No operation branches or indexes
/// on a value.
/// </summary>
internal readonly struct Scalar
{
    /// <summary>Length of the big-endian encoding.</summary>
    public const int ByteCount = 32;

    /// <summary>Number of bits of the order.</summary>
    public const int BitCount = 256;

    private const ulong N0 = 0xBFD25E8CD0364141;
    private const ulong N1 = 0xBAAEDCE6AF48A03B;
    private const ulong N2 = 0xFFFFFFFFFFFFFFFE;
    private const ulong N3 = 0xFFFFFFFFFFFFFFFF;

    /// <summary>-1/n modulo 2^64.</summary>
    private const ulong MinusInverse = 0x4B0DFF665588B13F;

    private readonly ulong l0;
    private readonly ulong l1;
    private readonly ulong l2;
    private readonly ulong l3;

    private Scalar(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        this.l0 = l0;
        this.l1 = l1;
        this.l2 = l2;
        this.l3 = l3;
    }

    /// <summary>0.</summary>
    public static Scalar Zero => default;

    /// <summary>1: 2^256 mod n.</summary>
    public static Scalar One => new(0x402DA1732FC9BEBF, 0x4551231950B75FC4, 1, 0);

    /// <summary>2^512 mod n, which turns a value into Montgomery form.</summary>
    private static Scalar R2 => new(0x896CF21467D7D140, 0x741496C20E7CF878, 0xE697F5E45BCD07C6, 0x9D671CD581C69BC5);

    /// <summary>2^768 mod n, which does the same for the upper half of a 512-bit value.</summary>
    private static Scalar R3 => new(0x7BC0CFE0E9FF41ED, 0x0017648444D4322C, 0xB1B31347F1D0B2DA, 0x555D800C18EF116D);

    /// <summary>Whether the scalar is 0.</summary>
    public bool IsZero => (l0 | l1 | l2 | l3) == 0;

    /// <summary>An unsigned number.</summary>
    public static Scalar FromUInt64(ulong value) => new Scalar(value, 0, 0, 0) * R2;

    /// <summary>A signed number, in constant time.</summary>
    public static Scalar FromInt64(long value)
    {
        ulong sign = (ulong)(value >> 63);
        Scalar magnitude = FromUInt64(((ulong)value ^ sign) - sign);
        return Select(sign, magnitude, -magnitude);
    }

    /// <summary>Reads 32 bytes, big-endian; false for another length or a value of n or more.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Scalar scalar)
    {
        scalar = default;
        if (bytes.Length != ByteCount)
        {
            return false;
        }

        Scalar raw = ReadRaw(bytes);
        ulong borrow = 0;
        _ = SubtractBorrow(raw.l0, N0, ref borrow);
        _ = SubtractBorrow(raw.l1, N1, ref borrow);
        _ = SubtractBorrow(raw.l2, N2, ref borrow);
        _ = SubtractBorrow(raw.l3, N3, ref borrow);
        scalar = raw * R2;
        return borrow == 1;
    }

    /// <summary>Reads 64 bytes, big-endian, and reduces them modulo n: the bias is below 2^-255.</summary>
    public static Scalar ReadWide(ReadOnlySpan<byte> bytes) => (ReadRaw(bytes[..32]) * R3) + (ReadRaw(bytes[32..64]) * R2);

    /// <summary>Writes the value, 32 bytes, big-endian.</summary>
    public void Write(Span<byte> destination)
    {
        Scalar value = ToValue();
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..32], value.l0);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..24], value.l1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..16], value.l2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[..8], value.l3);
    }

    /// <summary>The encoding.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteCount];
        Write(bytes);
        return bytes;
    }

    /// <summary>Writes the value as four limbs, least significant first.</summary>
    public void CopyLimbs(Span<ulong> limbs)
    {
        Scalar value = ToValue();
        limbs[3] = value.l3;
        limbs[2] = value.l2;
        limbs[1] = value.l1;
        limbs[0] = value.l0;
    }

    /// <summary>Whether both are equal, in constant time.</summary>
    public static bool AreEqual(in Scalar a, in Scalar b) =>
        ((a.l0 ^ b.l0) | (a.l1 ^ b.l1) | (a.l2 ^ b.l2) | (a.l3 ^ b.l3)) == 0;

    /// <summary>Sum.</summary>
    public static Scalar operator +(in Scalar a, in Scalar b)
    {
        ulong carry = 0;
        ulong r0 = AddCarry(a.l0, b.l0, ref carry);
        ulong r1 = AddCarry(a.l1, b.l1, ref carry);
        ulong r2 = AddCarry(a.l2, b.l2, ref carry);
        ulong r3 = AddCarry(a.l3, b.l3, ref carry);
        return SubtractOrder(r0, r1, r2, r3, carry);
    }

    /// <summary>Difference.</summary>
    public static Scalar operator -(in Scalar a, in Scalar b)
    {
        ulong borrow = 0;
        ulong r0 = SubtractBorrow(a.l0, b.l0, ref borrow);
        ulong r1 = SubtractBorrow(a.l1, b.l1, ref borrow);
        ulong r2 = SubtractBorrow(a.l2, b.l2, ref borrow);
        ulong r3 = SubtractBorrow(a.l3, b.l3, ref borrow);
        ulong mask = 0 - borrow;
        ulong carry = 0;
        r0 = AddCarry(r0, mask & N0, ref carry);
        r1 = AddCarry(r1, mask & N1, ref carry);
        r2 = AddCarry(r2, mask & N2, ref carry);
        r3 = AddCarry(r3, mask & N3, ref carry);
        return new Scalar(r0, r1, r2, r3);
    }

    /// <summary>Negative.</summary>
    public static Scalar operator -(in Scalar a) => Zero - a;

    /// <summary>Product: Montgomery's reduction after each limb.</summary>
    public static Scalar operator *(in Scalar a, in Scalar b)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        Step(a, b.l0, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a, b.l1, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a, b.l2, ref t0, ref t1, ref t2, ref t3, ref t4);
        Step(a, b.l3, ref t0, ref t1, ref t2, ref t3, ref t4);
        return SubtractOrder(t0, t1, t2, t3, t4);
    }

    /// <summary>1/a as a^(n-2); 0 for 0.</summary>
    public Scalar Invert()
    {
        // The exponent is public, so the branch on its bits tells nothing.
        ReadOnlySpan<ulong> exponent = [N0 - 2, N1, N2, N3];
        Scalar r = One;
        for (int bit = BitCount - 1; bit >= 0; bit--)
        {
            r *= r;
            if (((exponent[bit >> 6] >> (bit & 63)) & 1) != 0)
            {
                r *= this;
            }
        }

        return r;
    }

    /// <summary>Wipes an array of scalars.</summary>
    public static void Clear(Span<Scalar> scalars) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(scalars));

    private static Scalar Select(ulong mask, in Scalar a, in Scalar b) => new(
        a.l0 ^ (mask & (a.l0 ^ b.l0)),
        a.l1 ^ (mask & (a.l1 ^ b.l1)),
        a.l2 ^ (mask & (a.l2 ^ b.l2)),
        a.l3 ^ (mask & (a.l3 ^ b.l3)));

    private static Scalar ReadRaw(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..32]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..24]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..16]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[..8]));

    /// <summary>Out of Montgomery form: the limbs of the result are the value itself.</summary>
    private Scalar ToValue() => this * new Scalar(1, 0, 0, 0);

    /// <summary>t = (t + a·y + m·n) / 2^64, with m such that the lowest limb vanishes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(in Scalar a, ulong y, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        ulong carry = 0;
        t0 = MultiplyAddCarry(a.l0, y, t0, ref carry);
        t1 = MultiplyAddCarry(a.l1, y, t1, ref carry);
        t2 = MultiplyAddCarry(a.l2, y, t2, ref carry);
        t3 = MultiplyAddCarry(a.l3, y, t3, ref carry);
        ulong top = 0;
        t4 = AddCarry(t4, carry, ref top);

        ulong m = t0 * MinusInverse;
        carry = 0;
        _ = MultiplyAddCarry(N0, m, t0, ref carry);
        t0 = MultiplyAddCarry(N1, m, t1, ref carry);
        t1 = MultiplyAddCarry(N2, m, t2, ref carry);
        t2 = MultiplyAddCarry(N3, m, t3, ref carry);
        ulong overflow = 0;
        t3 = AddCarry(t4, carry, ref overflow);
        t4 = top + overflow;
    }

    /// <summary>Subtracts n once from a value below 2n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Scalar SubtractOrder(ulong r0, ulong r1, ulong r2, ulong r3, ulong r4)
    {
        ulong borrow = 0;
        ulong s0 = SubtractBorrow(r0, N0, ref borrow);
        ulong s1 = SubtractBorrow(r1, N1, ref borrow);
        ulong s2 = SubtractBorrow(r2, N2, ref borrow);
        ulong s3 = SubtractBorrow(r3, N3, ref borrow);
        _ = SubtractBorrow(r4, 0, ref borrow);
        return Select(0 - borrow, new Scalar(s0, s1, s2, s3), new Scalar(r0, r1, r2, r3));
    }
}
