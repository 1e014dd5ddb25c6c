using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Lattice;

/// <summary>A constant residue w with floor(2^64 w / q): multiplying by it costs two word products and no division (Shoup).</summary>
internal readonly struct ShoupOperand
{
    private readonly ulong _quotient;

    public ShoupOperand(ulong value, Modulus modulus)
    {
        Value = value;
        _quotient = modulus.ShoupQuotient(value);
    }

    /// <summary>w, in [0, q).</summary>
    public ulong Value { get; }

    /// <summary>x * w mod q for any 64-bit x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Multiply(ulong x, Modulus modulus) => modulus.ReduceOnce(MultiplyLazy(x, modulus.Value));

    /// <summary>A number congruent to x * w in [0, 2q), for any 64-bit x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong MultiplyLazy(ulong x, ulong modulus)
    {
        ulong quotient = Math.BigMul(x, _quotient, out _);
        return (x * Value) - (quotient * modulus);
    }
}
