using System.Buffers.Binary;
using System.Text;
using Subnet.Crypto.Identity;

namespace Subnet.Tests.Health.Review;

/// <summary>
/// Looks for secrets in bytes as they would get there: raw, as hexadecimal in both cases, as base64 of both alphabets wherever the secret begins within the encoded bytes, as base58, and as
/// UTF-16. Of a long secret its beginning, middle and end are looked for, so that a part of it is found too.
/// </summary>
internal sealed class SecretSearch
{
    private const int Piece = 16;
    private const int Shortest = 8;

    private readonly Dictionary<ulong, List<(string Name, byte[] Pattern)>> patterns = [];
    private readonly bool[] firsts = new bool[1 << 16];

    /// <summary>Names of the secrets that are looked for.</summary>
    public HashSet<string> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a secret of at least eight bytes that nobody guesses.</summary>
    public void Add(string name, ReadOnlySpan<byte> secret)
    {
        Assert.That(secret.Length, Is.GreaterThanOrEqualTo(Shortest), name);
        Kinds.Add(name);
        AddText(name + " in base58", Base58.Encode(secret[..Math.Min(secret.Length, Base58.MaxByteCount)]));
        foreach (int start in new[] { 0, Math.Max(0, (secret.Length - Piece) / 2), Math.Max(0, secret.Length - Piece) }.Distinct())
        {
            byte[] piece = secret.Slice(start, Math.Min(Piece, secret.Length - start)).ToArray();
            AddPattern(name, piece);
            AddText(name + " in hexadecimal", Convert.ToHexStringLower(piece));
            AddText(name + " in hexadecimal", Convert.ToHexString(piece));
            AddText(name + " as decimal bytes", string.Join(',', piece));
            AddText(name + " as decimal bytes", string.Join(", ", piece));
            for (int shift = 0; shift < 3; shift++)
            {
                // Of the signs only those in the middle depend on the secret alone.
                string encoded = Convert.ToBase64String([.. new byte[shift], .. piece]);
                string certain = encoded[(shift == 0 ? 0 : shift + 1)..^4];
                AddText(name + " in base64", certain);
                AddText(name + " in base64", certain.Replace('+', '-').Replace('/', '_'));
            }
        }
    }

    /// <summary>Adds a word that must not occur.</summary>
    public void AddWord(string name, string word)
    {
        Add(name, Encoding.UTF8.GetBytes(word));
        AddText(name, word);
    }

    /// <summary>Adds numbers such as a model's weights: four in a row, as 64-bit integers and in decimal.</summary>
    public void AddNumbers(string name, ReadOnlySpan<long> numbers)
    {
        const int Row = 4;
        Span<byte> little = stackalloc byte[Row * sizeof(long)];
        Span<byte> big = stackalloc byte[Row * sizeof(long)];
        for (int i = 0; i + Row <= numbers.Length; i += Row)
        {
            ReadOnlySpan<long> some = numbers.Slice(i, Row);

            // Few small numbers occur anywhere by chance.
            if (some.ToArray().Count(number => Math.Abs(number) > 99) < Row)
            {
                continue;
            }

            for (int j = 0; j < Row; j++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(little[(j * sizeof(long))..], some[j]);
                BinaryPrimitives.WriteInt64BigEndian(big[(j * sizeof(long))..], some[j]);
            }

            Add(name, little);
            Add(name, big);
            foreach (string separator in new[] { ",", ", ", " ", "\n" })
            {
                AddText(name + " in decimal", string.Join(separator, some.ToArray()));
            }
        }
    }

    /// <summary>What of the secrets is in some bytes.</summary>
    public IReadOnlyList<string> Find(string place, ReadOnlySpan<byte> bytes)
    {
        HashSet<string> found = [];
        for (int i = 0; i + Shortest <= bytes.Length; i++)
        {
            if (!firsts[BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..])] || !patterns.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]), out List<(string, byte[])>? candidates))
            {
                continue;
            }

            foreach ((string name, byte[] pattern) in candidates)
            {
                if (bytes[i..].StartsWith(pattern))
                {
                    found.Add($"{name} is in {place}");
                }
            }
        }

        return [.. found];
    }

    /// <summary>What of the secrets is in a text.</summary>
    public IReadOnlyList<string> Find(string place, string text) => Find(place, Encoding.UTF8.GetBytes(text));

    private void AddText(string name, string text)
    {
        AddPattern(name, Encoding.UTF8.GetBytes(text));
        AddPattern(name + " in UTF-16", Encoding.Unicode.GetBytes(text));
    }

    private void AddPattern(string name, byte[] pattern)
    {
        if (pattern.Length < Shortest)
        {
            return;
        }

        ulong key = BinaryPrimitives.ReadUInt64LittleEndian(pattern);
        if (!patterns.TryGetValue(key, out List<(string Name, byte[] Pattern)>? same))
        {
            patterns[key] = same = [];
        }

        same.Add((name, pattern));
        firsts[BinaryPrimitives.ReadUInt16LittleEndian(pattern)] = true;
    }
}
