using System.Security.Cryptography;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// A clinic's keys for private forests under one throw-away pseudonym, for one epoch: makes the key bundle, encrypts bits, decrypts
/// replies. Disposing wipes the secret key. Safe for concurrent use.
/// </summary>
public sealed class ForestReader : IDisposable
{
    private readonly SecretKey secretKey;
    private readonly long[] reversed;
    private readonly IRandomSourceFactory random;
    private readonly RandomSourceFactory? own;
    private readonly Lazy<byte[]> bundle;
    private readonly Lazy<byte[]> digest;
    private readonly BatchEncoder encoder;

    /// <summary>Draws a secret key.</summary>
    /// <param name="set">The card's set.</param>
    /// <param name="elements">The Galois elements that the card names, ascending.</param>
    /// <param name="random">The operating system's generator in production.</param>
    public ForestReader(ForestSet set, IReadOnlyList<int> elements, IRandomSourceFactory random)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(random);
        Set = set;
        this.random = random;
        encoder = new BatchEncoder(set.Parameters);
        secretKey = new KeyGenerator(set.Parameters, random).CreateSecretKey();

        // Making the public keys takes far longer than the secret one, and who only reads replies needs none.
        bundle = new Lazy<byte[]>(() => ForestKeyBundle.Create(set, secretKey, elements, random));
        digest = new Lazy<byte[]>(() => SHA256.HashData(bundle.Value));

