using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>seeds.json, queries.json, replies.json, admission.json.</summary>
internal static class KeylessVectors
{
    /// <summary>Labelled seeds of a master, and what is drawn from them.</summary>
    public static VectorDifference? Seeds(VectorCase vector, VectorFolder folder)
    {
        byte[] master = Master(vector);
        foreach (JsonProperty seed in vector.Properties("seeds"))
        {
            byte[] derived = new byte[PrngSeed.ByteCount];
            KeylessSeeds.Derive(master, seed.Name, derived);
            if (VectorDifference.Between($"seed '{seed.Name}'", seed.Value.ToString(), Convert.ToHexStringLower(derived)) is { } difference)
            {
                return difference;
            }
        }

        int degree = vector.Count("N");
        ulong[] primes = [.. vector.Integers("primes").Select(prime => (ulong)prime)];
        if (!BitOperations.IsPow2(degree) || degree is 0 or > 32768 || primes.Length is 0 or > 64 || primes.Any(prime => prime is < 2 or >= 1UL << 61))
        {
            throw new VectorFormatException("has N that is no power of two up to 32768, or primes out of range");
        }

        return Secret(vector, master, degree) ?? Noise(vector, master, degree) ?? Mask(vector, master, degree, primes);
    }

    /// <summary>Master seed and rows to query bytes.</summary>
    public static VectorDifference? Query(VectorCase vector, VectorFolder folder)
    {
        bool expected = !vector.Has("ok") || vector.Flag("ok");
        if (!TryEncrypt(vector, out byte[]? query, out string? fault))
        {
            return VectorDifference.OfUnreadable(expected, fault);
        }

        return VectorDifference.OfVerdict("query", expected, true)
            ?? VectorDifference.Between("length", vector.Integer("bytes"), query.Length)
            ?? VectorDifference.Between("head", vector.Hex("head"), query.AsSpan(0, Math.Min(query.Length, vector.Hex("head").Length)))
            ?? VectorDifference.Between("tail", vector.Hex("tail"), query.AsSpan(Math.Max(0, query.Length - vector.Hex("tail").Length)))
            ?? VectorDifference.Between("request hash", vector.Hex("sha256"), KeylessQuery.RequestHash(query));
    }

    /// <summary>A reply to its answers, or its refusal. What decrypts it stands in the case; the query of queries.json it answers is checked there.</summary>
    public static VectorDifference? Reply(VectorCase vector, VectorFolder folder)
    {
        byte[] request = vector.Hex("query_sha256");
        byte[] reply;
        try
        {
            reply = Convert.FromBase64String(vector.Text("reply"));
        }
        catch (FormatException)
        {
            throw new VectorFormatException("has a reply that is not base64");
        }

        bool expected = vector.Flag("ok");
        int rows = vector.Count("rows");
        if (!TryClient(vector, rows, out KeylessClient? made, out string? fault))
        {
            return VectorDifference.OfUnreadable(expected, fault);
        }

        using KeylessClient client = made;
        long[] answers = new long[client.Layout.Answers];
        KeylessRefusal refusal = client.TryDecrypt(reply, request, long.MaxValue, answers);
        VectorDifference? difference = VectorDifference.OfVerdict("reply", expected, refusal == KeylessRefusal.None);
        if (difference is not null || !expected)
        {
            return difference;
        }

        long[] wanted = [.. vector.Rows("answers").SelectMany(row => row)];
        if (wanted.Length != rows * client.Layout.Classes)
        {
            throw new VectorFormatException("has another number of answers than rows times classes");
        }

        // Rows that only pad the size class are zero, and so are their answers.
        return VectorDifference.Between("answers", string.Join(' ', wanted), string.Join(' ', answers.Take(wanted.Length)))
            ?? VectorDifference.Between("non-zero answers of padding rows", 0, answers.Skip(wanted.Length).Count(answer => answer != 0));
    }

    /// <summary>Set, plain modulus, weight norm and answer bound to acceptance, flooding and reply width.</summary>
    public static VectorDifference? Admission(VectorCase vector, VectorFolder folder)
    {
        int plainBits = vector.Count("tbits");
        if (KeylessSet.Find(vector.Count("set")) is not { } set)
        {
            return VectorDifference.OfUnreadable(vector.Flag("ok"), "no such set");
        }

        return VectorDifference.OfVerdict("model", vector.Flag("ok"), KeylessParameters.Admits(set, plainBits, vector.BigInteger("norm1"), vector.BigInteger("bound")))
            ?? VectorDifference.Between("flooding bits", vector.Integer("flood_bits"), KeylessParameters.FloodBitsOf(set, plainBits))
            ?? VectorDifference.Between("reply bits", vector.Integer("reply_bits"), KeylessParameters.ReplyBitsOf(set, plainBits));
    }

