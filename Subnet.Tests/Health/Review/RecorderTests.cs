using System.Security.Cryptography;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>What a recorder says of itself: that its clock went back, and that events were not recorded.</summary>
[TestFixture]
internal sealed class RecorderTests
{
    private readonly OperatingSystemRandomSource random = new();
    private readonly MovedClock clock = new();
    private SigningKey key = null!;
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create()
    {
        key = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
        folder = new TemporaryFolder();
        clock.Now = new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    }

    [TearDown]
    public void Remove()
    {
        key.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Clock_that_goes_back_is_recorded_before_the_next_entry_also_after_a_restart()
    {
        await using (RoleLog log = await OpenAsync())
        {
            await log.Recorder.RecordAsync("subject.shredded", new());
            clock.Now -= TimeSpan.FromSeconds(4);
            await log.Recorder.RecordAsync("subject.shredded", new());
            clock.Now -= TimeSpan.FromMinutes(10);
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.Recorder.RecordAsync("subject.shredded", new());
        }

        clock.Now -= TimeSpan.FromHours(1);
        await using (RoleLog log = await OpenAsync())
        {
            RecordedEntry last = await log.Recorder.RecordAsync("subject.shredded", new());
            Assert.That((last.Index, last.Entry.Seq), Is.EqualTo((7L, 7L)));
            await log.PublishAsync();
            AuditEntry[] entries = [.. log.Read().Select(entry => entry.Entry)];
            Assert.That(
                entries.Select(entry => entry.Type),
                Is.EqualTo(new[] { "log.genesis", "subject.shredded", "subject.shredded", "clock.step", "subject.shredded", "subject.shredded", "clock.step", "subject.shredded" }));
            Assert.That(entries[3].Members.TextOrNull("from"), Is.EqualTo("2026-03-01T08:00:00.000Z"));
            Assert.That(entries[3].Members.TextOrNull("to"), Is.EqualTo("2026-03-01T07:49:56.000Z"));
        }

        Assert.That(Verify().Findings, Is.Empty, "what the log says itself needs no warning");
    }

    [Test]
    public async Task Events_that_could_not_be_recorded_are_a_gap_entry_as_soon_as_the_log_can_be_written()
    {
        FailingLogFiles files = new(new UnsyncedLogFiles(LogFolder));
        await using (RoleLog log = await OpenAsync(files))
        {
            Assert.That(await log.Recorder.RecordOrCountAsync("breakglass", new() { { "reason_code", "unconscious" } }), Is.Not.Null);
            files.IsFull = true;
            Assert.That(await log.Recorder.RecordOrCountAsync("breakglass", new() { { "reason_code", "unconscious" } }), Is.Null);
            clock.Now += TimeSpan.FromMinutes(2);
            files.IsFull = false;
            Assert.That(await log.Recorder.RecordOrCountAsync("breakglass", new() { { "reason_code", "unconscious" } }), Is.Null, "a log that stopped stays so until it is opened again");
            Assert.That(() => log.Recorder.RecordAsync("subject.shredded", new()), Throws.InstanceOf<LogStoreException>(), "what may wait is refused");
        }

        clock.Now += TimeSpan.FromMinutes(1);
        await using (RoleLog log = await OpenAsync())
        {
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.Recorder.RecordAsync("subject.shredded", new());
            await log.PublishAsync();
            AuditEntry[] entries = [.. log.Read().Select(entry => entry.Entry)];
            Assert.That(entries.Select(entry => entry.Type), Is.EqualTo(new[] { "log.genesis", "breakglass", "gap", "subject.shredded", "subject.shredded" }));
            Assert.That(entries[2].Members.IntegerOrNull("count"), Is.EqualTo(2));
            Assert.That(entries[2].Members.TextOrNull("from"), Is.EqualTo("2026-03-01T08:00:00.000Z"));
            Assert.That(entries[2].Members.TextOrNull("to"), Is.EqualTo("2026-03-01T08:02:00.000Z"));
        }

        await using (RoleLog log = await OpenAsync())
        {
            Assert.That((await log.Recorder.RecordAsync("subject.shredded", new())).Index, Is.EqualTo(5), "said once");
            await log.PublishAsync();
        }

        Assert.That(Verify().Findings, Is.Empty);
    }

    private string LogFolder => Path.Combine(folder.Path, "log");

    private Task<RoleLog> OpenAsync(ILogFiles? files = null) => RoleLog.OpenAsync(
        new RoleLogOptions(LogFolder, "local", "clinic") { CheckpointInterval = TimeSpan.FromHours(1), Files = files ?? new UnsyncedLogFiles(LogFolder) }, key, clock, random);

    private VerificationReport Verify()
    {
        string origin = LogName.Of("local", "clinic", key.PublicKey);
        VerificationReport report = new();
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(origin, TrustPolicy.Threshold([LogName.KeyOf(origin)!], [], 0))
            .Verify(new FolderLogSource(LogFolder), null, report, PreparedEntry.Of, semantic.Add, CancellationToken.None, semantic.Pass);
        semantic.Finish();
        return report;
    }

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>A disk that is full for the write-ahead file.</summary>
    private sealed class FailingLogFiles(ILogFiles files) : ILogFiles
    {
        public bool IsFull { get; set; }

        public byte[]? Read(string path) => files.Read(path);

        public long? Length(string path) => files.Length(path);

        public int ReadAt(string path, long offset, Span<byte> destination) => files.ReadAt(path, offset, destination);

        public IReadOnlyList<string> List(string place) => files.List(place);

        public void CreateFolder(string place) => files.CreateFolder(place);

        public void Write(string path, ReadOnlySpan<byte> bytes) => files.Write(path, bytes);

        public void Append(string path, ReadOnlySpan<byte> bytes)
        {
            if (IsFull)
            {
                throw new IOException("the disk is full");
            }

            files.Append(path, bytes);
        }

        public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
        {
            if (IsFull)
            {
                throw new IOException("the disk is full");
            }

            files.WriteAt(path, offset, bytes);
        }

        public void Truncate(string path, long length) => files.Truncate(path, length);

        public void Sync(string path) => files.Sync(path);

        public void SyncFolder(string place) => files.SyncFolder(place);

        public void Rename(string path, string newPath) => files.Rename(path, newPath);

        public void Delete(string path) => files.Delete(path);

        public void DeleteFolder(string place) => files.DeleteFolder(place);

        public IDisposable Lock(string path) => files.Lock(path);
    }
}
