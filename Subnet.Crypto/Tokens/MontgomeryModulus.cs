using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// Arithmetic modulo an odd number in Montgomery form, limbs of 64 bits with the least significant first. Time and memory accesses depend on the number of limbs only, not on
/// modulus, operands or exponent. Immutable and safe for concurrent use until disposed, which wipes the modulus.
/// </summary>
internal sealed class MontgomeryModulus : IDisposable
{
    private const int WindowBits = 4;
    private const int WindowSize = 1 << WindowBits;

    private readonly ulong[] n;
    private readonly ulong[] square;
    private readonly ulong inverse;

    /// <summary>Takes a modulus, big-endian; leading zeros do not count.</summary>
    /// <exception cref="ArgumentException">The modulus is even or below 3.</exception>
    public MontgomeryModulus(ReadOnlySpan<byte> modulus)
    {
        ReadOnlySpan<byte> significant = modulus.TrimStart((byte)0);
        if (significant.IsEmpty || (significant[^1] & 1) == 0 || (significant.Length == 1 && significant[0] == 1))
        {
            throw new ArgumentException("a modulus is odd and at least 3", nameof(modulus));
        }

        Limbs = (significant.Length + 7) / 8;
        n = new ulong[Limbs];
        Read(significant, n);
        inverse = NegativeInverse(n[0]);
        square = new ulong[Limbs];

        // R² = 2^(128 limbs) by doubling 1, since nothing is known of the modulus that would make division constant in time.
        square[0] = 1;
        for (int i = 0; i < 128 * Limbs; i++)
        {
            Add(square, square, square);
        }
    }

    /// <summary>Limbs of the modulus.</summary>
    public int Limbs { get; }

    /// <summary>Reads big-endian bytes into limbs; what is missing above is 0.</summary>
    /// <exception cref="ArgumentException">The number has more limbs.</exception>
    public static void Read(ReadOnlySpan<byte> bytes, Span<ulong> limbs)
    {
        ReadOnlySpan<byte> significant = bytes.TrimStart((byte)0);
        if (significant.Length > sizeof(ulong) * limbs.Length)
        {
            throw new ArgumentException($"a number of {significant.Length} bytes does not fit {limbs.Length} limbs", nameof(bytes));
        }

        Span<byte> whole = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < limbs.Length; i++)
        {
            int end = significant.Length - (sizeof(ulong) * i);
            int taken = Math.Clamp(end, 0, sizeof(ulong));
            whole.Clear();
            significant.Slice(Math.Max(0, end - taken), taken).CopyTo(whole[(sizeof(ulong) - taken)..]);
            limbs[i] = BinaryPrimitives.ReadUInt64BigEndian(whole);
        }

