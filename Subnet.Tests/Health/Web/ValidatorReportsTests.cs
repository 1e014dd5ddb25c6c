using Subnet.Crypto.Identity;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Web.Miners;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

[TestFixture]
internal sealed class ValidatorReportsTests
{
    private static readonly byte[] Miner = [.. Enumerable.Repeat((byte)7, 32)], Card = [.. Enumerable.Repeat((byte)9, 32)];

    [Test]
    public async Task A_report_tells_of_judged_epochs_and_never_of_a_running_one()
    {
        using TemporaryFolder folder = new();
        using ValidatorStore store = new(Path.Combine(folder.Path, "validator.db"));
        AddEpoch(store, 4, isClosed: true, latency: 12);
        AddEpoch(store, 5, isClosed: false, latency: 99);
        store.PutVerdict(new StoredVerdict(1, 4, Miner, Card, "{}"u8.ToArray(), true, "valid", new byte[3 * 96], new byte[32]));
        store.PutScore(new StoredScore(1, Miner, Card, new MinerScore(0.5, 2), 4));
        (double, bool)[] rows = [.. Enumerable.Range(0, 10).Select(static i => (0.85, i < 8))];
        store.PutQuality(new StoredQuality(
            1, 4, Miner, Card, PredictionQuality.Measure([.. rows.Select(static r => r.Item1)], [.. rows.Select(static r => r.Item2)]), Calibration.Of(rows), 0.8));
        store.PutOrganic(1, 4, Miner, Card, new byte[16], 0.25);
        MinerReport report = (await new ValidatorReports("validator", store).OfAsync(1, default)).Single();
        Assert.That(report.Latencies, Is.EqualTo(new[] { 12.0 }));
        Assert.That((report.ProofStatus, report.Score, report.Epoch, report.Rows), Is.EqualTo(("valid", 0.5, 4UL, 10)));
        Assert.That(report.Auc!.Value.Value, Is.EqualTo(0.5), "all predictions are equal");
        Assert.That(report.Brier!.Value.Value, Is.EqualTo((8 * 0.15 * 0.15 + 2 * 0.85 * 0.85) / 10).Within(1e-12));
        CalibrationBin bin = report.Calibration.Single();
        Assert.That((bin.Observed, bin.Count), Is.EqualTo((0.8, 10)));
        Assert.That(bin.Low, Is.EqualTo(0.4902).Within(1e-4), "Wilson's interval for 8 of 10");
        Assert.That(bin.High, Is.EqualTo(0.9433).Within(1e-4));
        Assert.That(report.Reasons, Has.Some.Contain("3 validators signed").And.Some.Contain("multiply it by 0.8").And.Some.Contain("On real outcomes").And.Some.Contain("1 of 1 queries"));
        Assert.That(report.DuplicateOf, Is.Null);
    }

    [Test]
    public async Task Quality_of_equal_outcomes_comes_back_without_an_area()
    {
        using TemporaryFolder folder = new();
        using ValidatorStore store = new(Path.Combine(folder.Path, "validator.db"));
        AddEpoch(store, 4, isClosed: true, latency: 12);
        store.PutVerdict(new StoredVerdict(1, 4, Miner, Card, "{}"u8.ToArray(), true, "valid", new byte[3 * 96], new byte[32]));
        store.PutQuality(new StoredQuality(1, 4, Miner, Card, PredictionQuality.Measure([0.25], [false]), Calibration.Of([(0.25, false)]), 1));
        MinerReport report = (await new ValidatorReports("validator", store).OfAsync(1, default)).Single();
        Assert.That((report.Auc, report.Brier!.Value.Value), Is.EqualTo(((Estimate?)null, 0.0625)));
    }

    [Test]
    public async Task A_copy_names_the_owner_of_its_answers_and_a_near_copy_does_not()
    {
        using TemporaryFolder folder = new();
        using ValidatorStore store = new(Path.Combine(folder.Path, "validator.db"));
        AddEpoch(store, 4, isClosed: true, latency: 12);
        store.PutVerdict(new StoredVerdict(1, 4, Miner, Card, "{}"u8.ToArray(), true, "valid", new byte[3 * 96], new byte[32]));
        string copy = Ss58Address.Encode(Miner);
        store.PutDuplicates(1, [new DuplicateFinding("owner", copy, 0, 0, 40)]);
        Assert.That((await Report()).DuplicateOf, Is.EqualTo("owner"));
        Assert.That((await Report()).Reasons, Has.Some.Contain("on all 40 rows"));
        store.PutDuplicates(1, [new DuplicateFinding("owner", copy, 1, 7, 40)]);
        Assert.That((await Report()).DuplicateOf, Is.Null, "what was found before is replaced");

        async Task<MinerReport> Report() => (await new ValidatorReports("validator", store).OfAsync(1, default)).Single();
    }

    [Test]
    public async Task Without_labelled_rows_nothing_is_made_up()
    {
        using TemporaryFolder folder = new();
        using ValidatorStore store = new(Path.Combine(folder.Path, "validator.db"));
        AddEpoch(store, 4, isClosed: true, latency: 12);
        store.PutVerdict(new StoredVerdict(1, 4, Miner, Card, "{}"u8.ToArray(), false, "answers", new byte[2 * 96], new byte[32]));
        MinerReport report = (await new JoinedReports([new ValidatorReports("validator", store), new NoMinerReports()]).OfAsync(1, default)).Single();
        Assert.That((report.Auc, report.Brier, report.Score), Is.EqualTo(((Estimate?)null, (Estimate?)null, 0.0)));
        Assert.That(report.ProofStatus, Is.EqualTo("answers"));
        Assert.That(report.Calibration, Is.Empty);
    }

    private static void AddEpoch(ValidatorStore store, ulong epoch, bool isClosed, double latency)
    {
        store.AddPlan(
            new StoredPlan(1, epoch, new byte[32], new byte[64], false),
            [new Challenge { Netuid = 1, Epoch = epoch, Miner = Miner, Card = Card, Kind = ChallengeKind.Labelled, Master = new byte[32], Rows = [[1]], Labels = [0], Event = [.. BitConverter.GetBytes(epoch), .. new byte[8]] }]);
        store.MarkAnswered(store.Challenges(1, epoch).Single().Id, [1], [2], [3], latency);
        if (isClosed)
        {
            store.ClosePlan(1, epoch);
        }
    }
}
