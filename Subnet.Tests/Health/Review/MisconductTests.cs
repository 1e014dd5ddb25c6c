using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>
/// Acts of design/audit-log.md section 10 that need witnesses, two parties or a bundle to be seen, each carried out; the table in docs/audit-log.md says which test shows which act.
/// </summary>
[TestFixture]
internal sealed partial class MisconductTests
{
    private const string Network = "local";

    private readonly OperatingSystemRandomSource random = new();
    private SigningKey clinic = null!;
    private SigningKey[] validators = null!;
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create()
    {
        clinic = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
        validators = [.. Enumerable.Range(0, 3).Select(i => SigningKey.FromSeed(SHA256.HashData([(byte)i])))];
        folder = new TemporaryFolder();
    }

    [TearDown]
    public void Remove()
    {
        clinic.Dispose();
        Array.ForEach(validators, key => key.Dispose());
        folder.Dispose();
    }

    [Test]
    public async Task Rewritten_history_gets_no_cosignature_of_a_witness_that_saw_the_other()
    {
        using RoleWitness witness = Witness("w", validators[0]);
        await WriteAsync("honest", 5, [witness]);
        await WriteAsync("rewritten", 9, [witness]);
        Assert.That(OpenedCheckpoint.Open(CheckpointOf("rewritten"), Origin, PolicyOf(1)).Fault, Is.EqualTo(CheckpointFault.Quorum));
        Assert.That(Codes(Verify("rewritten", CheckpointOf("honest"), 0)), Is.EqualTo(new[] { "fork" }));
    }

    [Test]
    public async Task Second_tree_of_one_size_gets_no_cosignature_of_a_common_quorum()
    {
        using RoleWitness first = Witness("w0", validators[0]);
        using RoleWitness second = Witness("w1", validators[1]);
        using RoleWitness third = Witness("w2", validators[2]);

        // Any two quorums of two of three have a witness in common.
        await WriteAsync("shown-to-one", 5, [first, second]);
        await WriteAsync("shown-to-another", 5, [second, third]);
        Assert.That(OpenedCheckpoint.Open(CheckpointOf("shown-to-one"), Origin, PolicyOf(2)).IsAccepted);
        Assert.That(OpenedCheckpoint.Open(CheckpointOf("shown-to-another"), Origin, PolicyOf(2)).Fault, Is.EqualTo(CheckpointFault.Quorum));
        AddCheckpointRequest again = new(6, [], SignedNote.Parse(CheckpointOf("shown-to-another")));
        Assert.That((await second.Client.AddCheckpointAsync(again.ToString(), CancellationToken.None)).Status, Is.EqualTo(422), "one size, another root");
    }

    [Test]
    public async Task Cut_off_end_is_a_conflict_at_the_witness()
    {
        using RoleWitness witness = Witness("w", validators[0]);
        await WriteAsync("whole", 9, [witness]);
        await WriteAsync("cut", 4, []);
        WitnessAnswer answer = await witness.Client.AddCheckpointAsync(new AddCheckpointRequest(0, [], SignedNote.Parse(CheckpointOf("cut"))).ToString(), CancellationToken.None);
        Assert.That((answer.Status, answer.Body), Is.EqualTo((409, "10\n")));
        Assert.That(Codes(Verify("cut", CheckpointOf("whole"), 0)), Is.EqualTo(new[] { "rollback" }));
    }

    [Test]
    public async Task Restored_old_backup_without_the_last_signed_record_is_not_cosigned_again()
    {
        using RoleWitness witness = Witness("w", validators[0]);
        await WriteAsync("log", 4, [witness]);
        CopyFolder("log", "backup");
        await ContinueAsync("log", 6, [witness]);

        // The whole folder went back, what was signed last with it: the signer itself cannot know. The witness does.
        await ContinueAsync("backup", 2, [witness], quorum: 1);
        Assert.That(Checkpoint.Parse(SignedNote.Parse(CheckpointOf("backup")).Text).Size, Is.EqualTo(5), "nothing newer was published");
        await ContinueAsync("backup", 30, [witness], quorum: 1);
        Assert.That(Checkpoint.Parse(SignedNote.Parse(CheckpointOf("backup")).Text).Size, Is.EqualTo(5), "longer now, and of another history");
    }

