using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;

namespace Subnet.Benchmarks.Load;

/// <summary>
/// <c>dotnet run -c Release --project Subnet.Benchmarks -- log [ENTRIES [FOLDER]]</c>: a clinic's log of that many entries of about 1 kB, queries and results with signed receipts in
/// turn, is appended durably, published, proved from and verified, with the disk's fsync and the memory beside. It ends by itself and removes what it wrote.
/// </summary>
internal sealed class LogTest(int entries, string folder) : IDisposable
{
    private const string Origin = "audit.example/benchmark";
    private const int Outstanding = 4096;
    private const int BundleEntries = 1000;
    private const int Checkpoints = 500;
    private const int Ahead = 50_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private readonly SigningKey logKey = SigningKey.FromSeed(SHA256.HashData("log"u8));
    private readonly SigningKey minerKey = SigningKey.FromSeed(SHA256.HashData("miner"u8));

    public static async Task<int> RunAsync(string[] arguments)
    {
        int entries = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1_000_000;
        string folder = Path.Combine(arguments.Length > 1 ? arguments[1] : Path.GetTempPath(), $"subnet-log-{Environment.ProcessId}");
        using LogTest test = new(entries, folder);
        await test.RunAsync();
        return 0;
    }

    public void Dispose()
    {
        logKey.Dispose();
        minerKey.Dispose();
        Directory.Delete(folder, true);
    }

    private async Task RunAsync()
    {
        using PhysicalLogFiles files = new(folder);
        double fsync = MedianOf(200, () =>
        {
            files.Append("fsync", new byte[1024]);
            files.Sync("fsync");
        });
        Say($"fsync after 1 kB, median: {fsync:F3} ms; {Environment.ProcessorCount} cores; {entries} entries, mean {Enumerable.Range(0, 64).Average(i => Entry(i).Length):F0} bytes");
        await AppendAsync(files);
        ProveFromTiles(files);
        VerifyBundle();
        Verify("hashes and schema", PreparedEntry.WithoutReceipt);
        Verify("hashes, schema and every receipt's signature", PreparedEntry.Of);
    }

    private async Task AppendAsync(PhysicalLogFiles files)
    {
        TransparencyLogOptions options = new()
        {
            Signers = [new NoteSigner(Origin, SignatureType.Ed25519, logKey)],
            Identity = AuditEntry.IdentityOf,
            CheckpointInterval = TimeSpan.FromHours(1),
        };
        await using TransparencyLog log = TransparencyLog.Open(files, options, TimeProvider.System);
        int lone = Math.Min(200, entries / 4);
        List<double> waits = [];
        List<double> flushes = [];
        for (int i = 0; i < lone; i++)
        {
            // A lone entry meets a disk and a processor that rest: so does the fsync beside it.
            byte[] entry = Entry(i);
            await Task.Delay(Pause);
            long started = Stopwatch.GetTimestamp();
            await log.AppendAsync(entry);
            waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(Pause);
            started = Stopwatch.GetTimestamp();
            files.Append("fsync", entry);
            files.Sync("fsync");
            flushes.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Say($"lone append answered, median of {lone}, each after {Pause.TotalMilliseconds:F0} ms of rest: {Median(waits):F3} ms; fsync after the same rest {Median(flushes):F3} ms: {Median(waits) / Median(flushes):F2} fsyncs (target 2)");
        int each = Math.Max(1, entries / Checkpoints);
        int published = 0;
        TimeSpan took = TimeSpan.Zero;
        TimeSpan cpu = TimeSpan.Zero;
        List<long> live = [];
        for (int from = lone; from < entries; from += Ahead)
        {
            // Making and signing entries is the clinic's and the miner's work, not the log's: it is not in the figure.
            byte[][] ready = new byte[Math.Min(Ahead, entries - from)][];
            Parallel.For(0, ready.Length, i => ready[i] = Entry(from + i));
            using SemaphoreSlim places = new(Outstanding - 1);
            TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
            long began = Stopwatch.GetTimestamp();
            Task[] answers = new Task[ready.Length];
            for (int i = 0; i < ready.Length; i++)
            {
                await places.WaitAsync();
                answers[i] = AppendOneAsync(log, ready[i], places);
                if ((from + i) % each == 0)
                {
                    published += await log.PublishAsync() is null ? 0 : 1;
                }
            }

            await Task.WhenAll(answers);
            took += Stopwatch.GetElapsedTime(began);
            cpu += Process.GetCurrentProcess().TotalProcessorTime - cpuBefore;
            if (from / Ahead % 2 == 0)
            {
                live.Add(GC.GetTotalMemory(true));
            }
        }

        double rate = (entries - lone) / took.TotalSeconds;
        Say($"batches, {Outstanding} waiting: {rate:F0} entries/s durable, {1e6 * cpu.TotalSeconds / (entries - lone):F1} us of processor an entry (target 10000 entries/s), {published} checkpoints published meanwhile");
        Say($"  live memory while it grew, some of it the next {Ahead} entries: {string.Join(' ', live.Select(MiB))} MiB");
        long flushing = Stopwatch.GetTimestamp();
        await log.FlushAsync();
        await log.PublishAsync();
        Say($"the rest in tiles and signed after {Stopwatch.GetElapsedTime(flushing).TotalSeconds:F2} s; {log.Size} entries");
    }

    private static async Task AppendOneAsync(TransparencyLog log, byte[] entry, SemaphoreSlim places)
    {
        await log.AppendAsync(entry);
        places.Release();
    }

    private void ProveFromTiles(PhysicalLogFiles files)
    {
        FileTileSource source = new(files);
        Random random = new(1);
        double proof = MedianOf(500, () => InclusionProof.Build(new TileTree(source, entries), random.NextInt64(entries), entries));
        Say($"inclusion proof from tiles, nothing kept in memory, median of 500: {proof:F3} ms (target 1)");
    }

    private void VerifyBundle()
    {
        int count = Math.Min(BundleEntries, entries);
        int lo = (entries - count) / 2;
        using MemoryStream written = new();
        VerifiedLog.Open(new FolderLogSource(folder), Origin, Policy).Bundle(lo, lo + count, _ => true).Write(written);
        byte[] bytes = written.ToArray();
        double time = MedianOf(5, () =>
        {
            BundleVerification bundle = BundleVerification.Verify(bytes, Origin, Policy);
            VerificationReport report = new();
            using SemanticVerifier semantic = new(new SemanticOptions { IsWholeLog = false }, report);
            foreach ((long index, CanonicalObject entry) in bundle.Entries)
            {
                semantic.Add(index, CanonicalJsonWriter.Write(entry));
            }

            semantic.Finish();
            if (!bundle.IsSound || !report.IsSound)
            {
                throw new InvalidOperationException("the bundle is not sound");
            }
        });
        Say($"bundle of {count} entries, {bytes.Length} bytes, verified with receipts, median of 5: {time:F1} ms (target 1000)");
    }

    private void Verify(string what, Func<ReadOnlyMemory<byte>, PreparedEntry> prepare)
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long seen = 0;
        List<long> live = [];
        VerificationReport report = new();
        FolderLogSource source = new(folder);
        using SemanticVerifier semantic = new(new SemanticOptions(), report);
        new StructuralVerifier(Origin, Policy).Verify(
            source,
            null,
            report,
            prepare,
            (index, entry) =>
            {
                semantic.Add(index, entry);
                if (++seen % Math.Max(1, entries / 8) == 0)
                {
                    live.Add(GC.GetTotalMemory(true));
                }
            },
            CancellationToken.None,
            semantic.Pass);
        semantic.Finish();
        double processor = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        Say($"verified, {what}: {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s, {processor:F1} s of processor (target 30 s for 1000000), {report.Entries} entries, {report.Errors} errors, {report.Warnings} warnings");
        Say($"  live memory at each eighth of the log: {string.Join(' ', live.Select(MiB))} MiB");
    }

