using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>The logs of a clinic, a miner and a validator with one query in them, and what a ledger says of it.</summary>
internal sealed class TraceNetwork : IDisposable
{
    public const int Netuid = 1;
    public const int Epoch = 12;
    public const int Weight = 60_000;

    private readonly TemporaryFolder folder = new();
    private readonly OperatingSystemRandomSource random = new();
    private readonly StepClock clock = new();

    public SigningKey Clinic { get; } = SigningKey.FromSeed(SHA256.HashData("clinic"u8));

    public SigningKey Miner { get; } = SigningKey.FromSeed(SHA256.HashData("miner"u8));

    public SigningKey Validator { get; } = SigningKey.FromSeed(SHA256.HashData("validator"u8));

    public SigningKey[] CoValidators { get; } = [SigningKey.FromSeed(SHA256.HashData("co1"u8)), SigningKey.FromSeed(SHA256.HashData("co2"u8))];

    public byte[] Card { get; } = Encoding.UTF8.GetBytes("{\"card\":\"m-17\"}");

    public string CardHash => Convert.ToHexStringLower(SHA256.HashData(Card));

    public string Event { get; private set; } = "";

    public string Home => folder.Path;

    /// <summary>Writes all logs; <paramref name="change"/> may change an entry's members first: (type or code, members).</summary>
    public async Task WriteAsync(Action<string, CanonicalObject>? change = null)
    {
        await using RoleLog clinic = await OpenAsync("clinic", Clinic);
        await using RoleLog miner = await OpenAsync("miner", Miner);
        await using RoleLog validator = await OpenAsync("validator", Validator);
        CanonicalObject model = new() { { "id", "m-17" }, { "ver", "1" }, { "commit", CardHash } };
        await Record(miner, "model.registered", new() { { "model", model } });
        byte[] plan = CanonicalJsonWriter.Write(new CanonicalObject { { "netuid", Netuid }, { "epoch", Epoch }, { "validator", Hex(Validator) }, { "root", TestLog.Hash("plan") } });
        await Record(validator, "score.assigned", ScoreEntries.Plan(plan, Sign(Validator, "subnet-plan/1", plan)));
        CanonicalObject consent = new() { { "ref", "c-1" }, { "ver", 1 } };
        await Record(clinic, "consent.granted", new() { { "consent", consent } });
        CanonicalObject input = new() { { "hash", TestLog.Hash("in") }, { "bytes", 13_000 } }, output = new() { { "hash", TestLog.Hash("out") }, { "bytes", 9_000 } };
        RecordedEntry sent = await Record(clinic, "query.sent", new()
        {
            { "peer", Party("miner", Miner.Address) }, { "purpose", "TREAT" }, { "basis", "consent" }, { "consent", consent },
            { "subject", PatientPseudonym.Compute(new byte[32], clinic.Origin, "2026Q1") }, { "model", model }, { "fset", TestLog.Hash("features") },
            { "policy", TestLog.Hash("policy") }, { "in", input },
            { "he", new CanonicalObject { { "scheme", "bfv" }, { "params", TestLog.Hash("params") }, { "keys", TestLog.Hash("keys") } } },
        });
        Event = sent.Entry.Event;
        ReceiptStatement statement = new(Event, CardHash, TestLog.Hash("in"), TestLog.Hash("out"), clock.GetUtcNow(), MinerKey.Of(Miner.PublicKey));
        CanonicalObject receipt = new()
        {
            { "key", statement.Miner.ToString() }, { "sig", Convert.ToBase64String(statement.Sign(Miner)) }, { "time", EntryTime.Format(statement.Time) },
        };
        await Record(miner, "query.served", new() { { "ref", Event }, { "model", model }, { "in", input }, { "out", output }, { "receipt", receipt } });
        await Record(clinic, "result.received", new()
        {
            { "peer", Party("miner", Miner.Address) }, { "ref", Event }, { "model", model }, { "in", input }, { "out", output }, { "receipt", receipt },
        });
        await Record(clinic, "result.viewed", new() { { "ref", Event } });
        byte[] verdict = CanonicalJsonWriter.Write(new CanonicalObject
        {
            { "netuid", Netuid }, { "epoch", Epoch }, { "validator", Hex(Validator) }, { "miner", Hex(Miner) }, { "card", CardHash }, { "commitment", new string('0', 66) },
            { "audits", TestLog.Hash("audits") }, { "count", 32 }, { "form", TestLog.Hash("form") }, { "proof", TestLog.Hash("proof") }, { "result", "pass" }, { "code", "valid" },
        });
        CanonicalObject judged = ScoreEntries.Verdict(
            Miner.Address, verdict, [Sign(Validator, "subnet-verdict/1", verdict), .. CoValidators.Select(key => Sign(key, "subnet-verdict/1", verdict))]);
        RecordedEntry recorded = await Record(validator, "score.assigned", judged);
        await Record(validator, "score.assigned", ScoreEntries.Score(Miner.Address, Netuid, Epoch, CardHash, 0.875, Weight, recorded.Entry.Event));
        foreach (RoleLog log in (RoleLog[])[clinic, miner, validator])
        {
            await log.PublishAsync();
        }

        async Task<RecordedEntry> Record(RoleLog log, string type, CanonicalObject members)
        {
            change?.Invoke(members.TextOrNull("code") ?? type, members);
            return await log.Recorder.RecordAsync(type, members, type == "result.viewed" ? "u-0007" : null);
        }
    }

