using Subnet.Core.Analysis;

namespace Subnet.Tests.Core.Analysis;

[TestFixture]
internal sealed class ConcentrationTests
{
    [Test]
    public void Equal_holdings_have_no_inequality()
    {
        Concentration equal = Of(5, 5, 5, 5);
        Assert.That(equal.Gini, Is.Zero);
        Assert.That(equal.HerfindahlHirschman, Is.EqualTo(0.25));
        Assert.That(equal.Nakamoto(33), Is.EqualTo(2));
        Assert.That(equal.Nakamoto(50), Is.EqualTo(3), "half is not more than half");
        Assert.That(equal.Nakamoto(67), Is.EqualTo(3));
        Assert.That(equal.Lorenz(), Is.EqualTo(new LorenzPoint[] { new(0, 0), new(0.25, 0.25), new(0.5, 0.5), new(0.75, 0.75), new(1, 1) }));
    }

    [Test]
    public void Unequal_holdings_have_the_textbook_figures()
    {
        Concentration unequal = Of(1, 2, 3, 4);
        Assert.That(unequal.Gini, Is.EqualTo(0.25).Within(1e-12));
        Assert.That(unequal.HerfindahlHirschman, Is.EqualTo(0.3).Within(1e-12));
        Assert.That(unequal.Nakamoto(33), Is.EqualTo(1));
        Assert.That(unequal.Nakamoto(50), Is.EqualTo(2));
        Assert.That(unequal.Nakamoto(67), Is.EqualTo(2));
    }

    [Test]
    public void Hotkeys_of_one_coldkey_count_as_one_owner()
    {
        Concentration split = Concentration.ByOwner(
            [new KeyValuePair<string, ulong>("cold", 30), new("cold", 30), new("other", 40), new("empty", 0)]);
        Assert.That(split.Owners, Is.EqualTo(2));
        Assert.That(split.Nakamoto(50), Is.EqualTo(1));
    }

    [Test]
    public void Nothing_held_is_not_concentrated()
    {
        Concentration none = Of();
        Assert.That((none.Owners, none.Gini, none.HerfindahlHirschman, none.Nakamoto(50)), Is.EqualTo((0, 0.0, 0.0, 0)));
        Assert.That(() => none.Nakamoto(100), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static Concentration Of(params ulong[] holdings) =>
        Concentration.ByOwner(holdings.Select((amount, owner) => KeyValuePair.Create(owner, amount)));
}