    [Test]
    public async Task Restored_old_backup_beside_the_last_signed_record_is_not_opened()
    {
        await WriteAsync("log", 4, []);
        CopyFolder("log", "backup");
        await ContinueAsync("log", 6, []);
        File.Copy(Path.Combine(folder.Path, "log", "state", "signed"), Path.Combine(folder.Path, "backup", "state", "signed"), true);
        Assert.That(() => ContinueAsync("backup", 1, []), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Behind));
    }

    [Test]
    public async Task Witness_that_was_rolled_back_is_seen_by_its_two_cosignatures()
    {
        using (RoleWitness witness = Witness("w", validators[0]))
        {
            await WriteAsync("log", 5, [witness]);
        }

        // Rolled back to the beginning, it cosigns another history; an older checkpoint that it cosigned is kept with that.
        Directory.Delete(Path.Combine(folder.Path, "w"), true);
        using RoleWitness back = Witness("w", validators[0]);
        await WriteAsync("other", 8, [back]);
        File.Copy(Path.Combine(folder.Path, "log", "checkpoints", "6"), Path.Combine(folder.Path, "other", "checkpoints", "6"), true);
        Assert.That(Codes(Verify("other", null, 1)), Is.EqualTo(new[] { "fork", "witness-fork" }));
        Assert.That(Codes(Verify("other", CheckpointOf("log"), 1)), Does.Contain("witness-fork"), "also when the reviewer kept it");
    }

    [Test]
    public async Task Late_entry_is_outside_the_times_of_two_cosigned_checkpoints()
    {
        MovedClock clock = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        using RoleWitness witness = RoleWitness.Open(Path.Combine(folder.Path, "w"), Network, validators[0], _ => true, clock);
        await using (RoleLog log = await OpenAsync("log", [witness], null, clock))
        {
            await log.PublishAsync();
            clock.Now += TimeSpan.FromHours(1);
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.PublishAsync();
        }

        Assert.That(Codes(Verify("log", null, 1)), Is.Empty);

        // Recorded with the time of the morning, after the witness had seen the log of the forenoon.
        clock.Now += TimeSpan.FromHours(1);
        MovedClock morning = new(new DateTimeOffset(2026, 3, 1, 8, 30, 0, TimeSpan.Zero));
        await using (RoleLog log = await OpenAsync("log", [witness], null, morning))
        {
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.PublishAsync();
        }

        Assert.That(Codes(Verify("log", null, 1)), Does.Contain("time-window"));
    }

    [Test]
    public async Task Entry_left_out_or_moved_in_a_bundle_is_seen_as_range()
    {
        await WriteAsync("log", 30, []);
        AuditBundle whole = VerifiedLog.Open(new FolderLogSource(Path.Combine(folder.Path, "log")), Origin, PolicyOf(0)).Bundle(5, 20, _ => true);
        Assert.That(CodeOf(whole.Items, whole.Lo), Is.Null);
        Assert.That(CodeOf([.. whole.Items.Where((_, i) => i != 7)], whole.Lo), Is.EqualTo("range"), "left out");
        Assert.That(CodeOf([.. whole.Items.Reverse()], whole.Lo), Is.EqualTo("range"), "moved");
        Assert.That(CodeOf(whole.Items, whole.Lo + 1), Is.EqualTo("range"), "said to be elsewhere");

        string? CodeOf(IReadOnlyList<BundleItem> items, long lo) => BundleVerification.Verify(
            new AuditBundle { Checkpoint = whole.Checkpoint, Lo = lo, Items = items, Proof = whole.Proof }, Origin, PolicyOf(0)).Code;
    }

    [Test]
    public async Task Query_that_the_clinic_does_not_record_is_in_the_log_of_a_miner_that_knows_it()
    {
        using TestLog parties = new();
        await parties.WriteAsync(4, (where, type, _, members) =>
        {
            if (where == "miner" && type == "query.served")
            {
                members["peer"] = new CanonicalObject { { "kind", "clinic" }, { "id", "key:clinic7" } };
            }
        });
        LoggedEntry[] clinicEntries = [.. VerifiedLog.Open(new FolderLogSource(parties.ClinicFolder), "audit.example/clinic-7", parties.Policy).Entries()];
        LoggedEntry[] minerEntries = [.. VerifiedLog.Open(new FolderLogSource(parties.MinerFolder), "miner.example/m1", parties.Policy).Entries()];
        string hidden = minerEntries[2].Members.TextOrNull("ref")!;
        VerificationReport report = new();
        LogComparison.Compare(
            clinicEntries.Where(entry => entry.Members.TextOrNull("event") != hidden && entry.Members.TextOrNull("ref") != hidden), "key:clinic7", minerEntries, "key:miner1", report);
        Assert.That(Codes(report), Is.EqualTo(new[] { "not-sent" }));
    }

    [Test]
    public async Task Receipt_of_one_query_shown_for_another_is_seen()
    {
        using TestLog parties = new();
        CanonicalValue? first = null;
        await parties.WriteAsync(3, (where, type, number, members) =>
        {
            if (where == "clinic" && type == "result.received")
            {
                members["receipt"] = first = number == 0 ? members["receipt"] : number == 2 ? first! : members["receipt"];
            }
        });
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier("audit.example/clinic-7", parties.Policy).Verify(
            new FolderLogSource(parties.ClinicFolder), null, report, PreparedEntry.Of, semantic.Add, CancellationToken.None, semantic.Pass);
        semantic.Finish();
        Assert.That(Codes(report), Is.EqualTo(new[] { "receipt" }));
    }

    [Test]
    public void Every_act_of_the_design_has_a_row_with_tests_that_exist()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "docs", "audit-log.md"));
        string[] rows = [.. page.Split('\n').SkipWhile(line => line != "## What is detected").SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(2)];
        HashSet<string> tests = [.. typeof(MisconductTests).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)).Select(method => method.Name)];
        Assert.That(rows, Has.Length.EqualTo(12), "the design names twelve acts");
        Assert.Multiple(() =>
        {
            foreach (string row in rows)
            {
                string[] named = [.. TestName().Matches(row.Split('|')[4]).Select(match => match.Groups[1].Value)];
                Assert.That(named, Is.Not.Empty, row);
                Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty, row);
            }
        });
    }

    [GeneratedRegex("`([A-Za-z_0-9]+)`")]
    private static partial Regex TestName();

    private string Origin => LogName.Of(Network, "clinic", clinic.PublicKey);

    private RoleWitness Witness(string name, SigningKey key) => RoleWitness.Open(Path.Combine(folder.Path, name), Network, key, _ => true, TimeProvider.System);

    private TrustPolicy PolicyOf(int quorum) => TrustPolicy.Threshold(
        [LogName.KeyOf(Origin)!], validators.Select(key => LogName.WitnessKeyOf(LogName.Of(Network, "witness", key.PublicKey))!), quorum);

    private Task<RoleLog> OpenAsync(string name, RoleWitness[] witnesses, int? quorum, TimeProvider? clock = null) => RoleLog.OpenAsync(
        new RoleLogOptions(Path.Combine(folder.Path, name), Network, "clinic")
        {
            CheckpointInterval = TimeSpan.FromHours(1),
            Files = new UnsyncedLogFiles(Path.Combine(folder.Path, name)),
            Witnesses = [.. witnesses.Select(witness => witness.Client)],
            Quorum = quorum is { } count ? PolicyOf(count) : null,
        },
        clinic,
        clock ?? TimeProvider.System,
        random);

    /// <summary>A new log: its genesis and further entries, none like those of another log, one checkpoint.</summary>
    private async Task WriteAsync(string name, int entries, RoleWitness[] witnesses) => await ContinueAsync(name, entries, witnesses);

    private async Task ContinueAsync(string name, int entries, RoleWitness[] witnesses, int? quorum = null)
    {
        await using RoleLog log = await OpenAsync(name, witnesses, quorum);
        for (int i = 0; i < entries; i++)
        {
            await log.Recorder.RecordAsync("subject.shredded", new());
        }

        await log.PublishAsync();
    }

    private string CheckpointOf(string name) => File.ReadAllText(Path.Combine(folder.Path, name, "checkpoint"));

    private VerificationReport Verify(string name, string? trusted, int quorum)
    {
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(Origin, PolicyOf(quorum)).Verify(
            new FolderLogSource(Path.Combine(folder.Path, name)), trusted, report, PreparedEntry.Of, semantic.Add, CancellationToken.None, semantic.Pass);
        semantic.Finish();
        return report;
    }

    private void CopyFolder(string from, string to)
    {
        string source = Path.Combine(folder.Path, from);
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(folder.Path, to, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string[] Codes(VerificationReport report) => [.. report.Findings.Select(finding => finding.Code)];

    private sealed class MovedClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
