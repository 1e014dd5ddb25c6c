using Subnet.Health.Models.Evaluation;

namespace Subnet.Tests.Health.Models.Evaluation;

[TestFixture]
internal sealed class LaneMathTests
{
    [Test]
    public void Whole_lanes_give_the_bits_of_single_values([Values(0, 1, 7, 8, 9, 33, 256)] int rows)
    {
        var random = new Random(rows);
        float[] x = [.. Enumerable.Range(0, rows).Select(i => i % 11 == 3 ? float.NaN : (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 9))))];
        float[] y = new float[rows];
        double[] sum = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        double[] start = [.. sum];

        LaneMath.Affine(x, 1.25f, 0.3f, y);
        LaneMath.MultiplyAdd(x, -0.7f, sum);

        Assert.Multiple(() =>
        {
            for (int i = 0; i < rows; i++)
            {
                Assert.That(BitConverter.SingleToInt32Bits(y[i]), Is.EqualTo(BitConverter.SingleToInt32Bits((x[i] - 1.25f) * 0.3f)));
                Assert.That(BitConverter.DoubleToInt64Bits(sum[i]), Is.EqualTo(BitConverter.DoubleToInt64Bits(start[i] + ((double)-0.7f * x[i]))));
            }
        });
    }
}
