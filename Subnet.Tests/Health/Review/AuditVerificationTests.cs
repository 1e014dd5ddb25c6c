using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;

namespace Subnet.Tests.Health.Review;

/// <summary>Every act that the design says is detected (audit-log section 10), carried out, and seen with its word.</summary>
[TestFixture]
internal sealed class AuditVerificationTests
{
    private const string Origin = "audit.example/clinic-7";

    private TestLog log = null!;

    [SetUp]
    public void Create() => log = new TestLog();

    [TearDown]
    public void Remove() => log.Dispose();

    [Test]
    public async Task Honest_log_is_sound_and_its_partner_agrees()
    {
        await log.WriteAsync(150);
        VerificationReport report = Verify(null);
        Assert.That(report.Findings, Is.Empty);
        Assert.That(report.Entries, Is.EqualTo(302));
        Assert.That(report.Types["result.received"], Is.EqualTo(150));
        VerificationReport comparison = Compare();
        Assert.That(comparison.Findings, Is.Empty);
        Assert.That(comparison.Entries, Is.EqualTo(450));
    }

    [Test]
    public async Task Edited_entry_is_seen_as_content()
    {
        await log.WriteAsync(150);
        Change("tile/entries/000", text => text.Replace("\"seq\":17,", "\"seq\":71,", StringComparison.Ordinal));
        Assert.That(Codes(Verify(null)), Does.Contain("content"));
    }

    [Test]
    public async Task Deleted_entry_is_seen_as_content()
    {
        await log.WriteAsync(20);
        string path = Path.Combine(log.ClinicFolder, "tile/entries/000.p/42");
        byte[] bytes = File.ReadAllBytes(path);
        int first = 2 + ((bytes[0] << 8) | bytes[1]);
        File.WriteAllBytes(path, [.. bytes[first..], .. bytes[..first]]);
        Assert.That(Codes(Verify(null)), Does.Contain("content"));
    }

    [Test]
    public async Task Edited_upper_tile_is_seen()
    {
        await log.WriteAsync(150);
        string path = Path.Combine(log.ClinicFolder, "tile/1/000.p/1");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[5] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.That(Codes(Verify(null)), Does.Contain("tile"));
    }

    [Test]
    public async Task History_rewritten_and_signed_again_is_seen_as_fork()
    {
        await log.WriteAsync(20);
        string trusted = Checkpoint();
        using TestLog rewritten = new();
        await rewritten.WriteAsync(25, (where, type, number, members) =>
        {
            if (where == "clinic" && type == "query.sent" && number == 3)
            {
                members["purpose"] = "HRESCH";
            }
        });
        VerificationReport report = new();
        new StructuralVerifier(Origin, log.Policy).Verify(new FolderLogSource(rewritten.ClinicFolder), trusted, report, (_, _) => { }, CancellationToken.None);
        Assert.That(Codes(report), Is.EqualTo(new[] { "fork" }));
    }

    [Test]
    public async Task Two_trees_of_one_size_shown_to_two_readers_are_seen_as_fork()
    {
        await log.WriteAsync(20);
        using TestLog other = new();
        await other.WriteAsync(20, (_, type, number, members) =>
        {
            if (type == "query.sent" && number == 19)
            {
                members["purpose"] = "PATRQT";
            }
        });
        string trusted = File.ReadAllText(Path.Combine(other.ClinicFolder, "checkpoint"));
        Assert.That(Codes(Verify(trusted)), Is.EqualTo(new[] { "fork" }));
    }

    [Test]
    public async Task End_cut_off_is_seen_as_rollback()
    {
        using TestLog longer = new();
        await longer.WriteAsync(30);
        await log.WriteAsync(20);
        Assert.That(Codes(Verify(File.ReadAllText(Path.Combine(longer.ClinicFolder, "checkpoint")))), Is.EqualTo(new[] { "rollback" }));
    }

    [Test]
    public async Task Checkpoint_of_another_key_is_refused()
    {
        await log.WriteAsync(2);
        VerificationReport report = new();
        new StructuralVerifier("miner.example/m1", log.Policy).Verify(new FolderLogSource(log.ClinicFolder), null, report, (_, _) => { }, CancellationToken.None);
        Assert.That(Codes(report), Is.EqualTo(new[] { "origin" }));
    }

