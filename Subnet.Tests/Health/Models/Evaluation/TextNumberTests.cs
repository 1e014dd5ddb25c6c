using Subnet.Health.Models.Evaluation;

namespace Subnet.Tests.Health.Models.Evaluation;

/// <summary>Every answer was given by ML.NET 5.0.1 (ConvertType from text to Single).</summary>
[TestFixture]
internal sealed class TextNumberTests
{
    [TestCase("", 0f)]
    [TestCase("   ", 0f)]
    [TestCase("1.5", 1.5f)]
    [TestCase("1.5 ", 1.5f)]
    [TestCase(" 7", 7f)]
    [TestCase("7\u00a0", 7f)]
    [TestCase("+.5", 0.5f)]
    [TestCase("5.", 5f)]
    [TestCase("1e3", 1000f)]
    [TestCase("1E-3", 0.001f)]
    [TestCase("1e400", float.PositiveInfinity)]
    [TestCase("-1e400", float.NegativeInfinity)]
    [TestCase("1e-66", 0f)]
    [TestCase("1e-45", 1e-45f)]
    [TestCase("1e39", float.PositiveInfinity)]
    [TestCase("3.4028236e38", float.PositiveInfinity)]
    [TestCase("Infinity", float.PositiveInfinity)]
    [TestCase("-\u221e", float.NegativeInfinity)]
    [TestCase("-0", -0f)]
    [TestCase("000012", 12f)]
    [TestCase("16777217", 16777216f)]
    [TestCase("123456789012345678901234567890", 1.2345679e29f)]
    [TestCase("0.1000000000000000055511151231257827021181583404541015625", 0.1f)]
    public void A_number_is_read_as_the_trainer_reads_it(string text, float expected) =>
        Assert.That(BitConverter.SingleToInt32Bits(TextNumber.Parse(text)), Is.EqualTo(BitConverter.SingleToInt32Bits(expected)));

    [TestCase(" 1.5")]
    [TestCase("?")]
    [TestCase(" ?")]
    [TestCase("NaN")]
    [TestCase("n/a")]
    [TestCase("infinity")]
    [TestCase("+Infinity")]
    [TestCase("-")]
    [TestCase("+")]
    [TestCase(".")]
    [TestCase("1e")]
    [TestCase("1e+")]
    [TestCase("1,000")]
    [TestCase("0x10")]
    [TestCase("12abc")]
    [TestCase("--1")]
    [TestCase("1 2")]
    [TestCase("1e5.0")]
    [TestCase("\uff11")]
    [TestCase("1.5?")]
    public void What_the_trainer_does_not_take_for_a_number_is_missing(string text) => Assert.That(TextNumber.Parse(text), Is.NaN);
}
