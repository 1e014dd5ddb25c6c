using System.Numerics;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Ckks;

internal sealed class CkksEncoderTests
{
    private static Parameters Create(int degree, params int[] bits) => Parameters.Create(new ParametersLiteral
    {
        Scheme = Scheme.Ckks,
        PolyModulusDegree = degree,
        CoeffModulus = CoeffModulus.Create(degree, bits),
        Security = SecurityLevel.None,
    });

    [Test]
    public void Slots_are_the_values_of_the_polynomial_at_powers_of_three([Values(4, 8, 16, 32, 64, 128)] int degree)
    {
        Parameters parameters = Create(degree, 50, 50);
        CkksEncoder encoder = new(parameters);
        Complex[] values = Values(encoder.SlotCount, degree);
        const double Scale = 1L << 40;
        Plaintext plaintext = new();
        encoder.Encode(values, Scale, plaintext);
        ulong[] coefficients = plaintext.Limb(0).ToArray();
        parameters.FirstDataLevel.Tables(0).Inverse(coefficients);
        Modulus q = parameters.Moduli[0];
        long exponent = 1;
        for (int i = 0; i < values.Length; i++)
        {
            Complex sum = 0;
            for (int k = 0; k < degree; k++)
            {
                double c = coefficients[k] > q.Value / 2 ? -(double)(q.Value - coefficients[k]) : coefficients[k];
                sum += c * Complex.FromPolarCoordinates(1, Math.PI * (k * exponent % (2 * degree)) / degree);
            }

            Assert.That((sum / Scale - values[i]).Magnitude, Is.LessThan(1e-9), $"slot {i}");
            exponent = exponent * 3 % (2 * degree);
        }
    }

