using System.Buffers;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// The clinic's side of one keyless query: a fresh secret key from a master seed, the query's bytes, and the decryption of its
/// reply. Used for one query; disposing wipes the key. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Without evaluation keys a new secret key costs nothing, so a refused or lost answer says nothing about the next query's key:
/// reaction attacks end with the query. Time does not depend on features or key.
/// </remarks>
public sealed class KeylessClient : IDisposable
{
    private readonly byte[] master;
    private readonly byte[] card;
    private readonly sbyte[] secret;
    private readonly KeylessPlacement place;
    private byte[]? request;

    /// <summary>Draws the secret key of a query.</summary>
    /// <param name="master">32 bytes from the operating system's generator, never used for another query.</param>
    /// <param name="card">The hash of the model's card.</param>
    /// <param name="parameters">Set and plain modulus of the card.</param>
    /// <param name="layout">Features, classes and rows.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the layout does not fit the set.</exception>
    public KeylessClient(ReadOnlySpan<byte> master, ReadOnlySpan<byte> card, KeylessParameters parameters, KeylessLayout layout)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (master.Length != KeylessSeeds.MasterBytes || card.Length != KeylessQuery.DigestBytes)
        {
            throw new ArgumentException($"a master seed has {KeylessSeeds.MasterBytes} bytes and a card hash {KeylessQuery.DigestBytes}");
        }

        if (!layout.Fits(parameters.Set))
        {
            throw new ArgumentException(
                $"{layout.Rows} rows of {layout.Classes} classes and {layout.Features} features do not fit {parameters.Set.Degree} coefficients, or {layout.Rows} is none of the sizes 1, 16, 256",
                nameof(layout));
        }

