using System.Security.Cryptography;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Seal.Packed;
using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>The attacks of protocol 5 and encrypted-inference 4.1 that are about who says what when: each is carried out, and the party that should notice does.</summary>
[TestFixture]
internal sealed class OrganicScoringAttackTests
{
    [Test]
    public async Task Miner_has_no_message_in_scoring_and_one_it_sends_is_refused()
    {
        // Attacks 2 and 3: a miner that echoes labels or uses scores as a decryption oracle would need to send a ciphertext.
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        using var miner = Subnet.Crypto.Identity.SigningKey.FromSeed(SHA256.HashData("miner 0"u8));
        ScoringMessage outputs = ScoreOutputsMessage.Sign(miner, batch.Batch.Span, batch.Panel[0].Miner.Span, new byte[7 * ScoreOutput.ByteCount(ScoringSet.SquaredError)]);

        Assert.That(fixture.Clinic.AcceptOutputs(outputs), Is.EqualTo(ScoringFault.Malformed));
        Assert.That(ScoreWindow.TryRead(fixture.Transcript[0])!.Cases, Has.Count.EqualTo(300), "predictions were logged one by one as results arrived");
    }

    [Test]
    public async Task Small_batch_subset_or_case_scored_before_is_refused_also_after_a_restart()
    {
        // Attack 4: the difference of two scores, or the score of few, says what one patient's label is.
        await using ScoringFixture fixture = new(cases: 600);
        Assert.That(() => fixture.NewClinic([.. fixture.Cases.Take(255)]), Throws.ArgumentException);
        await fixture.OpenBatchAsync();
        string[] used = [.. fixture.Clinic.Batch!.Cases.Select(item => item.Key)];

        using SqliteScoringStore reopened = new(Path.Combine(fixture.Folder, "clinic.db"), new OperatingSystemRandomSource());
        Assert.That(used.All(reopened.Contains), Is.True);
        Assert.That(reopened.TryMark(new byte[32], [used[0]]), Is.False, "another batch may not have it");
        Assert.That(reopened.TryMark(fixture.Clinic.Batch.Batch, [used[0]]), Is.True, "the same batch may, after a crash");
        ClinicScoring next = fixture.NewClinic();
        ScoreWindow window = ScoreWindow.TryRead(await next.OpenWindowAsync())!;
        Assert.That(window.Cases.Select(item => item.Key).Intersect(used), Is.Empty);
    }

    [Test]
    public void One_patient_s_label_does_not_show_in_a_rounded_score()
    {
        // Attack 4 again: predictions 0 everywhere and 255 on patient j, to read y_j. A step of the grid is 4 patients of 256.
        int same = 0;
        using SeededRandomSource unused = new(PrngType.Blake2Xb, new byte[64]);
        for (int others = 0; others < 200; others++)
        {
            long range = 255L * 255 * 256;
            long without = ScorePublication.Rounded.Publish(ScoringKind.SquaredError, new ScoreRatio(255L * 255 * others, range), 1, unused);
            long with = ScorePublication.Rounded.Publish(ScoringKind.SquaredError, new ScoreRatio(255L * 255 * (others + 1), range), 1, unused);
            same += without == with ? 1 : 0;
        }

        Assert.That(same, Is.EqualTo(150));
    }

