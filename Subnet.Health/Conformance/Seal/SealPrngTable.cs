using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays the table of seeded streams: bytes, uniform polynomials, noise.</summary>
internal static class SealPrngTable
{
    private const int LongestOffset = 1 << 26;
    private const string BytesPrefix = "bytes_";
    private const string NoisePrefix = "cbd_";

    /// <summary>Replays what one seed gives.</summary>
    public static void Replay(JsonElement entry, string name, CaseReport cases)
    {
        PrngSeed seed = ReadSeed(entry);
        foreach (JsonProperty member in entry.EnumerateObject())
        {
            string part = $"{name} {member.Name}";
            switch (member.Name)
            {
                case "prng_type" or "seed_words":
                    break;
                case "uniform":
                    Uniform(seed, member.Value, part, cases);
                    break;
                case "uniform_rejecting":
                    UniformRejecting(seed, member.Value, part, cases);
                    break;
                case var noise when noise.StartsWith(NoisePrefix, StringComparison.Ordinal) && noise.EndsWith("_centered", StringComparison.Ordinal):
                    Noise(seed, member.Value, part, cases);
                    break;
                case var bytes when bytes.StartsWith(BytesPrefix, StringComparison.Ordinal):
                    int offset = int.Parse(bytes.AsSpan(BytesPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture);
                    byte[] known = Convert.FromHexString(member.Value.GetString() ?? "");
                    cases.CheckSequence<byte>(part, known, Bytes(seed, offset, known.Length));
                    break;
                default:
                    cases.Fail(part, "a member of the schema", "an unknown member");
                    break;
            }
        }
    }

    private static PrngSeed ReadSeed(JsonElement entry)
    {
        Span<byte> bytes = stackalloc byte[PrngSeed.ByteCount];
        int at = 0;
        foreach (JsonElement word in entry.GetProperty("seed_words").EnumerateArray())
        {
            BinaryPrimitives.WriteUInt64LittleEndian(
                bytes[at..], ulong.Parse(word.GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            at += sizeof(ulong);
        }

        return new PrngSeed((PrngType)entry.GetProperty("prng_type").GetByte(), bytes[..at]);
    }

    private static byte[] Bytes(PrngSeed seed, int offset, int count)
    {
        if (offset > LongestOffset)
        {
            throw new JsonException($"an offset of {offset} bytes is beyond what is replayed; at most {LongestOffset}");
        }

        using SeededRandomSource source = seed.Expand();
        byte[] bytes = new byte[offset + count];
        source.Fill(bytes);
        return bytes[offset..];
    }

    private static ulong[] Sample(PrngSeed seed, JsonElement known, out int degree)
    {
        ulong[] moduli = Json.Words(known.GetProperty("moduli"));
        degree = known.GetProperty("n").GetInt32();
        ulong[] words = new ulong[moduli.Length * degree];
        using SeededRandomSource source = seed.Expand();
        UniformSampler.Sample(source, moduli, degree, words);
        return words;
    }

    private static void Uniform(PrngSeed seed, JsonElement known, string name, CaseReport cases) =>
        cases.CheckSequence(name, Json.Words(known.GetProperty("values")), Sample(seed, known, out _));

    private static void UniformRejecting(PrngSeed seed, JsonElement known, string name, CaseReport cases)
    {
        ulong[] words = Sample(seed, known, out int degree);
        ulong[] head = Json.Words(known.GetProperty("head"));
        ulong[] second = Json.Words(known.GetProperty("second_modulus_head"));
        cases.CheckSequence($"{name} head", head, words.AsSpan(0, head.Length));
        cases.CheckSequence($"{name} second_modulus_head", second, words.AsSpan(degree, second.Length));
        cases.Check($"{name} fnv1a64", known.GetProperty("fnv1a64").GetString(), Fnv1a64.Hash(words));
    }

    private static void Noise(PrngSeed seed, JsonElement known, string name, CaseReport cases)
    {
        sbyte[] expected = [.. known.EnumerateArray().Select(value => value.GetSByte())];
        sbyte[] noise = new sbyte[expected.Length];
        using SeededRandomSource source = seed.Expand();
        NoiseSampler.Sample(source, noise);
        cases.CheckSequence(name, expected, noise);
    }
}