    /// <summary>Traces the query with the logs of these parties.</summary>
    public Task<QueryTrace> TraceAsync(ITraceLedger? ledger, params string[] parties) =>
        new QueryTracer(new TraceSources([.. parties.Select(Log)], ledger, hash => hash == CardHash ? Card : null)).TraceAsync(Event, CancellationToken.None);

    /// <summary>A ledger that tells what these logs lead to.</summary>
    public ScriptedLedger Ledger() => new(this);

    public string LogFolder(string party) => folder.Combine(party, "one", "log");

    public void Dispose()
    {
        foreach (SigningKey key in (SigningKey[])[Clinic, Miner, Validator, .. CoValidators])
        {
            key.Dispose();
        }

        folder.Dispose();
    }

    public ITraceLog Log(string party)
    {
        FolderLogSource source = new(LogFolder(party));
        string origin = Checkpoint.Parse(SignedNote.Parse(source.ReadCheckpoint()).Text).Origin;
        return new WholeTraceLog(VerifiedLog.Open(source, origin, TrustPolicy.Threshold([LogName.KeyOf(origin)!], [], 0)));
    }

    private static string Hex(SigningKey key) => Convert.ToHexStringLower(key.PublicKey);

    private static StatementSignature Sign(SigningKey key, string domain, byte[] statement) =>
        new(key.PublicKey.ToArray(), DomainSignature.Sign(key, domain, statement));

    private static CanonicalObject Party(string kind, string id) => new() { { "kind", kind }, { "id", id } };

    private Task<RoleLog> OpenAsync(string role, SigningKey key)
    {
        Directory.CreateDirectory(LogFolder(role));
        return RoleLog.OpenAsync(
            new RoleLogOptions(LogFolder(role), "local", role) { CheckpointInterval = TimeSpan.FromHours(1), Files = new UnsyncedLogFiles(LogFolder(role)) }, key, clock, random);
    }

    private sealed class StepClock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now += TimeSpan.FromSeconds(1);
    }
}

/// <summary>Answers of a ledger, each of which a test may change.</summary>
internal sealed class ScriptedLedger(TraceNetwork network) : ITraceLedger
{
    public TracedModel? Model { get; set; } = new(TraceNetwork.Netuid, network.Miner.Address, new string('0', 66), 5, new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero), null);

    public TracedAnchor? Anchor { get; set; }

    public IReadOnlyList<TracedEpoch> Epochs { get; set; } =
    [
        Of(13, 0, network), Of(14, TraceNetwork.Weight, network), Of(15, TraceNetwork.Weight, network),
    ];

    public string Name => "subnet/local at block 900";

    public static TracedEpoch Of(long index, int weight, TraceNetwork network) => new(
        index, 100 * index, new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero).AddHours(index), TestLog.Hash($"block {index}"),
        new Dictionary<string, int> { [network.Validator.Address] = weight }, 0.5, 41_000_000_000, ["consensus 0.5 of the stake"]);

    public Task<TracedModel?> ModelAsync(string card, CancellationToken cancellationToken) => Task.FromResult(card == network.CardHash ? Model : null);

    public Task<TracedAnchor?> AnchorAsync(string origin, CancellationToken cancellationToken) => Task.FromResult(Anchor);

    public Task<IReadOnlyList<TracedEpoch>> EpochsAfterAsync(int netuid, string miner, DateTimeOffset after, int maximum, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TracedEpoch>>([.. Epochs.Where(epoch => epoch.Time > after).Take(maximum)]);
}
