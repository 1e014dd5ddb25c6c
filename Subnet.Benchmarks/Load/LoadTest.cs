using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Miner.Check;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Node;
using Subnet.Health.Review.Logs;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Benchmarks.Load;

/// <summary>
/// <c>dotnet run -c Release --project Subnet.Benchmarks -- load [QUERIES [CLIENTS [PATIENTS]]]</c>: encrypted queries end to end over gRPC on loopback, clients on the
/// same machine, every log and store durable, tokens bought before. Counts are bounded: it ends by itself.
/// </summary>
internal sealed class LoadTest(int queries, int clients, int patients)
{
    private const int Warm = 256;
    private const int CompositeRounds = 100;
    private const int Turns = 5;

    public static async Task<int> RunAsync(string[] arguments)
    {
        int[] numbers = [.. arguments.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        await new LoadTest(numbers.ElementAtOrDefault(0) is > 0 and int q ? q : 1000, numbers.ElementAtOrDefault(1) is > 0 and int c ? c : 8, numbers.ElementAtOrDefault(2) is > 0 and int p ? p : 10_000).RunAsync();
        return 0;
    }

    private async Task RunAsync()
    {
        string root = FindRoot();
        await using LoadNetwork network = await LoadNetwork.StartAsync(root, clients);
        Say($"fsync of 4 KiB, median: {HostCheck.MeasureFlush(network.Folder, TimeProvider.System):F2} ms; {Environment.ProcessorCount} cores, {clients} clients");
        string[] table = Admitted(root);
        string miner = (await network.Clinic.ModelsAsync(LoadNetwork.Netuid)).Single().Miner;
        int batches = (patients + 15) / 16;
        await BuyAsync(network, miner, 1, (2 * Turns * queries) + (2 * Warm) + Math.Min(queries, 200) + (2 * CompositeRounds));
        string other = (await network.Clinic.ModelsAsync(LoadNetwork.OtherNetuid)).Single().Miner;
        await BuyAsync(network, other, 1, 2 * CompositeRounds, LoadNetwork.OtherNetuid);
        await BuyAsync(network, miner, 16, batches);

        await GatewayAsync(network, table, Warm, clients);
        DirectClient direct = await DirectClient.OpenAsync(network, table);
        await using (direct)
        {
            await RunAsync(Warm, clients, _ => direct.AskAsync());
            await CompareAsync(i => AskAsync(network, table, i), _ => direct.AskAsync());
        }

        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        double[] alone = await GatewayAsync(network, table, Math.Min(queries, 200), 1);
        double each = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / alone.Length;
        Say($"one client through the gateway: p50 {Percentile(alone, 0.50):F2} ms, p99 {Percentile(alone, 0.99):F2} ms (target 5 and 20), {each:F2} ms of processor");

        await ComposeAsync(network, table);
        await ManyAsync(network, table);
    }

    // The two take turns, so that what is compiled, collected or written meanwhile strikes both.
    private async Task CompareAsync(Func<int, Task> gateway, Func<int, Task> direct)
    {
        Rate[] through = new Rate[Turns];
        Rate[] past = new Rate[Turns];
        for (int turn = 0; turn < Turns; turn++)
        {
            past[turn] = await RateAsync(queries, clients, direct);
            through[turn] = await RateAsync(queries, clients, gateway);
        }

        double[] below = [.. through.Zip(past, (one, other) => 100 * (1 - (one.QueriesPerSecond / other.QueriesPerSecond))).Order()];
        Say($"direct:  {Rate.Mean(past)}");
        Say($"gateway: {Rate.Mean(through)} (target 400)");
        Say($"gateway below direct in {Turns} turns of {queries}: {100 * (1 - (Rate.Mean(through).QueriesPerSecond / Rate.Mean(past).QueriesPerSecond)):F1} % in all (target 10); from {below[0]:F1} to {below[^1]:F1} %, median {below[Turns / 2]:F1} %");
    }

    private async Task ManyAsync(LoadNetwork network, string[] table)
    {
        string csv = table[0] + "\n" + string.Join('\n', Enumerable.Range(0, patients).Select(i => table[1 + (i % (table.Length - 1))]));
        Stopwatch watch = Stopwatch.StartNew();
        ClinicAnswer answer = await network.Clinic.QueryAsync(new ClinicQuery(LoadNetwork.Netuid, "heart", ClinicInput.FromCsv(new StringReader(csv))));
        Say($"{answer.Scores.Count} patients from a table in {answer.Queries.Count} queries: {watch.Elapsed.TotalSeconds:F2} s (target 5)");
    }

    // Two models of two subnets by one command against the slower of the two alone, all else idle; the three take turns, so that a noisy moment strikes all.
    private static async Task ComposeAsync(LoadNetwork network, string[] table)
    {
        ushort[][] asked = [[LoadNetwork.Netuid], [LoadNetwork.OtherNetuid], [LoadNetwork.Netuid, LoadNetwork.OtherNetuid]];
        double[][] times = [.. asked.Select(_ => new double[CompositeRounds])];
        for (int round = 0; round < CompositeRounds; round++)
        {
            for (int kind = 0; kind < asked.Length; kind++)
            {
                ClinicQuery[] queries = [.. asked[kind].Select(netuid => QueryOf(table, round, netuid))];
                long started = Stopwatch.GetTimestamp();
                await network.Clinic.QueryAllAsync(queries);
                times[kind][round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        double[] medians = [.. times.Select(each => Percentile(each, 0.50))];
        Say($"two models of two subnets at once: {medians[2]:F2} ms, alone {medians[0]:F2} and {medians[1]:F2} ms, {100 * ((medians[2] / Math.Max(medians[0], medians[1])) - 1):F0} % above the slower (target 20; medians of {CompositeRounds})");
    }

    private static ClinicQuery QueryOf(string[] table, int i, ushort netuid) =>
        new(netuid, "heart", ClinicInput.FromCsv(new StringReader(table[0] + "\n" + table[1 + (i % (table.Length - 1))])));

    private static Task<double[]> GatewayAsync(LoadNetwork network, string[] table, int count, int clients) => RunAsync(count, clients, i => AskAsync(network, table, i));

    private static Task<ClinicAnswer> AskAsync(LoadNetwork network, string[] table, int i) => network.Clinic.QueryAsync(QueryOf(table, i, LoadNetwork.Netuid));

    private static async Task<Rate> RateAsync(int count, int clients, Func<int, Task> ask)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        await RunAsync(count, clients, ask);
        double seconds = watch.Elapsed.TotalSeconds;
        return new Rate(
            count / seconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / count, (GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / count);
    }

    private static async Task<double[]> RunAsync(int count, int clients, Func<int, Task> ask)
    {
        double[] times = new double[count];
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                long started = Stopwatch.GetTimestamp();
                await ask(i);
                times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        })));
        return times;
    }