    private static VectorDifference? Secret(VectorCase vector, byte[] master, int degree)
    {
        sbyte[] secret = new sbyte[degree];
        using IRandomSource source = KeylessSeeds.Open(master, KeylessSeeds.Secret);
        TernarySampler.Sample(source, secret);
        return Head("secret", vector.Integers("secret_head"), secret)
            ?? VectorDifference.Between("secret's sum", vector.Integer("secret_sum"), secret.Sum(value => (long)value))
            ?? VectorDifference.Between("secret's weight", vector.Integer("secret_weight"), secret.Count(value => value != 0));
    }

    private static VectorDifference? Noise(VectorCase vector, byte[] master, int degree)
    {
        sbyte[] noise = new sbyte[degree];
        using IRandomSource source = KeylessSeeds.Open(master, KeylessSeeds.CiphertextNoise);
        NoiseSampler.Sample(source, noise);
        return Head("noise", vector.Integers("noise_head"), noise)
            ?? VectorDifference.Between("noise's sum", vector.Integer("noise_sum"), noise.Sum(value => (long)value))
            ?? VectorDifference.Between("noise's sum of squares", vector.Integer("noise_squares"), noise.Sum(value => (long)value * value));
    }

    private static VectorDifference? Mask(VectorCase vector, byte[] master, int degree, ulong[] primes)
    {
        ulong[] mask = new ulong[degree * primes.Length];
        using IRandomSource source = KeylessSeeds.Open(master, KeylessSeeds.CiphertextMask);
        UniformSampler.Sample(source, primes, degree, mask);
        byte[] words = new byte[sizeof(ulong) * mask.Length];
        for (int i = 0; i < mask.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(sizeof(ulong) * i), mask[i]);
        }

        long[][] heads = vector.Rows("a_head");
        string drawn = string.Join(" | ", heads.Select((head, limb) => string.Join(' ', mask.Skip(limb * degree).Take(head.Length))));
        return VectorDifference.Between("mask", string.Join(" | ", heads.Select(head => string.Join(' ', head))), drawn)
            ?? VectorDifference.Between("mask's limbs", heads.Length, primes.Length)
            ?? VectorDifference.Between("mask's hash", vector.Hex("a_sha256"), SHA256.HashData(words));
    }

    private static VectorDifference? Head(string what, long[] expected, sbyte[] drawn) =>
        VectorDifference.Between(what, string.Join(' ', expected), string.Join(' ', drawn.Take(expected.Length)));

    private static bool TryEncrypt(VectorCase vector, [NotNullWhen(true)] out byte[]? query, [NotNullWhen(false)] out string? fault)
    {
        query = null;
        long[][] rows = vector.Rows("rows");
        if (!TryClient(vector, rows.Length, out KeylessClient? made, out fault))
        {
            return false;
        }

        using KeylessClient client = made;
        if (rows.Any(row => row.Length != client.Layout.Features))
        {
            fault = "a row has another number of features";
            return false;
        }

        query = client.Encrypt([.. rows.SelectMany(row => row)]);
        return true;
    }

    private static bool TryClient(VectorCase vector, int rows, [NotNullWhen(true)] out KeylessClient? client, [NotNullWhen(false)] out string? fault)
    {
        client = null;
        if (KeylessSet.Find(vector.Count("set")) is not { } set)
        {
            fault = "no such set";
        }
        else if (KeylessLayout.ForRows(set, vector.Count("n"), vector.Count("classes"), rows) is not { } layout)
        {
            fault = "rows, classes and features do not fit the set";
        }
        else
        {
            fault = null;
            try
            {
                client = new KeylessClient(Master(vector), vector.Hex("card"), new KeylessParameters(set, vector.Count("tbits")), layout);
            }
            catch (ArgumentException refusal)
            {
                // A plain modulus that the set does not hold, or a card hash of another length.
                fault = refusal.Message;
            }
        }

        return client is not null;
    }

    private static byte[] Master(VectorCase vector)
    {
        byte[] master = vector.Hex("master");
        return master.Length == KeylessSeeds.MasterBytes ? master : throw new VectorFormatException("has a master seed of another length");
    }
}