        Parameters = parameters;
        Layout = layout;
        place = layout.Place(parameters.Set);
        this.master = master.ToArray();
        this.card = card.ToArray();
        secret = GC.AllocateArray<sbyte>(parameters.Set.Degree, pinned: true);
        using IRandomSource source = KeylessSeeds.Open(master, KeylessSeeds.Secret);
        TernarySampler.Sample(source, secret);
    }

    /// <summary>Set and plain modulus.</summary>
    public KeylessParameters Parameters { get; }

    /// <summary>Features, classes and rows.</summary>
    public KeylessLayout Layout { get; }

    /// <summary>SHA-256 of the query that <see cref="Encrypt"/> made last; empty before.</summary>
    public ReadOnlyMemory<byte> RequestHash => request;

    /// <summary>The query: a function of master seed, card, parameters and rows only, so an opened master lets anyone rebuild it.</summary>
    /// <param name="features">Row after row, n integers each, feature 0 being the constant; missing rows of the size class are zero.</param>
    /// <exception cref="ArgumentException">The number of values is no multiple of n, or too large.</exception>
    public byte[] Encrypt(ReadOnlySpan<long> features)
    {
        KeylessSet set = Parameters.Set;
        int rows = features.Length / Layout.Features;
        if (rows * Layout.Features != features.Length || rows > Layout.Rows)
        {
            throw new ArgumentException(
                $"{features.Length} values are not at most {Layout.Rows} rows of {Layout.Features} features", nameof(features));
        }

        int ciphertexts = place.Ciphertexts;
        byte[] query = new byte[KeylessQuery.ByteCount(set, ciphertexts)];
        KeylessQuery.WriteHeader(query, card, Parameters, Layout);
        using KeylessScratch scratch = new(set, polynomials: 3);
        Span<ulong> secretNtt = scratch[0];
        Span<ulong> mask = scratch[1];
        Span<ulong> message = scratch[2];
        KeylessArithmetic.ToResidues(set, secret, secretNtt);
        KeylessArithmetic.Forward(set, secretNtt);

        for (int c = 0; c < ciphertexts; c++)
        {
            PackFeatures(features, rows, c, message[..set.Degree]);
            ScaleMessage(message);
            KeylessSeeds.Derive(master, KeylessSeeds.Of(KeylessSeeds.CiphertextMask, c), KeylessQuery.CiphertextSeed(query.AsSpan(), c));
            EncryptPolynomial(KeylessQuery.CiphertextSeed(query.AsSpan(), c), KeylessSeeds.Of(KeylessSeeds.CiphertextNoise, c), secretNtt, mask, message);
            KeylessQuery.WritePolynomial(set, message, query.AsSpan(KeylessQuery.PolynomialOffset(set, ciphertexts, c), set.PackedPolynomialBytes));
        }

        if (!set.WeightsArePublic)
        {
            message.Clear();
            KeylessSeeds.Derive(master, KeylessSeeds.PublicKeyMask, KeylessQuery.PublicKeySeed(query.AsSpan()));
            EncryptPolynomial(KeylessQuery.PublicKeySeed(query.AsSpan()), KeylessSeeds.PublicKeyNoise, secretNtt, mask, message);
            KeylessQuery.WritePolynomial(set, message, query.AsSpan(KeylessQuery.PolynomialOffset(set, ciphertexts, ciphertexts), set.PackedPolynomialBytes));
        }

        request = KeylessQuery.RequestHash(query);
        return query;
    }

    /// <summary>Decrypts the reply of the query that <see cref="Encrypt"/> made.</summary>
    /// <param name="reply">The reply's bytes.</param>
    /// <param name="bound">The card's bound: a larger answer is refused.</param>
    /// <param name="answers">R K integers, row after row.</param>
    /// <exception cref="InvalidOperationException">No query was made yet.</exception>
    public KeylessRefusal TryDecrypt(ReadOnlySpan<byte> reply, long bound, Span<long> answers) =>
        TryDecrypt(reply, request ?? throw new InvalidOperationException("the query comes before its reply"), bound, answers);

    /// <summary>Decrypts the reply of a query with this request hash, made under the same master seed.</summary>
    /// <inheritdoc cref="TryDecrypt(ReadOnlySpan{byte}, long, Span{long})"/>
    public KeylessRefusal TryDecrypt(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> requestHash, long bound, Span<long> answers)
    {
        if (answers.Length != Layout.Answers)
        {
            throw new ArgumentException($"the reply has {Layout.Answers} answers, not {answers.Length}", nameof(answers));
        }

        int degree = Parameters.Set.Degree;
        ulong[] mask = new ulong[degree];
        ulong[] values = new ulong[answers.Length];
        KeylessRefusal refusal = KeylessReply.Read(reply, Parameters, requestHash, mask, values);
        if (refusal != KeylessRefusal.None)
        {
            return refusal;
        }

        int k = Parameters.ReplyBits;
        int tb = Parameters.PlainBits;
        long[] borrowed = ArrayPool<long>.Shared.Rent(degree);
        Span<long> reversed = borrowed.AsSpan(0, degree);
        for (int i = 0; i < degree; i++)
        {
            reversed[degree - 1 - i] = secret[i];
        }

        bool inside = true;
        for (int i = 0; i < answers.Length; i++)
        {
            // y = round(t x / 2^k) mod t with x the phase modulo 2^k; only the low k bits of the sum count.
            ulong phase = values[i] + KeylessArithmetic.NegacyclicDot(mask, reversed, place.AnswerPosition(i));
            ulong rounded = ((phase & ((1UL << k) - 1)) + (1UL << (k - tb - 1))) >> (k - tb);
            answers[i] = (long)(rounded << (64 - tb)) >> (64 - tb);
            inside &= Math.Abs(answers[i]) <= bound;
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(reversed));
        ArrayPool<long>.Shared.Return(borrowed);
        if (inside)
        {
            return KeylessRefusal.None;
        }

        answers.Clear();
        return KeylessRefusal.AnswerBound;
    }

    /// <summary>Wipes master seed and secret key.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(master);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(secret.AsSpan()));
    }

    // The features of one ciphertext: with several, those that belong to it of the one row.
    private void PackFeatures(ReadOnlySpan<long> features, int rows, int ciphertext, Span<ulong> message)
    {
        ulong plainMask = (1UL << Parameters.PlainBits) - 1;
        int first = ciphertext * place.Stride;
        int end = Math.Min(Layout.Features, first + place.Stride);
        message.Clear();
        for (int row = 0; row < rows; row++)
        {
            int start = place.FeaturePosition(row, 0);
            for (int i = first; i < end; i++)
            {
                message[start + i - first] = (ulong)features[(row * Layout.Features) + i] & plainMask;
            }
        }
    }

    // round(q m / t) modulo each prime p. With r = (q m + t/2) mod t, the rounded quotient is (q m + t/2 - r) / t, and q is 0
    // modulo p: so it is (t/2 - r) / t modulo p, and r needs the low tb bits of q only.
    private void ScaleMessage(Span<ulong> message)
    {
        KeylessSet set = Parameters.Set;
        ulong plainMask = (1UL << Parameters.PlainBits) - 1;
        ulong half = 1UL << (Parameters.PlainBits - 1);
        ulong product = (ulong)(set.Product & ulong.MaxValue);
        Span<ulong> first = message[..set.Degree];
        for (int i = 0; i < first.Length; i++)
        {
            first[i] = ((product * first[i]) + half) & plainMask;
        }

        for (int limb = set.Moduli.Length - 1; limb >= 0; limb--)
        {
            Modulus modulus = set.Moduli[limb];
            ShoupOperand inverse = new(modulus.Invert(plainMask + 1), modulus);
            Span<ulong> part = message.Slice(limb * set.Degree, set.Degree);
            ulong halfResidue = modulus.Reduce(half);
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = inverse.Multiply(modulus.Subtract(halfResidue, modulus.Reduce(first[i])), modulus);
            }
        }
    }

    // message + e - a s, a expanded from its public seed.
    private void EncryptPolynomial(ReadOnlySpan<byte> maskSeed, string noiseLabel, ReadOnlySpan<ulong> secretNtt, Span<ulong> mask, Span<ulong> message)
    {
        KeylessSet set = Parameters.Set;
        using (SeededRandomSource source = new(PrngType.Blake2Xb, maskSeed))
        {
            UniformSampler.Sample(source, set.Primes, set.Degree, mask);
        }

        KeylessArithmetic.Forward(set, mask);
        KeylessArithmetic.Multiply(set, mask, secretNtt, mask);
        KeylessArithmetic.Inverse(set, mask);
        Span<sbyte> noise = stackalloc sbyte[set.Degree];
        using (IRandomSource source = KeylessSeeds.Open(master, noiseLabel))
        {
            NoiseSampler.Sample(source, noise);
        }

        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            Modulus modulus = set.Moduli[limb];
            Span<ulong> target = message.Slice(limb * set.Degree, set.Degree);
            Span<ulong> product = mask.Slice(limb * set.Degree, set.Degree);
            KeylessArithmetic.AddSmall(modulus, target, noise);
            KeylessArithmetic.Subtract(modulus, target, product);
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(noise));
    }
}
