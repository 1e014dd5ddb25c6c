using Subnet.Health.Circuits;
using Subnet.Health.Models.Heads;

namespace Subnet.Tests.Health.Circuits;

/// <summary>Which integers a card admits: all that it encodes, and none that an answer's bound does not hold for.</summary>
[TestFixture]
internal sealed class FeatureEncodingTests
{
    private static readonly RealEncoding Reals = new([RealFeature.Range("age", 0, 100, 8), RealFeature.Binary("sex"), RealFeature.Range("pressure", 80, 200, 6)]);
    private static readonly ProductEncoding Products = new(Reals, [new FeaturePair(0, 2), new FeaturePair(0, 0)]);
    private static readonly PresenceEncoding Presence = new(3);
    private static readonly BinEncoding Bins = new([new ShapeFunction(0, [20, 50, float.PositiveInfinity], [0, 0, 0]), new ShapeFunction(2, [100, float.PositiveInfinity], [0, 0])]);

    private static readonly FeatureEncoding[] All = [Reals, Products, Presence, Bins, new JoinedEncoding([Reals, Bins, Presence])];

    [Test]
    public void Every_row_that_is_encoded_is_admitted([ValueSource(nameof(All))] FeatureEncoding encoding)
    {
        Random random = new(3);
        long[] phi = new long[encoding.Length];
        for (int i = 0; i < 200; i++)
        {
            Assert.That(encoding.TryEncode([random.NextSingle() * 100, random.Next(2), 80 + (random.NextSingle() * 120)], phi), Is.Null);
            Assert.That(encoding.Admits(phi), Is.True, string.Join(' ', phi));
        }
    }

    [Test]
    public void Any_integer_changed_beyond_its_range_any_other_constant_and_any_other_length_are_not_admitted([ValueSource(nameof(All))] FeatureEncoding encoding)
    {
        long[] phi = new long[encoding.Length];
        encoding.TryEncode([30, 1, 120], phi);
        for (int i = 0; i < phi.Length; i++)
        {
            foreach (long value in new[] { 128, -128, 1L << 26, long.MinValue, long.MaxValue })
            {
                Assert.That(encoding.Admits([.. phi[..i], value, .. phi[(i + 1)..]]), Is.False, $"{value} at {i}");
            }
        }

        Assert.That(encoding.Admits([0, .. phi[1..]]), Is.False, "no constant");
        Assert.That(encoding.Admits(phi.AsSpan(1)), Is.False, "too short");
        Assert.That(encoding.Admits([.. phi, 0]), Is.False, "too long");
        Assert.That(encoding.Admits(new long[phi.Length]), Is.False, "nothing");
    }

    [Test]
    public void Products_that_are_none_and_groups_with_no_indicator_or_two_are_not_admitted()
    {
        long[] phi = new long[Products.Length];
        Products.TryEncode([30, 1, 120], phi);
        Assert.That(Products.Admits([.. phi[..^1], phi[^1] - 1]), Is.False);

        long[] bins = new long[Bins.Length];
        Bins.TryEncode([30, 1, 120], bins);
        Assert.That(bins, Is.EqualTo(new long[] { 1, 0, 1, 0, 0, 1 }));
        Assert.That(Bins.Admits([1, 1, 1, 0, 0, 1]), Is.False, "two");
        Assert.That(Bins.Admits([1, 0, 0, 0, 0, 1]), Is.False, "none");
        Assert.That(Bins.Admits([1, 0, 1, 0, 1, 0]), Is.True, "another");
    }
}
