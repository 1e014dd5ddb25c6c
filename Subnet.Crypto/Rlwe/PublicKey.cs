namespace Subnet.Crypto.Rlwe;

/// <summary>
/// An encryption of zero: (c_0, c_1) = (-(a s + e), a) as transform values modulo all primes. Safe for concurrent reading.
/// </summary>
public sealed class PublicKey
{
    /// <summary>Takes over the encryption of zero.</summary>
    /// <exception cref="ArgumentException">It is not of size 2 in NTT form at the key level.</exception>
    public PublicKey(Ciphertext encryptionOfZero)
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

    /// <summary>The encryption of zero.</summary>
    public Ciphertext Ciphertext { get; }
}