    private TrustPolicy Policy => TrustPolicy.Threshold([new VerifierKey(Origin, SignatureType.Ed25519, logKey.PublicKey)], [], 0);

    /// <summary>A query at an even place, its result with the miner's receipt at the odd one after it.</summary>
    private byte[] Entry(int i)
    {
        int query = i / 2;
        CanonicalObject members = new()
        {
            { "v", 1 },
            { "time", EntryTime.Format(Start.AddMilliseconds(40 * i)) },
            { "seq", i },
            { "actor", new CanonicalObject { { "kind", "clinic" }, { "id", "key:clinic7" }, { "user", "u-0007" }, { "role", "nurse" } } },
            { "outcome", "ok" },
            { "peer", new CanonicalObject { { "kind", "miner" }, { "id", "key:miner1" } } },
            { "model", new CanonicalObject { { "id", "m-17" }, { "ver", "1" }, { "commit", Hash("model") } } },
            { "he", new CanonicalObject { { "scheme", "bfv" }, { "params", Hash("params") }, { "keys", Hash($"keys {query % 50}") } } },
            { "in", new CanonicalObject { { "hash", Hash($"in {query}") }, { "bytes", 102_585 } } },
        };
        if (i % 2 == 0)
        {
            members.Add("type", "query.sent");
            members.Add("event", EventOf(query));
            members.Add("purpose", "TREAT");
            members.Add("basis", "hipaa-tpo");
            members.Add("subject", PatientPseudonym.Compute(SHA256.HashData(BitConverter.GetBytes(query % 1000)), Origin, "2026Q1"));
            members.Add("fset", Hash("features"));
            members.Add("policy", Hash("policy"));
            return AuditEntry.Create(members).Bytes.ToArray();
        }

        VerifierKey miner = new("miner.example/m1", SignatureType.Ed25519, minerKey.PublicKey);
        ReceiptStatement statement = new(EventOf(query), Hash("model"), Hash($"in {query}"), Hash($"out {query}"), Start.AddMilliseconds(40 * i), miner);
        members.Add("type", "result.received");
        members.Add("event", Hash($"result {query}")[..32]);
        members.Add("ref", EventOf(query));
        members.Add("out", new CanonicalObject { { "hash", Hash($"out {query}") }, { "bytes", 20_023 } });
        members.Add("receipt", new CanonicalObject
        {
            { "key", miner.ToString() },
            { "sig", Convert.ToBase64String(statement.Sign(minerKey)) },
            { "time", EntryTime.Format(statement.Time) },
        });
        return AuditEntry.Create(members).Bytes.ToArray();
    }

    private static string EventOf(int query) => Hash($"query {query}")[..32];

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static double MedianOf(int count, Action act)
    {
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            long started = Stopwatch.GetTimestamp();
            act();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return Median(times);
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static string MiB(long bytes) => (bytes / (double)(1 << 20)).ToString("F0", CultureInfo.InvariantCulture);

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
