using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Encrypts plaintexts with a public or a secret key. Each call takes fresh streams from the factory. Safe for concurrent use if
/// the factory is.
/// </summary>
/// <remarks>
/// A ciphertext hides the message from everyone without the secret key. It says the parameters, the level and, for CKKS, the
/// scale. Public-key encryption is made at the level above and divided by its last prime, which leaves hardly any noise; for sets
/// without a special prime it is made at the data level itself and its noise is larger.
/// </remarks>
public sealed class Encryptor
{
    private readonly IRandomSourceFactory _random;

    /// <summary>An encryptor for a parameter set.</summary>
    /// <param name="parameters">The set.</param>
    /// <param name="random">Where randomness comes from; in production one that seeds itself from the operating system.</param>
    public Encryptor(Parameters parameters, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        Parameters = parameters;
        _random = random;
    }

    /// <summary>The parameter set.</summary>
    public Parameters Parameters { get; }

    /// <summary>Encrypts with a public key: BFV at the first data level, CKKS at the level of the plaintext.</summary>
    /// <exception cref="ArgumentException">Plaintext or key do not fit the parameters.</exception>
    public void Encrypt(Plaintext plaintext, PublicKey publicKey, Ciphertext destination)
    {
        Level level = CheckPlaintext(plaintext);
        CheckKey(publicKey);
        ArgumentNullException.ThrowIfNull(destination);
        ZeroEncryption.Asymmetric(level, publicKey, Parameters.Scheme == Scheme.Ckks, _random, destination);
        AddMessage(plaintext, destination);
    }

    /// <summary>
    /// Encrypts with the secret key: less noise, and half the bytes where the uniform half is sent as the returned seed.
    /// </summary>
    /// <returns>The seed of polynomial 1.</returns>
    /// <exception cref="ArgumentException">Plaintext or key do not fit the parameters.</exception>
    public PrngSeed EncryptSymmetric(Plaintext plaintext, SecretKey secretKey, Ciphertext destination)
    {
        Level level = CheckPlaintext(plaintext);
        CheckKey(secretKey);
        ArgumentNullException.ThrowIfNull(destination);
        PrngSeed seed = ZeroEncryption.Symmetric(level, secretKey, Parameters.Scheme == Scheme.Ckks, _random, destination);
        AddMessage(plaintext, destination);
        return seed;
    }

    /// <summary>A fresh encryption of zero at a data level with a public key: added to a ciphertext, it re-randomises it.</summary>
    /// <exception cref="ArgumentException">Level or key do not fit the parameters.</exception>
    public void EncryptZero(Level level, PublicKey publicKey, Ciphertext destination)
    {
        CheckLevel(level);
        CheckKey(publicKey);
        ArgumentNullException.ThrowIfNull(destination);
        ZeroEncryption.Asymmetric(level, publicKey, Parameters.Scheme == Scheme.Ckks, _random, destination);
    }

    /// <summary>A fresh encryption of zero at a data level with the secret key.</summary>
    /// <returns>The seed of polynomial 1.</returns>
    /// <exception cref="ArgumentException">Level or key do not fit the parameters.</exception>
    public PrngSeed EncryptZeroSymmetric(Level level, SecretKey secretKey, Ciphertext destination)
    {
        CheckLevel(level);
        CheckKey(secretKey);
        ArgumentNullException.ThrowIfNull(destination);
        return ZeroEncryption.Symmetric(level, secretKey, Parameters.Scheme == Scheme.Ckks, _random, destination);
    }

    private void AddMessage(Plaintext plaintext, Ciphertext destination)
    {
        Level level = destination.Level;
        if (Parameters.Scheme == Scheme.Ckks)
        {
            for (int i = 0; i < level.PrimeCount; i++)
            {
                ModularVector.Add(destination.Limb(0, i), plaintext.Limb(i), destination.Limb(0, i), level.Moduli[i]);
            }

            destination.Scale = plaintext.Scale;
            return;
        }

        PlainOperand.AddScaled(plaintext, destination, subtract: false);
    }

    private Level CheckPlaintext(Plaintext plaintext)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        if (Parameters.Scheme == Scheme.Bfv)
        {
            PlainOperand.CheckCoefficients(plaintext, Parameters);
            return Parameters.FirstDataLevel;
        }

        PlainOperand.CheckValues(plaintext, Parameters);
        return plaintext.Level!;
    }

    private void CheckLevel(Level level)
    {
        ArgumentNullException.ThrowIfNull(level);
        if (!level.Parameters.Equals(Parameters) || !level.IsDataLevel)
        {
            throw new ArgumentException($"{level} is no data level of {Parameters}", nameof(level));
        }
    }

    private void CheckKey(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.Parameters.Equals(Parameters))
        {
            throw new ArgumentException($"the public key belongs to {key.Parameters}, the encryptor to {Parameters}", nameof(key));
        }
    }

    private void CheckKey(SecretKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.Parameters.Equals(Parameters))
        {
            throw new ArgumentException($"the secret key belongs to {key.Parameters}, the encryptor to {Parameters}", nameof(key));
        }
    }
}
