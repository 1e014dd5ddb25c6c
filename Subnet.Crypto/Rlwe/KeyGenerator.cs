using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Makes keys. Secrets and noise come from private streams of the factory, the uniform halves from public seeds of it, so every
/// public key can be written as its seed. Safe for concurrent use if the factory is; with a seeded factory and one thread the
/// keys are reproducible.
/// </summary>
public sealed class KeyGenerator
{
    private readonly IRandomSourceFactory _random;

    /// <summary>A generator for a parameter set.</summary>
    /// <param name="parameters">The set.</param>
    /// <param name="random">Where randomness comes from; in production one that seeds itself from the operating system.</param>
    public KeyGenerator(Parameters parameters, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        Parameters = parameters;
        _random = random;
    }

    /// <summary>The parameter set.</summary>
    public Parameters Parameters { get; }

    /// <summary>A secret key with coefficients uniform on {-1, 0, 1}.</summary>
    public SecretKey CreateSecretKey()
    {
        SecretKey key = new(Parameters);
        using IRandomSource source = _random.Create();
        using SecretCoefficients secret = new(Parameters.PolyModulusDegree);
        TernarySampler.Sample(source, secret.Span);
        for (int i = 0; i < Parameters.Moduli.Length; i++)
        {
            Span<ulong> limb = key.MutableLimb(i);
            SmallCoefficients.ToResidues(secret.Span, Parameters.Moduli[i].Value, limb);
            Parameters.Tables(i).Forward(limb);
        }

        return key;
    }

    /// <summary>A public key for a secret key.</summary>
    /// <param name="secretKey">The secret key.</param>
    /// <param name="seeds">Receives the seed of the uniform half.</param>
    /// <exception cref="ArgumentException">The key belongs to other parameters.</exception>
    public PublicKey CreatePublicKey(SecretKey secretKey, ICollection<PrngSeed>? seeds = null)
    {
        CheckKey(secretKey);
        Ciphertext zero = new(Parameters);
        PrngSeed seed = ZeroEncryption.Symmetric(Parameters.KeyLevel, secretKey, isNtt: true, _random, zero);
        seeds?.Add(seed);
        return new PublicKey(zero);
    }

    /// <summary>Relinearization keys for s^2 and, if asked for, the following powers.</summary>
    /// <param name="secretKey">The secret key.</param>
    /// <param name="count">How many powers, 1 to 14 and at most N.</param>
    /// <param name="seeds">Receives the seeds, digit by digit.</param>
    /// <exception cref="ArgumentException">The key belongs to other parameters, or these have no special prime.</exception>
    public RelinearizationKeys CreateRelinearizationKeys(SecretKey secretKey, int count = 1, ICollection<PrngSeed>? seeds = null)
    {
        CheckKey(secretKey);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Math.Min(RelinearizationKeys.MaxCount, Parameters.PolyModulusDegree));
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch power = Parameters.Scratch.Rent(Parameters.KeyLevel.PolynomialWords, isSecret: true);
        secretKey.Words.CopyTo(power.Span);
        KeySwitchKey?[] keys = new KeySwitchKey?[count];
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < Parameters.Moduli.Length; i++)
            {
                Span<ulong> limb = power.Span.Slice(i * n, n);
                Parameters.Tables(i).Kernels.Multiply(limb, secretKey.Limb(i), limb);
            }

            keys[j] = CreateKeySwitchKey(secretKey, power.Span, seeds);
        }

        return new RelinearizationKeys(Parameters, keys);
    }

    /// <summary>Galois keys for these elements.</summary>
    /// <param name="secretKey">The secret key.</param>
    /// <param name="elements">The elements, or null for SEAL's default set.</param>
    /// <param name="seeds">Receives the seeds in ascending order of the elements, digit by digit.</param>
    /// <exception cref="ArgumentException">An element is not odd and below 2N, the key belongs to other parameters, or these have no special prime.</exception>
    public GaloisKeys CreateGaloisKeys(SecretKey secretKey, IEnumerable<int>? elements = null, ICollection<PrngSeed>? seeds = null)
    {
        CheckKey(secretKey);
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch rotated = Parameters.Scratch.Rent(Parameters.KeyLevel.PolynomialWords, isSecret: true);
        Dictionary<int, KeySwitchKey> keys = [];
        foreach (int element in new SortedSet<int>(elements ?? GaloisElement.Default(Parameters)))
        {
            GaloisElement.Check(Parameters, element);
            for (int i = 0; i < Parameters.Moduli.Length; i++)
            {
                Parameters.Automorphisms.ApplyToValues(secretKey.Limb(i), element, rotated.Span.Slice(i * n, n));
            }

            keys.Add(element, CreateKeySwitchKey(secretKey, rotated.Span, seeds));
        }

        return new GaloisKeys(Parameters, keys);
    }

    /// <summary>Galois keys for rotations by these steps; step 0 stands for the row swap or conjugation.</summary>
    /// <exception cref="ArgumentException">A step is N/2 or more, the key belongs to other parameters, or these have no special prime.</exception>
    public GaloisKeys CreateRotationKeys(SecretKey secretKey, IEnumerable<int> steps, ICollection<PrngSeed>? seeds = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return CreateGaloisKeys(secretKey, [.. steps.Select(step => GaloisElement.FromStep(Parameters, step))], seeds);
    }

    // Digit i encrypts zero, with P s' added to polynomial 0 in limb i only.
    private KeySwitchKey CreateKeySwitchKey(SecretKey secretKey, ReadOnlySpan<ulong> otherSecret, ICollection<PrngSeed>? seeds)
    {
        if (!Parameters.HasSpecialPrime)
        {
            throw new ArgumentException($"{Parameters} has no special prime, so there are no key-switching keys");
        }

        int n = Parameters.PolyModulusDegree;
        ulong special = Parameters.Moduli[^1].Value;
        Ciphertext[] digits = new Ciphertext[Parameters.FirstDataLevel.PrimeCount];
        using ScratchPool.Scratch scaled = Parameters.Scratch.Rent(n, isSecret: true);
        for (int i = 0; i < digits.Length; i++)
        {
            digits[i] = new Ciphertext(Parameters);
            PrngSeed seed = ZeroEncryption.Symmetric(Parameters.KeyLevel, secretKey, isNtt: true, _random, digits[i]);
            seeds?.Add(seed);
            Modulus q = Parameters.Moduli[i];
            Parameters.Tables(i).Kernels.MultiplyScalar(otherSecret.Slice(i * n, n), q.Reduce(special), scaled.Span);
            ModularVector.Add(digits[i].Limb(0, i), scaled.Span, digits[i].Limb(0, i), q);
        }

        return new KeySwitchKey(Parameters, digits);
    }

    private void CheckKey(SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(secretKey);
        if (!secretKey.Parameters.Equals(Parameters))
        {
            throw new ArgumentException($"the secret key belongs to {secretKey.Parameters}, the generator to {Parameters}", nameof(secretKey));
        }
    }
}
