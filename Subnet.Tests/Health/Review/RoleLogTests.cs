using System.Security.Cryptography;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

[TestFixture]
internal sealed class RoleLogTests
{
    private readonly OperatingSystemRandomSource random = new();
    private SigningKey clinicKey = null!;
    private SigningKey validatorKey = null!;
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create()
    {
        clinicKey = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
        validatorKey = SigningKey.FromSeed(SHA256.HashData("validator"u8));
        folder = new TemporaryFolder();
    }

    [TearDown]
    public void Remove()
    {
        clinicKey.Dispose();
        validatorKey.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Counter_and_entries_go_on_after_a_restart()
    {
        string viewed;
        await using (RoleLog log = await OpenAsync())
        {
            Assert.That(log.Size, Is.EqualTo(1), "the log begins with its genesis");
            viewed = (await log.Recorder.RecordAsync("result.viewed", new() { { "ref", log.Recorder.NewEvent() } }, "u-1")).Entry.Event;
        }

        await using (RoleLog log = await OpenAsync())
        {
            AuditEntry found = (await log.FindAsync(viewed))!;
            Assert.That((found.Type, found.Seq), Is.EqualTo(("result.viewed", 1L)));
            Assert.That(await log.FindAsync(log.Recorder.NewEvent()), Is.Null);
            RecordedEntry next = await log.Recorder.RecordAsync("subject.shredded", new());
            Assert.That((next.Index, next.Entry.Seq), Is.EqualTo((2L, 2L)));
            await log.PublishAsync();
            Assert.That(log.Read().Select(entry => entry.Entry.Type), Is.EqualTo(new[] { "log.genesis", "result.viewed", "subject.shredded" }));
            Assert.That(log.Failure, Is.Null);
        }

        Assert.That(Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task Counter_is_found_behind_entries_of_other_actors()
    {
        await using (RoleLog log = await OpenAsync())
        {
            foreach (int _ in Enumerable.Range(0, 300))
            {
                await log.Recorder.RecordAsync("subject.shredded", new());
            }
        }

        FolderLogSource source = new(LogFolder);
        Assert.That(EntryCounter.Next(source, 301, "clinic", clinicKey.Address), Is.EqualTo(301));
        Assert.That(EntryCounter.Next(source, 301, "clinic", "another"), Is.Zero);
        Assert.That(EntryCounter.Next(source, 0, "clinic", clinicKey.Address), Is.Zero);
    }

    [Test]
    public async Task Validator_witnesses_the_logs_of_its_network_and_the_head_is_anchored_once()
    {
        using RoleWitness witness = RoleWitness.Open(Path.Combine(folder.Path, "witness"), "local", validatorKey, key => key.Span.SequenceEqual(clinicKey.PublicKey), TimeProvider.System);
        List<Checkpoint> anchored = [];
        RoleLogOptions options = Options with
        {
            Witnesses = [witness.Client],
            Anchor = (checkpoint, _) =>
            {
                anchored.Add(checkpoint);
                return Task.CompletedTask;
            },
        };
        await using RoleLog log = await RoleLog.OpenAsync(options, clinicKey, TimeProvider.System, random);
        Checkpoint first = (await log.AnchorAsync())!;
        Assert.That(await log.AnchorAsync(), Is.Null, "nothing grew");
        Assert.That(anchored, Is.EqualTo(new[] { first }));
        TrustPolicy policy = TrustPolicy.Threshold([LogName.KeyOf(log.Origin)!], [LogName.WitnessKeyOf(witness.Verifier.Name)!], 1);
        Assert.That(OpenedCheckpoint.Open(log.Checkpoint!, log.Origin, policy).Fault, Is.EqualTo(CheckpointFault.None));
        Assert.That(LogName.CosignersOf(SignedNote.Parse(log.Checkpoint!)), Is.EqualTo(policy.Witnesses.Values), "the log itself is none");
        log.UseWitnesses([]);
        await log.Recorder.RecordAsync("subject.shredded", new());
        await log.AnchorAsync();
        Assert.That(OpenedCheckpoint.Open(log.Checkpoint!, log.Origin, policy).Fault, Is.EqualTo(CheckpointFault.Quorum), "nobody was asked");
        Assert.That(anchored[^1].Size, Is.EqualTo(2));
    }

    [Test]
    public async Task Witness_knows_no_log_of_another_network_or_of_a_key_that_is_not_admitted()
    {
        using RoleWitness witness = RoleWitness.Open(Path.Combine(folder.Path, "witness"), "other", validatorKey, _ => true, TimeProvider.System);
        using RoleWitness closed = RoleWitness.Open(Path.Combine(folder.Path, "closed"), "local", validatorKey, _ => false, TimeProvider.System);
        await using RoleLog log = await RoleLog.OpenAsync(Options, clinicKey, TimeProvider.System, random);
        await log.PublishAsync();
        foreach (RoleWitness refusing in (RoleWitness[])[witness, closed])
        {
            Assert.That((await refusing.Client.AddCheckpointAsync("old 0\n\n" + log.Checkpoint, CancellationToken.None)).Status, Is.EqualTo(404));
        }
    }

    [Test]
    public void Name_of_a_log_says_its_key_and_refuses_what_cannot_stand_in_it()
    {
        string name = LogName.Of("local", "miner", clinicKey.PublicKey);
        VerifierKey key = LogName.KeyOf(name)!;
        Assert.That((key.Name, key.PublicKey.SequenceEqual(clinicKey.PublicKey)), Is.EqualTo((name, true)));
        Assert.That(LogName.Parts(name), Is.EqualTo(("local", "miner", clinicKey.Address)));
        foreach (string other in (string[])["audit.example/clinic-7", "subnet/local/miner", $"subnet/local/miner/{clinicKey.Address}x", "subnet//miner/x", "subnet/a b/miner/" + clinicKey.Address, ""])
        {
            Assert.That(LogName.KeyOf(other), Is.Null, other);
        }

        Assert.That(() => LogName.Of("a/b", "miner", clinicKey.PublicKey), Throws.ArgumentException);
        Assert.That(() => LogName.Of("a b", "miner", clinicKey.PublicKey), Throws.ArgumentException);
    }

    private string LogFolder => Path.Combine(folder.Path, "log");

    private RoleLogOptions Options => new(LogFolder, "local", "clinic") { CheckpointInterval = TimeSpan.FromHours(1), Files = new UnsyncedLogFiles(LogFolder) };

    private Task<RoleLog> OpenAsync() => RoleLog.OpenAsync(Options, clinicKey, TimeProvider.System, random);

    private VerificationReport Verify()
    {
        VerificationReport report = new();
        string origin = LogName.Of("local", "clinic", clinicKey.PublicKey);
        SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(origin, TrustPolicy.Threshold([LogName.KeyOf(origin)!], [], 0))
            .Verify(new FolderLogSource(LogFolder), null, report, PreparedEntry.Of, semantic.Add, CancellationToken.None, semantic.Pass);
        semantic.Finish();
        return report;
    }
}
