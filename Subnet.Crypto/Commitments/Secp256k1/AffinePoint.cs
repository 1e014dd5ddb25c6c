using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>A point (x, y) of y² = x³ + 7, never infinity. Its encoding is SEC 1 compressed: 02 or 03 by the parity of y, then x.</summary>
internal readonly struct AffinePoint
{
    /// <summary>x.</summary>
    public readonly FieldElement X;

    /// <summary>y.</summary>
    public readonly FieldElement Y;

    /// <summary>The point with these coordinates, which the caller knows to be on the curve.</summary>
    public AffinePoint(in FieldElement x, in FieldElement y)
    {
        X = x;
        Y = y;
    }

    /// <summary>Length of the encoding.</summary>
    public const int ByteCount = 1 + FieldElement.ByteCount;

    /// <summary>The opposite point.</summary>
    public static AffinePoint operator -(in AffinePoint point) => new(point.X, -point.Y);

    /// <summary>The point with even y over x; false where x³ + 7 is no square.</summary>
    public static bool TryFromX(in FieldElement x, out AffinePoint point)
    {
        FieldElement square = (x.Square() * x) + FieldElement.FromUInt64(7);
        bool exists = square.TrySquareRoot(out FieldElement y);
        point = new AffinePoint(x, y.IsOdd ? -y : y);
        return exists;
    }

    /// <summary>Reads a point; false for another length or tag, an unreduced x, or an x off the curve. Infinity has no encoding.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AffinePoint point)
    {
        point = default;
        if (bytes.Length != ByteCount || bytes[0] is not (2 or 3) || !FieldElement.TryRead(bytes[1..], out FieldElement x)
            || !TryFromX(x, out point))
        {
            return false;
        }

        if (bytes[0] == 3)
        {
            point = -point;
        }

        return true;
    }

    /// <summary>Writes 33 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)(Y.IsOdd ? 3 : 2);
        X.Write(destination[1..ByteCount]);
    }

    /// <summary>The encoding.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteCount];
        Write(bytes);
        return bytes;
    }

    /// <summary>Of the points of <paramref name="table"/> the one of number <paramref name="index"/>, reading all of them: time and memory trace do not tell which. Zeros for any other number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AffinePoint SelectFrom(ReadOnlySpan<AffinePoint> table, ulong index)
    {
        ReadOnlySpan<Vector256<ulong>> coordinates = MemoryMarshal.Cast<AffinePoint, Vector256<ulong>>(table);
        Vector256<ulong> x = Vector256<ulong>.Zero;
        Vector256<ulong> y = Vector256<ulong>.Zero;
        for (int i = 0; i < table.Length; i++)
        {
            ulong difference = (ulong)i ^ index;
            Vector256<ulong> mask = Vector256.Create(((difference | (0 - difference)) >> 63) - 1);
            x |= mask & coordinates[2 * i];
            y |= mask & coordinates[(2 * i) + 1];
        }

        return new AffinePoint(Unsafe.BitCast<Vector256<ulong>, FieldElement>(x), Unsafe.BitCast<Vector256<ulong>, FieldElement>(y));
    }
}
