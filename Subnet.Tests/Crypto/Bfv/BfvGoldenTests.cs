using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Bfv;

/// <summary>Every deterministic BFV operation gives the words that native SEAL 4.1.2 wrote.</summary>
[TestFixture("bfv-64")]
[TestFixture("bfv-1024")]
[TestFixture("bfv-4096")]
internal sealed class BfvGoldenTests(string set)
{
    private SealVectorSet _set = null!;
    private BfvEvaluator _evaluator = null!;

    [OneTimeSetUp]
    public void Load()
    {
        _set = new SealVectorSet(set);
        _evaluator = new BfvEvaluator(_set.Parameters);
    }

    [Test]
    public void Encoding_gives_the_words_of_seal_and_decoding_undoes_it()
    {
        BatchEncoder encoder = new(_set.Parameters);
        Plaintext plaintext = new();
        ulong[] values = _set.Values<ulong>("a.u64");
        encoder.Encode(values, plaintext);
        Assert.That(plaintext.Words.ToArray(), Is.EqualTo(_set.Plaintext("pt_a").Words.ToArray()));
        ulong[] decoded = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        Assert.That(decoded, Is.EqualTo(values));
    }

    [Test]
    public void Ciphertexts_of_seal_decrypt_to_their_values([Values("a", "b")] string name)
    {
        using SecretKey key = _set.SecretKey();
        using Decryptor decryptor = new(key);
        Plaintext plaintext = new();
        decryptor.Decrypt(_set.Ciphertext("ct_" + name), plaintext);
        ulong[] decoded = new ulong[_set.Parameters.PolyModulusDegree];
        new BatchEncoder(_set.Parameters).Decode(plaintext, decoded);
        Assert.That(decoded, Is.EqualTo(_set.Values<ulong>(name + ".u64")));
    }

    [Test]
    public void Noise_budgets_are_those_that_seal_reports()
    {
        using SecretKey key = _set.SecretKey();
        using Decryptor decryptor = new(key);
        int checkedCount = 0;
        foreach (JsonElement entry in _set.Manifest.GetProperty("objects").EnumerateArray())
        {
            if (entry.TryGetProperty("noise_budget", out JsonElement budget) && !entry.GetProperty("is_ntt_form").GetBoolean())
            {
                string name = entry.GetProperty("name").GetString()!;
                Assert.That(decryptor.InvariantNoiseBudget(_set.Ciphertext(name)), Is.EqualTo(budget.GetInt32()), name);
                checkedCount++;
            }
        }

        Assert.That(checkedCount, Is.GreaterThan(5));
    }

    [TestCase("add")]
    [TestCase("sub")]
    [TestCase("negate")]
    [TestCase("add_plain")]
    [TestCase("sub_plain")]
    [TestCase("mul_plain")]
    [TestCase("mul_plain_mono")]
    [TestCase("ct_a_ntt")]
    [TestCase("mul")]
    [TestCase("mul_relin")]
    [TestCase("square_relin")]
    [TestCase("ct_a_ms1")]
    [TestCase("ms1_mul_relin")]
    [TestCase("ct_a_last")]
    [TestCase("rot_p1")]
    [TestCase("rot_m1")]
    [TestCase("rot_p5")]
    [TestCase("rot_col")]
    [TestCase("ms1_rot_p1")]
    public void Operation_gives_the_words_of_seal(string name)
    {
        if (!_set.Has(name))
        {
            Assert.Pass("this set was written without the operation");
        }

        Ciphertext expected = _set.Ciphertext(name);
        Ciphertext result = new(_set.Parameters);
        Compute(name, result);
        AssertSame(result, expected);

        // Once more over an input: every operation may write where it reads.
        Ciphertext a = _set.Ciphertext("ct_a");
        Compute(name, a, a);
        AssertSame(a, expected);
    }

    private static void AssertSame(Ciphertext result, Ciphertext expected)
    {
        Assert.That(result.Level, Is.SameAs(expected.Level));
        Assert.That((result.Size, result.IsNttForm, result.Scale), Is.EqualTo((expected.Size, expected.IsNttForm, expected.Scale)));
        Assert.That(result.Words.SequenceEqual(expected.Words));
    }

    private void Compute(string name, Ciphertext result, Ciphertext? first = null)
    {
        Ciphertext a = first ?? _set.Ciphertext("ct_a");
        Ciphertext b = _set.Ciphertext("ct_b");
        BfvEvaluator e = _evaluator;
        Plaintext plain = new();
        new BatchEncoder(_set.Parameters).Encode(_set.Values<ulong>("b.u64"), plain);
        switch (name)
        {
            case "add": e.Add(a, b, result); break;
            case "sub": e.Subtract(a, b, result); break;
            case "negate": e.Negate(a, result); break;
            case "add_plain": e.AddPlain(a, plain, result); break;
            case "sub_plain": e.SubtractPlain(a, plain, result); break;
            case "mul_plain": e.MultiplyPlain(a, plain, result); break;
            case "mul_plain_mono": e.MultiplyPlain(a, _set.Plaintext("pt_mono"), result); break;
            case "ct_a_ntt": e.TransformToNtt(a, result); break;
            case "mul": e.Multiply(a, b, result); break;
            case "mul_relin":
                e.Multiply(a, b, result);
                e.Relinearize(result, _set.RelinearizationKeys(), result);
                break;
            case "square_relin":
                e.Square(a, result);
                e.Relinearize(result, _set.RelinearizationKeys(), result);
                break;
            case "ct_a_ms1": e.ModSwitchToNext(a, result); break;
            case "ms1_mul_relin":
                e.ModSwitchToNext(a, result);
                e.ModSwitchToNext(b, b);
                e.Multiply(result, b, result);
                e.Relinearize(result, _set.RelinearizationKeys(), result);
                break;
            case "ct_a_last": e.ModSwitchTo(a, _set.Parameters.LastLevel, result); break;
            case "rot_p1": e.RotateRows(a, 1, _set.GaloisKeys(), result); break;
            case "rot_m1": e.RotateRows(a, -1, _set.GaloisKeys(), result); break;
            case "rot_p5": e.RotateRows(a, 5, _set.GaloisKeys(), result); break;
            case "rot_col": e.RotateColumns(a, _set.GaloisKeys(), result); break;
            case "ms1_rot_p1":
                e.ModSwitchToNext(a, result);
                e.RotateRows(result, 1, _set.GaloisKeys(), result);
                break;
            default: Assert.Fail($"operation {name} is unknown"); break;
        }
    }
}
