using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Hoisted rotations are single rotations, word for word.</summary>
internal sealed class HoistedRotationTests
{
    private static readonly int[] s_steps = [1, 0, -3, 16, 5, 31];

    [Test]
    public void Bfv_rotations_together_are_the_words_of_rotations_alone([Values("50 50 50 50", "60 60 60", "45 60 40 60", "30 30 30")] string bits, [Values(0, 1)] int levelsDown)
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 12289, true, Bits(bits));
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        Ciphertext a = Encrypt(party, [.. Enumerable.Range(0, 64).Select(i => (ulong)i)]);
        for (int i = 0; i < levelsDown; i++)
        {
            evaluator.ModSwitchToNext(a, a);
        }

        // No key for -3: composed of powers of two.
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, [1, -1, 4, -4, 16, 5, 31]);
        Ciphertext[] expected = [.. s_steps.Select(_ => new Ciphertext(parameters))];
        Ciphertext[] actual = [.. s_steps.Select(_ => new Ciphertext(parameters))];
        for (int i = 0; i < s_steps.Length; i++)
        {
            evaluator.RotateRows(a, s_steps[i], keys, expected[i]);
        }

        evaluator.RotateMany(a, s_steps, keys, actual);
        AssertSame(actual, expected);
        actual[3] = a;
        evaluator.RotateMany(a, s_steps, keys, actual);
        AssertSame(actual, expected);
    }

    [Test]
    public void Ckks_rotations_together_are_the_words_of_rotations_alone([Values("50 40 40 50", "60 40 60", "60 60 60")] string bits)
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = 128,
            CoeffModulus = CoeffModulus.Create(128, Bits(bits)),
            Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        CkksEvaluator evaluator = new(parameters);
        using Plaintext plaintext = new();
        new CkksEncoder(parameters).Encode([.. Enumerable.Range(0, 64).Select(i => new Complex(i, -i))], 1L << 30, plaintext);
        Ciphertext a = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, a);
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, s_steps.Where(step => step != 0));
        Ciphertext[] expected = [.. s_steps.Select(_ => new Ciphertext(parameters))];
        Ciphertext[] actual = [.. s_steps.Select(_ => new Ciphertext(parameters))];
        for (int i = 0; i < s_steps.Length; i++)
        {
            evaluator.RotateVector(a, s_steps[i], keys, expected[i]);
        }

        evaluator.RotateMany(a, s_steps, keys, actual);
        AssertSame(actual, expected);
    }

    [Test]
    public void A_zero_residue_does_not_change_the_words([Values(0, 17, 63)] int position)
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 12289, true, 50, 50, 50);
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        Ciphertext a = Encrypt(party, [1, 2, 3]);
        a.Limb(1, 1)[position] = 0;
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, [1, 2]);
        Ciphertext[] expected = [new(parameters), new(parameters)];
        Ciphertext[] actual = [new(parameters), new(parameters)];
        evaluator.RotateRows(a, 1, keys, expected[0]);
        evaluator.RotateRows(a, 2, keys, expected[1]);
        evaluator.RotateMany(a, [1, 2], keys, actual);
        AssertSame(actual, expected);
    }

    [Test]
    public void What_does_not_fit_is_refused_by_name()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 12289, true, 50, 50, 50);
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        Ciphertext a = Encrypt(party, [1]);
        Ciphertext product = new(parameters);
        evaluator.Square(a, product);
        Ciphertext one = new(parameters);
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, [1, 2]);
        Assert.That(() => evaluator.RotateMany(a, [1, 2], keys, [one]), Throws.ArgumentException.With.Message.Contains("2 rotations"));
        Assert.That(() => evaluator.RotateMany(a, [1, 2], keys, [one, one]), Throws.ArgumentException.With.Message.Contains("same ciphertext"));
        Assert.That(() => evaluator.RotateMany(product, [1], keys, [one]), Throws.ArgumentException.With.Message.Contains("relinearize"));
        Assert.That(() => evaluator.RotateMany(a, [1, 8], keys, [one, new(parameters)]), Throws.ArgumentException.With.Message.Contains("no key"));
        Assert.That(() => evaluator.RotateMany(a, [32], keys, [one]), Throws.InstanceOf<ArgumentException>());
        evaluator.RotateMany(a, [], keys, []);
    }

    private static int[] Bits(string text) => [.. text.Split(' ').Select(int.Parse)];

    private static Ciphertext Encrypt(Party party, ulong[] values)
    {
        using Plaintext plaintext = new();
        new BatchEncoder(party.Parameters).Encode(values, plaintext);
        Ciphertext ciphertext = new(party.Parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        return ciphertext;
    }

    private static void AssertSame(Ciphertext[] actual, Ciphertext[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.That(actual[i].Level.Id, Is.EqualTo(expected[i].Level.Id));
            Assert.That(actual[i].Scale, Is.EqualTo(expected[i].Scale));
            Assert.That(actual[i].Words.ToArray(), Is.EqualTo(expected[i].Words.ToArray()), $"rotation {i}");
        }
    }
}