    [Test]
    public async Task Validator_that_computes_something_else_learns_nothing_and_is_named()
    {
        // Attacks 5, 6 and 8: outputs of another function, to learn from whether the clinic opens. It commits whatever it decrypted, and opens nothing.
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync((i, sent) => i != 1
            ? sent
            : Resign(fixture, i, sent, bytes => bytes[100] ^= 1));

        Assert.That(await fixture.Clinic.OpenAsync(), Is.Empty);
        ScoringFinding finding = fixture.Clinic.Findings.Single();
        Assert.That(finding.Fault, Is.EqualTo(ScoringFault.OutputsDiffer));
        Assert.That(finding.Party.Span.SequenceEqual(fixture.ValidatorKeys[1].PublicKey), Is.True);
        Assert.That(await fixture.LoggedAsync("score-fault"), Is.EqualTo(1));
        Assert.That(await fixture.LoggedAsync("score-commit"), Is.EqualTo(1));

        // Anyone with the transcript finds the same byte.
        ReplayReport report = TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, fixture.Transcript));
        Assert.That(report.Difference, Does.Contain("byte 100 is"));
    }

    [Test]
    public async Task Validator_that_keeps_its_seed_gets_nothing_opened_and_the_miner_no_blame()
    {
        // Attack 15, the validator's half: outputs of a function nobody can check are never opened.
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync(silent: 0);
        Assert.That(fixture.Clinic.HasAllSeeds, Is.False);

        Assert.That(await fixture.Clinic.OpenAsync(), Is.Empty);
        Assert.That(fixture.Clinic.Findings.Single().Fault, Is.EqualTo(ScoringFault.SeedWithheld));
        Assert.That(TranscriptReplay.Run(new ScoringTranscript(fixture.Beacon, fixture.Transcript)).Findings.Single().Fault, Is.EqualTo(ScoringFault.SeedWithheld));
    }

    [Test]
    public async Task Clinic_that_hides_an_opening_pays_and_the_miner_gets_the_median()
    {
        // Attack 15, the clinic's half: of two miners it opens the one it likes.
        await using ScoringFixture fixture = new(miners: 2);
        await fixture.OpenSeedsAsync();
        IReadOnlyList<ScoringMessage> openings = await fixture.Clinic.OpenAsync();
        await fixture.PublishAsync(openings[0]);
        fixture.Clock.Advance(fixture.Settings.Timetable.Open + TimeSpan.FromMinutes(2));
        Assert.That((await fixture.PublishAsync(openings[1]))[0].Fault, Is.EqualTo(ScoringFault.Late), "nor later, when it has seen what others scored");

        OrganicOutcome[] outcomes = [.. fixture.Validators[0].Conclude()];
        Assert.That(outcomes.Select(outcome => outcome.ClinicOwesFee).Order(), Is.EqualTo(new[] { false, true }));
        Assert.That(outcomes[0].Quality, Is.EqualTo(outcomes[1].Quality), "the median of one score is that score");
    }

    [Test]
    public async Task Hidden_openings_and_withheld_seeds_are_counted_once_for_their_pair_and_published_under_a_signature()
    {
        await using ScoringFixture fixture = new(miners: 2);
        await fixture.OpenSeedsAsync();
        await fixture.PublishAsync((await fixture.Clinic.OpenAsync())[0]);
        fixture.Clock.Advance(fixture.Settings.Timetable.Open + TimeSpan.FromMinutes(2));
        ValidatorScoring validator = fixture.Validators[0];
        ScoringFinding withheld = new(ScoringFault.SeedWithheld, fixture.ValidatorKeys[1].PublicKey.ToArray(), fixture.Panel[1].Miner);
        string path = Path.Combine(fixture.Folder, "aborts.db");
        using (SqliteScoringStore store = new(path, new SeededRandomSource(PrngType.Blake2Xb, new byte[64])))
        {
            store.Count(validator.Batch!, validator.Drawn, validator.Conclude(), [withheld]);
            store.Count(validator.Batch!, validator.Drawn, validator.Conclude(), []);
        }

        using SqliteScoringStore again = new(path, new SeededRandomSource(PrngType.Blake2Xb, new byte[64]));
        ScoringMessage published = new AbortRates(fixture.Clock.GetUtcNow(), again.Read()).Sign(fixture.ValidatorKeys[0]);
        AbortRates rates = AbortRates.TryRead(published)!;
        AbortRate[] pairs = [.. fixture.ValidatorKeys.Select(key => rates.Rates.Single(rate => rate.Validator.Span.SequenceEqual(key.PublicKey)))];
        Assert.That(pairs.Select(pair => (pair.Scores, pair.NotOpened, pair.NotSeeded)), Is.EqualTo(new[] { (2L, 1L, 0L), (2L, 1L, 1L) }));
        Assert.That(pairs.Select(pair => pair.Clinic.Span.SequenceEqual(fixture.ClinicKey.PublicKey)), Is.All.True);
        byte[] changed = published.Attachments[0].ToArray();
        changed[^3] ^= 1;
        Assert.That(AbortRates.TryRead(published with { Attachments = [changed] }), Is.Null);
    }

    [Test]
    public async Task Clinic_that_knows_one_validator_s_seed_cannot_forge_past_the_other()
    {
        // Attack 7: validator 0 tells the clinic its seed; the clinic makes a value with good tags for it.
        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync();
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        ScoreOpenMessage honest = ScoreOpenMessage.TryRead((await fixture.Clinic.OpenAsync())[0], fixture.ClinicKey.PublicKey)!;
        ScoringEvaluation evaluation = ScoringEvaluation.TryCreate(batch)!;
        byte[] known = fixture.SeedsOf(0).SeedOf(batch.Window);
        int place = fixture.Clinic.Drawn.ToList().FindIndex(seed => seed.Validator.Span.SequenceEqual(fixture.ValidatorKeys[0].PublicKey));
        ulong[] forged = [.. honest.Outputs];
        int each = evaluation.OutputWordCount;
        var t = new Subnet.Crypto.Lattice.Modulus(batch.Measure.Set.Parameters.PlainModulus);
        using (ScoreRandomness randomness = new(batch.Batch.Span, batch.Panel[0].Miner.Span, known))
        {
            using IRandomSource factors = randomness.Open("r");
            for (int validator = 0; validator < 2; validator++)
            {
                forged[validator * each] -= 50_000;
            }

            for (int tag = 1; tag <= 3; tag++)
            {
                ulong r = ScoreRandomness.NextNonZeroElement(factors, t.Value);
                forged[(place * each) + tag] = t.Subtract(forged[(place * each) + tag], t.Multiply(r, 50_000));
            }
        }

        Assert.That(evaluation.Check(0, known, forged.AsSpan(place * each, each), out _), Is.EqualTo(ScoringFault.None), "validator 0 would be content");
        byte[] other = fixture.SeedsOf(1).SeedOf(batch.Window);
        Assert.That(evaluation.Check(0, other, forged.AsSpan((1 - place) * each, each), out _), Is.EqualTo(ScoringFault.WrongTag));
        ScoringMessage opening = (honest with { Outputs = forged }).Sign(fixture.ClinicKey);
        Assert.That((await fixture.PublishAsync(opening)).Select(answer => answer.Fault), Is.All.EqualTo(ScoringFault.WrongOpening), "and C was logged before any seed was open");
    }

    [Test]
    public async Task Cases_or_validators_that_the_beacon_did_not_draw_are_refused()
    {
        // Attacks 8 and 26: the clinic picks the cases on which its friend did well, waits for a better block, or a validator of its choice.
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        ValidatorScoring validator = fixture.Validators[0];

        foreach (ScoringBeacon other in new[]
        {
            fixture.Beacon with { Hash = SHA256.HashData("block 121"u8) },
            fixture.Beacon with { Height = 121 },
            fixture.Beacon with { Validators = [fixture.ValidatorKeys[0].PublicKey.ToArray()] },
        })
        {
            (IReadOnlyList<ScoringMessage> outputs, ScoringFault fault) = await validator.EvaluateAsync(batch.Message, other);
            Assert.That((outputs.Count, fault), Is.EqualTo((0, ScoringFault.NotTheDraw)));
        }
    }

    [Test]
    public async Task Second_batch_for_one_slot_gets_no_outputs_also_after_a_restart()
    {
        // Attack 14: two sets of ciphertexts under one seed are two equations for its factors.
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        Assert.That((await fixture.Validators[0].EvaluateAsync(batch.Message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.None));
        ScoreBatchOpen again = ScoreBatchOpen.Sign(fixture.ClinicKey, Parts(batch) with { Batch = SHA256.HashData("again"u8) });

        ValidatorScoring restarted = ValidatorScoring.TryBegin(
            fixture.Transcript[0], fixture.ValidatorKeys[0], fixture.SeedsOf(0), fixture.Log, fixture.Clock, fixture.Settings.Timetable)!;
        Assert.That((await restarted.EvaluateAsync(again.Message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.SlotUsed));
        Assert.That((await restarted.EvaluateAsync(batch.Message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.None), "the same batch is only repeated");
        Assert.That(batch.Session(0), Is.Not.EqualTo(batch.Session(1)));
    }

    [Test]
    public async Task Equal_seeds_unseeded_keys_and_ciphertexts_of_another_form_are_refused()
    {
        // Attacks 17, 18 and 19.
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        ScoreBatchParts parts = Parts(batch);
        byte[] twin = [.. parts.Ciphertexts[1].ToArray()];
        parts.Ciphertexts[0].Span[..64].CopyTo(twin);
        byte[] unreduced = [.. parts.Ciphertexts[1].ToArray()];
        unreduced.AsSpan(64, 4096).Fill(0xff);
        byte[] keyOfInput = parts.Keys.ToArray();
        parts.Ciphertexts[0].Span[..64].CopyTo(keyOfInput.AsSpan(1));

        // The same relinearisation key with its uniform halves written out: whoever may choose them opens what re-randomisation hides.
        ScoringKeys read = ScoringKeys.TryParse(parts.Keys.Span)!;
        int head = parts.Keys.Length - PackedWriter.Write(read.Relinearization, [.. read.Seeds.Skip(1)]).Length;
        byte[] unseeded = [.. parts.Keys.Span[..head], .. PackedWriter.Write(read.Relinearization)];

        foreach (ScoreBatchParts bad in new[]
        {
            parts with { Keys = unseeded },
            parts with { Ciphertexts = [parts.Ciphertexts[0], twin, .. parts.Ciphertexts.Skip(2)] },
            parts with { Ciphertexts = [parts.Ciphertexts[0], unreduced, .. parts.Ciphertexts.Skip(2)] },
            parts with { Ciphertexts = [parts.Ciphertexts[0], parts.Ciphertexts[1][1..], .. parts.Ciphertexts.Skip(2)] },
            parts with { Keys = keyOfInput },
            parts with { Keys = parts.Keys[..^1] },
        })
        {
            ScoringMessage message = ScoreBatchOpen.Sign(fixture.ClinicKey, bad).Message;
            Assert.That((await fixture.Validators[0].EvaluateAsync(message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.BadCiphertext));
        }
    }

    [Test]
    public async Task Ciphertext_of_huge_noise_is_the_clinic_s_fault_and_disowns_nothing()
    {
        // Attack 17: a well-formed label ciphertext that decrypts to garbage (its mask is of another seed), so that the clinic may say the score was not meant. It does all it must: decrypts
        // with the batch's own key, commits, opens.
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        ScoreBatchParts parts = Parts(batch);
        using ScoringBatch clinic = new(ScoringSet.SquaredError, RandomSourceFactory.FromSeed(SHA512.HashData("garbage"u8)));
        byte[] eta = SHA256.HashData("eta"u8);
        byte[] nonce = SHA256.HashData("nonce"u8);
        byte[] label = clinic.EncryptLabels(fixture.Measure, new byte[256]).Single().Encode();
        IReadOnlyList<ScoringInput> predictions = clinic.EncryptPredictions(fixture.Measure, [.. Enumerable.Repeat((byte)3, 256)]);
        foreach (bool isGarbage in new[] { false, true })
        {
            if (isGarbage)
            {
                SHA512.HashData("another mask"u8).CopyTo(label.AsSpan());
            }

            ScoreBatchOpen open = ScoreBatchOpen.Sign(fixture.ClinicKey, parts with
            {
                EtaHash = SHA256.HashData(eta),
                Keys = clinic.Keys.Encode(),
                Ciphertexts = [label, .. predictions.Select(input => (ReadOnlyMemory<byte>)input.Encode())],
            });
            ValidatorScoring[] validators = [.. Enumerable.Range(0, 2).Select(i => ValidatorScoring.TryBegin(
                fixture.Transcript[0], fixture.ValidatorKeys[i], new FreshSeeds((byte)(i + (isGarbage ? 2 : 0))), fixture.Log, fixture.Clock, fixture.Settings.Timetable)!)];
            SeedCommitment[] seeds = [.. await Task.WhenAll(validators.Select(async validator => ScoreSeed.TryReadCommitment(await validator.CommitSeedAsync(), batch.Window.Span)!))];
            open = ScoreBatchOpen.Sign(fixture.ClinicKey, Parts(open) with { Seeds = seeds });
            List<ScoringMessage> outputs = [];
            foreach (ValidatorScoring validator in validators)
            {
                outputs.AddRange((await validator.EvaluateAsync(open.Message, fixture.Beacon)).Outputs);
            }

            ReadOnlyMemory<byte>[] drawn = [.. open.Drawn(fixture.Beacon.Hash).Select(seed => seed.Validator)];
            ScoringEvaluation evaluation = ScoringEvaluation.TryCreate(open)!;
            ulong[] words = [.. drawn.SelectMany(key => evaluation.Parse(outputs.Single(sent => sent.Signed.Signer.Span.SequenceEqual(key.Span)).Attachments[0].Span)!.Select(clinic.Reader.Read))];
            ScoringMessage commit = new ScoreCommitMessage(open.Batch, open.Panel[0].Miner, ScoreOpening.Commit(nonce, words), drawn).Sign(fixture.ClinicKey);
            List<ScoringMessage> opened = [];
            foreach (ValidatorScoring validator in validators)
            {
                opened.Add((await validator.AcceptCommitsAsync([commit])).Seed!);
            }

            ScoringMessage opening = new ScoreOpenMessage(open.Batch, open.Panel[0].Miner, nonce, eta, words).Sign(fixture.ClinicKey);
            foreach (ValidatorScoring validator in validators)
            {
                opened.ForEach(seed => validator.AcceptSeedOpening(seed));
                outputs.ForEach(sent => validator.AcceptOutputs(sent));
                ScoringFault fault = (await validator.AcceptOpeningAsync(opening)).Fault;
                OrganicOutcome outcome = validator.Conclude().Single();

                Assert.That(fault, Is.EqualTo(isGarbage ? ScoringFault.WrongTag : ScoringFault.None), "without the garbage the same steps give a score");
                Assert.That(outcome.ClinicOwesFee, Is.EqualTo(isGarbage));
                Assert.That(validator.Findings.All(finding => finding.Party.Span.SequenceEqual(fixture.ClinicKey.PublicKey)), Is.True);
                Assert.That(validator.Findings, Has.Count.EqualTo(isGarbage ? 1 : 0));
            }
        }
    }

    [Test]
    public async Task Late_outputs_seeds_and_commitments_are_refused()
    {
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        (IReadOnlyList<ScoringMessage> outputs, _) = await fixture.Validators[0].EvaluateAsync(batch.Message, fixture.Beacon);
        (IReadOnlyList<ScoringMessage> others, _) = await fixture.Validators[1].EvaluateAsync(batch.Message, fixture.Beacon);
        Assert.That(fixture.Clinic.AcceptOutputs(outputs[0]), Is.EqualTo(ScoringFault.None));
        fixture.Clock.Advance(fixture.Settings.Timetable.Outputs + TimeSpan.FromSeconds(1));
        Assert.That(fixture.Clinic.AcceptOutputs(others[0]), Is.EqualTo(ScoringFault.Late));

        // One validator alone is nobody's word: there is nothing to commit to.
        Assert.That(await fixture.Clinic.CommitAsync(), Is.Empty);
        Assert.That(fixture.Clinic.Findings.Single().Fault, Is.EqualTo(ScoringFault.TooFewValidators));
        fixture.Clock.Advance(fixture.Settings.Timetable.Commit);
        Assert.That((await fixture.Validators[0].AcceptCommitsAsync([])).Fault, Is.EqualTo(ScoringFault.Late));
    }

    [Test]
    public async Task Seed_leaves_only_after_commitments_and_must_be_the_logged_one()
    {
        await using ScoringFixture fixture = new();
        await fixture.OpenWindowAsync();
        Assert.That((await fixture.Validators[0].AcceptCommitsAsync([])).Fault, Is.EqualTo(ScoringFault.OutOfPlace));
        byte[] chosen = SHA256.HashData("chosen"u8);
        ScoringMessage second = ScoreSeed.SignCommitment(fixture.ValidatorKeys[0], fixture.Clinic.Slot.Span, chosen);
        Assert.That(fixture.Clinic.AcceptSeed(second), Is.EqualTo(ScoringFault.None));
        (ScoreBatchOpen? batch, _) = await fixture.Clinic.OpenBatchAsync(fixture.Beacon);
        SeedCommitment own = batch!.Seeds.Single(seed => seed.Validator.Span.SequenceEqual(fixture.ValidatorKeys[0].PublicKey));

        Assert.That(own.Hash.Span.SequenceEqual(ScoreRandomness.CommitmentOf(chosen)), Is.False, "the first commitment stands");
        Assert.That(ScoreSeed.TryReadOpening(ScoreSeed.SignOpening(fixture.ValidatorKeys[0], batch.Window.Span, chosen), batch.Window.Span, own), Is.Null);
    }

    [Test]
    public async Task Changed_byte_anywhere_in_a_transcript_is_found()
    {
        await using ScoringFixture fixture = new();
        byte[] bytes = await ScoringFixture.WriteAsync(await fixture.RunAsync());
        Assert.That(ScoringTranscript.TryRead(bytes, out ScoringTranscript? read, out _), Is.True);
        Assert.That(TranscriptReplay.Run(read!).IsSound, Is.True);

        Random random = new(5);
        for (int i = 0; i < 60; i++)
        {
            int at = i < 20 ? i * 7 : random.Next(bytes.Length);
            bytes[at] ^= 1;
            bool isRead = ScoringTranscript.TryRead(bytes, out ScoringTranscript? changed, out _);
            Assert.That(isRead && changed!.IsIntact, Is.False, $"byte {at}");

            // With a digest made anew the signatures and hashes find it, and reading never throws.
            byte[] resealed = [.. bytes.AsSpan(0, bytes.Length - 32), .. SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32))];
            if (i < 12 && at < bytes.Length - 32 && ScoringTranscript.TryRead(resealed, out ScoringTranscript? whole, out _))
            {
                Assert.That(TranscriptReplay.Run(whole, fixture.Beacon).IsSound, Is.False, $"byte {at}");
            }

            bytes[at] ^= 1;
        }
    }

    [Test]
    public async Task Message_left_out_moved_or_made_up_is_found_in_a_replay()
    {
        await using ScoringFixture fixture = new();
        ScoringTranscript transcript = await fixture.RunAsync();
        List<ScoringMessage> messages = [.. transcript.Messages];
        int opening = messages.FindIndex(message => ScoreOpenMessage.TryRead(message, fixture.ClinicKey.PublicKey) is not null);
        int seed = messages.FindIndex(2, message => message.Signed.Domain == ScoringDomains.Seed);
        PublicScore score = messages.Select(PublicScore.TryRead).OfType<PublicScore>().First();
        ScoringMessage lie = PublicScore.Sign(fixture.ValidatorKeys[0], score.Batch.Span, score.Miner.Span, (score.Value + 1) % 64, score.Publication);

        foreach (List<ScoringMessage> changed in new List<ScoringMessage>[]
        {
            [.. messages.Where((_, i) => i != opening)],
            [.. messages.Where((_, i) => i != seed)],
            [.. messages.Take(2), messages[opening], .. messages.Skip(2).Where((_, i) => i + 2 != opening)],
            [.. messages, lie],
            [.. messages.Take(3), messages[2], .. messages.Skip(3)],
            [messages[1], messages[0], .. messages.Skip(2)],
        })
        {
            Assert.That(TranscriptReplay.Run(transcript with { Messages = changed }).IsSound, Is.False);
        }
    }

    private static ScoringMessage Resign(ScoringFixture fixture, int validator, ScoringMessage sent, Action<byte[]> change)
    {
        ScoreOutputsMessage outputs = ScoreOutputsMessage.TryRead(sent)!;
        byte[] bytes = outputs.Outputs.ToArray();
        change(bytes);
        return ScoreOutputsMessage.Sign(fixture.ValidatorKeys[validator], outputs.Batch.Span, outputs.Miner.Span, bytes);
    }

    private static ScoreBatchParts Parts(ScoreBatchOpen batch) => new(
        batch.Batch,
        batch.Window,
        batch.Measure,
        batch.Height,
        batch.ValidatorCount,
        batch.Publication,
        batch.EtaHash,
        batch.Time,
        batch.Cases,
        batch.Seeds,
        batch.Panel,
        batch.KeyBytes,
        [.. batch.Message.Attachments.Skip(4)]);

    /// <summary>Seeds of a validator that was never asked before.</summary>
    private sealed class FreshSeeds(byte number) : IScoringSeeds
    {
        public byte[] SeedOf(ReadOnlyMemory<byte> window) => SHA256.HashData([number, .. window.Span]);

        public bool TryBind(ReadOnlyMemory<byte> window, ReadOnlyMemory<byte> batchStatement) => true;

        public bool TryAnchor(ReadOnlyMemory<byte> window, long height) => true;
    }
}
