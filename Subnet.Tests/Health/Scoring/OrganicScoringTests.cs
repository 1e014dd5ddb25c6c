using Subnet.Crypto.Comparison;
using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>Batches as they should go, from window to public score.</summary>
[TestFixture]
internal sealed class OrganicScoringTests
{
    [Test]
    public async Task Honest_batch_of_two_miners_gives_each_its_rounded_squared_error_and_replays()
    {
        await using ScoringFixture fixture = new(miners: 2, validators: 3);
        ScoringTranscript transcript = await fixture.RunAsync();

        ReplayReport report = TranscriptReplay.Run(transcript, fixture.Beacon);
        Assert.That(report.Difference, Is.Null);
        Assert.That(report.Recomputed, Is.EqualTo(2 * 3 * 7));
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        Dictionary<string, ScoringCase> byKey = fixture.Cases.ToDictionary(item => item.Events.Events.Order().First());
        foreach (OrganicOutcome outcome in report.Outcomes)
        {
            int given = fixture.Panel.ToList().FindIndex(miner => miner.Miner.Span.SequenceEqual(outcome.Miner.Span));
            int placed = batch.IndexOf(outcome.Miner.Span);
            long sum = 0;
            foreach (ScoringCaseEvents drawn in batch.Cases)
            {
                ScoringCase item = byKey[drawn.Events.Order().First()];
                PredictionCommitment prediction = item.Predictions[given];
                Assert.That(prediction.Event, Is.EqualTo(drawn.Events[placed]));
                int error = prediction.Prediction.Span[0] - (255 * item.Label);
                sum += error * error;
            }

            double exact = 1 - (sum / (255.0 * 255 * 256));
            Assert.That(outcome.Quality, Is.EqualTo(exact).Within(0.5 / 64 + 1e-9));
            Assert.That(outcome.ClinicOwesFee, Is.False);
        }

        Assert.That(fixture.Validators.Select(validator => string.Join(' ', validator.Conclude().Select(outcome => outcome.Quality))).Distinct().Count(), Is.EqualTo(1));
        Assert.That(await fixture.LoggedAsync("score-seed"), Is.EqualTo(3));
        Assert.That(await fixture.LoggedAsync("score-commit"), Is.EqualTo(2));
        Assert.That(await fixture.LoggedAsync("score-public"), Is.EqualTo(6));
    }

