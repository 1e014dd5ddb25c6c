using System.Numerics;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Ckks;

/// <summary>Every deterministic CKKS operation gives the words that native SEAL 4.1.2 wrote; encoding agrees within rounding.</summary>
[TestFixture("ckks-64")]
[TestFixture("ckks-1024")]
[TestFixture("ckks-8192")]
internal sealed class CkksGoldenTests(string set)
{
    private SealVectorSet _set = null!;
    private CkksEvaluator _evaluator = null!;

    [OneTimeSetUp]
    public void Load()
    {
        _set = new SealVectorSet(set);
        _evaluator = new CkksEvaluator(_set.Parameters);
    }

    [Test]
    public void Encoding_differs_from_that_of_seal_by_at_most_one_per_coefficient()
    {
        CkksEncoder encoder = new(_set.Parameters);
        Plaintext expected = _set.Plaintext("pt_a");
        Plaintext plaintext = new();
        encoder.Encode(_set.Values<Complex>("a.c128"), expected.Scale, plaintext);
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
    public void Plaintexts_of_seal_decode_to_their_values([Values("a", "b")] string name)
    {
        CkksEncoder encoder = new(_set.Parameters);
        Complex[] decoded = new Complex[encoder.SlotCount];
        encoder.Decode(_set.Plaintext("pt_" + name), decoded);
        AssertClose(decoded, _set.Values<Complex>(name + ".c128"), 1e-8);
    }

    [Test]
    public void Ciphertexts_of_seal_decrypt_to_their_values([Values("a", "b")] string name)
    {
        using SecretKey key = _set.SecretKey();
        using Decryptor decryptor = new(key);
        Plaintext plaintext = new();
        decryptor.Decrypt(_set.Ciphertext("ct_" + name), plaintext);
        CkksEncoder encoder = new(_set.Parameters);
        Complex[] decoded = new Complex[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        AssertClose(decoded, _set.Values<Complex>(name + ".c128"), 1e-6);
    }

    [TestCase("add")]
    [TestCase("sub")]
    [TestCase("negate")]
    [TestCase("add_plain")]
    [TestCase("sub_plain")]
    [TestCase("mul_plain")]
    [TestCase("mul")]
    [TestCase("mul_relin")]
    [TestCase("mul_relin_rescale")]
    [TestCase("square_relin")]
    [TestCase("ct_a_ms1")]
    [TestCase("ms1_mul_relin")]
    [TestCase("ct_a_last")]
    [TestCase("rot_p1")]
    [TestCase("rot_m1")]
    [TestCase("rot_p5")]
    [TestCase("conj")]
    [TestCase("ms1_rot_p1")]
    public void Operation_gives_the_words_of_seal(string name)
    {
        if (!_set.Has(name))
        {
            Assert.Pass("this set was written without the operation");
        }

        Ciphertext expected = _set.Ciphertext(name);
        Ciphertext result = new(_set.Parameters);
        Compute(name, _set.Ciphertext("ct_a"), result);
        AssertSame(result, expected);

        // Once more over an input: every operation may write where it reads.
        Ciphertext a = _set.Ciphertext("ct_a");
        Compute(name, a, a);
        AssertSame(a, expected);
    }

    private static void AssertClose(Complex[] actual, Complex[] expected, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.That((actual[i] - expected[i]).Magnitude, Is.LessThan(tolerance), $"slot {i}");
        }
    }

    private static void AssertSame(Ciphertext result, Ciphertext expected)
    {
        Assert.That(result.Level, Is.SameAs(expected.Level));
        Assert.That((result.Size, result.IsNttForm, result.Scale), Is.EqualTo((expected.Size, expected.IsNttForm, expected.Scale)));
        Assert.That(result.Words.SequenceEqual(expected.Words));
    }

    private void Compute(string name, Ciphertext a, Ciphertext result)
    {
        Ciphertext b = _set.Ciphertext("ct_b");
        Plaintext plain = _set.Plaintext("pt_b");
        CkksEvaluator e = _evaluator;
        switch (name)
        {
            case "add": e.Add(a, b, result); break;
            case "sub": e.Subtract(a, b, result); break;
            case "negate": e.Negate(a, result); break;
            case "add_plain": e.AddPlain(a, plain, result); break;
            case "sub_plain": e.SubtractPlain(a, plain, result); break;
            case "mul_plain": e.MultiplyPlain(a, plain, result); break;
            case "mul": e.Multiply(a, b, result); break;
            case "mul_relin":
                e.Multiply(a, b, result);
                e.Relinearize(result, _set.RelinearizationKeys(), result);
                break;
            case "mul_relin_rescale":
                e.Multiply(a, b, result);
                e.Relinearize(result, _set.RelinearizationKeys(), result);
                e.RescaleToNext(result, result);
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
            case "rot_p1": e.RotateVector(a, 1, _set.GaloisKeys(), result); break;
            case "rot_m1": e.RotateVector(a, -1, _set.GaloisKeys(), result); break;
            case "rot_p5": e.RotateVector(a, 5, _set.GaloisKeys(), result); break;
            case "conj": e.Conjugate(a, _set.GaloisKeys(), result); break;
            case "ms1_rot_p1":
                e.ModSwitchToNext(a, result);
                e.RotateVector(result, 1, _set.GaloisKeys(), result);
                break;
            default: Assert.Fail($"operation {name} is unknown"); break;
        }
    }
}
