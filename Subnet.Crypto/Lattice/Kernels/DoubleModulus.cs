using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// A modulus p below 2^50 in every lane, and exact modular arithmetic in double precision: h = a w rounded, q = round(h / p),
/// a w - q p = (h - q p) + (a w - h) with both parts exact by fused multiply-add.
/// </summary>
/// <remarks>
/// Values are integers, "balanced" ones of either sign. Let |a| = M p with M p at most 2^53 and |w| at most p/2 (a balanced
/// constant) or let both be below p. The three roundings in q add up to at most 3 * 2^-53 |a w / p|, so a product is at most
/// <c>(1/2 + 3 * 2^-54 M p) p</c> in absolute value: p/2 plus 3 M / 16 p for p near 2^50.
/// </remarks>
internal readonly struct DoubleModulus<TLanes>
    where TLanes : struct, IDoubleLanes<TLanes>
{
    public readonly TLanes Value;
    public readonly TLanes Inverse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DoubleModulus(double value)
    {
        Value = TLanes.Broadcast(value);
        Inverse = TLanes.Broadcast(1.0 / value);
    }

    /// <summary>A balanced representative of a * w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Multiply(TLanes a, TLanes w)
    {
        TLanes high = a * w;
        TLanes quotient = TLanes.Round(high * Inverse);
        TLanes low = TLanes.MultiplySubtract(a, w, high);
        return TLanes.SubtractProduct(high, quotient, Value) + low;
    }

    /// <summary>A balanced representative of a * w for a constant w, with w/p at hand: the quotient need not wait for the product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Multiply(TLanes a, TLanes w, TLanes quotientOfW)
    {
        TLanes high = a * w;
        TLanes quotient = TLanes.Round(a * quotientOfW);
        TLanes low = TLanes.MultiplySubtract(a, w, high);
        return TLanes.SubtractProduct(high, quotient, Value) + low;
    }

    /// <summary>The representative of a in [-p/2, p/2], up to one unit in the last place of the quotient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Reduce(TLanes a) => TLanes.SubtractProduct(a, TLanes.Round(a * Inverse), Value);

    /// <summary>The residue in [0, p) of a value in (-p, p).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes ToResidue(TLanes a) => TLanes.AddIfNegative(a, Value);
}
