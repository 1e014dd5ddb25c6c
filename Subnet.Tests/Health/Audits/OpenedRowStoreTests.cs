using Subnet.Health.Audits;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Audits;

/// <summary>Protocol 4: at most n/4 different audit rows for a validator and a model version, counted where a restart does not forget them.</summary>
[TestFixture]
internal sealed class OpenedRowStoreTests
{
    private const int Features = 12;

    private readonly byte[] card = [.. Enumerable.Repeat((byte)1, 32)];
    private readonly byte[] validator = [.. Enumerable.Repeat((byte)2, 32)];
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public async Task Rows_beyond_a_quarter_of_the_features_are_refused_also_after_a_restart()
    {
        await using (OpenedRowStore store = Open())
        {
            Assert.That(await store.TryCountAsync(card, validator, Features, [Row(1), Row(2)]), Is.True);
            Assert.That(await store.TryCountAsync(card, validator, Features, [Row(2), Row(3), Row(4)]), Is.False, "4 of 3");
        }

        await using OpenedRowStore again = Open();
        Assert.That(await again.TryCountAsync(card, validator, Features, [Row(3)]), Is.True, "what was refused was not counted");
        Assert.That(await again.TryCountAsync(card, validator, Features, [Row(4)]), Is.False);
    }

    [Test]
    public async Task Repeats_and_padding_cost_nothing_and_every_validator_and_card_has_its_own_count()
    {
        await using OpenedRowStore store = Open();
        long[][] rows = [Row(1), Row(2), Row(3), Row(1), Row(0), Row(0)];
        Assert.That(await store.TryCountAsync(card, validator, Features, rows), Is.True);
        Assert.That(await store.TryCountAsync(card, validator, Features, rows), Is.True, "the same plan opened again");
        Assert.That(await store.TryCountAsync(validator, validator, Features, [Row(9)]), Is.True, "another card");
        Assert.That(await store.TryCountAsync(card, card, Features, [Row(9)]), Is.True, "another validator");
        Assert.That(await store.TryCountAsync(card, validator, Features, [Row(9)]), Is.False);
    }

    [Test]
    public async Task Of_many_openings_at_once_no_more_rows_are_counted_than_allowed()
    {
        await using OpenedRowStore store = Open();
        bool[] counted = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => Task.Run(() => store.TryCountAsync(card, validator, Features, [Row(i)]))));
        Assert.That(counted.Count(taken => taken), Is.EqualTo(OpenedRowStore.MostRows(Features)));
    }

    private OpenedRowStore Open() => new(folder.Combine("audit-rows.db"));

    private static long[] Row(long value) => [.. Enumerable.Repeat(value, Features)];
}