    [Test]
    public async Task Counter_that_skips_is_seen_as_gap()
    {
        await WriteRawAsync(Entry(0, "00"), Entry(1, "01"), Entry(3, "02"));
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "seq-gap" }));
    }

    [Test]
    public async Task Event_recorded_twice_is_seen()
    {
        await WriteRawAsync(Entry(0, "00"), Entry(1, "00"));
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "event-twice" }));
    }

    [Test]
    public async Task Late_entry_with_an_old_time_is_seen()
    {
        await WriteRawAsync(Entry(0, "00"), Entry(1, "01", "2026-02-01T00:00:00.000Z"));
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "time-backwards" }));
    }

    [Test]
    public async Task Entry_outside_the_schema_is_seen()
    {
        CanonicalObject entry = Entry(0, "00");
        entry["note"] = "Jane Doe";
        await WriteRawAsync(entry);
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "schema" }));
    }

    [Test]
    public async Task Receipt_over_other_bytes_is_seen()
    {
        await log.WriteAsync(5, (where, type, number, members) =>
        {
            if (where == "clinic" && type == "result.received" && number == 2)
            {
                members["out"] = new CanonicalObject { { "hash", TestLog.Hash("forged") }, { "bytes", 9_000 } };
            }
        });
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "receipt" }));
        Assert.That(Codes(Compare()), Is.EqualTo(new[] { "out-differs" }));
    }

    [Test]
    public async Task Result_of_another_query_or_model_is_seen()
    {
        await log.WriteAsync(5, (where, type, number, members) =>
        {
            if (where == "clinic" && type == "query.sent" && number == 2)
            {
                members["in"] = new CanonicalObject { { "hash", TestLog.Hash("other") }, { "bytes", 13_000 } };
            }
        });
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "in-differs" }));
        Assert.That(Codes(Compare()), Is.EqualTo(new[] { "in-differs" }));
    }

    [Test]
    public async Task Query_after_the_consent_was_withdrawn_is_seen()
    {
        CanonicalObject withdrawn = Entry(0, "00");
        withdrawn["type"] = "consent.withdrawn";
        withdrawn["consent"] = new CanonicalObject { { "ref", "c-1" }, { "ver", 1 } };
        CanonicalObject query = Query(1, "01");
        query["basis"] = "consent";
        query["consent"] = new CanonicalObject { { "ref", "c-1" }, { "ver", 1 } };
        await WriteRawAsync(withdrawn, query);
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "consent-withdrawn", "no-result" }));
    }

    [Test]
    public async Task Query_to_a_retired_model_is_seen()
    {
        CanonicalObject retired = Entry(0, "00");
        retired["type"] = "model.retired";
        retired["model"] = Query(1, "01").ObjectOrNull("model")!;
        await WriteRawAsync(retired, Query(1, "01"));
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "model-retired", "no-result" }));
    }

    [Test]
    public async Task Time_outside_the_window_that_witnesses_saw_is_seen()
    {
        await WriteRawAsync(Entry(0, "00"), Entry(1, "01", "2026-03-01T00:10:00.000Z"), Entry(2, "02", "2026-03-01T00:10:01.000Z"));
        DateTimeOffset seen = new(2026, 3, 1, 0, 5, 0, TimeSpan.Zero);
        Assert.That(Codes(Verify(null, (1, seen))), Is.Empty);
        Assert.That(Codes(Verify(null, (2, seen))), Is.EqualTo(new[] { "time-window" }), "entry 1 is younger than what the witness saw");
        Assert.That(Codes(Verify(null, (0, seen))), Is.EqualTo(new[] { "time-window" }), "entry 0 came late with an old time");
    }

    [Test]
    public async Task Checkpoint_beyond_the_last_size_of_a_retired_key_is_seen()
    {
        CanonicalObject retired = Entry(0, "00");
        retired["type"] = "key.retired";
        retired["key"] = log.Clinic.Verifier.ToString();
        retired["last_size"] = 1;
        await WriteRawAsync(retired, Entry(1, "01"));
        Assert.That(Codes(Verify(null)), Is.EqualTo(new[] { "key-retired" }));
    }

    [Test]
    public async Task Query_that_only_one_side_recorded_is_seen_by_the_other()
    {
        await log.WriteAsync(6);
        LoggedEntry[] clinic = [.. Open(log.ClinicFolder, Origin)];
        LoggedEntry[] miner = [.. Open(log.MinerFolder, "miner.example/m1")];
        VerificationReport clinicHides = new();
        LogComparison.Compare(clinic.Where(entry => !Concerns(entry, miner[2])), "key:clinic7", miner, "key:miner1", clinicHides);
        Assert.That(Codes(clinicHides), Is.Empty, "a miner that cannot know who asked cannot tell whose query it was");
        VerificationReport minerHides = new();
        LogComparison.Compare(clinic, "key:clinic7", miner.Where(entry => entry.Index != 2), "key:miner1", minerHides);
        Assert.That(Codes(minerHides), Is.EqualTo(new[] { "not-served" }));
    }

    [Test]
    public async Task Repeated_event_is_recorded_once_and_leaves_no_gap()
    {
        await using (TransparencyLog transparency = TestLog.Open(log.ClinicFolder, log.Clinic))
        {
            AuditRecorder recorder = new(transparency, "clinic", "key:clinic7", 0, TimeProvider.System, new Subnet.Crypto.Lattice.Randomness.OperatingSystemRandomSource());
            string name = recorder.NewEvent();
            RecordedEntry first = await recorder.RecordAsync("result.viewed", new() { { "event", name }, { "ref", name } });
            RecordedEntry again = await recorder.RecordAsync("result.viewed", new() { { "event", name }, { "ref", name } });
            RecordedEntry next = await recorder.RecordAsync("result.viewed", new() { { "ref", name } });
            Assert.That((again.Index, again.IsDuplicate), Is.EqualTo((first.Index, true)));
            Assert.That(next.Entry.Seq, Is.EqualTo(1));
            await transparency.FlushAsync();
            await transparency.PublishAsync();
        }

        Assert.That(Codes(Verify(null)), Is.Empty);
    }

    private static bool Concerns(LoggedEntry entry, LoggedEntry served) =>
        entry.Members.TextOrNull("event") == served.Members.TextOrNull("ref") || entry.Members.TextOrNull("ref") == served.Members.TextOrNull("ref");

    private static string[] Codes(VerificationReport report) => [.. report.Findings.Select(finding => finding.Code)];

    private static CanonicalObject Entry(int seq, string name, string time = "2026-03-01T00:00:00.000Z") => new()
    {
        { "v", 1 }, { "type", "subject.shredded" }, { "time", time }, { "event", name.PadLeft(32, '0') }, { "seq", seq },
        { "actor", new CanonicalObject { { "kind", "clinic" }, { "id", "key:clinic7" } } }, { "outcome", "ok" },
    };

    private static CanonicalObject Query(int seq, string name)
    {
        CanonicalObject query = Entry(seq, name);
        query["type"] = "query.sent";
        query["peer"] = new CanonicalObject { { "kind", "miner" }, { "id", "key:miner1" } };
        query["purpose"] = "TREAT";
        query["basis"] = "hipaa-tpo";
        query["subject"] = PatientPseudonym.Compute(new byte[32], Origin, "2026Q1");
        query["model"] = new CanonicalObject { { "id", "m-17" }, { "ver", "1" }, { "commit", TestLog.Hash("model") } };
        query["fset"] = TestLog.Hash("features");
        query["policy"] = TestLog.Hash("policy");
        query["in"] = new CanonicalObject { { "hash", TestLog.Hash("in") }, { "bytes", 13_000 } };
        query["he"] = new CanonicalObject { { "scheme", "bfv" }, { "params", TestLog.Hash("p") }, { "keys", TestLog.Hash("k") } };
        return query;
    }

    /// <summary>Writes entries as an operator could who does not use the recorder.</summary>
    private async Task WriteRawAsync(params CanonicalObject[] entries)
    {
        await using TransparencyLog transparency = TransparencyLog.Open(
            new UnsyncedLogFiles(log.ClinicFolder),
            new TransparencyLogOptions { Signers = [log.Clinic], CheckpointInterval = TimeSpan.FromHours(1) },
            TimeProvider.System);
        foreach (CanonicalObject entry in entries)
        {
            await transparency.AppendAsync(CanonicalJsonWriter.Write(entry));
        }

        await transparency.FlushAsync();
        await transparency.PublishAsync();
    }

    private void Change(string path, Func<string, string> change)
    {
        string full = Path.Combine(log.ClinicFolder, path);
        File.WriteAllBytes(full, Encoding.Latin1.GetBytes(change(Encoding.Latin1.GetString(File.ReadAllBytes(full)))));
    }

    private string Checkpoint() => File.ReadAllText(Path.Combine(log.ClinicFolder, "checkpoint"));

    private IEnumerable<LoggedEntry> Open(string folder, string origin) => VerifiedLog.Open(new FolderLogSource(folder), origin, log.Policy).Entries();

    private VerificationReport Verify(string? trusted, params (long Size, DateTimeOffset Time)[] marks)
    {
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(Origin, log.Policy).Verify(
            new FolderLogSource(log.ClinicFolder),
            trusted,
            report,
            PreparedEntry.Of,
            (index, entry) =>
            {
                Witness(index);
                semantic.Add(index, entry);
            },
            CancellationToken.None,
            semantic.Pass);
        Witness(report.Entries);
        semantic.Finish();
        return report;

        void Witness(long size)
        {
            foreach ((long _, DateTimeOffset time) in marks.Where(mark => mark.Size == size))
            {
                semantic.Witnessed(time);
            }
        }
    }

    private VerificationReport Compare()
    {
        VerificationReport report = new();
        LogComparison.Compare(Open(log.ClinicFolder, Origin), "key:clinic7", Open(log.MinerFolder, "miner.example/m1"), "key:miner1", report);
        return report;
    }
}
