using System.Numerics;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// The miner's side of keyless queries: the private weights of one card, and the evaluation of a query in the order of parameters
/// 2. Safe for concurrent use; disposing wipes the weights.
/// </summary>
/// <remarks>
/// What the key holder could learn beyond its answers is hidden by Enc_pk(0) (the mask w c1 would show the weights by division) and
/// by flooding that fills the set's whole margin (the noise w v is linear in the weights). Both need p1 and c1 to be uniform, so both
/// are expanded here from the client's seeds. Randomness is fresh for every reply, a repeated query included: derived from the
/// request it would show w - w' after an update of the model.
/// </remarks>
public sealed class KeylessModel : IDisposable
{
    private readonly byte[] card;
    private readonly int features;
    private readonly int classes;
    private readonly KeylessPlacement place;
    private readonly ulong[] weightsNtt;
    private readonly IRandomSourceFactory randomness;
    private readonly ReplyRounding rounding;

    /// <param name="card">Hash of the card.</param>
    /// <param name="parameters">Set and plain modulus of the card.</param>
    /// <param name="classes">K.</param>
    /// <param name="weights">Class after class, n integers each, the bias at feature 0.</param>
    /// <param name="bound">The card's bound on every answer.</param>
    /// <param name="randomness">The operating system's generator in production; one source is taken for each reply.</param>
    /// <exception cref="ArgumentException">
    /// The weights do not fit the ring, or the set does not admit them: answers or flooding would not be safe.
    /// </exception>
    public KeylessModel(
        ReadOnlySpan<byte> card, KeylessParameters parameters, int classes, ReadOnlySpan<long> weights, long bound, IRandomSourceFactory randomness)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(randomness);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        KeylessSet set = parameters.Set;
        features = weights.Length / classes;
        if (card.Length != KeylessQuery.DigestBytes || features * classes != weights.Length || !new KeylessLayout(features, classes, 1).Fits(set))
        {
            throw new ArgumentException($"{weights.Length} weights of {classes} classes do not fit the set {set.Name}, or the card hash has not {KeylessQuery.DigestBytes} bytes");
        }

        BigInteger norm1 = 0;
        foreach (long weight in weights)
        {
            norm1 += BigInteger.Abs(weight);
        }

        if (!KeylessParameters.Admits(set, parameters.PlainBits, norm1, bound))
        {
            throw new ArgumentException(
                $"the set {set.Name} with {parameters.PlainBits} plain bits does not admit weights of norm {norm1} and answers up to {bound}; scale the weights down or take a larger set");
        }

        Parameters = parameters;
        this.card = card.ToArray();
        this.classes = classes;
        this.randomness = randomness;
        rounding = new ReplyRounding(parameters);
        place = new KeylessLayout(features, classes, 1).Place(set);
        int polynomialWords = set.Degree * set.Moduli.Length;
        weightsNtt = GC.AllocateArray<ulong>(place.Ciphertexts * polynomialWords, pinned: true);
        for (int i = 0; i < weights.Length; i++)
        {
            int feature = i % features;
            int position = (place.CiphertextOf(feature) * polynomialWords) + place.WeightPosition(i / features, feature);
            for (int limb = 0; limb < set.Moduli.Length; limb++)
            {
                weightsNtt[position + (limb * set.Degree)] = set.Moduli[limb].FromSigned(weights[i]);
            }
        }

