using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Changes of form and level, encryptions of zero, and what is refused, over both schemes.</summary>
internal sealed class OperationTests
{
    private const double Scale = 1L << 40;

    private static readonly Parameters s_bfv = NoiseBoundsTests.Create(1024, 65537, true, 50, 40, 40, 50);
    private static readonly Parameters s_ckks = Ckks(1024, 50, 40, 40, 40, 50);

    [Test]
    public void Transform_from_ntt_undoes_the_transform_to_it_also_in_place([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme)
    {
        (Party party, Evaluator evaluator, Ciphertext x) = Encrypted(scheme);
        using (party)
        {
            Ciphertext other = new(party.Parameters);
            Ciphertext back = new(party.Parameters);
            if (scheme == Scheme.Bfv)
            {
                evaluator.TransformToNtt(x, other);
                evaluator.TransformFromNtt(other, back);
            }
            else
            {
                evaluator.TransformFromNtt(x, other);
                evaluator.TransformToNtt(other, back);
            }

            Assert.That(other.IsNttForm, Is.Not.EqualTo(x.IsNttForm));
            Assert.That(other.Words.SequenceEqual(x.Words), Is.False);
            Assert.That(back.Words.SequenceEqual(x.Words));
            Assert.That((back.IsNttForm, back.Scale), Is.EqualTo((x.IsNttForm, x.Scale)));
            Action<Ciphertext, Ciphertext> again = scheme == Scheme.Bfv ? evaluator.TransformFromNtt : evaluator.TransformToNtt;
            Assert.That(() => again(x, back), Throws.ArgumentException.With.Message.Contains("form already"));
            again(other, other);
            Assert.That(other.Words.SequenceEqual(x.Words));
        }
    }

    [Test]
    public void Bfv_sums_in_ntt_form_are_sums()
    {
        (Party party, Evaluator evaluator, Ciphertext x) = Encrypted(Scheme.Bfv);
        using (party)
        {
            Ciphertext inNtt = new(s_bfv);
            Ciphertext sum = new(s_bfv);
            evaluator.TransformToNtt(x, inNtt);
            evaluator.Add(inNtt, inNtt, inNtt);
            evaluator.TransformFromNtt(inNtt, inNtt);
            evaluator.Add(x, x, sum);
            Assert.That(inNtt.Words.SequenceEqual(sum.Words));
        }
    }

    [Test]
    public void Bfv_product_with_a_plaintext_in_the_other_form_is_that_in_one_form([Values] bool inPlace)
    {
        (Party party, Evaluator shared, Ciphertext x) = Encrypted(Scheme.Bfv);
        using (party)
        {
            BfvEvaluator evaluator = (BfvEvaluator)shared;
            using Plaintext message = new([3, 0, 5]);
            using Plaintext values = new();
            evaluator.TransformToNtt(message, s_bfv.FirstDataLevel, values);
            Ciphertext expected = new(s_bfv);
            Ciphertext inNtt = new(s_bfv);
            Ciphertext expectedInNtt = new(s_bfv);
            evaluator.MultiplyPlain(x, message, expected);
            evaluator.TransformToNtt(x, inNtt);
            evaluator.TransformToNtt(expected, expectedInNtt);

            using Plaintext lower = new();
            evaluator.ModSwitchToNext(values, lower);
            string levels = $"at {x.Level}, the plaintext at {lower.Level}";
            Assert.That(() => evaluator.MultiplyPlain(x, lower, x), Throws.ArgumentException.With.Message.Contains(levels));
            Assert.That(x.IsNttForm, Is.False, "what is refused changes nothing");

            Ciphertext product = inPlace ? x : new(s_bfv);
            evaluator.MultiplyPlain(x, values, product);
            Assert.That(product.IsNttForm, Is.False);
            Assert.That(product.Words.SequenceEqual(expected.Words));
            Ciphertext productInNtt = inPlace ? inNtt : new(s_bfv);
            evaluator.MultiplyPlain(inNtt, message, productInNtt);
            Assert.That(productInNtt.IsNttForm);
            Assert.That(productInNtt.Words.SequenceEqual(expectedInNtt.Words));
        }
    }

    [Test]
    public void Ckks_product_of_coefficients_with_a_plaintext_is_that_in_ntt_form([Values] bool inPlace)
    {
        (Party party, Evaluator shared, Ciphertext x) = Encrypted(Scheme.Ckks);
        using (party)
        {
            CkksEvaluator evaluator = (CkksEvaluator)shared;
            using Plaintext values = new();
            new CkksEncoder(s_ckks).Encode(0.5, s_ckks.FirstDataLevel, Scale, values);
            Ciphertext expected = new(s_ckks);
            evaluator.MultiplyPlain(x, values, expected);
            evaluator.TransformFromNtt(expected, expected);
            evaluator.TransformFromNtt(x, x);
            Ciphertext product = inPlace ? x : new(s_ckks);
            evaluator.MultiplyPlain(x, values, product);
            Assert.That((product.IsNttForm, product.Scale), Is.EqualTo((false, Scale * Scale)));
            Assert.That(product.Words.SequenceEqual(expected.Words));
        }
    }

    [Test]
    public void What_changes_nothing_does_not_ask_for_a_form([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme)
    {
        (Party party, Evaluator evaluator, Ciphertext x) = Encrypted(scheme);
        using (party)
        {
            RelinearizationKeys keys = party.Generator.CreateRelinearizationKeys(party.SecretKey);
            Ciphertext result = new(party.Parameters);
            Ciphertext product = new(party.Parameters);
            if (evaluator is BfvEvaluator bfv)
            {
                bfv.Multiply(x, x, product);
                bfv.TransformToNtt(product, product);
                bfv.TransformToNtt(x, x);
                bfv.ModSwitchTo(x, x.Level, result);
                Assert.That(result.Words.SequenceEqual(x.Words));
            }
            else if (evaluator is CkksEvaluator ckks)
            {
                ckks.Multiply(x, x, product);
                ckks.TransformFromNtt(product, product);
                ckks.TransformFromNtt(x, x);
                ckks.ModSwitchTo(x, x.Level, result);
                Assert.That(result.Words.SequenceEqual(x.Words));
                ckks.RescaleTo(x, x.Level, result);
                Assert.That(result.Words.SequenceEqual(x.Words));
                Assert.That(() => ckks.ModSwitchTo(x, x.Level.Next!, result), Throws.ArgumentException.With.Message.Contains("coefficient form"));
            }

            evaluator.Relinearize(x, keys, result);
            Assert.That(result.Words.SequenceEqual(x.Words));
            Assert.That(result.IsNttForm, Is.EqualTo(x.IsNttForm));
            Assert.That(() => evaluator.Relinearize(product, keys, result), Throws.ArgumentException.With.Message.Contains("transform it first"));
        }
    }

    [Test]
    public void Encryption_is_exact_modulo_primes_below_the_noise()
    {
        // The noise reaches 21 and the first prime is 13: residues, not the numbers themselves.
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 2, CoeffModulus = [13, .. CoeffModulus.Create(2, 40, 41)], PlainModulus = 5, Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        using Plaintext message = new([3, 4]);
        for (int i = 0; i < 50; i++)
        {
            Ciphertext x = new(parameters);
            party.Encryptor.Encrypt(message, party.PublicKey, x);
            Assert.That(party.Decrypt(x), Is.EqualTo(new ulong[] { 3, 4 }));
            party.Encryptor.EncryptSymmetric(message, party.SecretKey, x);
            Assert.That(party.Decrypt(x), Is.EqualTo(new ulong[] { 3, 4 }));
            for (int polynomial = 0; polynomial < 2; polynomial++)
            {
                Assert.That(x.Limb(polynomial, 0).ToArray(), Is.All.LessThan(13UL));
            }
        }
    }

    [Test]
    public void Rescaling_to_a_level_is_rescaling_step_by_step()
    {
        (Party party, Evaluator evaluator, Ciphertext x) = Encrypted(Scheme.Ckks);
        using (party)
        {
            CkksEvaluator ckks = (CkksEvaluator)evaluator;
            Level target = s_ckks.FirstDataLevel.Next!.Next!;
            Ciphertext square = new(s_ckks);
            ckks.Square(x, square);
            Ciphertext steps = new(s_ckks);
            ckks.RescaleToNext(square, steps);
            ckks.RescaleToNext(steps, steps);
            Ciphertext atOnce = new(s_ckks);
            ckks.RescaleTo(square, target, atOnce);
            Assert.That(atOnce.Words.SequenceEqual(steps.Words));
            Assert.That((atOnce.Level, atOnce.Scale, atOnce.Size), Is.EqualTo((target, steps.Scale, 3)));
            Assert.That(atOnce.Scale, Is.EqualTo(square.Scale / s_ckks.Moduli[3].Value / s_ckks.Moduli[2].Value));
            ckks.RescaleTo(square, target, square);
            Assert.That(square.Words.SequenceEqual(steps.Words), "in place");
            ckks.RescaleTo(square, target, steps);
            Assert.That(steps.Words.SequenceEqual(square.Words), "to its own level");
            Assert.That(() => ckks.RescaleTo(square, s_ckks.FirstDataLevel, steps), Throws.ArgumentException.With.Message.Contains("only go down"));
        }
    }

    [Test]
    public void Ckks_plaintext_switched_down_is_the_one_encoded_there([Values] bool inPlace)
    {
        CkksEncoder encoder = new(s_ckks);
        CkksEvaluator evaluator = new(s_ckks);
        double[] values = [.. Enumerable.Range(0, 512).Select(i => Math.Sin(i))];
        using Plaintext high = new();
        using Plaintext low = new();
        using Plaintext separate = new();
        Plaintext switched = inPlace ? high : separate;
        encoder.Encode(values, Scale, high);
        encoder.Encode(values, s_ckks.FirstDataLevel.Next!, Scale, low);
        evaluator.ModSwitchToNext(high, switched);
        Assert.That(switched.Words.SequenceEqual(low.Words));
        Assert.That((switched.Level, switched.Scale), Is.EqualTo((low.Level, low.Scale)));
        encoder.Encode(values, s_ckks.LastLevel, Scale, low);
        evaluator.ModSwitchTo(switched, s_ckks.LastLevel, switched);
        Assert.That(switched.Words.SequenceEqual(low.Words));
        Assert.That(() => evaluator.ModSwitchToNext(switched, switched), Throws.ArgumentException.With.Message.Contains("nothing below"));
        Assert.That(() => evaluator.ModSwitchTo(switched, s_ckks.FirstDataLevel, switched), Throws.ArgumentException.With.Message.Contains("only go down"));
        using Plaintext wide = new();
        encoder.Encode(values, Math.ScaleB(1, 100), wide);
        Assert.That(() => evaluator.ModSwitchTo(wide, s_ckks.LastLevel, wide), Throws.ArgumentException.With.Message.Contains("does not fit"));
    }

    [Test]
    public void Bfv_plaintext_switched_down_is_the_one_transformed_there()
    {
        (Party party, Evaluator shared, Ciphertext x) = Encrypted(Scheme.Bfv);
        using (party)
        {
            BfvEvaluator evaluator = (BfvEvaluator)shared;
            using Plaintext message = new([3, 0, 5]);
            using Plaintext high = new();
            using Plaintext low = new();
            using Plaintext switched = new();
            Level next = s_bfv.FirstDataLevel.Next!;
            evaluator.TransformToNtt(message, s_bfv.FirstDataLevel, high);
            evaluator.TransformToNtt(message, next, low);
            evaluator.ModSwitchToNext(high, switched);
            Assert.That(switched.Words.SequenceEqual(low.Words));
            Assert.That(switched.Level, Is.SameAs(next));

            // It is used at that level.
            Ciphertext lower = new(s_bfv);
            Ciphertext expected = new(s_bfv);
            evaluator.ModSwitchToNext(x, lower);
            evaluator.MultiplyPlain(lower, message, expected);
            evaluator.TransformToNtt(lower, lower);
            evaluator.MultiplyPlain(lower, switched, lower);
            evaluator.TransformFromNtt(lower, lower);
            Assert.That(lower.Words.SequenceEqual(expected.Words));
            evaluator.ModSwitchTo(high, s_bfv.LastLevel, high);
            Assert.That(high.Level, Is.SameAs(s_bfv.LastLevel));
            Assert.That(() => evaluator.ModSwitchToNext(high, high), Throws.ArgumentException.With.Message.Contains("nothing below"));
            Assert.That(() => evaluator.ModSwitchTo(high, next, high), Throws.ArgumentException.With.Message.Contains("only go down"));
            Assert.That(() => evaluator.ModSwitchToNext(message, switched), Throws.ArgumentException.With.Message.Contains("NTT form"));
        }
    }

    [Test]
    public void Encryptions_of_zero_are_fresh_and_zero_at_every_level([Values(Scheme.Bfv, Scheme.Ckks)] Scheme scheme)
    {
        (Party party, Evaluator evaluator, Ciphertext _) = Encrypted(scheme);
        using (party)
        {
            for (Level? level = party.Parameters.FirstDataLevel; level is not null; level = level.Next)
            {
                Ciphertext[] zeros = [new(party.Parameters), new(party.Parameters), new(party.Parameters), new(party.Parameters)];
                party.Encryptor.EncryptZero(level, party.PublicKey, zeros[0]);
                party.Encryptor.EncryptZero(level, party.PublicKey, zeros[1]);
                PrngSeed seed = party.Encryptor.EncryptZeroSymmetric(level, party.SecretKey, zeros[2]);
                party.Encryptor.EncryptZeroSymmetric(level, party.SecretKey, zeros[3]);
                foreach (Ciphertext zero in zeros)
                {
                    Assert.That((zero.Level, zero.Size, zero.IsNttForm, zero.IsTransparent), Is.EqualTo((level, 2, scheme == Scheme.Ckks, false)));
                    Assert.That(LargestCoefficient(party, zero), Is.LessThan(scheme == Scheme.Bfv ? 1 : 1000));
                    Assert.That(zeros.Count(other => other.Words.SequenceEqual(zero.Words)), Is.EqualTo(1), "no two are alike");
                }

                ulong[] expanded = new ulong[level.PolynomialWords];
                using SeededRandomSource stream = seed.Expand();
                UniformSampler.Sample(stream, [.. level.Moduli.ToArray().Select(q => q.Value)], party.Parameters.PolyModulusDegree, expanded);
                Assert.That(zeros[2].Polynomial(1).SequenceEqual(expanded), "the seed is that of polynomial 1");
            }

            Assert.That(
                () => party.Encryptor.EncryptZero(party.Parameters.KeyLevel, party.PublicKey, new Ciphertext(party.Parameters)),
                Throws.ArgumentException.With.Message.Contains("no data level"));
        }
    }

    [Test]
    public void Ckks_mismatches_are_refused_naming_both_sides()
    {
        (Party party, Evaluator shared, Ciphertext x) = Encrypted(Scheme.Ckks);
        using (party)
        {
            CkksEvaluator evaluator = (CkksEvaluator)shared;
            CkksEncoder encoder = new(s_ckks);
            Ciphertext lower = new(s_ckks);
            Ciphertext square = new(s_ckks);
            Ciphertext result = new(s_ckks);
            evaluator.ModSwitchToNext(x, lower);
            evaluator.Square(x, square);
            string levels = $"at {x.Level} and {lower.Level}";
            string scales = $"the scales {Scale:R} and {Scale * Scale:R} differ";
            Assert.That(() => evaluator.Add(x, lower, result), Throws.ArgumentException.With.Message.Contains(levels));
            Assert.That(() => evaluator.Subtract(x, lower, result), Throws.ArgumentException.With.Message.Contains(levels));
            Assert.That(() => evaluator.Multiply(x, lower, result), Throws.ArgumentException.With.Message.Contains(levels));
            Assert.That(() => evaluator.Add(x, square, result), Throws.ArgumentException.With.Message.Contains(scales));
            Assert.That(() => evaluator.AddMany([x, square], result), Throws.ArgumentException.With.Message.Contains(scales));
            using Plaintext plaintext = new();
            encoder.Encode(1.5, lower.Level, Scale, plaintext);
            Assert.That(
                () => evaluator.AddPlain(x, plaintext, result),
                Throws.ArgumentException.With.Message.Contains($"the ciphertext is at {x.Level}, the plaintext at {lower.Level}"));
            Assert.That(
                () => evaluator.MultiplyPlain(x, plaintext, result),
                Throws.ArgumentException.With.Message.Contains($"the ciphertext is at {x.Level}, the plaintext at {lower.Level}"));
            encoder.Encode(1.5, x.Level, 2 * Scale, plaintext);
            Assert.That(
                () => evaluator.AddPlain(x, plaintext, result),
                Throws.ArgumentException.With.Message.Contains($"{Scale:R} of the ciphertext").And.Message.Contains($"{2 * Scale:R} of the plaintext"));
            Assert.That(() => evaluator.Multiply(square, square, square), Throws.Nothing);
            Assert.That(
                () => evaluator.Multiply(square, x, result), Throws.ArgumentException.With.Message.Contains("scale 2^200.0").And.Message.Contains($"{x.Level.TotalBits} bits"));
            Assert.That(() => evaluator.ModSwitchToNext(square, result), Throws.ArgumentException.With.Message.Contains("2^160.0").And.Message.Contains("130 bits"));
            Assert.That(() => evaluator.AddPlain(x, new Plaintext([1]), result), Throws.ArgumentException.With.Message.Contains("coefficient form"));
        }
    }

    [Test]
    public void One_complex_number_is_encoded_into_every_slot()
    {
        CkksEncoder encoder = new(s_ckks);
        Complex value = new(1.25, -0.75);
        using Plaintext one = new();
        using Plaintext all = new();
        encoder.Encode(value, s_ckks.FirstDataLevel, Scale, one);
        encoder.Encode([.. Enumerable.Repeat(value, encoder.SlotCount)], Scale, all);
        Assert.That(one.Words.SequenceEqual(all.Words));
        Complex[] slots = new Complex[encoder.SlotCount];
        encoder.Decode(one, slots);
        Assert.That(slots.Max(slot => (slot - value).Magnitude), Is.LessThan(1e-9));
        Assert.That(
            () => encoder.Encode(new Complex(double.NaN, 0), s_ckks.FirstDataLevel, Scale, one), Throws.ArgumentException.With.Message.Contains("not finite"));
    }

    [Test]
    public void Keyless_set_of_one_prime_of_fifty_four_bits_works_at_full_security()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 2048, CoeffModulus = CoeffModulus.Default(2048), PlainModulus = 1 << 12, HasSpecialPrime = false,
        });
        Assert.That(parameters.FirstDataLevel.TotalBits, Is.EqualTo(54));
        using Party party = new(parameters);
        Ciphertext x = new(parameters);
        using Plaintext message = new([1, 2, 3]);
        party.Encryptor.Encrypt(message, party.PublicKey, x);
        BfvEvaluator evaluator = new(parameters);
        evaluator.MultiplyPlain(x, new Plaintext([10, 1]), x);
        evaluator.Add(x, x, x);
        Assert.That(party.Decrypt(x), Is.EqualTo(new ulong[] { 20, 42, 64, 6 }));
        Assert.That(() => party.Generator.CreateRelinearizationKeys(party.SecretKey), Throws.ArgumentException.With.Message.Contains("no special prime"));
    }

    [Test]
    public void Large_degrees_multiply_rotate_and_switch_as_small_ones()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = 16384, CoeffModulus = CoeffModulus.Default(16384), PlainModulus = 65537,
        });
        using Party party = new(parameters);
        BatchEncoder encoder = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        ulong[] values = [.. Enumerable.Range(0, 16384).Select(i => (ulong)(i * 7919L % 65537))];
        using Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, x);
        evaluator.Square(x, x);
        evaluator.Relinearize(x, party.Generator.CreateRelinearizationKeys(party.SecretKey), x);
        evaluator.ModSwitchToNext(x, x);
        evaluator.RotateRows(x, 5, party.Generator.CreateRotationKeys(party.SecretKey, [5]), x);
        party.Decryptor.Decrypt(x, plaintext);
        ulong[] slots = new ulong[16384];
        encoder.Decode(plaintext, slots);
        Assert.That(slots, Is.EqualTo(Enumerable.Range(0, 16384).Select(i => values[(i / 8192 * 8192) + ((i + 5) % 8192)]).Select(v => v * v % 65537)));
    }

    [Test]
    public void Largest_degree_multiplies_and_rescales_numbers()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks, PolyModulusDegree = 32768, CoeffModulus = CoeffModulus.Create(32768, 50, 50, 50, 50),
        });
        using Party party = new(parameters);
        CkksEncoder encoder = new(parameters);
        CkksEvaluator evaluator = new(parameters);
        double[] values = [.. Enumerable.Range(0, 16384).Select(i => Math.Sin(i))];
        using Plaintext plaintext = new();
        encoder.Encode(values, Math.ScaleB(1, 45), plaintext);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, x);
        evaluator.Multiply(x, x, x);
        evaluator.Relinearize(x, party.Generator.CreateRelinearizationKeys(party.SecretKey), x);
        evaluator.RescaleToNext(x, x);
        evaluator.RotateVector(x, 1, party.Generator.CreateRotationKeys(party.SecretKey, [1]), x);
        party.Decryptor.Decrypt(x, plaintext);
        double[] decoded = new double[16384];
        encoder.Decode(plaintext, decoded);

        // Digits are not centred, so the noise of the rotation is largest in the slots near 0: about q/2 2N/pi 3.2 sqrt(N) / P, at scale 2^40.
        Assert.That(decoded, Is.EqualTo(Enumerable.Range(0, 16384).Select(i => Math.Pow(Math.Sin((i + 1) % 16384), 2))).Within(1e-4));
    }

    private static (Party Party, Evaluator Evaluator, Ciphertext X) Encrypted(Scheme scheme)
    {
        Parameters parameters = scheme == Scheme.Bfv ? s_bfv : s_ckks;
        Party party = new(parameters);
        using Plaintext plaintext = new();
        if (scheme == Scheme.Bfv)
        {
            new BatchEncoder(parameters).Encode([.. Enumerable.Range(1, 1024).Select(i => (ulong)i)], plaintext);
        }
        else
        {
            new CkksEncoder(parameters).Encode([.. Enumerable.Range(0, 512).Select(i => Math.Cos(i))], Scale, plaintext);
        }

        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, x);
        return (party, scheme == Scheme.Bfv ? new BfvEvaluator(parameters) : new CkksEvaluator(parameters), x);
    }

    // CKKS: the noise itself, from the coefficients modulo the first prime.
    private static double LargestCoefficient(Party party, Ciphertext ciphertext)
    {
        using Plaintext plaintext = new();
        party.Decryptor.Decrypt(ciphertext, plaintext);
        if (!plaintext.IsNttForm)
        {
            return plaintext.Words.ToArray().Max();
        }

        ulong[] limb = plaintext.Limb(0).ToArray();
        ulong q = plaintext.Level!.Moduli[0].Value;
        plaintext.Level.Tables(0).Inverse(limb);
        return limb.Max(word => Math.Min(word, q - word));
    }

    private static Parameters Ckks(int degree, params int[] bits) => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Ckks, PolyModulusDegree = degree, CoeffModulus = CoeffModulus.Create(degree, bits), Security = SecurityLevel.None,
    });
}
