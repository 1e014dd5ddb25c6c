using System.Numerics;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Ckks;

/// <summary>Every deterministic CKKS operation gives the words that native SEAL 4.1.2 wrote; encoding agrees within rounding.</summary>
internal sealed class CkksGoldenTests
{
    private static readonly string[] s_names = ["ckks-64", "ckks-1024", "ckks-8192"];
    private static readonly GoldenOperations s_golden = new(s_names);

    private static readonly Dictionary<string, Action<CkksEvaluator, SealVectorSet, Ciphertext, Ciphertext>> s_operations = new(StringComparer.Ordinal)
    {
        ["add"] = (e, s, a, r) => e.Add(a, s.Ciphertext("ct_b"), r),
        ["sub"] = (e, s, a, r) => e.Subtract(a, s.Ciphertext("ct_b"), r),
        ["negate"] = (e, _, a, r) => e.Negate(a, r),
        ["add_plain"] = (e, s, a, r) => e.AddPlain(a, s.Plaintext("pt_b"), r),
        ["sub_plain"] = (e, s, a, r) => e.SubtractPlain(a, s.Plaintext("pt_b"), r),
        ["mul_plain"] = (e, s, a, r) => e.MultiplyPlain(a, s.Plaintext("pt_b"), r),
        ["mul"] = (e, s, a, r) => e.Multiply(a, s.Ciphertext("ct_b"), r),
        ["mul_relin"] = (e, s, a, r) => Product(e, s, a, s.Ciphertext("ct_b"), r),
        ["mul_relin_rescale"] = (e, s, a, r) =>
        {
            Product(e, s, a, s.Ciphertext("ct_b"), r);
            e.RescaleToNext(r, r);
        },
        ["square_relin"] = (e, s, a, r) => Product(e, s, a, a, r),
        ["ct_a_ms1"] = (e, _, a, r) => e.ModSwitchToNext(a, r),
        ["ms1_mul_relin"] = (e, s, a, r) =>
        {
            Ciphertext b = s.Ciphertext("ct_b");
            e.ModSwitchToNext(a, r);
            e.ModSwitchToNext(b, b);
            Product(e, s, r, b, r);
        },
        ["ct_a_last"] = (e, s, a, r) => e.ModSwitchTo(a, s.Parameters.LastLevel, r),
        ["rot_p1"] = (e, s, a, r) => e.RotateVector(a, 1, s.GaloisKeys(), r),
        ["rot_m1"] = (e, s, a, r) => e.RotateVector(a, -1, s.GaloisKeys(), r),
        ["rot_p5"] = (e, s, a, r) => e.RotateVector(a, 5, s.GaloisKeys(), r),
        ["conj"] = (e, s, a, r) => e.Conjugate(a, s.GaloisKeys(), r),
        ["ms1_rot_p1"] = (e, s, a, r) =>
        {
            e.ModSwitchToNext(a, r);
            e.RotateVector(r, 1, s.GaloisKeys(), r);
        },
    };

    private static IEnumerable<TestCaseData> Operations() => s_golden.Cases(s_operations.Keys);

    [TestCaseSource(nameof(Operations))]
    public void Operation_gives_the_words_of_seal(string set, string operation)
    {
        CkksEvaluator evaluator = new(s_golden[set].Parameters);
        s_golden.AssertWords(set, operation, (vectors, a, result) => s_operations[operation](evaluator, vectors, a, result));
    }

    [Test]
    public void Every_recorded_operation_is_replayed()
    {
        SharedFolder.Require("vectors", "seal");
        s_golden.AssertComplete(s_operations.Keys);
    }

    [Test]
    public void Hoisted_rotations_give_the_words_of_seal([Values("ckks-64", "ckks-1024")] string set)
    {
        SealVectorSet vectors = s_golden[set];
        Ciphertext[] results = [new(vectors.Parameters), new(vectors.Parameters)];
        new CkksEvaluator(vectors.Parameters).RotateMany(vectors.Ciphertext("ct_a"), [1, -1], vectors.GaloisKeys(), results);
        Assert.That(results[0].Words.SequenceEqual(vectors.Ciphertext("rot_p1").Words));
        Assert.That(results[1].Words.SequenceEqual(vectors.Ciphertext("rot_m1").Words));
    }

    [Test]
    public void Encoding_differs_from_that_of_seal_by_at_most_one_per_coefficient([ValueSource(nameof(s_names))] string set)
    {
        SealVectorSet vectors = s_golden[set];
        Plaintext expected = vectors.Plaintext("pt_a");
        Plaintext plaintext = new();
        new CkksEncoder(vectors.Parameters).Encode(vectors.Values<Complex>("a.c128"), expected.Scale, plaintext);
        Assert.That(plaintext.Level, Is.SameAs(expected.Level));
        for (int i = 0; i < expected.Level!.PrimeCount; i++)
        {
            ulong q = expected.Level.Moduli[i].Value;
            ulong[] ours = plaintext.Limb(i).ToArray();
            ulong[] theirs = expected.Limb(i).ToArray();
            expected.Level.Tables(i).Inverse(ours);
            expected.Level.Tables(i).Inverse(theirs);
            Assert.That(ours.Zip(theirs, (x, y) => Math.Min((x + q - y) % q, (y + q - x) % q)), Is.All.LessThanOrEqualTo(1));
        }
    }

    [Test]
    public void Plaintexts_of_seal_decode_to_their_values([ValueSource(nameof(s_names))] string set, [Values("a", "b")] string name)
    {
        SealVectorSet vectors = s_golden[set];
        Assert.That(Distance(vectors, vectors.Plaintext("pt_" + name), name), Is.LessThan(1e-8));
    }

    [Test]
    public void Ciphertexts_of_seal_decrypt_to_their_values([ValueSource(nameof(s_names))] string set, [Values("a", "b")] string name)
    {
        SealVectorSet vectors = s_golden[set];
        using SecretKey key = vectors.SecretKey();
        using Decryptor decryptor = new(key);
        Plaintext plaintext = new();
        decryptor.Decrypt(vectors.Ciphertext("ct_" + name), plaintext);
        Assert.That(Distance(vectors, plaintext, name), Is.LessThan(1e-6));
    }

    private static double Distance(SealVectorSet vectors, Plaintext plaintext, string name)
    {
        CkksEncoder encoder = new(vectors.Parameters);
        Complex[] decoded = new Complex[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        Complex[] expected = vectors.Values<Complex>(name + ".c128");
        Assert.That(expected, Is.Not.Empty);
        return expected.Select((value, i) => (decoded[i] - value).Magnitude).Max();
    }

    private static void Product(CkksEvaluator evaluator, SealVectorSet vectors, Ciphertext a, Ciphertext b, Ciphertext result)
    {
        evaluator.Multiply(a, b, result);
        evaluator.Relinearize(result, vectors.RelinearizationKeys(), result);
    }
}