    [TestCase(1024, 40, new[] { 50, 40, 50 })]
    [TestCase(8192, 40, new[] { 60, 40, 40, 60 })]
    [TestCase(1024, 100, new[] { 50, 50, 50, 50 })]
    [TestCase(64, 150, new[] { 60, 60, 60, 60 })]
    [TestCase(64, 20, new[] { 30, 30 })]
    public void Decoding_undoes_encoding(int degree, int scaleBits, int[] bits)
    {
        CkksEncoder encoder = new(Create(degree, bits));
        Complex[] values = Values(encoder.SlotCount, 7);
        Plaintext plaintext = new();
        encoder.Encode(values, Math.ScaleB(1, scaleBits), plaintext);
        Complex[] decoded = new Complex[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        double tolerance = Math.Max(1e-12, Math.ScaleB(degree, -scaleBits));
        for (int i = 0; i < values.Length; i++)
        {
            Assert.That((decoded[i] - values[i]).Magnitude, Is.LessThan(tolerance), $"slot {i}");
        }
    }

    [Test]
    public void Integer_and_double_composition_give_the_same_bits()
    {
        int[] bits = [50, 45, 50, 36, 50, 30];
        Modulus[] moduli = [.. CoeffModulus.Create(64, bits).Select(q => new Modulus(q))];
        Random random = new(5);
        ulong[] limbs = [.. moduli.SelectMany(q => Enumerable.Range(0, 64).Select(_ => (ulong)random.NextInt64((long)q.Value)))];
        for (int j = 0; j < moduli.Length; j++)
        {
            // Edges: zero, the largest and the two centred extremes.
            limbs[(j * 64) + 0] = 0;
            limbs[(j * 64) + 1] = moduli[j].Value - 1;
            limbs[(j * 64) + 2] = moduli[j].Value / 2;
            limbs[(j * 64) + 3] = (moduli[j].Value / 2) + 1;
        }

        double[] fast = new double[64];
        double[] slow = new double[64];
        CrtComposition.For(64, moduli).Compose(limbs, 0.125, fast);
        new Subnet.Crypto.Lattice.Kernels.IntegerCrtComposition(64, moduli).Compose(limbs, 0.125, slow);
        Assert.That(fast, Is.EqualTo(slow));
        Assert.That(slow[1], Is.EqualTo(-0.125));
    }

    [Test]
    public void Real_vector_equals_complex_vector_without_imaginary_parts()
    {
        CkksEncoder encoder = new(Create(64, 50, 50));
        double[] values = [.. Values(encoder.SlotCount, 3).Select(v => v.Real)];
        Plaintext real = new();
        Plaintext complex = new();
        encoder.Encode(values, 1L << 30, real);
        encoder.Encode([.. values.Select(v => new Complex(v, 0))], 1L << 30, complex);
        Assert.That(real.Words.SequenceEqual(complex.Words));
        double[] decoded = new double[encoder.SlotCount];
        encoder.Decode(real, decoded);
        Assert.That(decoded, Is.EqualTo(values).Within(1e-7));
    }

    [TestCase(3.25)]
    [TestCase(-1e6)]
    [TestCase(0.0)]
    public void Scalar_fills_every_slot(double value)
    {
        CkksEncoder encoder = new(Create(64, 50, 50, 50));
        Plaintext plaintext = new();
        encoder.Encode(value, encoder.Parameters.FirstDataLevel, Math.ScaleB(1, 60), plaintext);
        double[] decoded = new double[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        Assert.That(decoded, Is.All.EqualTo(value).Within(1e-9 * Math.Max(1, Math.Abs(value))));
    }

    [Test]
    public void Integer_fills_every_slot_at_scale_one()
    {
        CkksEncoder encoder = new(Create(64, 50, 50));
        Plaintext plaintext = new();
        encoder.Encode(-12345L, encoder.Parameters.FirstDataLevel, plaintext);
        double[] decoded = new double[encoder.SlotCount];
        encoder.Decode(plaintext, decoded);
        Assert.That(plaintext.Scale, Is.EqualTo(1.0));
        Assert.That(decoded, Is.All.EqualTo(-12345.0).Within(1e-9));
    }

    [Test]
    public void Halves_are_rounded_away_from_zero()
    {
        double[] values = [0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999999999999994, -0.49999999999999994, 4503599627370497.0, 0.0];
        double[] expected = [1, -1, 2, -2, 3, -3, 0, 0, 4503599627370497.0, 0];
        double largest = DoubleResidue.ScaleAndRound(values, 1.0);
        Assert.That(values, Is.EqualTo(expected));
        Assert.That(largest, Is.EqualTo(4503599627370497.0));
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(1e300)]
    [TestCase(1e12)]
    public void Value_that_is_not_finite_or_too_large_is_refused(double value)
    {
        CkksEncoder encoder = new(Create(64, 50, 50));
        double[] values = new double[encoder.SlotCount];
        values[5] = value;
        Plaintext plaintext = new();
        Assert.That(() => encoder.Encode(values, 1L << 40, plaintext), Throws.ArgumentException);
        Assert.That(() => encoder.Encode(value, encoder.Parameters.FirstDataLevel, 1L << 40, plaintext), Throws.ArgumentException);
    }

    [TestCase(0.0)]
    [TestCase(-1.0)]
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.Epsilon)]
    [TestCase(1.2e15)]
    public void Scale_that_the_level_cannot_carry_is_refused(double scale)
    {
        CkksEncoder encoder = new(Create(64, 50, 50));
        Assert.That(() => encoder.Encode([1.0], scale, new Plaintext()), Throws.ArgumentException.With.Message.Contains("scale"));
    }

    [Test]
    public void Product_is_decoded_up_to_the_scale_that_fills_its_level()
    {
        // One bit more than encoding allows, as products may have it.
        CkksEncoder encoder = new(Create(64, 50, 50));
        Plaintext plaintext = new();
        encoder.Encode([0.5], Math.ScaleB(1, 48), plaintext);
        double[] decoded = new double[encoder.SlotCount];
        plaintext.Scale = Math.ScaleB(1, 49);
        encoder.Decode(plaintext, decoded);
        Assert.That(decoded[0], Is.EqualTo(0.25).Within(1e-9));
        plaintext.Scale = Math.ScaleB(1, 50);
        Assert.That(() => encoder.Decode(plaintext, decoded), Throws.ArgumentException.With.Message.Contains("at most 50 bits"));
    }

    [Test]
    public void More_values_than_slots_are_refused()
    {
        CkksEncoder encoder = new(Create(64, 50, 50));
        Assert.That(() => encoder.Encode(new double[33], 1L << 30, new Plaintext()), Throws.ArgumentException.With.Message.Contains("32 slots"));
    }

    private static Complex[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new Complex((4 * random.NextDouble()) - 2, (4 * random.NextDouble()) - 2))];
    }
}
