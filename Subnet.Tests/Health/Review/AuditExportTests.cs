using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Export;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Tests.Support;

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
    public void AuditEvent_of_every_entry_has_the_structure_of_R4()
    {
        VerifiedLog verified = Open();
        FhirAuditEvent export = new(Origin, verified.Checkpoint.Size, CanonicalBase);
        foreach (LoggedEntry entry in verified.Entries())
        {
            Assert.That(Faults(export.Write(entry.Members, entry.Index, entry.Leaf)), Is.Empty, entry.Text);
        }
    }

    [Test]
    public void AuditEvent_of_every_type_and_outcome_has_the_structure_of_R4()
    {
        FhirAuditEvent export = new(Origin, 1, CanonicalBase);
        Assert.Multiple(() =>
        {
            foreach (CanonicalObject entry in SampleEntries.OfEveryType())
            {
                JsonObject resource = export.Write(entry, 0, TreeHash.OfLeaf(CanonicalJsonWriter.Write(entry)));
                Assert.That(Faults(resource), Is.Empty, resource.ToJsonString());
            }
        });
    }

    [Test]
    public void AuditEvent_of_the_outside_example_has_the_structure_of_R4()
    {
        JsonNode example = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFolder.Require("vectors", "tlog"), "auditevent-example.json")))!["auditEvent"]!;
        string url = (string)example["extension"]![0]!["url"]!;
        Assert.That(Faults(example.AsObject(), url[..url.IndexOf("/StructureDefinition", StringComparison.Ordinal)]), Is.Empty);
    }

    [TestCase("agent", null, "AuditEvent.agent is missing")]
    [TestCase("agent", "[]", "AuditEvent.agent is a list of at least one")]
    [TestCase("recorded", "\"2026-03-01T08:00:00\"", "AuditEvent.recorded is no instant")]
    [TestCase("outcome", "\"1\"", "outcome is 1")]
    [TestCase("action", "\"X\"", "action is X")]
    [TestCase("type", "{\"system\":\"http://dicom.nema.org/resources/ontology/DCM\",\"code\":\"999\"}", "in no vocabulary")]
    [TestCase("severity", "\"high\"", "is no element of AuditEvent")]
    [TestCase("source", "{\"site\":\"x\"}", "AuditEvent.source.observer is missing")]
    [TestCase("entity", "[{\"name\":\"x\",\"query\":\"eA==\"}]", "sev-1")]
    public void Rules_of_R4_refuse_what_is_not_an_AuditEvent(string element, string? value, string fault)
    {
        LoggedEntry entry = Open().Entries().First();
        JsonObject resource = new FhirAuditEvent(Origin, 1, CanonicalBase).Write(entry.Members, 0, entry.Leaf);
        resource.Remove(element);
        if (value is not null)
        {
            resource[element] = JsonNode.Parse(value);
        }

        Assert.That(string.Join(';', Faults(resource)), Does.Contain(fault));
    }

    [Test]
    public async Task Node_program_of_nobody_here_reads_the_log_and_the_proof()
    {
        Interop.NodeOracle.Require();
        string proof = Path.Combine(log.Folder, "entry.tlog-proof");
        await File.WriteAllTextAsync(proof, Open().Prove(277).ToString());
        string answer = await Interop.NodeOracle.RunAsync("read-log.mjs", "", log.ClinicFolder, log.Clinic.Verifier.ToString(), proof);
        Assert.That(answer.Trim(), Is.EqualTo("""{"ok":true,"size":282,"upperTiles":1,"kept":1,"cosigned":[],"proved":277}"""));
    }

    [Test]
    public async Task Node_program_of_nobody_here_reads_kept_checkpoints_and_cosignatures()
    {
        Interop.NodeOracle.Require();
        using SigningKey key = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
        using SigningKey validator = SigningKey.FromSeed(SHA256.HashData("validator"u8));
        using OperatingSystemRandomSource random = new();
        using TemporaryFolder folder = new();
        string place = folder.Combine("log");
        using RoleWitness witness = RoleWitness.Open(folder.Combine("witness"), "local", validator, _ => true, TimeProvider.System);
        RoleLogOptions options = new(place, "local", "clinic") { Files = new UnsyncedLogFiles(place), Witnesses = [witness.Client], CheckpointInterval = TimeSpan.FromHours(1) };
        await using RoleLog cosigned = await RoleLog.OpenAsync(options, key, TimeProvider.System, random);
        foreach (int entries in (int[])[3, 300])
        {
            await Task.WhenAll(Enumerable.Range(0, entries).Select(_ => cosigned.Recorder.RecordAsync("subject.shredded", new())));
            await cosigned.PublishAsync();
        }

        string proof = folder.Combine("entry.tlog-proof");
        await File.WriteAllTextAsync(proof, VerifiedLog.Open(new FolderLogSource(place), cosigned.Origin, TrustPolicy.Threshold([cosigned.Verifier], [], 0)).Prove(300).ToString());
        string answer = await Interop.NodeOracle.RunAsync("read-log.mjs", "", place, cosigned.Verifier.ToString(), proof, witness.Verifier.ToString());
        Assert.That(answer.Trim(), Is.EqualTo($$"""{"ok":true,"size":304,"upperTiles":1,"kept":2,"cosigned":["{{witness.Verifier.Name}}"],"proved":300}"""));

        // A kept checkpoint of another tree is no beginning of this one.
        string kept = Path.Combine(place, "checkpoints", "4");
        string text = new Checkpoint(cosigned.Origin, 4, TreeHash.EmptyRoot).ToText();
        await File.WriteAllTextAsync(kept, SignedNote.Create(text, [new NoteSigner(cosigned.Origin, SignatureType.Ed25519, key).Sign(text)]).ToString());
        Assert.That(
            async () => await Interop.NodeOracle.RunAsync("read-log.mjs", "", place, cosigned.Verifier.ToString(), proof, witness.Verifier.ToString()),
            Throws.Exception.With.Message.Contains("checkpoint 4"));
    }

    private const string CanonicalBase = "https://audit.example/fhir";

    private static IReadOnlyList<string> Faults(JsonObject resource, string canonicalBase = CanonicalBase)
    {
        using JsonDocument document = JsonDocument.Parse(resource.ToJsonString());
        return R4AuditEventRules.Check(document.RootElement, canonicalBase);
    }

    private VerifiedLog Open() => VerifiedLog.Open(new FolderLogSource(log.ClinicFolder), Origin, log.Policy);
}
