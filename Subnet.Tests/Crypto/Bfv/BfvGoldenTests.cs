using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Bfv;

/// <summary>Every deterministic BFV operation gives the words that native SEAL 4.1.2 wrote.</summary>
internal sealed class BfvGoldenTests
{
    private static readonly string[] s_names = ["bfv-64", "bfv-1024", "bfv-4096"];
    private static readonly GoldenOperations s_golden = new(s_names);

    private static readonly Dictionary<string, Action<BfvEvaluator, SealVectorSet, Ciphertext, Ciphertext>> s_operations = new(StringComparer.Ordinal)
    {
        ["add"] = (e, s, a, r) => e.Add(a, s.Ciphertext("ct_b"), r),
        ["sub"] = (e, s, a, r) => e.Subtract(a, s.Ciphertext("ct_b"), r),
        ["negate"] = (e, _, a, r) => e.Negate(a, r),
        ["add_plain"] = (e, s, a, r) => e.AddPlain(a, EncodedB(s), r),
        ["sub_plain"] = (e, s, a, r) => e.SubtractPlain(a, EncodedB(s), r),
        ["mul_plain"] = (e, s, a, r) => e.MultiplyPlain(a, EncodedB(s), r),
        ["mul_plain_mono"] = (e, s, a, r) => e.MultiplyPlain(a, s.Plaintext("pt_mono"), r),
        ["ct_a_ntt"] = (e, _, a, r) => e.TransformToNtt(a, r),
        ["mul"] = (e, s, a, r) => e.Multiply(a, s.Ciphertext("ct_b"), r),
        ["mul_relin"] = (e, s, a, r) =>
        {
            e.Multiply(a, s.Ciphertext("ct_b"), r);
            e.Relinearize(r, s.RelinearizationKeys(), r);
        },
        ["square_relin"] = (e, s, a, r) =>
        {
            e.Square(a, r);
            e.Relinearize(r, s.RelinearizationKeys(), r);
        },
        ["ct_a_ms1"] = (e, _, a, r) => e.ModSwitchToNext(a, r),
        ["ms1_mul_relin"] = (e, s, a, r) =>
        {
            Ciphertext b = s.Ciphertext("ct_b");
            e.ModSwitchToNext(a, r);
            e.ModSwitchToNext(b, b);
            e.Multiply(r, b, r);
            e.Relinearize(r, s.RelinearizationKeys(), r);
        },
        ["ct_a_last"] = (e, s, a, r) => e.ModSwitchTo(a, s.Parameters.LastLevel, r),
        ["rot_p1"] = (e, s, a, r) => e.RotateRows(a, 1, s.GaloisKeys(), r),
        ["rot_m1"] = (e, s, a, r) => e.RotateRows(a, -1, s.GaloisKeys(), r),
        ["rot_p5"] = (e, s, a, r) => e.RotateRows(a, 5, s.GaloisKeys(), r),
        ["rot_col"] = (e, s, a, r) => e.RotateColumns(a, s.GaloisKeys(), r),
        ["ms1_rot_p1"] = (e, s, a, r) =>
        {
            e.ModSwitchToNext(a, r);
            e.RotateRows(r, 1, s.GaloisKeys(), r);
        },
    };

    private static IEnumerable<TestCaseData> Operations() => s_golden.Cases(s_operations.Keys);

    [TestCaseSource(nameof(Operations))]
    public void Operation_gives_the_words_of_seal(string set, string operation)
    {
        BfvEvaluator evaluator = new(s_golden[set].Parameters);
        s_golden.AssertWords(set, operation, (vectors, a, result) => s_operations[operation](evaluator, vectors, a, result));
    }

    [Test]
    public void Every_recorded_operation_is_replayed()
    {
        SharedFolder.Require("vectors", "seal");
        s_golden.AssertComplete(s_operations.Keys);
    }

    [Test]
    public void Hoisted_rotations_give_the_words_of_seal([ValueSource(nameof(s_names))] string set)
    {
        SealVectorSet vectors = s_golden[set];
        string[] names = [.. new[] { "rot_p1", "rot_m1" }.Where(vectors.Has)];
        Ciphertext[] results = [.. names.Select(_ => new Ciphertext(vectors.Parameters))];
        new BfvEvaluator(vectors.Parameters).RotateMany(
            vectors.Ciphertext("ct_a"), [.. names.Select(name => name == "rot_p1" ? 1 : -1)], vectors.GaloisKeys(), results);
        for (int i = 0; i < names.Length; i++)
        {
            Assert.That(results[i].Words.SequenceEqual(vectors.Ciphertext(names[i]).Words), names[i]);
        }
    }

    [Test]
    public void Encoding_gives_the_words_of_seal_and_decoding_undoes_it([ValueSource(nameof(s_names))] string set)
    {
        SealVectorSet vectors = s_golden[set];
        BatchEncoder encoder = new(vectors.Parameters);
        Plaintext plaintext = new();
        ulong[] values = vectors.Values<ulong>("a.u64");
        encoder.Encode(values, plaintext);
        Assert.That(plaintext.Words.ToArray(), Is.EqualTo(vectors.Plaintext("pt_a").Words.ToArray()));
        ulong[] decoded = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        Assert.That(decoded, Is.EqualTo(values));
    }

    [Test]
    public void Ciphertexts_of_seal_decrypt_to_their_values([ValueSource(nameof(s_names))] string set, [Values("a", "b")] string name)
    {
        SealVectorSet vectors = s_golden[set];
        using SecretKey key = vectors.SecretKey();
        using Decryptor decryptor = new(key);
        Plaintext plaintext = new();
        decryptor.Decrypt(vectors.Ciphertext("ct_" + name), plaintext);
        ulong[] decoded = new ulong[vectors.Parameters.PolyModulusDegree];
        new BatchEncoder(vectors.Parameters).Decode(plaintext, decoded);
        Assert.That(decoded, Is.EqualTo(vectors.Values<ulong>(name + ".u64")));
    }

    [Test]
    public void Noise_budgets_are_those_that_seal_reports([ValueSource(nameof(s_names))] string set)
    {
        SealVectorSet vectors = s_golden[set];
        using SecretKey key = vectors.SecretKey();
        using Decryptor decryptor = new(key);
        int checkedCount = 0;
        foreach (JsonElement entry in vectors.Manifest.GetProperty("objects").EnumerateArray())
        {
            if (entry.TryGetProperty("noise_budget", out JsonElement budget) && !entry.GetProperty("is_ntt_form").GetBoolean())
            {
                string name = entry.GetProperty("name").GetString()!;
                Assert.That(decryptor.InvariantNoiseBudget(vectors.Ciphertext(name)), Is.EqualTo(budget.GetInt32()), name);
                checkedCount++;
            }
        }

        Assert.That(checkedCount, Is.GreaterThan(5));
    }

    private static Plaintext EncodedB(SealVectorSet vectors)
    {
        Plaintext plaintext = new();
        new BatchEncoder(vectors.Parameters).Encode(vectors.Values<ulong>("b.u64"), plaintext);
        return plaintext;
    }
}
