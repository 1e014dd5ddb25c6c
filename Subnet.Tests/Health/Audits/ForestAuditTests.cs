using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Miner;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Audits;

/// <summary>Audits of forests under keys: queries that follow from seeds, repeats that must agree, and what a file of them cannot do.</summary>
[TestFixture]
internal sealed class ForestAuditTests
{
    private const long Difference = 7;

    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(SHA256.HashData("forest audits"u8).Concat(new byte[32]).ToArray());
    private readonly byte[] validator = [.. Enumerable.Repeat((byte)9, 32)];
    private readonly Dictionary<string, byte[]> receipts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ForestKeyBundle> bundles = new(StringComparer.Ordinal);
    private readonly HashSet<byte> uploaded = [];
    private SigningKey miner = null!;
    private IServedModel served = null!;
    private CardClient card = null!;
    private AuditedForest model = null!;
    private ForestEvaluation honest = null!;
    private ForestEvaluation other = null!;
    private long[][] rows = null!;
    private ProofContext context = null!;

    [OneTimeSetUp]
    public void Create()
    {
        ForestSample sample = new();
        CompiledForest compiled = sample.Compile(CircuitKind.ForestPrivate, randomness);
        served = sample.Publish(compiled, randomness);
        card = CardClient.OpenAny(served.Card.Span);
        model = AuditedForest.Of(card.Card);
        ForestEvaluation Evaluate(IntegerForest trees) => new(card.Hash, model.Forest.Set, model.Forest.Layout, model.Forest.Edges, trees, randomness);
        honest = Evaluate(compiled.Forest);
        other = Evaluate(compiled.Forest with { Constant = compiled.Forest.Constant + Difference });
        using PreparedRows prepared = card.Prepare(sample.Rows(0, 4));
        rows = [.. Enumerable.Range(0, 4).Select(row => prepared.Row(row).ToArray())];
        miner = InProcessLedger.SigningKeyOf("miner-hot");
        context = new ProofContext(1, 5, miner.PublicKey, validator, card.Hash);
    }

    [OneTimeTearDown]
    public void Close()
    {
        honest.Dispose();
        other.Dispose();
        served.Dispose();
        miner.Dispose();
        randomness.Dispose();
    }

    [SetUp]
    public void Forget() => receipts.Clear();

    [Test]
    public void Query_and_keys_follow_from_their_seeds_and_from_nothing_else()
    {
        IPlannedAudit audit = Plan(rows[0], keys: 1, master: 1);
        byte[] query = audit.BuildQuery();
        byte[][] others = [Plan(rows[0], keys: 2, master: 1).BuildQuery(), Plan(rows[0], keys: 1, master: 2).BuildQuery(), Plan(rows[1], keys: 1, master: 1).BuildQuery()];
        Assert.Multiple(() =>
        {
            Assert.That(AuditedForest.Of(card.Card).Plan(Seed(1), Seed(1), [rows[0]]).BuildQuery(), Is.EqualTo(query), "anyone builds the same bytes");
            Assert.That(others, Has.None.EqualTo(query));
            Assert.That(ForestQuery.Keys(others[1]).ToArray(), Is.EqualTo(ForestQuery.Keys(query).ToArray()), "one pseudonym");
            Assert.That(ForestQuery.Keys(others[0]).ToArray(), Is.Not.EqualTo(ForestQuery.Keys(query).ToArray()));
            Assert.That(audit.RequestHash.ToArray(), Is.EqualTo(SHA256.HashData(query)));
        });
    }

    [Test]
    public void Key_bundle_of_a_known_seed_is_the_one_that_was_written_down()
    {
        // A change of derivation or order would make every opened plan of the network unreadable.
        using ForestReader reader = ForestReader.FromMaster(ForestSet.Small, [3], Seed(1));
        Assert.That(Convert.ToHexStringLower(reader.Digest.Span), Is.EqualTo("260a148bdbaf589e75a08ace9de5ac21ffa8fba2b5d3a978e7a338ebd42677f0"));
    }

