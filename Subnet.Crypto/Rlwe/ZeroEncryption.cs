using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>Encryptions of zero, to which messages and keys are added (seal-format 10).</summary>
internal static class ZeroEncryption
{
    /// <summary>c_1 uniform from a public seed, c_0 = -(c_1 s + e), directly at a level.</summary>
    /// <param name="level">Any level.</param>
    /// <param name="secretKey">s.</param>
    /// <param name="isNtt">The form of the result; the seed expands to c_1 in this form.</param>
    /// <param name="random">Noise and seed.</param>
    /// <param name="destination">Receives the ciphertext, scale 1.</param>
    /// <returns>The seed of c_1.</returns>
    public static PrngSeed Symmetric(Level level, SecretKey secretKey, bool isNtt, IRandomSourceFactory random, Ciphertext destination)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        PrngSeed seed = random.CreatePublicSeed();
        destination.Resize(level, 2);
        destination.IsNttForm = isNtt;
        destination.Scale = 1.0;
        Expand(seed, level, destination.Polynomial(1));

        using StreamPool.Lease stream = parameters.Streams.Rent(random);
        using SecretCoefficients noise = new(n);
        NoiseSampler.Sample(stream.Source, noise.Span);
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent(n, isSecret: true);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Modulus q = level.Moduli[i];
            LimbKernels kernels = parameters.Tables(i).Kernels;
            Span<ulong> c0 = destination.Limb(0, i);
            Span<ulong> e = scratch.Span;
            SmallCoefficients.ToResidues(noise.Span, q.Value, e);
            if (isNtt)
            {
                kernels.Forward(e, e);
                kernels.MultiplyAdd(destination.Limb(1, i), secretKey.Limb(i), e);
                ModularVector.Negate(e, c0, q);
            }
            else
            {
                kernels.Forward(destination.Limb(1, i), c0);
                kernels.Multiply(c0, secretKey.Limb(i), c0);
                kernels.Inverse(c0, c0);
                ModularVector.Add(c0, e, c0, q);
                ModularVector.Negate(c0, c0, q);
            }
        }

        return seed;
    }

    /// <summary>
    /// c_j = p_j u + e_j with ternary u, made at the level above and divided by its last prime; at the key level itself where there
    /// is no level above (sets without special prime).
    /// </summary>
    public static void Asymmetric(Level level, PublicKey publicKey, bool isNtt, IRandomSourceFactory random, Ciphertext destination)
    {
        using StreamPool.Lease stream = level.Parameters.Streams.Rent(random);
        Asymmetric(level, publicKey, isNtt, divide: true, stream.Source, destination);
    }

    /// <summary>
    /// The same from a given stream, which yields u, then e_0, then e_1; without division it is made at the level itself, as for
    /// re-randomisation.
    /// </summary>
    public static void Asymmetric(Level level, PublicKey publicKey, bool isNtt, bool divide, IRandomSource source, Ciphertext destination)
    {
        Parameters parameters = level.Parameters;
        int n = parameters.PolyModulusDegree;
        Level upper = divide && level.Previous is { } above ? above : level;
        divide = upper.PrimeCount > level.PrimeCount;
        int last = upper.PrimeCount - 1;
        destination.Resize(level, 2);
        destination.IsNttForm = isNtt;
        destination.Scale = 1.0;

        using SecretCoefficients small = new(3 * n);
        Span<sbyte> u = small.Span[..n];
        TernarySampler.Sample(source, u);
        NoiseSampler.Sample(source, small.Span[n..]);
        using ScratchPool.Scratch scratch = parameters.Scratch.Rent(4 * n, isSecret: true);
        Span<ulong> product = scratch.Span[..n];
        Span<ulong> mask = scratch.Span.Slice(n, n);
        Span<ulong> dropped = scratch.Span.Slice(2 * n, 2 * n);

        // The last prime comes first: the others need its residues for the division.
        for (int step = divide ? -1 : 0; step < level.PrimeCount; step++)
        {
            int prime = step < 0 ? last : step;
            Modulus q = parameters.Moduli[prime];
            LimbKernels kernels = parameters.Tables(prime).Kernels;
            SmallCoefficients.ToResidues(u, q.Value, mask);
            kernels.Forward(mask, mask);
            for (int j = 0; j < 2; j++)
            {
                ReadOnlySpan<sbyte> noise = small.Span.Slice((j + 1) * n, n);
                Span<ulong> l = dropped.Slice(j * n, n);
                kernels.Multiply(mask, publicKey.Ciphertext.Limb(j, prime), product);
                if (step < 0)
                {
                    kernels.Inverse(product, product);
                    SmallCoefficients.ToResidues(noise, q.Value, l);
                    ModularVector.Add(product, l, l, q);
                    RnsDivision.PrepareLast(parameters, last, l, isNtt: false, l);
                    continue;
                }

                Finish((parameters, prime, divide ? last : -1, isNtt), product, noise, l, destination.Limb(j, prime));
            }
        }
    }

    /// <summary>The uniform polynomial that a seed stands for, at a level.</summary>
    public static void Expand(PrngSeed seed, Level level, Span<ulong> destination)
    {
        Span<ulong> moduli = stackalloc ulong[level.PrimeCount];
        for (int i = 0; i < moduli.Length; i++)
        {
            moduli[i] = level.Moduli[i].Value;
        }

        using StreamPool.Lease uniform = level.Parameters.Streams.Rent(seed.Type, seed.Bytes);
        UniformSampler.Sample(uniform.Source, moduli, level.Parameters.PolyModulusDegree, destination);
    }

    // (product + e - (l - h)) / p, where e and l are in coefficient form: their difference takes one transform.
    private static void Finish(
        (Parameters Parameters, int Prime, int Last, bool IsNtt) at, Span<ulong> product, ReadOnlySpan<sbyte> noise, ReadOnlySpan<ulong> l, Span<ulong> c)
    {
        Modulus q = at.Parameters.Moduli[at.Prime];
        LimbKernels kernels = at.Parameters.Tables(at.Prime).Kernels;
        SmallCoefficients.ToResidues(noise, q.Value, c);
        if (!at.IsNtt)
        {
            kernels.Inverse(product, product);
            ModularVector.Add(c, product, c, q);
            if (at.Last >= 0)
            {
                kernels.DivideRound(c, l, at.Parameters.Moduli[at.Last], at.Parameters.InversesOf(at.Last)[at.Prime], c);
            }

            return;
        }

        if (at.Last < 0)
        {
            kernels.Forward(c, c);
            ModularVector.Add(c, product, c, q);
            return;
        }

        using ScratchPool.Scratch centred = at.Parameters.Scratch.Rent(c.Length, isSecret: true);
        kernels.CentreLast(l, at.Parameters.Moduli[at.Last], centred.Span);
        ModularVector.Subtract(centred.Span, c, c, q);
        kernels.Forward(c, c);
        kernels.SubtractMultiply(product, c, at.Parameters.InversesOf(at.Last)[at.Prime], c);
    }
}
