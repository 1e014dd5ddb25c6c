using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A batch's public key at the data modulus: p1 expanded from a public seed by whoever uses the key (a chosen p1 would show what re-randomisation is to hide), p0 = -(p1 s + e).
/// It makes encryptions of zero that follow from a stream. Immutable and safe for concurrent use.
/// </summary>
public sealed class ScoringPublicKey
{
    private readonly ulong[][] transformed;

    /// <summary>Takes p0 and expands p1.</summary>
    /// <param name="set">The set.</param>
    /// <param name="seed">The seed of p1.</param>
    /// <param name="p0">N L residues in coefficient form, limb after limb.</param>
    /// <exception cref="ArgumentException">Another length, or a residue that is not below its prime.</exception>
    public ScoringPublicKey(ScoringSet set, PrngSeed seed, ReadOnlySpan<ulong> p0)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(seed);
        Level level = set.Parameters.FirstDataLevel;
        if (p0.Length != level.PolynomialWords)
        {
            throw new ArgumentException($"p0 has {level.PolynomialWords} residues, not {p0.Length}", nameof(p0));
        }

        int n = set.Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            if (!ModularVector.AllBelow(p0.Slice(i * n, n), level.Moduli[i].Value))
            {
                throw new ArgumentException($"a residue of p0 is not below prime number {i}", nameof(p0));
            }
        }

        Set = set;
        Seed = seed;
        P0 = p0.ToArray();
        ulong[] p1 = new ulong[level.PolynomialWords];
        ZeroEncryption.Expand(seed, level, p1);
        transformed = [Transform(level, P0.Span), Transform(level, p1)];
    }

    /// <summary>The set.</summary>
    public ScoringSet Set { get; }

    /// <summary>The seed of p1.</summary>
    public PrngSeed Seed { get; }

    /// <summary>p0 in coefficient form.</summary>
    public ReadOnlyMemory<ulong> P0 { get; }

    /// <summary>A public key of a secret key.</summary>
    public static ScoringPublicKey Create(ScoringSet set, SecretKey secretKey, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        Ciphertext zero = new(set.Parameters);
        PrngSeed seed = new Encryptor(set.Parameters, random).EncryptZeroSymmetric(set.Parameters.FirstDataLevel, secretKey, zero);
        return new ScoringPublicKey(set, seed, zero.Polynomial(0));
    }

    /// <summary>Enc_pk(0) = (p0 u + e1, p1 u + e2), with u, e1, e2 in this order from the stream.</summary>
    internal Ciphertext EncryptZero(IRandomSource source)
    {
        Level level = Set.Parameters.FirstDataLevel;
        int n = Set.Parameters.PolyModulusDegree;
        using SecretCoefficients small = new(3 * n);
        TernarySampler.Sample(source, small.Span[..n]);
        NoiseSampler.Sample(source, small.Span.Slice(n, n));
        NoiseSampler.Sample(source, small.Span.Slice(2 * n, n));
        using ScratchPool.Scratch scratch = Set.Parameters.Scratch.Rent(2 * n, isSecret: true);
        Span<ulong> u = scratch.Span[..n];
        Span<ulong> noise = scratch.Span[n..];
        Ciphertext zero = new(level, 2, isNttForm: false);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Modulus q = level.Moduli[i];
            LimbKernels kernels = level.Tables(i).Kernels;
            SmallCoefficients.ToResidues(small.Span[..n], q.Value, u);
            kernels.Forward(u, u);
            for (int j = 0; j < 2; j++)
            {
                Span<ulong> limb = zero.Limb(j, i);
                kernels.Multiply(u, transformed[j].AsSpan(i * n, n), limb);
                kernels.Inverse(limb, limb);
                SmallCoefficients.ToResidues(small.Span.Slice((j + 1) * n, n), q.Value, noise);
                ModularVector.Add(limb, noise, limb, q);
            }
        }

        return zero;
    }

    private static ulong[] Transform(Level level, ReadOnlySpan<ulong> polynomial)
    {
        int n = level.Parameters.PolyModulusDegree;
        ulong[] values = polynomial.ToArray();
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Span<ulong> limb = values.AsSpan(i * n, n);
            level.Tables(i).Kernels.Forward(limb, limb);
        }

        return values;
    }
}
