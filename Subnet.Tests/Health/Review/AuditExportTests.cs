using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Export;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;

namespace Subnet.Tests.Health.Review;

[TestFixture]
internal sealed class AuditExportTests
{
    private const string Origin = "audit.example/clinic-7";

    private TestLog log = null!;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        log = new TestLog();
        await log.WriteAsync(140);
    }

    [OneTimeTearDown]
    public void Remove() => log.Dispose();

    [Test]
    public void Proof_of_each_entry_verifies_and_of_another_does_not()
    {
        VerifiedLog verified = Open();
        LoggedEntry[] entries = [.. verified.Entries()];
        foreach (LoggedEntry entry in entries.Where(entry => entry.Index % 37 == 0))
        {
            TlogProof proof = TlogProof.Parse(System.Text.Encoding.UTF8.GetBytes(verified.Prove(entry.Index).ToString()));
            Assert.That(proof.Verify(entry.Leaf, Origin, log.Policy, out _));
            Assert.That(proof.Verify(entries[(entry.Index + 1) % entries.Length].Leaf, Origin, log.Policy, out _), Is.False);
        }
    }

    [Test]
    public void Bundle_discloses_what_was_chosen_and_proves_the_whole_run()
    {
        VerifiedLog verified = Open();
        AuditBundle bundle = verified.Bundle(100, 270, entry => entry.Members.TextOrNull("type") == "query.sent");
        using MemoryStream bytes = new();
        bundle.Write(bytes);
        BundleVerification verification = BundleVerification.Verify(bytes.ToArray(), Origin, log.Policy);
        Assert.That(verification.Code, Is.Null, verification.Message);
        Assert.That(verification.Entries, Has.Count.EqualTo(85));
        Assert.That(verification.Withheld, Is.EqualTo(85));
        Assert.That(System.Text.Encoding.UTF8.GetString(bytes.ToArray()), Does.Not.Contain("result.received"));
    }

    [Test]
    public void Search_finds_by_each_criterion()
    {
        LoggedEntry[] entries = [.. Open().Entries()];
        Assert.That(Count(new EntryFilter { Type = "query.sent" }), Is.EqualTo(140));
        Assert.That(Count(new EntryFilter { Miner = "key:miner1" }), Is.EqualTo(280));
        Assert.That(Count(new EntryFilter { Clinic = "key:clinic7" }), Is.EqualTo(282));
        Assert.That(Count(new EntryFilter { Clinic = "key:other" }), Is.Zero);
        Assert.That(Count(new EntryFilter { Model = "m-17", Purpose = "TREAT" }), Is.EqualTo(140));
        Assert.That(Count(new EntryFilter { Outcome = "denied" }), Is.Zero);
        Assert.That(Count(new EntryFilter { Event = entries[2].Members.TextOrNull("event") }), Is.EqualTo(2));
        Assert.That(Count(new EntryFilter { Subjects = new HashSet<string> { entries[2].Members.TextOrNull("subject")! } }), Is.EqualTo(47));
        Assert.That(Count(new EntryFilter { From = new DateTimeOffset(2026, 3, 1, 8, 0, 30, TimeSpan.Zero) }), Is.GreaterThan(0).And.LessThan(282));

        int Count(EntryFilter filter) => entries.Count(entry => filter.Matches(entry.Members));
    }

    [Test]
    public void Csv_has_a_row_for_each_entry_and_ends_in_size_and_root()
    {
        VerifiedLog verified = Open();
        using StringWriter text = new();
        CsvExport.Write(verified.Entries(), verified.Checkpoint, text);
        string[] lines = text.ToString().Split("\r\n");
        Assert.That(lines, Has.Length.EqualTo(282 + 3));
        Assert.That(lines[0], Does.StartWith("index,time,type,actor_kind,actor_id,user,role"));
        Assert.That(lines[3].Split(','), Has.Length.EqualTo(24));
        Assert.That(lines[^2], Is.EqualTo($"# size 282 root {verified.Checkpoint.Root}"));
    }

    [Test]
    public void Syslog_line_has_facility_and_severity_and_escapes_values()
    {
        SyslogExport syslog = new("gw1", "subnet", 32473);
        string line = syslog.Line(Open().Entries().First());
        Assert.That(line, Does.Match("""^<109>1 2026-03-01T\S+Z gw1 subnet - log\.genesis \[audit@32473 index="0" event="[0-9a-f]{32}" leaf="[0-9a-f]{64}" .*\] $"""));
    }

    [Test]
    public void AuditEvent_has_what_R4_requires_of_every_entry()
    {
        VerifiedLog verified = Open();
        FhirAuditEvent export = new(Origin, verified.Checkpoint.Size, "https://audit.example/fhir");
        foreach (LoggedEntry entry in verified.Entries())
        {
            JsonObject resource = export.Write(entry.Members, entry.Index, entry.Leaf);
            Assert.That(resource["resourceType"]!.GetValue<string>(), Is.EqualTo("AuditEvent"));
            Assert.That(resource["type"]!["code"], Is.Not.Null);
            Assert.That(resource["action"]!.GetValue<string>(), Is.AnyOf("C", "R", "U", "D", "E"));
            Assert.That(resource["outcome"]!.GetValue<string>(), Is.AnyOf("0", "4", "8", "12"));
            Assert.That(DateTimeOffset.TryParse(resource["recorded"]!.GetValue<string>(), out _));
            Assert.That(resource["agent"]!.AsArray(), Is.Not.Empty);
            Assert.That(resource["agent"]!.AsArray().Select(agent => agent!["requestor"]!.GetValueKind()), Is.All.AnyOf(JsonValueKind.True, JsonValueKind.False));
            Assert.That(resource["source"]!["observer"]!["identifier"]!["value"]!.GetValue<string>(), Is.EqualTo(Origin));
            Assert.That(resource["entity"]!.AsArray().Count(entity => entity!["name"] is not null && entity["query"] is not null), Is.Zero);
        }
    }

    [Test]
    public async Task Node_program_of_nobody_here_reads_the_log_and_the_proof()
    {
        Interop.NodeOracle.Require();
        string proof = Path.Combine(log.Folder, "entry.tlog-proof");
        await File.WriteAllTextAsync(proof, Open().Prove(277).ToString());
        string answer = await Interop.NodeOracle.RunAsync("read-log.mjs", "", log.ClinicFolder, log.Clinic.Verifier.ToString(), proof);
        Assert.That(answer.Trim(), Is.EqualTo("""{"ok":true,"size":282,"upperTiles":1,"proved":277}"""));
    }

    private VerifiedLog Open() => VerifiedLog.Open(new FolderLogSource(log.ClinicFolder), Origin, log.Policy);
}
