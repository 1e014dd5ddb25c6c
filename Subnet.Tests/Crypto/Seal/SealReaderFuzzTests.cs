using Subnet.Crypto.Seal;

namespace Subnet.Tests.Crypto.Seal;

/// <summary>
/// Every loader on mutated files: nothing but its own error type escapes, and what is accepted is written back and accepted again
/// with the same words.
/// </summary>
[TestFixture]
internal sealed class SealReaderFuzzTests
{
    private const int MutationsPerFile = 150;

    private static readonly string[] Types = ["parms", "plaintext", "ciphertext", "secret_key", "public_key", "relin_keys", "galois_keys"];

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.SmallSets))]
    public void Mutated_file_raises_only_the_error_of_the_format(string set)
    {
        SealReader reader = new(SealVectors.Parameters(set));
        Random random = new(set.Length);
        Dictionary<string, int> accepted = Types.ToDictionary(type => type, _ => 0);
        Dictionary<string, int> refused = Types.ToDictionary(type => type, _ => 0);
        foreach (TestCaseData known in SealVectors.ObjectFiles().Where(known => (string)known.Arguments[0]! == set))
        {
            byte[] bytes = SealVectors.Read(set, (string)known.Arguments[1]!);
            for (int i = 0; i < MutationsPerFile; i++)
            {
                byte[] mutated = Mutate(bytes, random);
                string type = random.Next(8) == 0 ? Types[random.Next(Types.Length)] : (string)known.Arguments[2]!;
                try
                {
                    object read = SealVectors.ReadObject(reader, type, mutated, allowTrailing: random.Next(2) == 0);
                    byte[] written = SealVectors.WriteObject(read, SealCompression.None);
                    object again = SealVectors.ReadObject(reader, type, written);
                    Assert.That(SealVectors.WriteObject(again, SealCompression.None), Is.EqualTo(written));
                    accepted[type]++;
                }
                catch (SealFormatException)
                {
                    refused[type]++;
                }
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(accepted.Values, Is.All.Positive, $"mutations that change only words within their range are accepted: {string.Join(' ', accepted)}");
            Assert.That(refused.Values, Is.All.GreaterThan(MutationsPerFile / 4), string.Join(' ', refused));
        });
    }

    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.SmallSets))]
    public void Every_truncation_of_a_file_is_refused(string set)
    {
        SealReader reader = new(SealVectors.Parameters(set));
        foreach (string file in new[] { "parms.zstd.seal", "parms.zlib.seal", "pt_a.zlib.seal", "pt_b.zstd.seal", "ct_b_seeded.none.seal" })
        {
            string type = file[0] == 'c' ? "ciphertext" : file.StartsWith("pt", StringComparison.Ordinal) ? "plaintext" : "parms";
            byte[] bytes = SealVectors.Read(set, file);
            for (int length = 0; length < bytes.Length; length++)
            {
                byte[] cut = bytes[..length];
                Assert.That(() => SealVectors.ReadObject(reader, type, cut), Throws.InstanceOf<SealFormatException>());

                // The same with a header that tells the truth about the length.
                if (length >= SealHeader.ByteCount)
                {
                    SealHeader.Write(cut, SealHeader.Read(bytes).Compression, (ulong)length);
                    Assert.That(() => SealVectors.ReadObject(reader, type, cut), Throws.InstanceOf<SealFormatException>(), $"{file} {length}");
                }
            }
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            // Most of a file is words; half of the changes go to the fields in front of them.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 160) : bytes.Length);
            bytes[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(bytes[at] ^ (1 << random.Next(8))),
                _ => random.Next(2) == 0 ? (byte)0 : (byte)255,
            };
        }

        int length = random.Next(6) switch
        {
            0 => random.Next(bytes.Length),
            1 => bytes.Length + random.Next(20),
            _ => bytes.Length,
        };
        Array.Resize(ref bytes, length);
        if (length >= SealHeader.ByteCount && random.Next(2) == 0)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(8), (ulong)length);
        }

        return bytes;
    }
}
