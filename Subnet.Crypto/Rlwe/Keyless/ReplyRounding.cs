using System.Collections.Immutable;
using System.Numerics;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// Steps (4) and (5) of a reply (parameters 2): drop primes while the others still hold k + 3 bits, then round to k bits:
/// x becomes floor((x 2^k + floor(q'/2)) / q') mod 2^k. Immutable.
/// </summary>
internal sealed class ReplyRounding
{
    private readonly KeylessSet set;
    private readonly int bits;
    private readonly int limbsLeft;
    private readonly UInt128 modulus;
    private readonly UInt128 half;
    private readonly UInt128 inverseModulus;
    private readonly UInt128 inverseLast;
    private readonly ImmutableArray<ImmutableArray<ulong>> inverses;
    private readonly ulong firstInverse;

    public ReplyRounding(KeylessParameters parameters)
    {
        set = parameters.Set;
        bits = parameters.ReplyBits;
        limbsLeft = set.Moduli.Length;
        while (limbsLeft > 1 && Product(limbsLeft - 1) >= BigInteger.One << (bits + 3))
        {
            limbsLeft--;
        }

        if (limbsLeft > 2)
        {
            throw new ArgumentException($"a reply of {bits} bits leaves more than two primes of the set {set.Name}", nameof(parameters));
        }

        modulus = (UInt128)Product(limbsLeft);
        half = modulus / 2;

        // floor(2^128 / q'), and floor(2^128 / p2) for the mixed radix digit of the second prime.
        inverseModulus = (UInt128)((BigInteger.One << 128) / Product(limbsLeft));
        inverseLast = limbsLeft == 2 ? (UInt128)((BigInteger.One << 128) / set.Moduli[1].Value) : 0;
        firstInverse = limbsLeft == 2 ? set.Moduli[1].Invert(set.Moduli[0].Value) : 0;
        inverses =
        [
            .. Enumerable.Range(0, set.Moduli.Length).Select(last =>
                Enumerable.Range(0, last).Select(limb => set.Moduli[limb].Invert(set.Moduli[last].Value)).ToImmutableArray()),
        ];
    }

    /// <summary>Rounds <paramref name="count"/> coefficients given limb after limb; the source is overwritten.</summary>
    /// <param name="residues">count words for each prime of the set.</param>
    /// <param name="count">Coefficients.</param>
    /// <param name="destination">At least count words in [0, 2^k); may be the start of the source.</param>
    public void Round(Span<ulong> residues, int count, Span<ulong> destination)
    {
        for (int last = set.Moduli.Length - 1; last >= limbsLeft; last--)
        {
            DropLast(residues, count, last);
        }

        ulong mask = (1UL << bits) - 1;
        for (int i = 0; i < count; i++)
        {
            UInt128 x = residues[i];
            UInt128 fraction;
            if (limbsLeft == 1)
            {
                fraction = x * inverseModulus;
            }
            else
            {
                // x = x1 + p1 v with v = (x2 - x1) / p1 modulo p2.
                Modulus second = set.Moduli[1];
                ulong digit = second.Multiply(second.Subtract(residues[count + i], second.Reduce(residues[i])), firstInverse);
                fraction = (digit * inverseLast) + (x * inverseModulus);
                x += (UInt128)set.Moduli[0].Value * digit;
            }

            // The fraction x / q' from below: the quotient it gives is at most two too small, which the exact remainder shows.
            UInt128 quotient = fraction >> (128 - bits);
            UInt128 remainder = (x << bits) + half - (quotient * modulus);
            for (int step = 0; step < 3; step++)
            {
                UInt128 reached = remainder >= modulus ? UInt128.One : UInt128.Zero;
                quotient += reached;
                remainder -= reached * modulus;
            }

            destination[i] = (ulong)quotient & mask;
        }
    }

    // SEAL's divide and round: add floor(q_l / 2), take the residue modulo q_l away, divide by q_l.
    private void DropLast(Span<ulong> residues, int count, int last)
    {
        Modulus dropped = set.Moduli[last];
        ulong halfDropped = dropped.Value >> 1;
        Span<ulong> lastResidues = residues.Slice(last * count, count);
        foreach (ref ulong residue in lastResidues)
        {
            residue = dropped.Add(residue, halfDropped);
        }

        for (int limb = 0; limb < last; limb++)
        {
            Modulus target = set.Moduli[limb];
            ShoupOperand inverse = new(inverses[last][limb], target);
            ulong halfTarget = target.Reduce(halfDropped);
            Span<ulong> part = residues.Slice(limb * count, count);
            for (int i = 0; i < part.Length; i++)
            {
                ulong correction = target.Subtract(target.Reduce(lastResidues[i]), halfTarget);
                part[i] = inverse.Multiply(target.Subtract(part[i], correction), target);
            }
        }
    }

    private BigInteger Product(int limbs) =>
        set.Moduli.Take(limbs).Aggregate(BigInteger.One, (product, prime) => product * prime.Value);
}
