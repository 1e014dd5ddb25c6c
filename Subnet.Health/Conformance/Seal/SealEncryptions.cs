using Subnet.Crypto.Rlwe;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>
/// Encryptions are random: the stored one must decrypt to the message, and so must what is encrypted here with the same key.
/// </summary>
internal sealed class SealEncryptions(SealSet set, SealEngine engine)
{
    /// <summary>Whether a name is that of an encryption.</summary>
    public static bool Knows(string name) => name is "encrypt_pk" or "encrypt_sk" or "encrypt_zero_pk" or "encrypt_zero_sk"
        or "encrypt" or "encrypt_symmetric" or "encrypt_zero" or "encrypt_zero_symmetric";

    /// <summary>Encrypts the same and compares the messages.</summary>
    /// <param name="theirs">The stored ciphertext.</param>
    /// <param name="name">One of the known names.</param>
    /// <param name="inputs">The message, where it is not zero, and the key, where it is named.</param>
    /// <param name="label">The name of the case.</param>
    /// <param name="cases">Where it is reported.</param>
    public void Check(Ciphertext theirs, string name, IReadOnlyList<object> inputs, string label, CaseReport cases)
    {
        bool symmetric = name.EndsWith("_sk", StringComparison.Ordinal) || name.EndsWith("_symmetric", StringComparison.Ordinal);
        bool zero = name.StartsWith("encrypt_zero", StringComparison.Ordinal);
        int used = (zero ? 0 : 1) + inputs.Count(input => symmetric ? input is SecretKey : input is PublicKey);
        if (inputs.Count != used)
        {
            throw new InvalidOperationException($"{name} takes {(zero ? "a key" : "a plaintext and a key")}, other objects are named too");
        }

        Plaintext? plaintext = zero ? null : inputs.OfType<Plaintext>().Single();
        Ciphertext ours = Encrypt(theirs.Level, plaintext, symmetric, inputs);
        using SealSlots slots = new(set.Parameters, set.FindOnly<SecretKey>());
        if (set.Parameters.Scheme == Scheme.Bfv)
        {
            ulong[] clear = plaintext is null ? new ulong[set.Parameters.PolyModulusDegree] : slots.Integers(plaintext);
            cases.CheckSequence<ulong>(label, clear, slots.DecryptIntegers(ours));
            cases.CheckSequence<ulong>($"{label} message", clear, slots.DecryptIntegers(theirs));
            return;
        }

        // SEAL leaves the scale of an encryption of zero at 1, where its slots are pure noise.
        double tolerance = SealExpectations.NoiseTolerance(set.Parameters, theirs.Scale);
        System.Numerics.Complex[] values = plaintext is null ? new System.Numerics.Complex[set.Parameters.PolyModulusDegree / 2] : slots.Complex(plaintext);
        SealExpectations.CheckComplex(label, values, slots.DecryptComplex(ours), tolerance, cases);
        SealExpectations.CheckComplex($"{label} message", values, slots.DecryptComplex(theirs), tolerance, cases);
    }

    private Ciphertext Encrypt(Level level, Plaintext? plaintext, bool symmetric, IReadOnlyList<object> inputs)
    {
        Ciphertext ours = new(set.Parameters);
        if (symmetric)
        {
            SecretKey key = inputs.OfType<SecretKey>().SingleOrDefault() ?? set.FindOnly<SecretKey>();
            _ = plaintext is null ? engine.Encryptor.EncryptZeroSymmetric(level, key, ours) : engine.Encryptor.EncryptSymmetric(plaintext, key, ours);
            return ours;
        }

        PublicKey publicKey = inputs.OfType<PublicKey>().SingleOrDefault() ?? set.FindOnly<PublicKey>();
        if (plaintext is null)
        {
            engine.Encryptor.EncryptZero(level, publicKey, ours);
        }
        else
        {
            engine.Encryptor.Encrypt(plaintext, publicKey, ours);
        }

        return ours;
    }
}
