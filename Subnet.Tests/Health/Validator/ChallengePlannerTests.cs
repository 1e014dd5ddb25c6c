using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>What a validator plans: enough to catch, never enough to rebuild a model or to learn an outcome twice.</summary>
[TestFixture]
internal sealed class ChallengePlannerTests
{
    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
    private readonly byte[] miner = [.. Enumerable.Repeat((byte)7, 32)];
    private TemporaryFolder folder = null!;
    private CardClient card = null!;
    private LabelledRows labelled = null!;

    [OneTimeSetUp]
    public void Create()
    {
        folder = new TemporaryFolder();
        DemoModels models = new(SampleFolder.Find(RepositoryFolder.Find()));
        using IServedModel model = models.Serve(DemoPlan.HonestOf(1), folder.Path, "password"u8, randomness, null);
        card = CardClient.Open(model.Card.Span);
        labelled = new LabelledRows(File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "samples", "data", "heart-cleveland-heldout.csv")));
    }

    [OneTimeTearDown]
    public void Remove()
    {
        folder.Dispose();
        randomness.Dispose();
    }

    [Test]
    public void Epochs_ask_new_rows_up_to_a_quarter_of_the_features_and_no_labelled_row_twice()
    {
        using IRandomSource random = randomness.Create();
        ChallengePlanner planner = new(new ChallengeBudget(4, 1, 16), random);
        List<Challenge> all = [];
        for (ulong epoch = 1; epoch <= 6; epoch++)
        {
            IReadOnlyList<Challenge> plan = planner.Plan(1, epoch, miner, card, labelled, HistoryOf(all));
            Assert.That(plan.Count(challenge => challenge.Kind != ChallengeKind.Labelled), Is.EqualTo(5), "as many audits every epoch, so the number tells nothing");
            all.AddRange(plan);
        }

        int features = card.Card.Query.Encoding.Length;
        Assert.Multiple(() =>
        {
            Assert.That(HistoryOf(all).AuditRows.Count, Is.InRange(1, features / 4));
            int[] labels = [.. all.SelectMany(challenge => challenge.Labels)];
            Assert.That(labels, Is.Unique);
            Assert.That(labels.Length, Is.LessThanOrEqualTo(labelled.Count));
            Assert.That(all.Select(challenge => Convert.ToHexString(challenge.Master)), Is.Unique);
            Assert.That(all.Where(challenge => challenge.Kind == ChallengeKind.Repeat), Is.Not.Empty);
        });
    }

    [Test]
    public void Draw_of_co_validators_is_of_two_others_and_changes_with_the_beacon()
    {
        Subnet.Core.State.AccountId[] candidates = [.. Enumerable.Range(0, 8).Select(i => new Subnet.Core.State.AccountId([.. Enumerable.Repeat((byte)i, 32)]))];
        HashSet<string> draws = [];
        for (byte beacon = 0; beacon < 64; beacon++)
        {
            IReadOnlyList<Subnet.Core.State.AccountId> drawn = CoValidatorDraw.Draw(
                new Subnet.Core.State.Hash256([.. Enumerable.Repeat(beacon, 32)]), candidates[0], candidates[1], candidates);
            Assert.That(drawn, Has.Count.EqualTo(2).And.Unique.And.None.EqualTo(candidates[0]).And.None.EqualTo(candidates[1]));
            draws.Add(string.Join(' ', drawn));
        }

        Assert.That(draws, Has.Count.GreaterThan(10));
    }

    [Test]
    public void Queries_are_spread_over_the_epoch_and_all_out_before_its_last_block()
    {
        for (ulong tempo = 1; tempo <= 20; tempo++)
        {
            int before = 0;
            for (ulong offset = 0; offset < tempo; offset++)
            {
                int due = new EpochClock(1, 5, 100, tempo, 100 + offset).Due(13);
                Assert.That(due, Is.InRange(before, 13));
                before = due;
            }

            Assert.That(new EpochClock(1, 5, 100, tempo, 100 + (tempo > 2 ? tempo - 2 : 0)).Due(13), Is.EqualTo(13), $"tempo {tempo}");
        }
    }

    private static ChallengeHistory HistoryOf(IEnumerable<Challenge> challenges) => new(
        [.. challenges.Where(challenge => challenge.Kind != ChallengeKind.Labelled).SelectMany(challenge => challenge.Rows).DistinctBy(row => string.Join(' ', row))],
        challenges.SelectMany(challenge => challenge.Labels).ToHashSet());
}
