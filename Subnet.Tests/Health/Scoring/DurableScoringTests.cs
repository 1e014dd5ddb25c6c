using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Review.Entries;
using Subnet.Health.Scoring;
using Subnet.Health.Wallets;

namespace Subnet.Tests.Health.Scoring;

/// <summary>Protocol 5 with parties that are killed in each of their states, between the journal and the log too, and started again on what the disk holds.</summary>
[TestFixture]
internal sealed class DurableScoringTests
{
    private static readonly string[] Steps = ["window", "one seed", "seeds", "batch", "one output", "outputs", "commit", "one opened seed", "opened seeds", "open", "scores"];

    private readonly byte[] seed = SHA512.HashData("batch"u8);

    [Test]
    public async Task Clinic_and_validators_killed_after_every_step_end_with_the_batch_of_those_that_never_were()
    {
        byte[] undisturbed = await RunAsync(crash: null);
        byte[] killed = await RunAsync(crash: _ => true);

        Assert.That(killed, Is.EqualTo(undisturbed), "one transcript, byte for byte");
        Assert.That(ScoringTranscript.TryRead(killed, out ScoringTranscript? transcript, out _), Is.True);
        ReplayReport report = TranscriptReplay.Run(transcript!);
        Assert.That(report.Difference, Is.Null);
        Assert.That(report.Outcomes.Single().Fault, Is.EqualTo(ScoringFault.None));
    }

    [TestCase("score-window")]
    [TestCase("batch-open")]
    [TestCase("score-commit")]
    [TestCase("score-open")]
    public async Task Clinic_killed_between_journal_and_log_logs_what_was_left_out_before_it_leaves_and_nothing_twice(string code)
    {
        await using ScoringFixture fixture = new();
        using AtRestKey key = Key(fixture);
        string path = Path.Combine(fixture.Folder, "organic.journal");
        using (ScoringJournal journal = new(path, key))
        {
            using DurableClinicScoring clinic = Begin(fixture, journal, new BrokenLog(fixture.Log, code));
            Assert.That(async () => await FinishAsync(fixture, clinic, NewValidators(fixture)), Throws.InstanceOf<IOException>().With.Message.EqualTo(code));
        }

        using ScoringJournal again = new(path, key);
        using DurableClinicScoring resumed = (await ResumeAsync(fixture, again))!;
        Assert.That(await fixture.LoggedAsync(code), Is.EqualTo(1), "in the log before anybody asks for the message");
        fixture.Transcript.Clear();
        await FinishAsync(fixture, resumed, NewValidators(fixture));
        foreach (string each in new[] { "score-window", "batch-open", "score-commit", "score-open" })
        {
            Assert.That(await fixture.LoggedAsync(each), Is.EqualTo(1), each);
        }
    }

    [TestCase("score-window", 1)]
    [TestCase("batch-open", 2)]
    [TestCase("score-commit", 3)]
    [TestCase("score-open", 4)]
    public async Task Clinic_killed_between_log_and_journal_has_each_statement_in_the_log_once_and_goes_on_with_the_entry_that_is_there(string code, int note)
    {
        await using ScoringFixture fixture = new();
        using AtRestKey key = Key(fixture);
        string path = Path.Combine(fixture.Folder, "organic.journal");
        using (ScoringJournal journal = new(path, key))
        {
            using DurableClinicScoring clinic = Begin(fixture, new ForgetfulJournal(journal, note), fixture.Log);
            Assert.That(async () => await FinishAsync(fixture, clinic, NewValidators(fixture)), Throws.InstanceOf<IOException>().With.Message.EqualTo("killed"));
        }

        Assert.That(await fixture.LoggedAsync(code), Is.EqualTo(1), "it was killed after the log had it");
        fixture.Clock.Advance(TimeSpan.FromSeconds(5));
        using ScoringJournal again = new(path, key);
        using DurableClinicScoring resumed = (await ResumeAsync(fixture, again))!;
        fixture.Transcript.Clear();
        await FinishAsync(fixture, resumed, NewValidators(fixture));
        foreach (string each in new[] { "score-window", "batch-open", "score-commit", "score-open" })
        {
            Assert.That(await fixture.LoggedAsync(each), Is.EqualTo(1), each);
        }

        RecordedEntry window = resumed.WindowEntry!;
        Assert.That((await fixture.EntriesAsync())[window.Index].Bytes.ToArray(), Is.EqualTo(window.Entry.Bytes.ToArray()), "the entry that is proved is the one in the log");
    }

