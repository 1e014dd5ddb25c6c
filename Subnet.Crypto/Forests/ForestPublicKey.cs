using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// A public key at the data modulus, its uniform half expanded from a seed by whoever uses it: it makes the fresh encryption of zero
/// that hides how a reply was computed. Immutable and safe for concurrent use.
/// </summary>
public sealed class ForestPublicKey
{
    private readonly ForestSet set;
    private readonly ulong[][] transformed;

    internal ForestPublicKey(ForestSet set, Ciphertext zero)
    {
        this.set = set;
        transformed = [Transform(zero, 0), Transform(zero, 1)];
    }

    /// <summary>destination += Enc_pk(0), with u, e1, e2 in this order from the source.</summary>
    internal void AddZero(Ciphertext destination, IRandomSource source)
    {
        Level level = set.Parameters.FirstDataLevel;
        int n = set.Degree;
        using SecretCoefficients small = new(3 * n);
        TernarySampler.Sample(source, small.Span[..n]);
        NoiseSampler.Sample(source, small.Span.Slice(n, n));
        NoiseSampler.Sample(source, small.Span.Slice(2 * n, n));
        using ScratchPool.Scratch scratch = set.Parameters.Scratch.Rent(3 * n, isSecret: true);
        Span<ulong> u = scratch.Span[..n];
        Span<ulong> noise = scratch.Span.Slice(n, n);
        Span<ulong> product = scratch.Span.Slice(2 * n, n);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Modulus q = level.Moduli[i];
            LimbKernels kernels = level.Tables(i).Kernels;
            SmallCoefficients.ToResidues(small.Span[..n], q.Value, u);
            kernels.Forward(u, u);
            for (int j = 0; j < 2; j++)
            {
                kernels.Multiply(u, transformed[j].AsSpan(i * n, n), product);
                kernels.Inverse(product, product);
                SmallCoefficients.ToResidues(small.Span.Slice((j + 1) * n, n), q.Value, noise);
                Span<ulong> limb = destination.Limb(j, i);
                ModularVector.Add(limb, product, limb, q);
                ModularVector.Add(limb, noise, limb, q);
            }
        }
    }

    private ulong[] Transform(Ciphertext zero, int polynomial)
    {
        int n = set.Degree;
        ulong[] values = zero.Polynomial(polynomial).ToArray();
        for (int i = 0; i < zero.Level.PrimeCount; i++)
        {
            Span<ulong> limb = values.AsSpan(i * n, n);
            zero.Level.Tables(i).Kernels.Forward(limb, limb);
        }

        return values;
    }
}