        for (int c = 0; c < place.Ciphertexts; c++)
        {
            KeylessArithmetic.Forward(set, weightsNtt.AsSpan(c * polynomialWords, polynomialWords));
        }
    }

    /// <summary>Set and plain modulus.</summary>
    public KeylessParameters Parameters { get; }

    /// <summary>Bytes that the weights take while the model is loaded.</summary>
    public long WeightBytes => (long)sizeof(ulong) * weightsNtt.Length;

    /// <summary>Bytes that one answer borrows from the pool while it is computed.</summary>
    public long ScratchBytes => (long)sizeof(ulong) * ScratchPolynomials * PolynomialWords;

    private int PolynomialWords => Parameters.Set.Degree * Parameters.Set.Moduli.Length;

    private int ScratchPolynomials => place.Ciphertexts == 1 ? 5 : 7;

    /// <summary>Answers a query.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked between the ciphertexts of a query.</param>
    /// <returns>Why the query is refused; to the peer every refusal should look the same.</returns>
    public KeylessRefusal TryAnswer(ReadOnlySpan<byte> query, out byte[]? reply, CancellationToken cancellationToken = default) =>
        TryAnswer(query, KeylessQuery.RequestHash(query), out reply, cancellationToken);

    /// <summary>Answers a query whose hash is known.</summary>
    /// <param name="query">Untrusted bytes.</param>
    /// <param name="requestHash">SHA-256 of them, which the reply carries.</param>
    /// <param name="reply">The reply's bytes, or null.</param>
    /// <param name="cancellationToken">Checked between the ciphertexts of a query.</param>
    /// <returns>Why the query is refused; to the peer every refusal should look the same.</returns>
    public KeylessRefusal TryAnswer(ReadOnlySpan<byte> query, ReadOnlySpan<byte> requestHash, out byte[]? reply, CancellationToken cancellationToken = default)
    {
        reply = null;
        KeylessSet set = Parameters.Set;
        using KeylessScratch scratch = new(set, ScratchPolynomials);
        using IRandomSource source = randomness.Create();
        KeylessRefusal refusal = TryEvaluate(query, source, scratch, out KeylessLayout layout, cancellationToken);
        if (refusal != KeylessRefusal.None)
        {
            return refusal;
        }

        Span<ulong> answers = stackalloc ulong[layout.Answers * set.Moduli.Length];
        Gather(source, scratch[0], layout, answers);
        Span<ulong> roundedAnswers = stackalloc ulong[layout.Answers];
        rounding.Round(answers, layout.Answers, roundedAnswers);
        Span<ulong> mask = scratch[1];
        rounding.Round(mask, set.Degree, mask);
        reply = KeylessReply.Write(Parameters, requestHash, mask[..set.Degree], roundedAnswers);
        return KeylessRefusal.None;
    }

    /// <summary>Steps (1) and (2): c0 and c1 at the whole modulus, re-randomised, in polynomials 0 and 1 of the scratch.</summary>
    internal KeylessRefusal TryEvaluate(
        ReadOnlySpan<byte> query, IRandomSource source, KeylessScratch scratch, out KeylessLayout layout, CancellationToken cancellationToken = default)
    {
        KeylessSet set = Parameters.Set;
        KeylessRefusal refusal = KeylessQuery.ReadHeader(query, card, Parameters, features, classes, out layout);
        if (refusal == KeylessRefusal.None)
        {
            refusal = SumOthers(query, scratch, cancellationToken);
        }

        if (refusal == KeylessRefusal.None)
        {
            refusal = ReadPolynomial(query, 0, scratch[0]);
        }

        if (refusal == KeylessRefusal.None && !set.WeightsArePublic)
        {
            refusal = ReadPolynomial(query, place.Ciphertexts, scratch[2]);
        }

        if (refusal != KeylessRefusal.None)
        {
            return refusal;
        }

        Span<ulong> c0 = scratch[0];
        Span<ulong> c1 = scratch[1];
        Expand(KeylessQuery.CiphertextSeed(query, 0), c1);
        KeylessArithmetic.Forward(set, c0);
        KeylessArithmetic.Forward(set, c1);
        if (set.WeightsArePublic)
        {
            KeylessArithmetic.Multiply(set, c0, WeightsOf(0), c0);
            KeylessArithmetic.Multiply(set, c1, WeightsOf(0), c1);
            AddOthers(scratch);
            KeylessArithmetic.Inverse(set, c0);
            KeylessArithmetic.Inverse(set, c1);
        }
        else
        {
            Expand(KeylessQuery.PublicKeySeed(query), scratch[3]);
            MultiplyAndRerandomize(source, scratch);
        }

        return KeylessRefusal.None;
    }

    /// <summary>Wipes the weights.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(weightsNtt.AsSpan()));

    private ReadOnlySpan<ulong> WeightsOf(int ciphertext) => weightsNtt.AsSpan(ciphertext * PolynomialWords, PolynomialWords);

    private KeylessRefusal ReadPolynomial(ReadOnlySpan<byte> query, int number, Span<ulong> polynomial)
    {
        KeylessSet set = Parameters.Set;
        return KeylessQuery.ReadPolynomial(
            set, query.Slice(KeylessQuery.PolynomialOffset(set, place.Ciphertexts, number), set.PackedPolynomialBytes), polynomial);
    }

    private void Expand(ReadOnlySpan<byte> seed, Span<ulong> polynomial)
    {
        using SeededRandomSource source = new(PrngType.Blake2Xb, seed);
        UniformSampler.Sample(source, Parameters.Set.Primes, Parameters.Set.Degree, polynomial);
    }

    // The products of all ciphertexts but the first, in the transformed domain, in polynomials 5 and 6.
    private KeylessRefusal SumOthers(ReadOnlySpan<byte> query, KeylessScratch scratch, CancellationToken cancellationToken)
    {
        KeylessSet set = Parameters.Set;
        for (int c = 1; c < place.Ciphertexts; c++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<ulong> c0 = scratch[0];
            Span<ulong> c1 = scratch[1];
            KeylessRefusal refusal = ReadPolynomial(query, c, c0);
            if (refusal != KeylessRefusal.None)
            {
                return refusal;
            }

            Expand(KeylessQuery.CiphertextSeed(query, c), c1);
            KeylessArithmetic.Forward(set, c0);
            KeylessArithmetic.Forward(set, c1);
            KeylessArithmetic.Multiply(set, c0, WeightsOf(c), c0);
            KeylessArithmetic.Multiply(set, c1, WeightsOf(c), c1);
            if (c == 1)
            {
                c0.CopyTo(scratch[5]);
                c1.CopyTo(scratch[6]);
            }
            else
            {
                KeylessArithmetic.Add(set, scratch[5], c0);
                KeylessArithmetic.Add(set, scratch[6], c1);
            }
        }

        return KeylessRefusal.None;
    }

    private void AddOthers(KeylessScratch scratch)
    {
        if (place.Ciphertexts > 1)
        {
            KeylessArithmetic.Add(Parameters.Set, scratch[0], scratch[5]);
            KeylessArithmetic.Add(Parameters.Set, scratch[1], scratch[6]);
        }
    }

    // c0 = sum of w c0 + p0 u + e1 and c1 = sum of w c1 + p1 u + e2, products in the transformed domain: one Enc_pk(0) for all.
    private void MultiplyAndRerandomize(IRandomSource source, KeylessScratch scratch)
    {
        KeylessSet set = Parameters.Set;
        Span<ulong> u = scratch[4];
        Span<sbyte> small = stackalloc sbyte[set.Degree];
        TernarySampler.Sample(source, small);
        KeylessArithmetic.ToResidues(set, small, u);
        KeylessArithmetic.Forward(set, u);
        KeylessArithmetic.Forward(set, scratch[2]);
        KeylessArithmetic.Forward(set, scratch[3]);
        KeylessArithmetic.MultiplyAdd(set, scratch[0], WeightsOf(0), scratch[2], u, scratch[0]);
        KeylessArithmetic.MultiplyAdd(set, scratch[1], WeightsOf(0), scratch[3], u, scratch[1]);
        AddOthers(scratch);
        AddNoise(source, scratch[0], small);
        AddNoise(source, scratch[1], small);
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(small));
    }

    private void AddNoise(IRandomSource source, Span<ulong> polynomial, Span<sbyte> noise)
    {
        KeylessSet set = Parameters.Set;
        KeylessArithmetic.Inverse(set, polynomial);
        NoiseSampler.Sample(source, noise);
        for (int limb = 0; limb < set.Moduli.Length; limb++)
        {
            KeylessArithmetic.AddSmall(set.Moduli[limb], polynomial.Slice(limb * set.Degree, set.Degree), noise);
        }
    }

    // The answers' coefficients of c0, flooded: limb after limb, as many words as answers.
    private void Gather(IRandomSource source, ReadOnlySpan<ulong> c0, KeylessLayout layout, Span<ulong> answers)
    {
        KeylessSet set = Parameters.Set;
        Span<byte> flood = stackalloc byte[(Parameters.FloodBits / 8) + 1];
        for (int answer = 0; answer < layout.Answers; answer++)
        {
            Int128 flooding = set.WeightsArePublic ? 0 : DrawFlooding(source, flood);
            for (int limb = 0; limb < set.Moduli.Length; limb++)
            {
                Modulus modulus = set.Moduli[limb];
                UInt128 magnitude = (UInt128)Int128.Abs(flooding);
                ulong residue = modulus.Reduce(magnitude);
                ulong value = c0[(limb * set.Degree) + place.AnswerPosition(answer)];
                answers[(limb * layout.Answers) + answer] = Int128.IsNegative(flooding) ? modulus.Subtract(value, residue) : modulus.Add(value, residue);
            }
        }

        CryptographicOperations.ZeroMemory(flood);
    }

    // ceil((f+1)/8) bytes little-endian, the low f+1 bits, minus 2^f: uniform on [-2^f, 2^f).
    private Int128 DrawFlooding(IRandomSource source, Span<byte> bytes)
    {
        source.Fill(bytes);
        UInt128 value = 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        value &= (UInt128.One << (Parameters.FloodBits + 1)) - 1;
        return (Int128)value - (Int128.One << Parameters.FloodBits);
    }
}
