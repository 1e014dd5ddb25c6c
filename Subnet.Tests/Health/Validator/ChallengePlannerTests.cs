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
            Challenge[] batches = [.. all.Where(challenge => challenge.Kind == ChallengeKind.Labelled)];
            Assert.That(batches, Has.Length.GreaterThan(1));
            Assert.That(
                batches.Select(batch => all.Any(other => other.Epoch == batch.Epoch && other.Kind == ChallengeKind.Repeat && other.Rows.Length == batch.Rows.Length)),
                Is.All.True,
                "no size of query is free of audits");
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
    public void Every_moment_of_an_epoch_is_due_before_its_last_blocks_and_stays_due()
    {
        double[] moments = [.. Enumerable.Range(0, 50).Select(i => ChallengeSchedule.MomentOf([(byte)i])), 0, 1 - 1e-12];
        for (ulong tempo = 1; tempo <= 20; tempo++)
        {
            foreach (double moment in moments)
            {
                bool[] due = [.. Enumerable.Range(0, (int)tempo).Select(offset => new EpochClock(1, 5, 100, tempo, 100 + (ulong)offset).IsDue(moment))];
                Assert.That(due, Is.Ordered, "what is due stays due");
                Assert.That(due[tempo > 2 ? (int)tempo - 3 : 0], Is.True, $"tempo {tempo}, moment {moment}");
            }
        }
    }

    [Test]
    public void Challenge_goes_at_its_own_moment_inside_a_block_and_a_late_one_at_a_drawn_one()
    {
        TimeSpan block = TimeSpan.FromSeconds(12);
        for (byte i = 0; i < 50; i++)
        {
            double place = ChallengeSchedule.MomentOf([i]) * 360;
            ulong offset = (ulong)place;
            TimeSpan? At(ulong height) => ChallengeSchedule.DelayAt(new EpochClock(1, 5, 100, 360, 100 + height), [i], block, 0.25);
            Assert.Multiple(() =>
            {
                Assert.That(At(offset)!.Value.TotalSeconds, Is.EqualTo(12 * (place - offset)).Within(1e-6));
                Assert.That(offset == 0 ? null : At(offset - 1), Is.Null, "not before its block");
                Assert.That(At(offset + 1), Is.EqualTo(TimeSpan.FromSeconds(3)), "late: at the drawn share of the block");
            });
        }
    }

    private static ChallengeHistory HistoryOf(IEnumerable<Challenge> challenges) => new(
        [.. challenges.Where(challenge => challenge.Kind != ChallengeKind.Labelled).SelectMany(challenge => challenge.Rows).DistinctBy(row => string.Join(' ', row))],
        challenges.SelectMany(challenge => challenge.Labels).ToHashSet());
}