    [Test]
    public async Task Half_written_entry_is_cut_off_and_a_changed_one_or_another_key_refuses_the_journal()
    {
        await using ScoringFixture fixture = new();
        using AtRestKey key = Key(fixture);
        string path = Path.Combine(fixture.Folder, "organic.journal");
        using (ScoringJournal journal = new(path, key))
        {
            using DurableClinicScoring clinic = Begin(fixture, journal, fixture.Log);
            await clinic.OpenWindowAsync();
        }

        byte[] whole = await File.ReadAllBytesAsync(path);
        Assert.That(whole.AsSpan().IndexOf(seed), Is.Negative, "secrets are sealed");
        await File.WriteAllBytesAsync(path, whole[..^3]);
        using (ScoringJournal torn = new(path, key))
        {
            using DurableClinicScoring resumed = (await ResumeAsync(fixture, torn))!;
            Assert.That(resumed.WindowEntry, Is.Not.Null, "the window's step is there; only the note that it was logged was cut");
        }

        byte[] changed = (byte[])whole.Clone();
        changed[60] ^= 1;
        await File.WriteAllBytesAsync(path, changed);
        Assert.That(() => new ScoringJournal(path, key), Throws.InstanceOf<IOException>());
        await File.WriteAllBytesAsync(path, whole);
        using AtRestKey other = AtRestKey.Derive(fixture.ValidatorKeys[0], "organic", new OperatingSystemRandomSource());
        Assert.That(() => new ScoringJournal(path, other), Throws.InstanceOf<IOException>());
        await File.WriteAllTextAsync(path, "something else");
        Assert.That(() => new ScoringJournal(path, key), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task Validator_that_was_asked_again_with_other_commitments_opens_nothing_also_after_a_restart()
    {
        await using ScoringFixture fixture = new();
        await fixture.SendOutputsAsync();
        IReadOnlyList<ScoringMessage> commits = await fixture.Clinic.CommitAsync();
        string path = Path.Combine(fixture.Folder, "slot.journal");
        ScoringMessage seedOpened;
        using (ScoringJournal journal = new(path, null))
        {
            ValidatorScoring validator = await JoinedAsync(fixture, journal);
            seedOpened = (await validator.AcceptCommitsAsync(commits)).Seed!;
        }

        using ScoringJournal again = new(path, null);
        ValidatorScoring resumed = Resume(fixture, again, 0);
        (ScoringMessage? same, ScoringFault none) = await resumed.AcceptCommitsAsync(commits);
        Assert.That(none, Is.EqualTo(ScoringFault.None));
        Assert.That(same!.Signed.Hash, Is.EqualTo(seedOpened.Signed.Hash));
        ScoreCommitMessage first = ScoreCommitMessage.TryRead(commits[0], fixture.ClinicKey.PublicKey)!;
        ScoringMessage other = (first with { Commitment = new byte[32] }).Sign(fixture.ClinicKey);
        Assert.That((await resumed.AcceptCommitsAsync([other])).Fault, Is.EqualTo(ScoringFault.OutOfPlace));
    }

    /// <summary>A batch; where the step's name asks for it, every party is thrown away after it and taken up from its journal.</summary>
    private async Task<byte[]> RunAsync(Func<string, bool>? crash)
    {
        await using ScoringFixture fixture = new();
        using AtRestKey key = Key(fixture);
        string path = Path.Combine(fixture.Folder, "organic.journal");
        ScoringJournal journal = new(path, key);
        DurableClinicScoring clinic = Begin(fixture, journal, fixture.Log);
        ScoringJournal[] slots = new ScoringJournal[fixture.ValidatorKeys.Count];
        ValidatorScoring[] validators = new ValidatorScoring[slots.Length];
        List<ScoringMessage> scores = [];
        IReadOnlyList<ScoringMessage> commits = [];
        foreach (string step in Steps)
        {
            switch (step)
            {
                case "window":
                    await clinic.OpenWindowAsync();
                    for (int i = 0; i < slots.Length; i++)
                    {
                        slots[i] = new ScoringJournal(Path.Combine(fixture.Folder, $"slot-{i}.journal"), null);
                        slots[i].Append(ValidatorJournal.Begun, fixture.Clock.GetUtcNow(), ValidatorJournal.WriteBegun(110, await clinic.OpenWindowAsync()));
                        validators[i] = Validator(fixture, slots[i], await clinic.OpenWindowAsync(), i);
                    }

                    break;
                case "one seed":
                    clinic.AcceptSeed(await validators[0].CommitSeedAsync());
                    break;
                case "seeds":
                    clinic.AcceptSeed(await validators[1].CommitSeedAsync());
                    break;
                case "batch":
                    await clinic.OpenBatchAsync(fixture.Beacon);
                    break;
                case "one output" or "outputs":
                    foreach (ScoringMessage output in (await validators[step == "outputs" ? 1 : 0].EvaluateAsync(clinic.Batch!.Message, fixture.Beacon)).Outputs)
                    {
                        Assert.That(clinic.AcceptOutputs(output), Is.EqualTo(ScoringFault.None));
                    }

                    break;
                case "commit":
                    commits = await clinic.CommitAsync();
                    Assert.That(commits, Has.Count.EqualTo(1));
                    break;
                case "one opened seed" or "opened seeds":
                    (ScoringMessage? opened, ScoringFault fault) = await validators[step == "opened seeds" ? 1 : 0].AcceptCommitsAsync(clinic.Commitments);
                    Assert.That(fault, Is.EqualTo(ScoringFault.None), step);
                    clinic.AcceptSeedOpening(opened!);
                    break;
                case "open":
                    await clinic.OpenAsync();
                    foreach (ValidatorScoring validator in validators)
                    {
                        foreach (ScoringMessage message in clinic.SeedOpenings)
                        {
                            validator.AcceptSeedOpening(message);
                        }

                        foreach (ScoringMessage message in clinic.Outputs)
                        {
                            validator.AcceptOutputs(message);
                        }
                    }

                    break;
                default:
                    foreach (ValidatorScoring validator in validators)
                    {
                        (ScoringMessage? score, ScoringFault wrong) = await validator.AcceptOpeningAsync(clinic.Openings.Single());
                        Assert.That(wrong, Is.EqualTo(ScoringFault.None));
                        scores.Add(score!);
                    }

                    break;
            }

            fixture.Clock.Advance(TimeSpan.FromSeconds(5));
            if (crash?.Invoke(step) == true)
            {
                clinic.Dispose();
                journal.Dispose();
                journal = new ScoringJournal(path, key);
                clinic = (await ResumeAsync(fixture, journal))!;
                for (int i = 0; i < slots.Length; i++)
                {
                    slots[i].Dispose();
                    slots[i] = new ScoringJournal(Path.Combine(fixture.Folder, $"slot-{i}.journal"), null);
                    validators[i] = Resume(fixture, slots[i], i);
                }
            }
        }

        foreach (ValidatorScoring validator in validators)
        {
            Assert.That(validator.Conclude().Single().Quality, Is.Not.Null);
        }

        Assert.That(await fixture.LoggedAsync("score-commit"), Is.EqualTo(1));
        ScoringMessage window = await clinic.OpenWindowAsync();
        byte[] written = await ScoringFixture.WriteAsync(new ScoringTranscript(
            fixture.Beacon, [window, clinic.Batch!.Message, .. clinic.Outputs, .. clinic.Commitments, .. clinic.SeedOpenings, .. clinic.Openings, .. scores]));
        clinic.Dispose();
        journal.Dispose();
        Array.ForEach(slots, slot => slot.Dispose());
        return written;
    }

    /// <summary>From wherever the clinic stands to the end.</summary>
    private static async Task FinishAsync(ScoringFixture fixture, DurableClinicScoring clinic, Func<ScoringMessage, ValidatorScoring[]> begin)
    {
        ValidatorScoring[] validators = begin(await clinic.OpenWindowAsync());
        if (clinic.Batch is null)
        {
            foreach (ValidatorScoring validator in validators)
            {
                clinic.AcceptSeed(await validator.CommitSeedAsync());
            }

            await clinic.OpenBatchAsync(fixture.Beacon);
        }

        foreach (ValidatorScoring validator in validators)
        {
            foreach (ScoringMessage output in (await validator.EvaluateAsync(clinic.Batch!.Message, fixture.Beacon)).Outputs)
            {
                clinic.AcceptOutputs(output);
            }
        }

        await clinic.CommitAsync();
        foreach (ValidatorScoring validator in validators)
        {
            clinic.AcceptSeedOpening((await validator.AcceptCommitsAsync(clinic.Commitments)).Seed!);
        }

        Assert.That(await clinic.OpenAsync(), Has.Count.EqualTo(1));
    }

    private static Func<ScoringMessage, ValidatorScoring[]> NewValidators(ScoringFixture fixture) => window =>
        [.. fixture.ValidatorKeys.Select((_, i) => Validator(fixture, null, window, i))];

    private static async Task<ValidatorScoring> JoinedAsync(ScoringFixture fixture, ScoringJournal journal)
    {
        ScoringMessage window = await fixture.Clinic.OpenWindowAsync();
        journal.Append(ValidatorJournal.Begun, fixture.Clock.GetUtcNow(), ValidatorJournal.WriteBegun(110, window));
        ValidatorScoring validator = Validator(fixture, journal, window, 0);
        Assert.That((await validator.EvaluateAsync(fixture.Clinic.Batch!.Message, fixture.Beacon)).Fault, Is.EqualTo(ScoringFault.None));
        return validator;
    }

    private static ValidatorScoring Validator(ScoringFixture fixture, ScoringJournal? journal, ScoringMessage window, int number) => ValidatorScoring.TryBegin(
        window, fixture.ValidatorKeys[number], fixture.SeedsOf(number), fixture.Log, fixture.Clock, fixture.Settings.Timetable, journal)!;

    private static ValidatorScoring Resume(ScoringFixture fixture, ScoringJournal journal, int number)
    {
        ValidatorScoring validator = Validator(fixture, journal, ValidatorJournal.ReadBegun(journal.Entries[0].Content).Window, number);
        validator.Resume();
        return validator;
    }

    private DurableClinicScoring Begin(ScoringFixture fixture, IScoringJournal journal, IScoringLog log) => DurableClinicScoring.Begin(
        seed, 7, fixture.Measure, fixture.Panel, fixture.Cases, fixture.Settings, fixture.ClinicKey, fixture.Store, log, journal, fixture.Clock);

    private static Task<DurableClinicScoring?> ResumeAsync(ScoringFixture fixture, ScoringJournal journal) =>
        DurableClinicScoring.ResumeAsync(fixture.ClinicKey, fixture.Store, fixture.Log, journal, fixture.Clock);

    private static AtRestKey Key(ScoringFixture fixture) => AtRestKey.Derive(fixture.ClinicKey, "organic", new OperatingSystemRandomSource());

    /// <summary>A journal whose process ends when it is to note that a statement is in the log, for this time.</summary>
    private sealed class ForgetfulJournal(IScoringJournal inner, int last) : IScoringJournal
    {
        private const byte Logged = 0;
        private const int PlannedBytes = 32 + 16;

        private int notes;

        public IReadOnlyList<ScoringJournalEntry> Entries => inner.Entries;

        public void Append(byte kind, DateTimeOffset time, ReadOnlySpan<byte> content)
        {
            if (kind == Logged && content.Length > PlannedBytes && ++notes == last)
            {
                throw new IOException("killed");
            }

            inner.Append(kind, time, content);
        }
    }

    /// <summary>A log whose disk is gone for one kind of entry.</summary>
    private sealed class BrokenLog(IScoringLog inner, string broken) : IScoringLog
    {
        public Task<RecordedEntry> RecordAsync(string code, SignedStatement signed, string peerKind, ReadOnlyMemory<byte> peer, string? name = null) =>
            code == broken ? throw new IOException(code) : inner.RecordAsync(code, signed, peerKind, peer, name);

        public string NewEvent() => inner.NewEvent();
    }
}