    [Test]
    public void Honest_answers_to_repeated_rows_pass_without_a_proof()
    {
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2), Plan(rows[1], 2, 3)];
        AuditVerdict verdict = Check(plan, [.. plan.Select(audit => Ask(audit, honest))], []);
        Assert.Multiple(() =>
        {
            Assert.That((verdict.Passes, verdict.Code, verdict.Count), Is.EqualTo((true, "repeats-equal", 3)));
            Assert.That(System.Text.Encoding.UTF8.GetString(verdict.ToStatement()), Does.Contain(Convert.ToHexStringLower(served.Commitment.Span)));
        });
    }

    [Test]
    public void Two_answers_to_one_row_under_two_sets_of_keys_are_a_fault()
    {
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2)];
        Assert.That(Check(plan, [Ask(plan[0], honest), Ask(plan[1], other)], []).Code, Is.EqualTo("unequal-repeats"));
    }

    [Test]
    public void Answers_that_agree_in_the_epoch_and_not_with_the_epoch_before_are_a_fault()
    {
        OpenedAudit before = Ask(Plan(rows[0], 8, 8), honest);
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2)];
        OpenedAudit[] exchanged = [.. plan.Select(audit => Ask(audit, other))];
        Assert.Multiple(() =>
        {
            Assert.That(Check(plan, exchanged, []).Code, Is.EqualTo("repeats-equal"), "inside the epoch nothing shows");
            Assert.That(Check(plan, exchanged, [before]).Code, Is.EqualTo("unequal-repeats"));
            Assert.That(Check(plan, [.. plan.Select(audit => Ask(audit, honest))], [before]).Code, Is.EqualTo("repeats-equal"));
        });
    }

    [Test]
    public void File_in_which_no_row_was_answered_twice_is_no_pass()
    {
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2), Plan(rows[1], 2, 3)];
        Assert.That(Check(plan, [Ask(plan[0], honest), new OpenedAudit(plan[1], null), Ask(plan[2], honest)], []).Code, Is.EqualTo("nothing-repeated"));
    }

    [Test]
    public void Query_that_its_seeds_do_not_give_has_no_receipt()
    {
        // The validator asked with other keys than it opens, and shows the miner's receipt for that query.
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2)];
        OpenedAudit asked = Ask(Plan(rows[0], 3, 1), honest);
        OpenedAudit[] opened = [new(plan[0], asked.Reply), Ask(plan[1], honest)];
        AuditFault seen = AuditResponder.Recognise(
            context, opened, Root(plan), [], request => receipts.GetValueOrDefault(Convert.ToHexStringLower(request)), out _);
        Assert.Multiple(() =>
        {
            Assert.That(Check(plan, opened, []).Code, Is.EqualTo("no-receipt"));
            Assert.That(seen, Is.EqualTo(AuditFault.NotWhatWasServed));
        });
    }

    [Test]
    public void Keys_opened_otherwise_than_planned_are_not_the_plan()
    {
        IPlannedAudit[] plan = [Plan(rows[0], 1, 1), Plan(rows[0], 2, 2)];
        IPlannedAudit[] opened = [Plan(rows[0], 3, 1), plan[1]];
        Assert.That(AuditReview.CheckForest(
            context, model.CommitmentText, [.. opened.Select(audit => Ask(audit, honest))], [], Root(plan), [], HasReceipt).Code, Is.EqualTo("not-the-plan"));
    }

    [Test]
    public void Bits_that_no_value_has_are_no_row()
    {
        FeatureEdges feature = model.Forest.Edges.Features.First(own => own.Edges.Length > 1);
        int at = model.Forest.Edges.BitOf(feature.Feature, feature.Edges[0]);
        long[] above = [.. rows[0]];
        (above[at], above[at + 1]) = (0, 1);
        Assert.Multiple(() =>
        {
            Assert.That(() => Plan(above, 1, 1), Throws.ArgumentException);
            Assert.That(() => Plan([.. rows[0].Select(_ => 2L)], 1, 1), Throws.ArgumentException);
            Assert.That(() => Plan(rows[0][1..], 1, 1), Throws.ArgumentException);
            Assert.That(() => model.Plan(Seed(1), [], [rows[0]]), Throws.ArgumentException);
            Assert.That(() => model.Plan(Seed(1), Seed(1), [rows[0], rows[1]]), Throws.ArgumentException, "one patient in a query");
            Assert.That(() => Plan(rows[0], 1, 1), Throws.Nothing);
        });
    }

    [Test]
    public void Plan_asks_every_row_under_two_sets_of_keys_and_opens_none_that_a_labelled_row_went_under()
    {
        using IRandomSource random = randomness.Create();
        ChallengeBudget budget = new(4, 1, 16) { MostQueriesOfKeys = 3 };
        ChallengePlanner planner = new(budget, random);
        LabelledRows labelled = new(ForestSample.Table(0, 60));
        List<Challenge> all = [];
        for (ulong epoch = 1; epoch <= 3; epoch++)
        {
            string[] before = [.. all.Where(challenge => challenge.Kind != ChallengeKind.Labelled).Select(RowOf).Distinct()];
            ChallengeHistory history = new(
                [.. all.Where(challenge => challenge.Kind != ChallengeKind.Labelled).SelectMany(challenge => challenge.Rows).DistinctBy(row => string.Join(' ', row))],
                all.SelectMany(challenge => challenge.Labels).ToHashSet());
            IReadOnlyList<Challenge> plan = planner.Plan(1, epoch, miner.PublicKey, card, labelled, history);
            Challenge[] opened = [.. plan.Where(challenge => challenge.Kind != ChallengeKind.Labelled)];
            Challenge[] scored = [.. plan.Where(challenge => challenge.Kind == ChallengeKind.Labelled)];
            Assert.Multiple(() =>
            {
                Assert.That(plan.Select(challenge => challenge.Keys.Length), Is.All.EqualTo(32));
                Assert.That(plan.GroupBy(KeysOf).Select(bundle => bundle.Count()), Is.All.LessThanOrEqualTo(3));
                Assert.That(opened.GroupBy(RowOf).Select(row => row.Count()), Is.All.GreaterThanOrEqualTo(2));
                Assert.That(opened.GroupBy(RowOf).Select(row => row.DistinctBy(KeysOf).Count() == row.Count()), Is.All.True, "never twice under the same keys");
                Assert.That(opened.Select(KeysOf).Intersect(scored.Select(KeysOf)), Is.Empty);
                Assert.That(scored, Has.Length.EqualTo(16));
                Assert.That(budget.TokensFor(card), Is.EqualTo(new Dictionary<int, int> { [1] = plan.Count }), "a token for each");
                Assert.That(before.Length == 0 || opened.Select(RowOf).Intersect(before).Any(), Is.True, "a row of an epoch before");
            });
            all.AddRange(plan);
        }

        Assert.That(all.Select(KeysOf).Distinct().Count(), Is.EqualTo(all.GroupBy(challenge => (challenge.Epoch, KeysOf(challenge))).Count()), "keys of one epoch are not used in another");
    }

    private static string RowOf(Challenge challenge) => string.Join(' ', challenge.Rows[0]);

    private static string KeysOf(Challenge challenge) => Convert.ToHexStringLower(challenge.Keys);

    private static byte[] Seed(byte number) => SHA256.HashData([number]);

    private IPlannedAudit Plan(long[] row, byte keys, byte master)
    {
        if (uploaded.Add(keys))
        {
            using ForestReader reader = model.Open(Seed(keys));
            Assert.That(ForestKeyBundle.TryRead(model.Forest.Set, model.Forest.Elements, reader.Bundle.Span, out ForestKeyBundle? bundle), Is.EqualTo(ForestRefusal.None));
            bundles.Add(Convert.ToHexStringLower(reader.Digest.Span), bundle!);
        }

        return model.Plan(Seed(master), Seed(keys), [row]);
    }

    private byte[] Root(IPlannedAudit[] plan) => AuditPlan.Root(plan.Select(audit => audit.Leaf(miner.PublicKey)));

    private OpenedAudit Ask(IPlannedAudit audit, ForestEvaluation by)
    {
        byte[] query = audit.BuildQuery();
        Assert.That(by.TryAnswer(bundles[Convert.ToHexStringLower(ForestQuery.Keys(query))], query, out byte[]? reply, CancellationToken.None), Is.EqualTo(ForestRefusal.None));
        receipts[Convert.ToHexStringLower(SHA256.HashData(query))] = reply!;
        return new OpenedAudit(audit, reply);
    }

    private bool HasReceipt(byte[] request, byte[] reply) =>
        receipts.TryGetValue(Convert.ToHexStringLower(request), out byte[]? sent) && SHA256.HashData(sent).AsSpan().SequenceEqual(reply);

    private AuditVerdict Check(IPlannedAudit[] plan, OpenedAudit[] opened, OpenedAudit[] earlier) =>
        AuditReview.CheckForest(context, model.CommitmentText, opened, earlier, Root(plan), [], HasReceipt);
}
