using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Tests.Health.Circuits;

/// <summary>What a key holder reads of an evaluated keyless ciphertext.</summary>
internal static class KeylessPhase
{
    /// <summary>A coefficient of c0 + c1 s, modulo q; c0 and c1 are polynomials 0 and 1.</summary>
    public static BigInteger Of(KeylessSet set, KeylessScratch evaluated, sbyte[] secret, int position)
    {
        BigInteger phase = 0;
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            Modulus p = set.Moduli[limb];
            ulong sum = evaluated[0][(limb * set.Degree) + position];
            for (int i = 0; i < set.Degree; i++)
            {
                int other = position - i;
                ulong value = evaluated[1][(limb * set.Degree) + (other >= 0 ? other : other + set.Degree)];
                int sign = other >= 0 ? secret[i] : -secret[i];
                sum = sign == 0 ? sum : sign > 0 ? p.Add(sum, value) : p.Subtract(sum, value);
            }

            BigInteger rest = set.Product / p.Value;
            phase += sum * rest * p.Invert((ulong)(rest % p.Value));
        }

        return phase % set.Product;
    }

    /// <summary>The distance of a phase from the answer it holds.</summary>
    public static double Noise(KeylessParameters parameters, BigInteger phase, long answer)
    {
        BigInteger turn = parameters.Set.Product << parameters.PlainBits;
        return (double)Centre((phase << parameters.PlainBits) - (answer * parameters.Set.Product), turn) / Math.ScaleB(1, parameters.PlainBits);
    }

    /// <summary>The residue nearest to 0.</summary>
    public static BigInteger Centre(BigInteger value, BigInteger modulus)
    {
        BigInteger positive = ((value % modulus) + modulus) % modulus;
        return positive > modulus / 2 ? positive - modulus : positive;
    }

    /// <summary>A secret or noise polynomial as the query's master gives it.</summary>
    public static sbyte[] Draw(KeylessSet set, byte[] master, string label, bool ternary)
    {
        sbyte[] drawn = new sbyte[set.Degree];
        using IRandomSource source = KeylessSeeds.Open(master, label);
        if (ternary)
        {
            TernarySampler.Sample(source, drawn);
        }
        else
        {
            NoiseSampler.Sample(source, drawn);
        }

        return drawn;
    }
}
