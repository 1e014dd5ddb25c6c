using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>Carries between 64-bit limbs, without branches on their values.</summary>
internal static class Limbs
{
    /// <summary>a + b + carry; the new carry is 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong AddCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b;
        ulong c = sum < a ? 1UL : 0;
        ulong r = sum + carry;
        carry = c + (r < sum ? 1UL : 0);
        return r;
    }

    /// <summary>a - b - borrow; the new borrow is 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SubtractBorrow(ulong a, ulong b, ref ulong borrow)
    {
        ulong difference = a - b;
        ulong c = a < b ? 1UL : 0;
        ulong r = difference - borrow;
        borrow = c + (difference < borrow ? 1UL : 0);
        return r;
    }

    /// <summary>The low half of a·b + c; the high half goes to <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAdd(ulong a, ulong b, ulong c, out ulong high)
    {
        ulong h = Math.BigMul(a, b, out ulong low);
        low += c;
        high = h + (low < c ? 1UL : 0);
        return low;
    }

    /// <summary>The low half of a·b + c + d, which never exceeds 128 bits; the high half goes to <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAddAdd(ulong a, ulong b, ulong c, ulong d, out ulong high)
    {
        ulong h = Math.BigMul(a, b, out ulong low);
        low += c;
        h += low < c ? 1UL : 0;
        low += d;
        high = h + (low < d ? 1UL : 0);
        return low;
    }

    /// <summary>The low half of a·b + c + carry; the high half becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyAddCarry(ulong a, ulong b, ulong c, ref ulong carry) => MultiplyAddAdd(a, b, c, carry, out carry);
}