    private static async Task BuyAsync(LoadNetwork network, string miner, int rows, int count, ushort netuid = LoadNetwork.Netuid)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await network.Clinic.BuyTokensAsync(netuid, miner, rows, count);
        Say($"{count} tokens of {rows} rows bought in {watch.Elapsed.TotalSeconds:F1} s");
    }

    private static string[] Admitted(string root)
    {
        string[] lines = File.ReadAllLines(Path.Combine(root, "samples", "data", "heart-cleveland.csv"));
        return [.. lines.Where(line => !line.Split(',').Contains("") && !line.Contains('?'))];
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Subnet.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("Subnet.sln is in no folder above the program");
    }

    private static double Percentile(double[] times, double part) => times.Order().ElementAt(Math.Min(times.Length - 1, (int)(part * times.Length)));

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Rate(double QueriesPerSecond, double ProcessorMs, double AllocatedKib)
    {
        /// <summary>The rate of equally many queries at each of these, one after the other.</summary>
        public static Rate Mean(Rate[] rates) =>
            new(rates.Length / rates.Sum(rate => 1 / rate.QueriesPerSecond), rates.Average(rate => rate.ProcessorMs), rates.Average(rate => rate.AllocatedKib));

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{QueriesPerSecond:F0} queries/s, {ProcessorMs:F2} ms of processor and {AllocatedKib:F0} KiB allocated a query");
    }

    /// <summary>A client without the gateway: the same bytes, the same wallet of tokens and the same entries in a log of its own.</summary>
    private sealed class DirectClient(RoleLog log, TokenWallet wallet, MinerDirectory miners, MinerOffer offer, PreparedRows rows, OperatingSystemRandomSource random, ILedgerClient ledger) : IAsyncDisposable
    {
        private readonly MinerClient client = new(TimeSpan.FromSeconds(30), 0, TimeProvider.System);

        public static async Task<DirectClient> OpenAsync(LoadNetwork network, string[] table)
        {
            OperatingSystemRandomSource random = new();
            MinerDirectory miners = new(Path.Combine(network.Folder, "direct-cards"), network.Ledger, new(), TimeProvider.System);
            MinerOffer offer = (await miners.FindAsync(LoadNetwork.Netuid, default)).Single();
            using StringReader reader = new(table[0] + "\n" + table[1]);
            ModelSchema schema = new(offer.Card.Card.Task, [.. offer.Card.Inputs.Select(input => input.Column)], [], []);
            PreparedRows rows = offer.Card.Prepare(RowFileReader.Read(reader, schema));
            RoleLog log = await RoleLog.OpenAsync(
                new RoleLogOptions(Path.Combine(network.Folder, "direct-log"), "load", "clinic"), LoadNetwork.KeyOf("direct"), TimeProvider.System, random);
            return new DirectClient(log, network.Clinic.Wallet, miners, offer, rows, random, network.Ledger);
        }

        public async Task AskAsync()
        {
            byte[] master = new byte[KeylessSeeds.MasterBytes];
            random.Fill(master);
            TakenToken token = (await wallet.TakeAsync(LoadNetwork.Netuid, offer.HotkeyHex, 1, await ledger.GetAccessEpochAsync(), TimeProvider.System.GetUtcNow()))
                ?? throw new InvalidOperationException("too few tokens were bought");
            using PendingQuery pending = offer.Card.Encrypt(rows.Take(0, 1), master);
            string name = log.Recorder.NewEvent();
            CanonicalObject model = new() { { "id", "heart" }, { "ver", "1" }, { "commit", offer.CardHex } };
            CanonicalObject input = new() { { "hash", Convert.ToHexStringLower(pending.RequestHash.Span) }, { "bytes", pending.Query.Length } };
            await log.Recorder.RecordAsync("query.sent", new CanonicalObject { { "event", name }, { "model", model }, { "in", input }, { "outcome", "error" }, { "code", "load" } });
            QueryRequest request = new()
            {
                Query = UnsafeByteOperations.UnsafeWrap(pending.Query),
                Event = ByteString.CopyFrom(Convert.FromHexString(name)),
                Token = UnsafeByteOperations.UnsafeWrap(token.Bytes),
            };
            QueryOutcome outcome = await client.SendAsync(miners.ChannelTo(offer.Endpoint), offer.Hotkey, offer.Card.Hash.ToArray(), request, default, pending.RequestHash);
            pending.Decrypt(outcome.Reply!.Value.Span);
            await log.Recorder.RecordTogetherAsync(
            [
                ("result.received", new CanonicalObject { { "ref", name }, { "model", model }, { "outcome", "error" }, { "code", "load" } }),
                ("result.viewed", new CanonicalObject { { "ref", name } }),
            ]);
        }

        public async ValueTask DisposeAsync()
        {
            await log.DisposeAsync();
            miners.Dispose();
            rows.Dispose();
            random.Dispose();
        }
    }
}
