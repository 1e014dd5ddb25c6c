namespace Subnet.Crypto.Rlwe;

/// <summary>
/// An encryption of zero: (c_0, c_1) = (-(a s + e), a) as transform values modulo all primes. Safe for concurrent reading.
/// </summary>
public sealed class PublicKey
{
    /// <summary>Takes over the encryption of zero; nobody else may keep it.</summary>
    /// <exception cref="ArgumentException">It is not of size 2 in NTT form at the key level.</exception>
    internal PublicKey(Ciphertext encryptionOfZero)
    {
        ArgumentNullException.ThrowIfNull(encryptionOfZero);
        if (encryptionOfZero.Size != 2 || !encryptionOfZero.IsNttForm || !encryptionOfZero.Level.IsKeyLevel)
        {
            throw new ArgumentException(
                $"a public key has 2 polynomials in NTT form at the key level, not {encryptionOfZero.Size} in {(encryptionOfZero.IsNttForm ? "NTT" : "coefficient")} form at {encryptionOfZero.Level}",
                nameof(encryptionOfZero));
        }

        Ciphertext = encryptionOfZero;
    }

    /// <summary>The parameters it belongs to.</summary>
    public Parameters Parameters => Ciphertext.Level.Parameters;

    /// <summary>All words: polynomial 0, then polynomial 1, limb after limb.</summary>
    public ReadOnlySpan<ulong> Words => Ciphertext.Words;

    /// <summary>The encryption of zero; read only.</summary>
    internal Ciphertext Ciphertext { get; }

    /// <summary>The N words of one polynomial modulo one prime.</summary>
    public ReadOnlySpan<ulong> Limb(int polynomial, int prime) => Ciphertext.Limb(polynomial, prime);
}
