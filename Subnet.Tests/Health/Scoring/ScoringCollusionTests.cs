using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>Clinics that agree with some of the drawn validators, or hand round less than they have: one honest validator must suffice (attacks 7 and 15).</summary>
[TestFixture]
internal sealed class ScoringCollusionTests
{
    private const ulong Gain = 50_000;

    [Test]
    public async Task Validator_that_a_clinic_leaves_out_beside_two_that_told_it_their_seeds_gives_no_score()
    {
        await using ScoringFixture fixture = new(validators: 3);
        (ScoringMessage commit, ScoringMessage opening) = await ForgeAsync(fixture);
        ValidatorScoring victim = fixture.Validators[2];
        (ScoringMessage? seed, ScoringFault fault) = await victim.AcceptCommitsAsync([commit]);
        Assert.That((seed is not null, fault), Is.EqualTo((true, ScoringFault.None)), "it cannot know yet whether others were there in time");
        HandRound(fixture, victim);

        (ScoringMessage? score, ScoringFault refused) = await victim.AcceptOpeningAsync(opening);

        Assert.That((score, refused), Is.EqualTo(((ScoringMessage?)null, ScoringFault.OwnOutputsLeftOut)));
        Assert.That(victim.Scores, Is.Empty);
        OrganicOutcome outcome = victim.Conclude().Single();
        Assert.That((outcome.Fault, outcome.ClinicOwesFee), Is.EqualTo((ScoringFault.OwnOutputsLeftOut, true)), "it had answered in time");

        // The two that told their seeds are content: their tags are good, which is why nobody else may go by them.
        ValidatorScoring friend = fixture.Validators[0];
        await friend.AcceptCommitsAsync([commit]);
        HandRound(fixture, friend);
        ScoringMessage forged = (await friend.AcceptOpeningAsync(opening)).Score!;
        Assert.That(PublicScore.TryRead(forged), Is.Not.Null);

        // And a score under the third one's name is no part of a sound transcript.
        PublicScore said = PublicScore.TryRead(forged)!;
        ScoringMessage echoed = PublicScore.Sign(fixture.ValidatorKeys[2], said.Batch.Span, said.Miner.Span, said.Value, said.Publication);
        ScoringMessage[] told = [fixture.Transcript[0], fixture.Transcript[1], .. fixture.Clinic.Outputs, commit, .. fixture.Clinic.SeedOpenings, opening, forged];
        Assert.That(TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, told)).Difference, Is.Null);
        Assert.That(TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, [.. told, echoed])).Difference, Does.Contain("no tag to check"));
    }

    [Test]
    public async Task Validator_that_answered_too_late_and_is_left_out_gives_no_score_and_charges_nobody()
    {
        await using ScoringFixture fixture = new(validators: 3);
        (ScoringMessage commit, ScoringMessage opening) = await ForgeAsync(fixture);
        using SqliteScoringStore store = fixture.SeedsOf(2);
        ValidatorScoring late = ValidatorScoring.TryBegin(fixture.Transcript[0], fixture.ValidatorKeys[2], store, fixture.Log, new SlowClock(fixture.Clock), fixture.Settings.Timetable)!;
        Assert.That((await late.EvaluateAsync(fixture.Clinic.Batch!.Message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.None));
        await late.AcceptCommitsAsync([commit]);
        HandRound(fixture, late);

        Assert.That((await late.AcceptOpeningAsync(opening)).Fault, Is.EqualTo(ScoringFault.OwnOutputsLeftOut));
        OrganicOutcome outcome = late.Conclude().Single();
        Assert.That((outcome.Quality, outcome.ClinicOwesFee), Is.EqualTo(((double?)null, false)));
    }

    [Test]
    public async Task Clinic_that_opens_without_handing_round_another_validator_s_seed_pays_as_if_it_had_not_opened()
    {
        // Attack 15: were the other validator to blame, a clinic could hide a score for nothing.
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync();
        ScoringMessage opening = (await fixture.Clinic.OpenAsync()).Single();
        ValidatorScoring validator = fixture.Validators[0];
        foreach (ScoringMessage output in fixture.Clinic.Outputs)
        {
            validator.AcceptOutputs(output);
        }

        validator.AcceptSeedOpening(fixture.Clinic.SeedOpenings.Single(seed => seed.Signed.Signer.Span.SequenceEqual(fixture.ValidatorKeys[0].PublicKey)));

        Assert.That((await validator.AcceptOpeningAsync(opening)).Fault, Is.EqualTo(ScoringFault.SeedWithheld));
        OrganicOutcome outcome = validator.Conclude().Single();
        Assert.That((outcome.Fault, outcome.ClinicOwesFee), Is.EqualTo((ScoringFault.OpeningMissing, true)));
    }

    [Test]
    public async Task Commitment_that_names_its_validators_in_another_order_than_the_draw_is_refused()
    {
        await using ScoringFixture fixture = new();
        await fixture.SendOutputsAsync();
        ScoringMessage commit = (await fixture.Clinic.CommitAsync()).Single();
        ScoreCommitMessage read = ScoreCommitMessage.TryRead(commit, fixture.ClinicKey.PublicKey)!;
        ScoringMessage turned = (read with { Validators = [.. read.Validators.Reverse()] }).Sign(fixture.ClinicKey);

        Assert.That((await fixture.Validators[0].AcceptCommitsAsync([turned])).Fault, Is.EqualTo(ScoringFault.OutOfPlace));
        ScoringMessage[] told = [.. fixture.Transcript, .. fixture.Clinic.Outputs];
        Assert.That(TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, [.. told, commit])).Difference, Is.Null);
        Assert.That(TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, [.. told, turned])).Difference, Does.Contain("malformed"));
    }

    [TestCase(true, false, Description = "one validator's value only")]
    [TestCase(true, true, Description = "both, to below zero")]
    public async Task Values_that_differ_between_validators_or_leave_their_range_are_refused_under_the_best_of_tags(bool first, bool second)
    {
        // Both validators told the clinic their seeds, so every tag fits: agreement and range are all that is left.
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync();
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        ScoreOpenMessage honest = ScoreOpenMessage.TryRead((await fixture.Clinic.OpenAsync()).Single(), fixture.ClinicKey.PublicKey)!;
        ScoringEvaluation evaluation = ScoringEvaluation.TryCreate(batch)!;
        Dictionary<string, byte[]> seeds = [];
        List<ulong> words = [];
        int each = evaluation.OutputWordCount;
        ulong less = second ? honest.Outputs[0] + 1 : Gain;
        for (int place = 0; place < 2; place++)
        {
            ReadOnlyMemory<byte> validator = fixture.Clinic.Drawn[place].Validator;
            byte[] seed = fixture.SeedsOf(fixture.ValidatorKeys.ToList().FindIndex(key => validator.Span.SequenceEqual(key.PublicKey))).SeedOf(batch.Window);
            seeds.Add(Convert.ToHexStringLower(validator.Span), seed);
            ulong[] own = [.. honest.Outputs.Skip(place * each).Take(each)];
            words.AddRange((place == 0 ? first : second) ? Forge(batch, seed, own, less) : own);
        }

        ScoreCommitMessage commit = new(batch.Batch, batch.Panel[0].Miner, ScoreOpening.Commit(honest.Nonce.Span, words), [.. fixture.Clinic.Drawn.Select(seed => seed.Validator)]);
        ScoringConclusion conclusion = new(batch, evaluation);

        Assert.That(conclusion.Conclude(commit, honest with { Outputs = words }, seeds, out _), Is.EqualTo(ScoringFault.BadValue));
        commit = commit with { Commitment = ScoreOpening.Commit(honest.Nonce.Span, honest.Outputs) };
        Assert.That(conclusion.Conclude(commit, honest, seeds, out _), Is.EqualTo(ScoringFault.None));
        Assert.That(conclusion.Conclude(commit, honest with { Eta = new byte[32] }, seeds, out _), Is.EqualTo(ScoringFault.WrongOpening), "another eta than the batch's");
        Assert.That(conclusion.Conclude(commit, honest with { Nonce = new byte[32] }, seeds, out _), Is.EqualTo(ScoringFault.WrongOpening));
    }

    [Test]
    public async Task Batch_with_one_validator_too_few_patients_a_case_twice_or_noise_that_hides_nothing_does_not_read()
    {
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        ScoreBatchParts parts = new(
            batch.Batch, batch.Window, batch.Measure, batch.Height, batch.ValidatorCount, batch.Publication, batch.EtaHash, batch.Time, batch.Cases, batch.Seeds, batch.Panel, batch.KeyBytes,
            [.. batch.Message.Attachments.Skip(4)]);
        Assert.That(ScoreBatchOpen.Sign(fixture.ClinicKey, parts).Message.Signed.Hash, Is.EqualTo(batch.Message.Signed.Hash));

        foreach (ScoreBatchParts bad in new[]
        {
            parts with { ValidatorCount = 1 },
            parts with { Cases = [.. parts.Cases.Skip(1)] },
            parts with { Cases = [parts.Cases[1], .. parts.Cases.Skip(1)] },
            parts with { Publication = new ScorePublication(8001) },
            parts with { Seeds = [parts.Seeds[0], parts.Seeds[0]] },
            parts with { Seeds = [parts.Seeds[0] with { Hash = new byte[32] }, parts.Seeds[1]] },
            parts with { Ciphertexts = [.. parts.Ciphertexts.Skip(1)] },
            parts with { Panel = [parts.Panel[0], parts.Panel[0]] },
        })
        {
            // Making one reads it again, and says so where it does not read.
            Assert.That(() => ScoreBatchOpen.Sign(fixture.ClinicKey, bad), Throws.InvalidOperationException);
        }
    }

    /// <summary>
    /// A commitment that holds only the outputs of validators 0 and 1, who told the clinic their seeds before it committed, with a value less by <see cref="Gain"/> under good tags; and its
    /// opening.
    /// </summary>
    private static async Task<(ScoringMessage Commit, ScoringMessage Opening)> ForgeAsync(ScoringFixture fixture)
    {
        await fixture.SendOutputsAsync();
        await fixture.Clinic.CommitAsync();
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        byte[][] seeds = [.. Enumerable.Range(0, 3).Select(i => fixture.SeedsOf(i).SeedOf(batch.Window))];
        for (int i = 0; i < 3; i++)
        {
            fixture.Clinic.AcceptSeedOpening(ScoreSeed.SignOpening(fixture.ValidatorKeys[i], batch.Window.Span, seeds[i]));
        }

        ScoreOpenMessage honest = ScoreOpenMessage.TryRead((await fixture.Clinic.OpenAsync()).Single(), fixture.ClinicKey.PublicKey)!;
        int each = honest.Outputs.Count / 3;
        List<ulong> forged = [];
        List<ReadOnlyMemory<byte>> friends = [];
        for (int place = 0; place < 3; place++)
        {
            ReadOnlyMemory<byte> validator = fixture.Clinic.Drawn[place].Validator;
            int number = fixture.ValidatorKeys.ToList().FindIndex(key => validator.Span.SequenceEqual(key.PublicKey));
            if (number == 2)
            {
                continue;
            }

            forged.AddRange(Forge(batch, seeds[number], [.. honest.Outputs.Skip(place * each).Take(each)], Gain));
            friends.Add(validator);
        }

        return (
            new ScoreCommitMessage(batch.Batch, batch.Panel[0].Miner, ScoreOpening.Commit(honest.Nonce.Span, forged), friends).Sign(fixture.ClinicKey),
            (honest with { Outputs = forged }).Sign(fixture.ClinicKey));
    }

    /// <summary>A validator's outputs with a lower value and tags to fit, which takes its seed.</summary>
    private static ulong[] Forge(ScoreBatchOpen batch, byte[] seed, ulong[] words, ulong less)
    {
        Modulus t = new(batch.Measure.Set.Parameters.PlainModulus);
        words[0] = t.Subtract(words[0], less);
        using ScoreRandomness randomness = new(batch.Batch.Span, batch.Panel[0].Miner.Span, seed);
        using IRandomSource factors = randomness.Open("r");
        for (int tag = 1; tag <= batch.Measure.Set.TagCount; tag++)
        {
            words[tag] = t.Subtract(words[tag], t.Multiply(ScoreRandomness.NextNonZeroElement(factors, t.Value), less));
        }

        return words;
    }

    private static void HandRound(ScoringFixture fixture, ValidatorScoring validator)
    {
        foreach (ScoringMessage seed in fixture.Clinic.SeedOpenings)
        {
            Assert.That(validator.AcceptSeedOpening(seed), Is.EqualTo(ScoringFault.None));
        }

        foreach (ScoringMessage output in fixture.Clinic.Outputs)
        {
            Assert.That(validator.AcceptOutputs(output), Is.EqualTo(ScoringFault.None));
        }
    }

    /// <summary>Shows the right time once, to whoever asks whether the batch came in time, and then a time after the deadline of outputs.</summary>
    private sealed class SlowClock(TimeProvider inner) : TimeProvider
    {
        private bool wasAsked;

        public override DateTimeOffset GetUtcNow()
        {
            DateTimeOffset now = inner.GetUtcNow();
            TimeSpan late = wasAsked ? TimeSpan.FromMinutes(11) : TimeSpan.Zero;
            wasAsked = true;
            return now + late;
        }
    }
}
