using Subnet.Health.Validator;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Weights;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

[TestFixture]
internal sealed class ChallengeScoringTests
{
    [Test]
    public void Quality_of_a_small_example_is_that_computed_by_hand()
    {
        PredictionQuality quality = PredictionQuality.Measure([0.9, 0.8, 0.4, 0.4, 0.1], [true, false, true, false, false]);

        // Pairs: (0.9 > 0.8, 0.4, 0.1) 3, (0.4 < 0.8, = 0.4, > 0.1) 1.5, of 6.
        Assert.That(quality.Auc, Is.EqualTo(4.5 / 6).Within(1e-15));
        Assert.That(quality.Brier, Is.EqualTo((0.01 + 0.64 + 0.36 + 0.16 + 0.01) / 5).Within(1e-15));
        Assert.That(quality.LogLoss, Is.EqualTo(-(Math.Log(0.9) + Math.Log(0.2) + Math.Log(0.4) + Math.Log(0.6) + Math.Log(0.9)) / 5).Within(1e-12));
        Assert.That(quality.CalibrationError, Is.EqualTo((0.1 + 0.8 + 0.2 + 0.1) / 5).Within(1e-12));
    }

    [Test]
    public void Auc_of_random_scores_is_the_share_of_pairs_and_its_interval_holds_the_truth()
    {
        Random random = new(5);
        int covered = 0;
        for (int run = 0; run < 200; run++)
        {
            bool[] outcomes = [.. Enumerable.Range(0, 120).Select(_ => random.Next(2) == 1)];
            double[] p = [.. outcomes.Select(y => Math.Round(((y ? 0.2 : 0) + random.NextDouble()) / 1.2, 1))];
            PredictionQuality quality = PredictionQuality.Measure(p, outcomes);
            double pairs = 0;
            double right = 0;
            for (int i = 0; i < p.Length; i++)
            {
                for (int j = 0; j < p.Length; j++)
                {
                    if (outcomes[i] && !outcomes[j])
                    {
                        pairs++;
                        right += p[i] > p[j] ? 1 : p[i].Equals(p[j]) ? 0.5 : 0;
                    }
                }
            }

            Assert.That(quality.Auc, Is.EqualTo(right / pairs).Within(1e-12));

            // P(U + 0.2 > U') = 1 - 0.8² / 2.
            covered += Math.Abs(quality.Auc - 0.68) <= quality.AucHalfWidth ? 1 : 0;
        }

        Assert.That(covered, Is.InRange(175, 200));
    }

    [Test]
    public void Saying_the_base_rate_has_no_skill_and_knowing_has_all()
    {
        bool[] outcomes = [true, false, false, false];

        Assert.That(PredictionQuality.Measure([0.25, 0.25, 0.25, 0.25], outcomes).Skill(0.25), Is.Zero.Within(1e-12));
        Assert.That(PredictionQuality.Measure([1, 0, 0, 0], outcomes).Skill(0.25), Is.EqualTo(1).Within(1e-12));
        Assert.That(PredictionQuality.Measure([0, 1, 1, 1], outcomes).Skill(0.25), Is.Zero);
        Assert.That(PredictionQuality.Measure([0.5], [true]).Auc, Is.NaN);
    }

    [TestCase(double.NaN)]
    [TestCase(-0.1)]
    [TestCase(1.1)]
    public void Probability_outside_its_range_is_refused(double p) =>
        Assert.That(() => PredictionQuality.Measure([p], [true]), Throws.ArgumentException);