    [Test]
    public async Task Confusion_counts_become_an_accuracy_and_pairs_an_area_under_the_curve([Values("counts-8-128", "auc-2")] string word)
    {
        Assert.That(ScoringMeasure.TryParse(word, out ScoringMeasure? measure), Is.True);
        await using ScoringFixture fixture = new(measure: measure);
        ScoringTranscript transcript = await fixture.RunAsync();
        byte[] bytes = await ScoringFixture.WriteAsync(transcript);

        Assert.That(ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out _), Is.True);
        Dictionary<string, ScoringCase> byKey = fixture.Cases.ToDictionary(item => item.Events.Key);
        ScoringCase[] drawn = [.. fixture.Clinic.Batch!.Cases.Select(item => byKey[item.Key])];
        double expected = measure!.Kind == ScoringKind.Counts
            ? drawn.Count(item => (item.Predictions[0].Prediction.Span[0] >= 128) == (item.Label == 1)) / 256.0
            : Auc(drawn.Chunk(128).ToArray());
        Assert.That(fixture.Validators[0].Conclude().Single().Quality, Is.EqualTo(expected).Within(0.5 / 64 + 1e-9));
        Assert.That(read!.Messages, Has.Count.EqualTo(transcript.Messages.Count));
    }

    [TestCase((byte)0)]
    [TestCase((byte)1)]
    public async Task Ranking_of_patients_who_all_had_one_outcome_gives_no_score_and_blames_nobody(byte outcome)
    {
        // Of a rare outcome 256 drawn patients may have none: the clinic did all it must.
        await using ScoringFixture fixture = new(measure: ScoringMeasure.Pairs(1), outcome: outcome);
        await fixture.OpenSeedsAsync();
        ScoringMessage opening = (await fixture.Clinic.OpenAsync()).Single();

        Assert.That((await fixture.PublishAsync(opening)).Select(answer => (answer.Score, answer.Fault)), Is.All.EqualTo(((ScoringMessage?)null, ScoringFault.NothingToCompare)));
        ReplayReport report = TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, [.. fixture.Transcript, opening]));
        Assert.That(report.Difference, Is.Null);
        foreach (OrganicOutcome outcomes in new[] { fixture.Validators[0].Conclude().Single(), report.Outcomes.Single() })
        {
            Assert.That((outcomes.Quality, outcomes.Fault, outcomes.ClinicOwesFee), Is.EqualTo(((double?)null, ScoringFault.NothingToCompare, false)));
        }

        Assert.That(fixture.Validators[0].Findings.Concat(report.Findings).All(finding => finding.Party.IsEmpty), Is.True);
    }

    [Test]
    public async Task Noise_comes_from_eta_and_all_seeds_and_without_eta_cannot_be_taken_off()
    {
        // Attack 27: the seeds are public; whoever draws from them alone gets other noise.
        await using ScoringFixture fixture = new(publication: new ScorePublication(100));
        ScoringTranscript transcript = await fixture.RunAsync();

        PublicScore[] published = [.. transcript.Messages.Select(PublicScore.TryRead).OfType<PublicScore>()];
        Assert.That(published.Select(score => score.Value).Distinct().Count(), Is.EqualTo(1), "all validators draw the same noise");
        Assert.That(published[0].Publication.Word, Is.EqualTo("epsilon-100"), "epsilon is stated");
        Dictionary<string, ScoringCase> byKey = fixture.Cases.ToDictionary(item => item.Events.Key);
        long exact = fixture.Clinic.Batch!.Cases.Select(item => byKey[item.Key]).Sum(item => Square(item.Predictions[0].Prediction.Span[0] - (255 * item.Label)));
        Assert.That(published[0].Value, Is.Not.EqualTo(exact));

        ScoreOpenMessage opening = transcript.Messages.Select(message => ScoreOpenMessage.TryRead(message, fixture.ClinicKey.PublicKey)).OfType<ScoreOpenMessage>().Single();
        byte[] seeds = [.. fixture.Clinic.Drawn.SelectMany(seed => fixture.Clinic.SeedOpenings
            .Select(message => ScoreSeed.TryReadOpening(message, fixture.Clinic.Slot.Span, seed)).OfType<byte[]>().Single())];
        Assert.That(Noised(opening.Eta.ToArray()), Is.EqualTo(published[0].Value));
        Assert.That(Noised(new byte[32]), Is.Not.EqualTo(published[0].Value));

        long Noised(byte[] eta)
        {
            using var noise = ScoreRandomness.OpenNoise(opening.Batch.Span, opening.Miner.Span, eta, seeds);
            return fixture.Settings.Publication.Publish(ScoringKind.SquaredError, new ScoreRatio(exact, 255L * 255 * 256), 1, noise);
        }
    }

    [Test]
    public async Task Ciphertexts_of_a_batch_of_two_hundred_and_fifty_six_have_the_documented_size()
    {
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();

        Assert.That(batch.LabelBytes(0).Concat(batch.PredictionBytes(0, 0)).Select(bytes => bytes.Length), Is.All.EqualTo(178_240));
        Assert.That(batch.PredictionBytes(0, 0).Count(), Is.EqualTo(8));
        Assert.That(batch.Patients, Is.EqualTo(256));
    }

    [Test]
    public async Task Messages_travel_in_chunks_and_come_out_as_they_were()
    {
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        ScoringMessage[] sent = [fixture.Transcript[0], batch.Message];

        ScoringAssembler assembler = new(64 << 20, signer => signer.Span.SequenceEqual(fixture.ClinicKey.PublicKey));
        Assert.That(ScoringChunks.Split(sent).All(assembler.TryTake), Is.True);
        Assert.That(assembler.IsComplete, Is.True);
        Assert.That(ScoreBatchOpen.TryRead(assembler.Messages[1]), Is.Not.Null);
        Assert.That(assembler.Messages[0].Signed.Hash, Is.EqualTo(sent[0].Signed.Hash));

        // Too much, from a stranger, or not signed: refused before an attachment is kept.
        var chunks = ScoringChunks.Split([batch.Message]).ToArray();
        Assert.That(new ScoringAssembler(1 << 20, _ => true).TryTake(chunks[0]), Is.False);
        Assert.That(new ScoringAssembler(64 << 20, _ => false).TryTake(chunks[0]), Is.False);
        Assert.That(new ScoringAssembler(64 << 20, _ => true).TryTake(chunks[1]), Is.False, "data without a head");
        var forged = chunks[0].Clone();
        forged.Head.Signature = Google.Protobuf.ByteString.CopyFrom(new byte[64]);
        Assert.That(new ScoringAssembler(64 << 20, _ => true).TryTake(forged), Is.False);
    }

    private static long Square(long x) => x * x;

    private static double Auc(ScoringCase[][] blocks)
    {
        double right = 0;
        double pairs = 0;
        foreach (ScoringCase[] block in blocks)
        {
            foreach (ScoringCase a in block.Where(item => item.Label == 1))
            {
                foreach (ScoringCase b in block.Where(item => item.Label == 0))
                {
                    pairs++;
                    int sign = Math.Sign((a.Predictions[0].Prediction.Span[0] >> 6) - (b.Predictions[0].Prediction.Span[0] >> 6));
                    right += (1 + sign) / 2.0;
                }
            }
        }

        return right / pairs;
    }
}