        whole.Clear();
    }

    /// <summary>Writes limbs as big-endian bytes; bytes above the limbs are 0, limbs above the bytes must be.</summary>
    public static void Write(ReadOnlySpan<ulong> limbs, Span<byte> bytes)
    {
        bytes.Clear();
        for (int i = 0; i < bytes.Length && i / sizeof(ulong) < limbs.Length; i++)
        {
            bytes[^(i + 1)] = (byte)(limbs[i / sizeof(ulong)] >> (8 * (i % sizeof(ulong))));
        }
    }

    /// <summary>x R of a number of up to twice the limbs: its Montgomery form, reduced.</summary>
    public void ToMontgomery(ReadOnlySpan<ulong> x, Span<ulong> result)
    {
        // x = low + high R: the form of high R is that of high once more times R².
        Span<ulong> high = stackalloc ulong[Limbs];
        Multiply(x[..Limbs], square, result);
        if (x.Length > Limbs)
        {
            Span<ulong> padded = stackalloc ulong[Limbs];
            padded.Clear();
            x[Limbs..].CopyTo(padded);
            Multiply(padded, square, high);
            Multiply(high, square, high);
            Add(result, high, result);
            padded.Clear();
        }

        high.Clear();
    }

    /// <summary>The number whose Montgomery form this is.</summary>
    public void FromMontgomery(ReadOnlySpan<ulong> x, Span<ulong> result)
    {
        Span<ulong> one = stackalloc ulong[Limbs];
        one.Clear();
        one[0] = 1;
        Multiply(x, one, result);
    }

    /// <summary>a + b of reduced numbers; the result may be one of them.</summary>
    public void Add(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        ulong carry = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong partial = a[i] + carry;
            ulong overflow = Below(partial, carry);
            ulong sum = partial + b[i];
            carry = overflow + Below(sum, b[i]);
            result[i] = sum;
        }

        ReduceOnce(result, carry);
    }

    /// <summary>a - b of reduced numbers; the result may be one of them.</summary>
    public void Subtract(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        ulong borrow = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong difference = a[i] - b[i];
            ulong next = Below(a[i], b[i]) + Below(difference, borrow);
            result[i] = difference - borrow;
            borrow = next;
        }

        // What went below 0 gets the modulus added, by a mask.
        ulong mask = 0 - borrow;
        ulong carry = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong partial = result[i] + carry;
            ulong overflow = Below(partial, carry);
            ulong addend = n[i] & mask;
            ulong sum = partial + addend;
            carry = overflow + Below(sum, addend);
            result[i] = sum;
        }
    }

    /// <summary>a b / R, reduced; one of both reduced, the other of any size in its limbs. The result may be one of them.</summary>
    public void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        Span<ulong> t = stackalloc ulong[Limbs];
        t.Clear();
        ref ulong first = ref MemoryMarshal.GetReference(a[..Limbs]);
        ref ulong sum = ref MemoryMarshal.GetReference(t);
        ulong above = 0;
        for (int i = 0; i < Limbs; i++)
        {
            above = Step(ref first, b[i], ref sum, above);
        }

        t.CopyTo(result);
        ReduceOnce(result, above);
        t.Clear();
    }

    /// <summary>x^exponent in Montgomery form, by windows of four bits, each power taken from the table by reading all of it.</summary>
    public void Exponentiate(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> exponent, Span<ulong> result)
    {
        ulong[] table = new ulong[WindowSize * Limbs];
        Span<ulong> one = stackalloc ulong[Limbs];
        Span<ulong> power = stackalloc ulong[Limbs];
        one.Clear();
        one[0] = 1;
        Multiply(one, square, table.AsSpan(0, Limbs));
        for (int i = 1; i < WindowSize; i++)
        {
            Multiply(table.AsSpan((i - 1) * Limbs, Limbs), x, table.AsSpan(i * Limbs, Limbs));
        }

        Span<ulong> accumulated = stackalloc ulong[Limbs];
        table.AsSpan(0, Limbs).CopyTo(accumulated);
        for (int window = (exponent.Length * 64 / WindowBits) - 1; window >= 0; window--)
        {
            for (int i = 0; i < WindowBits; i++)
            {
                Multiply(accumulated, accumulated, accumulated);
            }

            int shift = window * WindowBits;
            Select(table, (exponent[shift / 64] >> (shift % 64)) & (WindowSize - 1), power);
            Multiply(accumulated, power, accumulated);
        }

        accumulated.CopyTo(result);
        accumulated.Clear();
        power.Clear();
        table.AsSpan().Clear();
    }

    /// <summary>Wipes the modulus.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(n.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(square.AsSpan()));
    }

    /// <summary>
    /// t = (t + a b + n m) / 2^64 with the m that makes the lowest limb 0, both products in one pass; what is above the limbs of n comes in and goes out as a limb of its own.
    /// </summary>
    private ulong Step(ref ulong a, ulong b, ref ulong t, ulong above)
    {
        ref ulong modulus = ref MemoryMarshal.GetArrayDataReference(n);
        ulong high = Math.BigMul(a, b, out ulong low);
        low += t;
        high += low < t ? 1UL : 0UL;
        ulong factor = low * inverse;
        ulong reduced = Math.BigMul(modulus, factor, out ulong cleared);
        cleared += low;
        reduced += cleared < low ? 1UL : 0UL;
        for (nuint j = 1; j < (nuint)Limbs; j++)
        {
            ulong next = Math.BigMul(Unsafe.Add(ref a, j), b, out low);
            low += high;
            next += low < high ? 1UL : 0UL;
            ulong old = Unsafe.Add(ref t, j);
            low += old;
            next += low < old ? 1UL : 0UL;
            high = next;
            next = Math.BigMul(Unsafe.Add(ref modulus, j), factor, out ulong product);
            low += product;
            next += low < product ? 1UL : 0UL;
            low += reduced;
            next += low < reduced ? 1UL : 0UL;
            reduced = next;
            Unsafe.Add(ref t, j - 1) = low;
        }

        ulong top = high + reduced;
        ulong carry = top < reduced ? 1UL : 0UL;
        top += above;
        carry += top < above ? 1UL : 0UL;
        Unsafe.Add(ref t, (nuint)Limbs - 1) = top;
        return carry;
    }

    /// <summary>Takes the modulus off where the number, with a limb above, is not below it.</summary>
    private void ReduceOnce(Span<ulong> x, ulong above)
    {
        Span<ulong> reduced = stackalloc ulong[Limbs];
        ulong borrow = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong difference = x[i] - n[i];
            ulong next = Below(x[i], n[i]) + Below(difference, borrow);
            reduced[i] = difference - borrow;
            borrow = next;
        }

        // Keep x where the subtraction went below 0 and nothing was above.
        ulong keep = 0 - Below(above, borrow);
        for (int i = 0; i < Limbs; i++)
        {
            x[i] = (x[i] & keep) | (reduced[i] & ~keep);
        }

        reduced.Clear();
    }

    private void Select(ReadOnlySpan<ulong> table, ulong index, Span<ulong> result)
    {
        result.Clear();
        for (ulong entry = 0; entry < WindowSize; entry++)
        {
            ulong different = entry ^ index;
            ulong mask = ((different | (0 - different)) >> 63) - 1;
            ReadOnlySpan<ulong> row = table.Slice((int)entry * Limbs, Limbs);
            for (int i = 0; i < row.Length; i++)
            {
                result[i] |= row[i] & mask;
            }
        }
    }

    /// <summary>1 where a is below b. The compiler makes a comparison and a set of it, without a branch.</summary>
    private static ulong Below(ulong a, ulong b) => a < b ? 1UL : 0UL;

    /// <summary>-1/x modulo 2^64, by Newton's method.</summary>
    private static ulong NegativeInverse(ulong x)
    {
        ulong y = x;
        for (int i = 0; i < 5; i++)
        {
            y *= 2 - (x * y);
        }

        return 0 - y;
    }
}
