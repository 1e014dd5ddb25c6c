using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Comparison;

/// <summary>From a scored ciphertext to the bytes that leave: flooding, dropping primes, rounding to k bits (parameters 3.1, step 5).</summary>
internal static class ScoreOutputs
{
    /// <summary>Adds an integer uniform on [-2^f, 2^f) to coefficient 0: ceil((f+1)/8) bytes little-endian, the low f + 1 bits, minus 2^f.</summary>
    public static void Flood(ScoringSet set, IRandomSource source, Ciphertext output)
    {
        byte[] bytes = new byte[(set.FloodBits + 8) / 8];
        source.Fill(bytes);
        BigInteger mask = (BigInteger.One << (set.FloodBits + 1)) - 1;
        BigInteger flooding = (new BigInteger(bytes, isUnsigned: true) & mask) - (BigInteger.One << set.FloodBits);
        for (int i = 0; i < output.Level.PrimeCount; i++)
        {
            Modulus q = output.Level.Moduli[i];
            BigInteger residue = flooding % q.Value;
            Span<ulong> limb = output.Limb(0, i);
            limb[0] = q.Add(limb[0], (ulong)(residue.Sign < 0 ? residue + q.Value : residue));
        }
    }

    /// <summary>Drops primes while the others hold k + 3 bits, then takes floor((x 2^k + floor(q'/2)) / q') mod 2^k of c1 and of coefficient 0 of c0.</summary>
    public static ScoreOutput Round(ScoringSet set, BfvEvaluator evaluator, Ciphertext output)
    {
        BigInteger least = BigInteger.One << (set.ReplyBits + 3);
        while (output.Level.PrimeCount > 1 && output.Level.Product / output.Level.Moduli[^1].Value >= least)
        {
            evaluator.ModSwitchToNext(output, output);
        }

        int n = set.Parameters.PolyModulusDegree;
        ulong[] residues = new ulong[n + 1];
        Rounding rounding = new(output.Level, set.ReplyBits);
        for (int i = 0; i < n; i++)
        {
            residues[i] = rounding.Round(output, 1, i);
        }

        residues[n] = rounding.Round(output, 0, 0);
        byte[] packed = new byte[ScoreOutput.ByteCount(set)];
        ResiduePacking.Pack(residues, set.ReplyBits, packed);
        return new ScoreOutput(packed);
    }

    private readonly struct Rounding
    {
        private readonly UInt128 modulus;
        private readonly int bits;
        private readonly ulong firstInverse;

        public Rounding(Level level, int bits)
        {
            // With at most two primes of 50 bits x 2^(k/2) stays below 2^127.
            if (level.PrimeCount > 2)
            {
                throw new InvalidOperationException($"rounding to {bits} bits left {level.PrimeCount} primes");
            }

            modulus = (UInt128)level.Product;
            this.bits = bits;
            firstInverse = level.PrimeCount == 2 ? level.Moduli[1].Invert(level.Moduli[1].Reduce(level.Moduli[0].Value)) : 0;
        }

        public ulong Round(Ciphertext ciphertext, int polynomial, int position)
        {
            Level level = ciphertext.Level;
            UInt128 x = ciphertext.Limb(polynomial, 0)[position];
            if (level.PrimeCount == 2)
            {
                // x = a + p0 ((b - a) / p0 mod p1)
                Modulus last = level.Moduli[1];
                ulong a = last.Reduce((ulong)x);
                ulong digit = last.Multiply(last.Subtract(ciphertext.Limb(polynomial, 1)[position], a), firstInverse);
                x += Math.BigMul(level.Moduli[0].Value, digit);
            }

            // The division in two steps of half the bits each.
            int half = bits / 2;
            UInt128 shifted = x << half;
            UInt128 high = shifted / modulus;
            UInt128 low = (((shifted - (high * modulus)) << (bits - half)) + (modulus / 2)) / modulus;
            return (ulong)((high << (bits - half)) + low) & ((1UL << bits) - 1);
        }
    }
}