        ulong q = set.Parameters.Moduli[0].Value;
        using ScratchPool.Scratch scratch = set.Parameters.Scratch.Rent(set.Degree, isSecret: true);
        set.Parameters.Tables(0).Kernels.Inverse(secretKey.Limb(0), scratch.Span);
        reversed = GC.AllocateArray<long>(set.Degree, pinned: true);
        for (int i = 0; i < reversed.Length; i++)
        {
            ulong value = scratch.Span[i];
            reversed[^(i + 1)] = value > q / 2 ? (long)value - (long)q : (long)value;
        }
    }

    private ForestReader(ForestSet set, IReadOnlyList<int> elements, RandomSourceFactory own)
        : this(set, elements, (IRandomSourceFactory)own) => this.own = own;

    /// <summary>The set.</summary>
    public ForestSet Set { get; }

    /// <summary>The public keys, to be uploaded once. Made when first asked for.</summary>
    public ReadOnlyMemory<byte> Bundle => bundle.Value;

    /// <summary>SHA-256 of the bundle: how queries name it.</summary>
    public ReadOnlyMemory<byte> Digest => digest.Value;

    /// <summary>The keys of a pseudonym that follow from a master seed (<see cref="ForestSeeds"/>).</summary>
    /// <param name="set">The card's set.</param>
    /// <param name="elements">The Galois elements that the card names, ascending.</param>
    /// <param name="master">32 bytes, of this pseudonym alone.</param>
    /// <exception cref="ArgumentException">The master has not 32 bytes.</exception>
    public static ForestReader FromMaster(ForestSet set, IReadOnlyList<int> elements, ReadOnlySpan<byte> master) =>
        new(set, elements, ForestSeeds.Open(master, ForestSeeds.Keys));

    /// <summary>Encrypts rows of slots, each a ciphertext of one query.</summary>
    /// <param name="card">Hash of the card, 32 bytes.</param>
    /// <param name="rows">R.</param>
    /// <param name="bits">n.</param>
    /// <param name="slots">For each ciphertext up to N values below t.</param>
    public byte[] Encrypt(ReadOnlySpan<byte> card, int rows, int bits, IReadOnlyList<ulong[]> slots) =>
        Encrypt(card, Digest.Span, rows, bits, slots, random);

    /// <summary>The query that follows from a master seed of its own (<see cref="ForestSeeds"/>).</summary>
    /// <param name="card">Hash of the card, 32 bytes.</param>
    /// <param name="digest"><see cref="Digest"/> as the caller has it; making it takes the public keys.</param>
    /// <param name="rows">R.</param>
    /// <param name="bits">n.</param>
    /// <param name="slots">For each ciphertext up to N values below t.</param>
    /// <param name="master">32 bytes, of this query alone: another one under it would share its noise.</param>
    /// <exception cref="ArgumentException">The master has not 32 bytes.</exception>
    public byte[] Encrypt(
        ReadOnlySpan<byte> card, ReadOnlySpan<byte> digest, int rows, int bits, IReadOnlyList<ulong[]> slots, ReadOnlySpan<byte> master)
    {
        using RandomSourceFactory seeds = ForestSeeds.Open(master, ForestSeeds.Query);
        return Encrypt(card, digest, rows, bits, slots, seeds);
    }

    /// <summary>The one answer of a single patient's reply: coefficient 0, signed.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="request">SHA-256 of the query.</param>
    /// <param name="bound">The card's bound: a larger answer is refused.</param>
    /// <param name="answer">The integer.</param>
    public ForestRefusal TryDecrypt(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> request, long bound, out long answer)
    {
        answer = 0;
        ForestRefusal refusal = ForestReply.TryRead(Set, isBatch: false, request, reply, out ulong[] mask, out ulong[] values);
        if (refusal != ForestRefusal.None)
        {
            return refusal;
        }

        answer = Centre(Message(mask, values[0], 0));
        return Math.Abs(answer) <= bound ? ForestRefusal.None : ForestRefusal.AnswerBound;
    }

    /// <summary>The answers of a batch, slot after slot, signed.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="request">SHA-256 of the query.</param>
    /// <param name="bound">The card's bound: a larger answer is refused.</param>
    /// <param name="answers">As many as there are patients.</param>
    public ForestRefusal TryDecrypt(ReadOnlySpan<byte> reply, ReadOnlySpan<byte> request, long bound, Span<long> answers)
    {
        ForestRefusal refusal = ForestReply.TryRead(Set, isBatch: true, request, reply, out ulong[] mask, out ulong[] values);
        if (refusal != ForestRefusal.None)
        {
            return refusal;
        }

        ulong[] coefficients = new ulong[Set.Degree];
        for (int i = 0; i < coefficients.Length; i++)
        {
            coefficients[i] = Message(mask, values[i], i);
        }

        using Plaintext plaintext = new(coefficients);
        long[] slots = new long[Set.Degree];
        encoder.Decode(plaintext, slots);
        slots.AsSpan(0, answers.Length).CopyTo(answers);
        foreach (long answer in answers)
        {
            if (Math.Abs(answer) > bound)
            {
                answers.Clear();
                return ForestRefusal.AnswerBound;
            }
        }

        return ForestRefusal.None;
    }

    /// <summary>Wipes the secret key.</summary>
    public void Dispose()
    {
        secretKey.Dispose();
        own?.Dispose();
        reversed.AsSpan().Clear();
    }

    private byte[] Encrypt(
        ReadOnlySpan<byte> card, ReadOnlySpan<byte> keys, int rows, int bits, IReadOnlyList<ulong[]> slots, IRandomSourceFactory seeds)
    {
        ArgumentNullException.ThrowIfNull(slots);
        Plaintext[] plaintexts = [.. slots.Select(_ => new Plaintext())];
        try
        {
            for (int i = 0; i < plaintexts.Length; i++)
            {
                encoder.Encode(slots[i], plaintexts[i]);
            }

            return ForestQuery.Encrypt(Set, secretKey, card, keys, rows, bits, plaintexts, seeds);
        }
        finally
        {
            Array.ForEach(plaintexts, plaintext => plaintext.Dispose());
        }
    }

    // round(t x / 2^k) mod t with x the phase of a coefficient modulo 2^k; only the low k bits of the sum count.
    private ulong Message(ReadOnlySpan<ulong> mask, ulong value, int coefficient)
    {
        int k = Set.ReplyBits;
        ulong phase = (value + Rlwe.Keyless.KeylessArithmetic.NegacyclicDot(mask, reversed, coefficient)) & ((1UL << k) - 1);
        UInt128 scaled = Math.BigMul(phase, ForestSet.PlainModulus) + (UInt128.One << (k - 1));
        return (ulong)(scaled >> k) % ForestSet.PlainModulus;
    }

    private static long Centre(ulong value) => value > ForestSet.PlainModulus / 2 ? (long)value - (long)ForestSet.PlainModulus : (long)value;
}
