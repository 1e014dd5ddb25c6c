using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Tests.Crypto.Lattice.Randomness;

internal sealed class GaussianSamplerTests
{
    [Test]
    public void Logarithm_sine_and_cosine_are_those_of_the_runtime()
    {
        Random random = new(1);
        for (int i = 0; i < 20000; i++)
        {
            double x = Math.ScaleB(1 + random.NextDouble(), random.Next(0, 54));
            Assert.That(GaussianSampler.Logarithm(x), Is.EqualTo(Math.Log(x)).Within(1e-14 * Math.Max(1, Math.Log(x))));
            double angle = (random.NextDouble() - 0.5) * 2 * Math.PI;
            (double sine, double cosine) = GaussianSampler.SineAndCosine(angle);
            Assert.That(sine, Is.EqualTo(Math.Sin(angle)).Within(1e-14));
            Assert.That(cosine, Is.EqualTo(Math.Cos(angle)).Within(1e-14));
        }

        Assert.That(GaussianSampler.Logarithm(1), Is.EqualTo(0).Within(1e-15));
        Assert.That(GaussianSampler.SineAndCosine(-Math.PI).Cosine, Is.EqualTo(-1).Within(1e-14));
    }

    [Test]
    public void Samples_have_the_moments_and_the_tail_of_a_gaussian()
    {
        const double Deviation = 1e6;
        const int Count = 100_001;
        using SeededRandomSource source = new(PrngType.Blake2Xb, new byte[PrngSeed.ByteCount]);
        double[] noise = new double[Count];
        GaussianSampler.Sample(source, Deviation, noise);
        double[] unit = [.. noise.Select(value => value / Deviation)];
        Assert.That(noise, Is.All.Matches<double>(value => value == Math.Round(value) && Math.Abs(value) < GaussianSampler.MaxDeviations * Deviation));

        // Five standard deviations of each estimate.
        Assert.That(unit.Average(), Is.EqualTo(0).Within(5 / Math.Sqrt(Count)));
        Assert.That(unit.Average(x => x * x), Is.EqualTo(1).Within(5 * Math.Sqrt(2.0 / Count)));
        Assert.That(unit.Average(x => x * x * x), Is.EqualTo(0).Within(5 * Math.Sqrt(15.0 / Count)));
        Assert.That(unit.Average(x => x * x * x * x), Is.EqualTo(3).Within(5 * Math.Sqrt(96.0 / Count)));
        Assert.That(unit.Count(x => Math.Abs(x) > 2) / (double)Count, Is.EqualTo(0.0455).Within(0.0035));
        Assert.That(unit.Zip(unit.Skip(1), (x, y) => x * y).Average(), Is.EqualTo(0).Within(5 / Math.Sqrt(Count)), "sine and cosine of a pair are independent");
    }
}