    [Test]
    public void Epoch_without_a_valid_verdict_counts_as_zero()
    {
        MinerScore score = MinerScore.Initial.After(true, 0.8, null, 1).After(true, 0.8, 0.6, 0.5);

        Assert.That(score.Value, Is.EqualTo((0.16 * 0.8) + (0.2 * 0.35)).Within(1e-12));
        Assert.That(score.After(false, 0.9, 0.9, 1).Value, Is.EqualTo(score.Value * 0.8).Within(1e-12));
        Assert.That(score.After(false, 0.9, 0.9, 1).AuditedEpochs, Is.EqualTo(2));
        Assert.That(() => score.After(true, 1.5, null, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void New_card_starts_no_higher_than_its_predecessor_and_the_median()
    {
        MinerScore good = new(0.9, 12);

        Assert.That(MinerScore.ForNewCard(good, 0.4), Is.EqualTo(new MinerScore(0.4, 0)));
        Assert.That(MinerScore.ForNewCard(new MinerScore(0.1, 3), 0.4).Value, Is.EqualTo(0.1));
        Assert.That(MinerScore.ForNewCard(good, 0.4).Counts, Is.False);
    }

    [Test]
    public void Score_on_real_outcomes_counts_for_the_card_that_earned_it_only_also_when_it_comes_after_the_swap()
    {
        // Attack 28 by way of the clinics: the good model earns, the next one inherits.
        using TemporaryFolder folder = new();
        using ValidatorStore store = new(folder.Combine("validator.db"));
        byte[] miner = new byte[32];
        byte[] good = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] next = [.. Enumerable.Repeat((byte)2, 32)];
        store.PutOrganic(1, 5, miner, good, [1], 0.9);
        store.PutOrganic(1, 6, miner, good, [2], 0.7);
        store.PutOrganic(1, 6, miner, good, [3], 0.5);
        store.PutOrganic(1, 6, good, next, [3], 0.1);

        Assert.That(store.Organic(1, 6, miner, good), Is.EqualTo(0.6).Within(1e-12));
        Assert.That(store.Organic(1, 5, miner, good), Is.EqualTo(0.9));
        Assert.That(store.Organic(1, 6, miner, next), Is.Null);
        Assert.That(store.Organic(2, 6, miner, good), Is.Null);
    }

    [Test]
    public void Weights_keep_proportion_and_the_largest_is_65535()
    {
        Assert.That(WeightScaling.Scale([0.5, 0.25, 0, 1e-9]), Is.EqualTo(new ushort[] { 65535, 32768, 0, 0 }));
        Assert.That(WeightScaling.Scale([0, 0]), Is.EqualTo(new ushort[] { 0, 0 }));
        Assert.That(() => WeightScaling.Scale([double.NaN]), Throws.ArgumentException);
        Assert.That(() => WeightScaling.Scale([-1]), Throws.ArgumentException);
    }

    [Test]
    public void Equal_answers_of_two_hotkeys_are_one_reward_to_the_older_commitment()
    {
        long[] answers = [.. Enumerable.Range(0, 40).Select(i => (long)(i * i) - 7)];
        long[] near = [.. answers.Select((answer, i) => i == 3 ? answer + 5 : answer)];
        long[] other = [.. answers.Select(answer => answer + 1)];

        IReadOnlyList<DuplicateFinding> findings = DuplicateAnswers.Find(
            [new("late", 9, answers), new("early", 2, answers), new("near", 20, near), new("other", 1, other)]);

        Assert.That(findings.Single(finding => finding.IsDuplicate), Is.EqualTo(new DuplicateFinding("early", "late", 0, 0, 39)));
        Assert.That(findings.Where(finding => finding.Copy == "near").Select(finding => (finding.Differing, finding.LargestDifference)), Is.All.EqualTo((1, 5L)));
        Assert.That(findings.Where(finding => finding.Owner == "other" || finding.Copy == "other"), Is.Empty);
    }

    [Test]
    public void Constant_or_few_answers_convict_nobody()
    {
        long[] constant = new long[500];
        long[] few = [.. Enumerable.Range(0, 31).Select(i => (long)i)];

        Assert.That(DuplicateAnswers.Find([new("a", 1, constant), new("b", 2, constant)]), Is.Empty);
        Assert.That(DuplicateAnswers.Find([new("a", 1, few), new("b", 2, few)]), Is.Empty);
    }

    [Test]
    public void Relay_under_an_older_commitment_that_proves_nothing_takes_no_reward_from_whom_it_relays()
    {
        Dictionary<int, long> answers = Enumerable.Range(0, 40).ToDictionary(row => row, row => (long)(row * row));
        Dictionary<int, long> own = answers.ToDictionary(answer => answer.Key, answer => answer.Value + 1);
        AnsweredCard victim = new("victim", "aa", 9, answers, answers);

        (IReadOnlyList<DuplicateFinding> findings, IReadOnlySet<string> copies) = AnsweredCards.Compare([victim, new("relay", "bb", 2, answers, new Dictionary<int, long>())]);
        Assert.That(copies, Is.Empty);
        Assert.That(findings.Single(), Is.EqualTo(new DuplicateFinding("relay", "victim", 0, 0, 39)), "it is reported all the same");

        // Nor where it proved a model of its own first and relayed afterwards.
        Assert.That(AnsweredCards.Compare([victim, new("relay", "bb", 2, answers, own)]).Copies, Is.Empty);

        // The owner of an older commitment that proved these answers keeps its reward, whatever the copy proved.
        Assert.That(AnsweredCards.Compare([victim with { Proved = new Dictionary<int, long>() }, new("owner", "bb", 2, answers, answers)]).Copies, Is.EqualTo(new[] { "aa" }));
    }

    [Test]
    public void Copy_loses_the_reward_of_the_copied_card_alone_and_a_second_card_of_the_owner_s_commitment_none()
    {
        Dictionary<int, long> answers = Enumerable.Range(0, 40).ToDictionary(row => row, row => (long)(row * row));
        Dictionary<int, long> other = answers.ToDictionary(answer => answer.Key, answer => -answer.Value);

        // Age is the commitment's: the owner's new card is no younger than the copy that was made between.
        IReadOnlySet<string> copies = AnsweredCards.Compare(
        [
            new("owner", "first", 2, answers, answers), new("owner", "second", 2, answers, answers), new("copy", "copied", 5, answers, answers), new("copy", "own", 5, other, other),
        ]).Copies;

        Assert.That(copies, Is.EqualTo(new[] { "copied" }));
    }

    [Test]
    public void Median_is_that_of_miners_that_serve_and_a_card_follows_the_lowest_of_its_miner()
    {
        StoredScore[] scores = [Score(1, 1, 0.9, 3), Score(1, 2, 0.2, 5), Score(2, 3, 0.4, 5), Score(2, 4, 0.6, 5), Score(3, 5, 0.5, 5), Score(4, 6, 1, 5), Score(5, 7, 1, 5)];
        HashSet<string> serving = [.. new byte[] { 1, 2, 3 }.Select(miner => Convert.ToHexStringLower(Bytes(miner)))];

        // 0.2, 0.6 and 0.5: neither what the first retired nor who left.
        Assert.That(ScoringStep.MedianOf(scores, serving), Is.EqualTo(0.5));
        Assert.That(ScoringStep.MedianOf(scores, new HashSet<string>()), Is.Zero);
        Assert.That(ScoringStep.Previous(scores, Bytes(2), Bytes(9), 0.5), Is.EqualTo(new MinerScore(0.4, 0)));
        Assert.That(ScoringStep.Previous(scores, Bytes(4), Bytes(9), 0.5), Is.EqualTo(new MinerScore(0.5, 0)));
        Assert.That(ScoringStep.Previous(scores, Bytes(4), Bytes(6), 0.5), Is.EqualTo(new MinerScore(1, 2)), "the same card goes on");
        Assert.That(ScoringStep.Previous(scores, Bytes(8), Bytes(9), 0.5), Is.EqualTo(MinerScore.Initial));

        static StoredScore Score(byte miner, byte card, double value, ulong epoch) => new(1, Bytes(miner), Bytes(card), new MinerScore(value, 2), epoch);

        static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];
    }

    [TestCase(20, 20, 2_000, 1)]
    [TestCase(19, 20, 2_000, 1)]
    [TestCase(18, 20, 1, 0.8)]
    [TestCase(16, 20, 1, 0.8)]
    [TestCase(15, 20, 1, 0.5)]
    [TestCase(1, 20, 1, 0.5)]
    [TestCase(20, 20, 2_001, 0.8)]
    [TestCase(20, 20, 8_000, 0.8)]
    [TestCase(20, 20, 8_001, 0.5)]
    [TestCase(16, 20, 8_001, 0.4)]
    [TestCase(0, 20, double.NaN, 0)]
    [TestCase(0, 0, double.NaN, 0)]
    public void Latency_and_availability_are_factors_in_the_classes_that_docs_validator_publishes(int answered, int sent, double medianMs, double factor) =>
        Assert.That(ScoringStep.ServiceFactor(new MinerMeasurement([], [], null, answered, sent, medianMs)), Is.EqualTo(factor).Within(1e-12));

    [Test]
    public void Challenge_quality_is_proper_and_runs_from_saying_one_half_to_never_being_wrong()
    {
        Assert.That(Quality(0.5), Is.Zero);
        Assert.That(Quality(1), Is.EqualTo(1));
        Assert.That(Quality(0), Is.Zero, "worse than one half is no less than nothing");

        // Of an outcome in 7 of 10 nobody does better in the mean than by saying 0.7.
        double[] said = [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9];
        bool[] outcomes = [.. Enumerable.Range(0, 10).Select(i => i < 7)];
        Assert.That(said.MaxBy(p => ScoringStep.ChallengeQuality(PredictionQuality.Measure([.. outcomes.Select(_ => p)], outcomes))), Is.EqualTo(0.7));

        static double Quality(double p) => ScoringStep.ChallengeQuality(PredictionQuality.Measure([p], [true]));
    }

    [Test]
    public void Labelled_row_is_never_sent_twice_to_a_miner_also_after_a_restart()
    {
        using TemporaryFolder folder = new();
        byte[] miner = new byte[32];
        byte[] other = [.. Enumerable.Repeat((byte)1, 32)];
        using (LabelledRowHistory history = new(folder.Combine("rows.db")))
        {
            Assert.That(history.TryMark(miner, [1, 2, 3]), Is.True);
            Assert.That(history.TryMark(miner, [1, 2, 3]), Is.False);
            Assert.That(history.TryMark(other, [1, 2, 3]), Is.True);
            Assert.That(history.TryMark(miner, [12, 3]), Is.True);
        }

        using LabelledRowHistory again = new(folder.Combine("rows.db"));
        Assert.That(again.TryMark(miner, [1, 2, 3]), Is.False);
        Assert.That(again.TryMark(miner, [1, 2, 4]), Is.True);
    }
}
