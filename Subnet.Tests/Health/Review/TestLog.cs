using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Entries;

namespace Subnet.Tests.Health.Review;

/// <summary>A clinic's and a miner's log on disk, with whole queries in them.</summary>
internal sealed class TestLog : IDisposable
{
    private readonly SigningKey clinicKey = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
    private readonly SigningKey minerKey = SigningKey.FromSeed(SHA256.HashData("miner"u8));

    public TestLog()
    {
        ClinicFolder = Path.Combine(Folder, "clinic");
        MinerFolder = Path.Combine(Folder, "miner");
        Clinic = new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, clinicKey);
        Miner = new NoteSigner("miner.example/m1", SignatureType.Ed25519, minerKey);
        Policy = TrustPolicy.Threshold([Clinic.Verifier, Miner.Verifier], [], 0);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("audit").FullName;

    public string ClinicFolder { get; }

    public string MinerFolder { get; }

    public NoteSigner Clinic { get; }

    public NoteSigner Miner { get; }

    public TrustPolicy Policy { get; }

    public string Model { get; } = Hash("model");

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a genesis, a model and some queries into both logs, and publishes them.</summary>
    /// <param name="queries">How many queries.</param>
    /// <param name="change">Changes an entry's members before they are written: (log, type, number of the query, members).</param>
    public async Task WriteAsync(int queries, Action<string, string, int, CanonicalObject>? change = null)
    {
        await using TransparencyLog clinicLog = Open(ClinicFolder, Clinic);
        await using TransparencyLog minerLog = Open(MinerFolder, Miner);
        using SeededRandomSource random = new SeededRandomSource(PrngType.Blake2Xb, new byte[PrngSeed.ByteCount]);
        TestClock clock = new();
        AuditRecorder clinic = new(clinicLog, "clinic", "key:clinic7", 0, clock, random);
        AuditRecorder miner = new(minerLog, "miner", "key:miner1", 0, clock, random);
        CanonicalObject model = new() { { "id", "m-17" }, { "ver", "1.2.0" }, { "commit", Model } };
        await Record(clinic, "clinic", "log.genesis", -1, new() { { "origin", "audit.example/clinic-7" }, { "keys", new CanonicalList { Clinic.Verifier.ToString() } }, { "build", "subnet-0.1.0" } }, change);
        await Record(clinic, "clinic", "model.registered", -1, new() { { "model", model } }, change);
        for (int i = 0; i < queries; i++)
        {
            CanonicalObject sentBytes = new() { { "hash", Hash($"in {i}") }, { "bytes", 13_000 } };
            CanonicalObject repliedBytes = new() { { "hash", Hash($"out {i}") }, { "bytes", 9_000 } };
            RecordedEntry sent = await Record(clinic, "clinic", "query.sent", i, new()
            {
                { "peer", Party("miner", "key:miner1") }, { "purpose", "TREAT" }, { "basis", "hipaa-tpo" },
                { "subject", PatientPseudonym.Compute(SHA256.HashData(BitConverter.GetBytes(i % 3)), "audit.example/clinic-7", "2026Q1") },
                { "model", model }, { "fset", Hash("features") }, { "policy", Hash("policy") }, { "in", sentBytes },
                { "he", new CanonicalObject { { "scheme", "bfv" }, { "params", Hash("params") }, { "keys", Hash("keys") } } },
            }, change);
            ReceiptStatement statement = new(sent.Entry.Event, Model, Hash($"in {i}"), Hash($"out {i}"), clock.GetUtcNow(), Miner.Verifier);
            CanonicalObject receipt = new()
            {
                { "key", Miner.Verifier.ToString() },
                { "sig", Convert.ToBase64String(statement.Sign(minerKey)) },
                { "time", EntryTime.Format(statement.Time) },
            };
            await Record(miner, "miner", "query.served", i, new() { { "ref", sent.Entry.Event }, { "model", model }, { "in", sentBytes }, { "out", repliedBytes }, { "receipt", receipt } }, change);
            await Record(clinic, "clinic", "result.received", i, new()
            {
                { "peer", Party("miner", "key:miner1") }, { "ref", sent.Entry.Event }, { "model", model }, { "in", sentBytes }, { "out", repliedBytes }, { "receipt", receipt },
            }, change);
        }

        await clinicLog.FlushAsync();
        await minerLog.FlushAsync();
        await clinicLog.PublishAsync();
        await minerLog.PublishAsync();
    }

    public static TransparencyLog Open(string folder, NoteSigner signer) => TransparencyLog.Open(
        new UnsyncedLogFiles(folder),
        new TransparencyLogOptions { Signers = [signer], Identity = AuditEntry.IdentityOf, CheckpointInterval = TimeSpan.FromHours(1) },
        TimeProvider.System);

    public void Dispose()
    {
        clinicKey.Dispose();
        minerKey.Dispose();
        Directory.Delete(Folder, true);
    }

    private static CanonicalObject Party(string kind, string id) => new() { { "kind", kind }, { "id", id } };

    private static Task<RecordedEntry> Record(
        AuditRecorder recorder, string log, string type, int number, CanonicalObject members, Action<string, string, int, CanonicalObject>? change)
    {
        change?.Invoke(log, type, number, members);
        return recorder.RecordAsync(type, members, "u-0007", "nurse");
    }

    private sealed class TestClock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now += TimeSpan.FromMilliseconds(250);
    }
}
