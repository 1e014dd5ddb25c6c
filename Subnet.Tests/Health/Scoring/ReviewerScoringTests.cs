using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;
using Subnet.Health.Scoring;
using Subnet.Tests.Health.Audits;

namespace Subnet.Tests.Health.Scoring;

/// <summary>What a reviewer finds that no validator can: a clinic that changes its predictions or leaves cases out.</summary>
[TestFixture]
internal sealed class ReviewerScoringTests
{
    private readonly long[] weights = [100, 40, -30];
    private ScoringFixture fixture = null!;
    private SeededRandomSource random = null!;
    private RandomSourceFactory factory = null!;
    private CommitmentOpening opening = null!;
    private KeylessModel model = null!;
    private AuditedModel card = null!;

    [SetUp]
    public void Start()
    {
        // One case less than a batch: with the one that a test inserts, every case is drawn.
        fixture = new ScoringFixture(cases: 255);
        random = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        factory = RandomSourceFactory.FromSeed(new byte[64]);
        opening = CommitmentOpening.Create(weights, random);
        KeylessParameters parameters = new(KeylessSet.Default, 26);
        byte[] hash = SHA256.HashData("card"u8);
        model = new KeylessModel(hash, parameters, 1, weights, 1 << 20, factory);
        card = new AuditedModel(hash, parameters, AuditRows.Reals(3), 1, 1 << 20, opening.Commit(GeneratorSet.Create(3)));
    }

    [TearDown]
    public async Task StopAsync()
    {
        model.Dispose();
        opening.Dispose();
        factory.Dispose();
        random.Dispose();
        await fixture.DisposeAsync();
    }

    [Test]
    public async Task Epsilons_of_batches_add_up_for_each_patient_and_a_case_in_two_of_them_is_named()
    {
        await using ScoringFixture noised = new(publication: new ScorePublication(500));
        ScoreBatchOpen first = await noised.OpenBatchAsync();
        await using ScoringFixture plain = new();
        ScoreBatchOpen rounded = await plain.OpenBatchAsync();
        ScoreBatchOpen second = ScoreBatchOpen.Sign(noised.ClinicKey, new ScoreBatchParts(
            SHA256.HashData("second"u8), first.Window, first.Measure, 5, first.ValidatorCount, new ScorePublication(250), first.EtaHash, first.Time, first.Cases, first.Seeds, first.Panel,
            first.KeyBytes, [.. first.Message.Attachments.Skip(4)]));

        Assert.That(ReviewerScoring.Account([rounded]), Is.EqualTo((0, Array.Empty<string>())));
        Assert.That(ReviewerScoring.Account([first, first]).LargestEpsilonThousandths, Is.EqualTo(500), "one batch, named twice");
        (int largest, IReadOnlyList<string> twice) = ReviewerScoring.Account([first, second]);
        Assert.That(largest, Is.EqualTo(750));
        Assert.That(twice, Has.Count.EqualTo(256));
    }

    [Test]
    public async Task Opened_case_holds_only_with_the_prediction_that_was_logged_before_the_outcome()
    {
        // Attacks 2 and 9: after the outcome is known the clinic scores its friend's miner on a better prediction.
        ScoringSample honest = await OpenedAsync();
        ReviewerScoring reviewer = new(new ScoringTranscript(fixture.Beacon, fixture.Transcript), fixture.Recorder);
        PredictionCommitment better = honest.Prediction with { Prediction = new byte[] { 255 } };
        PlannedAudit otherQuery = new(card, SHA256.HashData("other"u8), [[1, 2, 3]]);
        PredictionCommitment stranger = PredictionCommitment.Create(random, new string('a', 32), 0.5);

        Assert.That(await reviewer.CheckAsync(honest, Finish), Is.EqualTo(SampleVerdict.Holds));
        Assert.That(await reviewer.CheckAsync(honest with { Prediction = better }, Finish), Is.EqualTo(SampleVerdict.NotTheLoggedPrediction));
        Assert.That(await reviewer.CheckAsync(honest with { Query = otherQuery }, Finish), Is.EqualTo(SampleVerdict.NotTheLoggedQuery));
        Assert.That(await reviewer.CheckAsync(honest, _ => [7]), Is.EqualTo(SampleVerdict.NotWhatTheReplySays));
        Assert.That(
            await reviewer.CheckAsync(honest with { Prediction = stranger, LoggedPrediction = stranger.Hash }, Finish), Is.EqualTo(SampleVerdict.NotInTheBatch));
    }

