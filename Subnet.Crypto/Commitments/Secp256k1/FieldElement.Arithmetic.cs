using System.Runtime.CompilerServices;
using static Subnet.Crypto.Commitments.Secp256k1.Limbs;

namespace Subnet.Crypto.Commitments.Secp256k1;

internal readonly partial struct FieldElement
{
    /// <summary>Sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        ulong r0 = a.l0 + b.l0;
        ulong c = r0 < a.l0 ? 1UL : 0;
        ulong r1 = AddCarry(a.l1, b.l1, ref c);
        ulong r2 = AddCarry(a.l2, b.l2, ref c);
        ulong r3 = AddCarry(a.l3, b.l3, ref c);

        // Folding may carry once more, and then what is left is below Fold.
        ulong fold = (0 - c) & Fold;
        r0 += fold;
        c = r0 < fold ? 1UL : 0;
        r1 += c;
        c = r1 < c ? 1UL : 0;
        r2 += c;
        c = r2 < c ? 1UL : 0;
        r3 += c;
        c = r3 < c ? 1UL : 0;
        return new FieldElement(r0 + ((0 - c) & Fold), r1, r2, r3);
    }

    /// <summary>Difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        ulong r0 = a.l0 - b.l0;
        ulong c = a.l0 < b.l0 ? 1UL : 0;
        ulong r1 = SubtractBorrow(a.l1, b.l1, ref c);
        ulong r2 = SubtractBorrow(a.l2, b.l2, ref c);
        ulong r3 = SubtractBorrow(a.l3, b.l3, ref c);

        // A borrow means 2^256 too much, which is Fold modulo p. Should that borrow again, the value is next to 2^256 and limb 0 has room.
        ulong fold = (0 - c) & Fold;
        c = r0 < fold ? 1UL : 0;
        r0 -= fold;
        r1 = SubtractBorrow(r1, 0, ref c);
        r2 = SubtractBorrow(r2, 0, ref c);
        r3 = SubtractBorrow(r3, 0, ref c);
        return new FieldElement(r0 - ((0 - c) & Fold), r1, r2, r3);
    }

    /// <summary>Negative.</summary>
    public static FieldElement operator -(in FieldElement a) => Zero - a;

    /// <summary>Product.</summary>
    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        ulong a0 = a.l0, a1 = a.l1, a2 = a.l2, a3 = a.l3;
        ulong y = b.l0;
        ulong carry = Math.BigMul(a0, y, out ulong r0);
        ulong r1 = MultiplyAdd(a1, y, carry, out carry);
        ulong r2 = MultiplyAdd(a2, y, carry, out carry);
        ulong r3 = MultiplyAdd(a3, y, carry, out ulong r4);

        y = b.l1;
        r1 = MultiplyAdd(a0, y, r1, out carry);
        r2 = MultiplyAddAdd(a1, y, r2, carry, out carry);
        r3 = MultiplyAddAdd(a2, y, r3, carry, out carry);
        r4 = MultiplyAddAdd(a3, y, r4, carry, out ulong r5);

        y = b.l2;
        r2 = MultiplyAdd(a0, y, r2, out carry);
        r3 = MultiplyAddAdd(a1, y, r3, carry, out carry);
        r4 = MultiplyAddAdd(a2, y, r4, carry, out carry);
        r5 = MultiplyAddAdd(a3, y, r5, carry, out ulong r6);

        y = b.l3;
        r3 = MultiplyAdd(a0, y, r3, out carry);
        r4 = MultiplyAddAdd(a1, y, r4, carry, out carry);
        r5 = MultiplyAddAdd(a2, y, r5, carry, out carry);
        r6 = MultiplyAddAdd(a3, y, r6, carry, out ulong r7);
        return ReduceWide(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    /// <summary>Square.</summary>
    public FieldElement Square()
    {
        ulong a0 = l0, a1 = l1, a2 = l2, a3 = l3;

        // The products of different limbs once, doubled by a shift, then the squares.
        ulong carry = Math.BigMul(a0, a1, out ulong r1);
        ulong r2 = MultiplyAdd(a0, a2, carry, out carry);
        ulong r3 = MultiplyAdd(a0, a3, carry, out ulong r4);
        r3 = MultiplyAdd(a1, a2, r3, out carry);
        r4 = MultiplyAddAdd(a1, a3, r4, carry, out ulong r5);
        r5 = MultiplyAdd(a2, a3, r5, out ulong r6);

        ulong r7 = r6 >> 63;
        r6 = (r6 << 1) | (r5 >> 63);
        r5 = (r5 << 1) | (r4 >> 63);
        r4 = (r4 << 1) | (r3 >> 63);
        r3 = (r3 << 1) | (r2 >> 63);
        r2 = (r2 << 1) | (r1 >> 63);
        r1 <<= 1;

        ulong high = Math.BigMul(a0, a0, out ulong r0);
        ulong c = 0;
        r1 = AddCarry(r1, high, ref c);
        high = Math.BigMul(a1, a1, out ulong low);
        r2 = AddCarry(r2, low, ref c);
        r3 = AddCarry(r3, high, ref c);
        high = Math.BigMul(a2, a2, out low);
        r4 = AddCarry(r4, low, ref c);
        r5 = AddCarry(r5, high, ref c);
        high = Math.BigMul(a3, a3, out low);
        r6 = AddCarry(r6, low, ref c);
        r7 = AddCarry(r7, high, ref c);
        return ReduceWide(r0, r1, r2, r3, r4, r5, r6, r7);
    }

    /// <summary>Square, <paramref name="times"/> times over.</summary>
    public FieldElement Square(int times)
    {
        FieldElement r = this;
        for (int i = 0; i < times; i++)
        {
            r = r.Square();
        }

        return r;
    }

    /// <summary>Product with a number below 2^31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldElement Times(ulong small)
    {
        ulong carry = Math.BigMul(l0, small, out ulong r0);
        ulong r1 = MultiplyAdd(l1, small, carry, out carry);
        ulong r2 = MultiplyAdd(l2, small, carry, out carry);
        ulong r3 = MultiplyAdd(l3, small, carry, out carry);
        return FoldCarry(r0, r1, r2, r3, carry);
    }

    /// <summary>1/a as a^(p-2); 0 for 0.</summary>
    public FieldElement Invert()
    {
        FieldElement x223 = PowerOfOnes(out FieldElement x22, out FieldElement x2);

        // p - 2 = 223 ones, a zero, 22 ones, 0000 1 0 11 01.
        FieldElement r = x223.Square(23) * x22;
        r = r.Square(5) * this;
        r = r.Square(3) * x2;
        return r.Square(2) * this;
    }

    /// <summary>The square root a^((p+1)/4); false where the element is no square.</summary>
    public bool TrySquareRoot(out FieldElement root)
    {
        FieldElement x223 = PowerOfOnes(out FieldElement x22, out FieldElement x2);

        // (p + 1) / 4 = 223 ones, a zero, 22 ones, 0000 11 00.
        root = (x223.Square(23) * x22).Square(6) * x2;
        root = root.Square(2);
        return AreEqual(root.Square(), this);
    }

    /// <summary>a^(2^223 - 1), and a^(2^22 - 1), a^(2^2 - 1) on the way.</summary>
    private FieldElement PowerOfOnes(out FieldElement x22, out FieldElement x2)
    {
        x2 = Square() * this;
        FieldElement x3 = x2.Square() * this;
        FieldElement x6 = x3.Square(3) * x3;
        FieldElement x9 = x6.Square(3) * x3;
        FieldElement x11 = x9.Square(2) * x2;
        x22 = x11.Square(11) * x11;
        FieldElement x44 = x22.Square(22) * x22;
        FieldElement x88 = x44.Square(44) * x44;
        FieldElement x176 = x88.Square(88) * x88;
        FieldElement x220 = x176.Square(44) * x44;
        return x220.Square(3) * x3;
    }

    /// <summary>512 bits to 256: the upper half times Fold onto the lower, and once more for what is carried out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement ReduceWide(ulong r0, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5, ulong r6, ulong r7)
    {
        r0 = MultiplyAdd(r4, Fold, r0, out ulong carry);
        r1 = MultiplyAddAdd(r5, Fold, r1, carry, out carry);
        r2 = MultiplyAddAdd(r6, Fold, r2, carry, out carry);
        r3 = MultiplyAddAdd(r7, Fold, r3, carry, out carry);
        return FoldCarry(r0, r1, r2, r3, carry);
    }

    /// <summary>Adds carry · 2^256, carry below 2^35. Should that carry again, what is left is below 2^70 and limb 0 and 1 have room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement FoldCarry(ulong r0, ulong r1, ulong r2, ulong r3, ulong carry)
    {
        ulong high = Math.BigMul(carry, Fold, out ulong low);
        ulong c = 0;
        r0 = AddCarry(r0, low, ref c);
        r1 = AddCarry(r1, high, ref c);
        r2 = AddCarry(r2, 0, ref c);
        r3 = AddCarry(r3, 0, ref c);
        low = (0 - c) & Fold;
        r0 += low;
        r1 += r0 < low ? 1UL : 0;
        return new FieldElement(r0, r1, r2, r3);
    }
}
