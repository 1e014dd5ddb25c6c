using System.Security.Cryptography;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>What happens to a log over the years: keys change, retention ends, bundles are joined.</summary>
[TestFixture]
internal sealed class LogLifeTests
{
    private readonly OperatingSystemRandomSource random = new();
    private readonly SteppedClock clock = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
    private SigningKey first = null!;
    private SigningKey second = null!;
    private TemporaryFolder folder = null!;

    private string LogFolder => folder.Combine("log");

    private string Origin => LogName.Of("local", "clinic", first.PublicKey);

    [SetUp]
    public void Create()
    {
        first = SigningKey.FromSeed(SHA256.HashData("first"u8));
        second = SigningKey.FromSeed(SHA256.HashData("second"u8));
        folder = new TemporaryFolder();
    }

    [TearDown]
    public void Remove()
    {
        first.Dispose();
        second.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Keys_change_with_an_overlap_and_the_log_stays_sound()
    {
        await using (RoleLog log = await OpenAsync())
        {
            await log.PublishAsync();
            await log.AddKeyAsync(second);
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.PublishAsync();
            await log.RetireKeyAsync(log.Verifier);
            await log.PublishAsync();
        }

        VerifierKey next = new(Origin, SignatureType.Ed25519, second.PublicKey);
        Assert.That(Codes(Verify(LogName.KeyOf(Origin)!, next)), Is.Empty);
        OpenedCheckpoint head = OpenedCheckpoint.Open(File.ReadAllText(Path.Combine(LogFolder, "checkpoint")), Origin, TrustPolicy.Threshold([next], [], 0));
        Assert.That(head.IsAccepted, head.Message);

        // After a restart the old key is not needed any more; the log keeps its name.
        await using RoleLog reopened = await RoleLog.OpenAsync(Options with { Name = Origin }, second, clock, random);
        Assert.That((await reopened.Recorder.RecordAsync("subject.shredded", new())).Entry.Seq, Is.Zero, "the new key is an actor of its own");
    }

    [Test]
    public async Task Stolen_old_key_that_signs_on_after_its_last_size_is_seen()
    {
        await using (RoleLog log = await OpenAsync())
        {
            await log.AddKeyAsync(second);
            await log.RetireKeyAsync(log.Verifier);
        }

        await using (RoleLog thief = await RoleLog.OpenAsync(Options, first, clock, random))
        {
            await thief.Recorder.RecordAsync("subject.shredded", new());
            await thief.PublishAsync();
        }

        Assert.That(Codes(Verify(LogName.KeyOf(Origin)!, new VerifierKey(Origin, SignatureType.Ed25519, second.PublicKey))), Does.Contain("key-retired"));
    }

    [Test]
    public async Task Key_that_no_entry_adds_or_that_the_old_key_did_not_sign_is_seen()
    {
        await using (RoleLog log = await RoleLog.OpenAsync(Options, first, clock, random))
        {
            await log.Recorder.RecordAsync("key.added", new() { { "key", new VerifierKey(Origin, SignatureType.Ed25519, second.PublicKey).ToString() } });
        }

        Assert.That(await PublishWithBothAsync(), Is.EqualTo(new[] { "key-unsigned" }));
        Directory.Delete(LogFolder, true);
        await using (RoleLog log = await RoleLog.OpenAsync(Options, first, clock, random))
        {
            await log.PublishAsync();
        }

        Assert.That(await PublishWithBothAsync(), Is.EqualTo(new[] { "key-unannounced" }));

        async Task<string[]> PublishWithBothAsync()
        {
            await using (RoleLog log = await RoleLog.OpenAsync(Options with { FurtherKeys = [second] }, first, clock, random))
            {
                await log.Recorder.RecordAsync("subject.shredded", new());
                await log.PublishAsync();
            }

            return Codes(Verify(LogName.KeyOf(Origin)!, new VerifierKey(Origin, SignatureType.Ed25519, second.PublicKey)));
        }
    }

    [Test]
    public async Task Entries_older_than_their_retention_go_and_what_stays_is_proved_as_before()
    {
        string bundle = Path.Combine(LogFolder, "tile", "entries", "000");
        await using (RoleLog log = await OpenAsync())
        {
            await AppendAsync(log, 600);
            clock.Now = clock.Now.AddYears(7);
            await AppendAsync(log, 100);
            await log.PublishAsync();
            Assert.That(async () => await log.PruneAsync(clock.Now.AddYears(-5)), Throws.ArgumentException);
            Assert.That(bundle, Does.Exist);
            Assert.That(await log.PruneAsync(clock.Now.AddYears(-6)), Is.EqualTo(512), "the bundle that has younger entries stays whole");
            Assert.That(bundle, Does.Not.Exist);
            await log.PublishAsync();
            Assert.That(log.Read().First().Index, Is.EqualTo(512));
        }

        VerificationReport report = Verify(LogName.KeyOf(Origin)!);
        Assert.That(Codes(report), Is.Empty);
        Assert.That((report.Removed, report.Entries), Is.EqualTo((512L, 190L)));
        VerifiedLog verified = VerifiedLog.Open(new FolderLogSource(LogFolder), Origin, Policy);
        Assert.That((verified.FirstEntry, verified.Entries(verified.FirstEntry).Count()), Is.EqualTo((512L, 190)));
        LoggedEntry last = verified.Entries(701).Single();
        Assert.That(verified.Prove(701).Verify(last.Leaf, Origin, Policy, out _));

        // A retention that removes more than was recorded, or less, is no retention.
        File.Delete(Path.Combine(LogFolder, "tile", "entries", "002.p", "190"));
        Assert.That(Codes(Verify(LogName.KeyOf(Origin)!)), Does.Contain("content"));
    }

    [Test]
    public async Task Bundles_removed_without_an_entry_are_seen()
    {
        await using (RoleLog log = await OpenAsync())
        {
            await AppendAsync(log, 600);
            await log.PublishAsync();
        }

        File.Delete(Path.Combine(LogFolder, "tile", "entries", "000"));
        Assert.That(Codes(Verify(LogName.KeyOf(Origin)!)), Is.EqualTo(new[] { "content" }));
    }

    [Test]
    public async Task Retention_is_applied_when_the_log_is_opened_and_its_index_survives()
    {
        string recent;
        await using (RoleLog log = await OpenAsync())
        {
            await AppendAsync(log, 300);
            clock.Now = clock.Now.AddYears(7);
            recent = (await log.Recorder.RecordAsync("subject.shredded", new())).Entry.Event;
        }

        await using (RoleLog log = await RoleLog.OpenAsync(Options with { Retention = TimeSpan.FromDays(366 * 6) }, first, clock, random))
        {
            Assert.That(log.Read().First().Index, Is.EqualTo(256));
        }

        Directory.Delete(Path.Combine(LogFolder, "state", "identities"), true);
        await using RoleLog again = await OpenAsync();
        Assert.That((await again.FindAsync(recent))!.Type, Is.EqualTo("subject.shredded"));
        Assert.That((await again.Recorder.RecordAsync("subject.shredded", new() { { "event", recent } })).IsDuplicate);
    }

    [Test]
    public async Task Bundles_that_adjoin_under_one_checkpoint_are_one_and_others_are_refused()
    {
        await using (RoleLog log = await OpenAsync())
        {
            await AppendAsync(log, 90);
            await log.PublishAsync();
        }

        VerifiedLog verified = VerifiedLog.Open(new FolderLogSource(LogFolder), Origin, Policy);
        byte[] low = Bundle(verified, 10, 40), high = Bundle(verified, 40, 91), apart = Bundle(verified, 41, 91);
        BundleVerification joined = BundleSeries.Verify([high, low], Origin, Policy);
        Assert.That((joined.IsSound, joined.Entries.Count, joined.Entries[0].Index), Is.EqualTo((true, 81, 10L)), joined.Message);
        Assert.That(BundleSeries.Verify([low, apart], Origin, Policy).Code, Is.EqualTo("range"));
        Assert.That(BundleSeries.Verify([low, low], Origin, Policy).Code, Is.EqualTo("range"));
        Assert.That(BundleSeries.Verify([low, "{}"u8.ToArray()], Origin, Policy).Code, Is.EqualTo("format"));
        await using (RoleLog log = await OpenAsync())
        {
            await AppendAsync(log, 1);
            await log.PublishAsync();
        }

        byte[] later = Bundle(VerifiedLog.Open(new FolderLogSource(LogFolder), Origin, Policy), 40, 91);
        Assert.That(BundleSeries.Verify([low, later], Origin, Policy).Code, Is.EqualTo("checkpoint"));
    }

    [Test]
    public void Repeated_events_are_found_also_when_their_names_went_to_files()
    {
        using EventNames names = new(inMemory: 100);
        Random draw = new(7);
        List<UInt128> all = [];
        for (int i = 0; i < 2000; i++)
        {
            UInt128 name = i is 1500 or 1999 ? all[i == 1500 ? 3 : 1200] : new UInt128((ulong)draw.NextInt64(), (ulong)draw.NextInt64());
            all.Add(name);
            Assert.That(names.Add(name, i), Is.False);
        }

        Assert.That(names.Repeated().Order(), Is.EqualTo(new[] { 1500L, 1999L }));
        using EventNames few = new(inMemory: 100);
        Assert.That((few.Add(5, 0), few.Add(5, 1), few.Repeated().Count()), Is.EqualTo((false, true, 0)));
    }

    private static byte[] Bundle(VerifiedLog log, long lo, long hi)
    {
        using MemoryStream bytes = new();
        log.Bundle(lo, hi, _ => true).Write(bytes);
        return bytes.ToArray();
    }

    private static async Task AppendAsync(RoleLog log, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => log.Recorder.RecordAsync("subject.shredded", new())));

    private static string[] Codes(VerificationReport report) => [.. report.Findings.Select(finding => finding.Code)];

    private TrustPolicy Policy => TrustPolicy.Threshold([LogName.KeyOf(Origin)!], [], 0);

    private RoleLogOptions Options => new(LogFolder, "local", "clinic") { CheckpointInterval = TimeSpan.FromHours(1), Files = new UnsyncedLogFiles(LogFolder) };

    private Task<RoleLog> OpenAsync() => RoleLog.OpenAsync(Options, first, clock, random);

    private VerificationReport Verify(params VerifierKey[] keys)
    {
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(Origin, TrustPolicy.Threshold(keys, [], 0))
            .Verify(new FolderLogSource(LogFolder), null, report, PreparedEntry.Of, semantic.Add, CancellationToken.None, semantic.Pass);
        semantic.Finish();
        return report;
    }

    private sealed class SteppedClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