    [Test]
    public async Task Opened_case_holds_only_with_the_prediction_and_the_outcome_that_the_ciphertexts_hold()
    {
        // Attacks 2 and 9: log, query and reply are true, and the clinic encrypts for its friend's miner what happened instead of what was predicted, or another outcome.
        ScoringSample honest = await OpenedAsync();
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        int place = batch.Cases.ToList().FindIndex(item => item.Key == honest.Prediction.Event);
        using ScoringBatch keys = new(ScoringSet.SquaredError, factory);
        byte[] predictions = new byte[300];
        byte[] labels = new byte[300];
        predictions[place] = honest.Prediction.Prediction.Span[0];
        labels[place] = honest.Label;

        async Task<SampleVerdict> OfAsync(Action change, byte[]? secret = null, byte? told = null)
        {
            (byte prediction, byte label) = (predictions[place], labels[place]);
            change();
            ScoreBatchOpen encrypted = ScoreBatchOpen.Sign(fixture.ClinicKey, new ScoreBatchParts(
                batch.Batch, batch.Window, batch.Measure, batch.Height, batch.ValidatorCount, batch.Publication, batch.EtaHash, batch.Time, batch.Cases, batch.Seeds, batch.Panel, keys.Keys.Encode(),
                [.. keys.EncryptLabels(batch.Measure, labels).Concat(keys.EncryptPredictions(batch.Measure, predictions)).Select(input => (ReadOnlyMemory<byte>)input.Encode())]));
            (predictions[place], labels[place]) = (prediction, label);
            ReviewerScoring reviewer = new(new ScoringTranscript(fixture.Beacon, [fixture.Transcript[0], encrypted.Message]), fixture.Recorder);
            return await reviewer.CheckAsync(honest with { BatchSecret = secret ?? keys.WriteSecret(), Label = told ?? honest.Label }, Finish);
        }

        Assert.That(await OfAsync(() => { }), Is.EqualTo(SampleVerdict.Holds));
        Assert.That(await OfAsync(() => predictions[place] ^= 0x80), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted), "a better prediction");
        Assert.That(await OfAsync(() => predictions[place] ^= 1), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted));
        Assert.That(await OfAsync(() => labels[place] ^= 1), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted), "another outcome than it shows");
        Assert.That(await OfAsync(() => predictions[299] = 16), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted), "an error of nobody's, behind the 256 patients");
        predictions[299] = 0;
        Assert.That(await OfAsync(() => labels[256] = 1), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted));
        labels[256] = 0;
        Assert.That(await OfAsync(() => { }, told: (byte)(1 - honest.Label)), Is.EqualTo(SampleVerdict.NotWhatWasEncrypted));
        Assert.That(await OfAsync(() => { }, secret: fixture.Clinic.SecretForReview()), Is.EqualTo(SampleVerdict.NotTheBatchsKey), "the key of another batch");
        byte[] changed = keys.WriteSecret();
        changed[7] ^= (byte)((changed[7] & 3) == 0 ? 1 : changed[7] & 3);
        Assert.That(await OfAsync(() => { }, secret: changed), Is.EqualTo(SampleVerdict.NotTheBatchsKey), "one coefficient");
        Assert.That(await OfAsync(() => { }, secret: keys.WriteSecret()[1..]), Is.EqualTo(SampleVerdict.NotTheBatchsKey));
    }

    [TestCase("auc-2")]
    [TestCase("counts-7-64")]
    public async Task Opened_case_is_found_in_the_planes_of_every_measure(string word)
    {
        Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True);
        await using ScoringFixture other = new(measure: measure);
        ScoreBatchOpen batch = await other.OpenBatchAsync();
        using ScoringSecret secret = ScoringSecret.TryOpen(ScoringKeys.TryParse(batch.KeyBytes.Span)!, other.Clinic.SecretForReview())!;
        Dictionary<string, ScoringCase> byKey = other.Cases.ToDictionary(item => item.Events.Key);
        foreach (int place in new[] { 0, 1, 130, 255 })
        {
            ScoringCase drawn = byKey[batch.Cases[place].Key];
            (int block, int slot) = Math.DivRem(place, batch.Patients / batch.Blocks);
            slot *= measure!.Kind == ScoringKind.Pairs ? 128 : 1;
            ulong[] bits = [.. batch.PredictionBytes(0, block).Take(measure.Bits).Select(bytes => secret.ReadSlot(ScoringInput.TryParse(measure.Set, bytes.Span)!, slot))];
            Assert.That(bits.Select((bit, i) => (int)bit << i).Sum(), Is.EqualTo(drawn.Predictions[0].Prediction.Span[0] >> (8 - measure.Bits)));
            Assert.That(secret.ReadSlot(ScoringInput.TryParse(measure.Set, batch.LabelBytes(block).First().Span)!, slot), Is.EqualTo(drawn.Label));
        }
    }

    [Test]
    public async Task Case_that_the_window_leaves_out_is_counted_and_samples_are_drawn_by_a_later_block()
    {
        await using ScoringFixture whole = new();
        await whole.OpenBatchAsync();
        ReviewerScoring reviewer = new(new ScoringTranscript(whole.Beacon, whole.Transcript), whole.Recorder);
        ScoringCaseEvents hidden = new(["0123456789abcdef0123456789abcdef"]);
        ScoringCaseEvents before = new(["fedcba9876543210fedcba9876543210"]);
        IReadOnlyList<ScoringCaseEvents> left = reviewer.LeftOut(
            [.. whole.Cases.Select(item => item.Events), hidden, before], new HashSet<string> { before.Key });

        Assert.That(left.Single().Key, Is.EqualTo(hidden.Key));
        IReadOnlyList<ScoringCaseEvents> samples = reviewer.DrawSamples(SHA256.HashData("later"u8), 5);
        Assert.That(samples.Select(item => item.Key).Distinct().Count(), Is.EqualTo(5));
        Assert.That(samples.Select(item => item.Key), Is.SubsetOf(whole.Clinic.Batch!.Cases.Select(item => item.Key)));
        Assert.That(reviewer.DrawSamples(SHA256.HashData("another"u8), 5).Select(item => item.Key), Is.Not.EqualTo(samples.Select(item => item.Key)));
    }

    private static byte[] Finish(long[] answers) => PredictionCommitment.Round([1 / (1 + Math.Exp(-answers[0] / 100.0))]);

    private async Task<ScoringSample> OpenedAsync()
    {
        PlannedAudit query = new(card, SHA256.HashData("master"u8), [[1, 2, 3]]);
        byte[] bytes = query.BuildQuery();
        Assert.That(model.TryAnswer(bytes, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
        long answer = (100 * 1) + (40 * 2) + (-30 * 3);
        double probability = 1 / (1 + Math.Exp(-answer / 100.0));
        string name = Convert.ToHexStringLower(SHA256.HashData("the case"u8).AsSpan(0, 16));
        PredictionCommitment logged = PredictionCommitment.Create(random, name, probability);
        fixture.Insert(new ScoringCase([logged], 1));
        await fixture.OpenBatchAsync();
        return new ScoringSample(
            logged, logged.Hash, query, 0, KeylessQuery.RequestHash(bytes), reply!, KeylessQuery.RequestHash(reply!), 1, fixture.Clinic.SecretForReview());
    }
}
