using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Circuits;
using Subnet.Health.Models.Rows;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.HealthV1;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;
using ServingStatus = Subnet.Health.Rpc.HealthV1.HealthCheckResponse.Types.ServingStatus;

namespace Subnet.Tests.Health.Miner;

/// <summary>A miner's process under more queries than it has places for: bytes, answers, and that it is as before afterwards.</summary>
[TestFixture]
internal sealed class MinerOverloadTests
{
    private const string Password = "correct horse";
    private const int Places = 4;

    private const int Clients = 20;

    // More than seven times the connections that its places need.
    private const int Crowd = 300;

    // On connections beside those.
    private const int Slow = 200;
    private const int Asked = 2_400;
    private const int Paid = 48;

    [Test]
    public async Task Memory_stays_within_what_the_miner_states_the_rest_is_told_RESOURCE_EXHAUSTED_and_then_it_answers_as_before()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("memory is read from /proc");
        }

        using TemporaryFolder home = new();
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        Uri node = await network.Ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        DemoModels models = new(SampleFolder.Find(RepositoryFolder.Find()));
        using Process process = await StartAsync(home, network, node, models);
        try
        {
            (Uri address, long stated) = await ReadStartAsync(process);
            (byte[] query, byte[][] tokens) = await PrepareAsync(home, network, models, Paid + 8 + Places + 1);
            ConcurrentQueue<byte[]> left = new(tokens[..Paid]);

            long before = AnonymousBytes(process.Id);
            using CancellationTokenSource done = new();
            Task<long> sampling = MostBytesAsync(process.Id, done.Token);
            await FillAsync(home, address, query, tokens[^(Places + 1)..]);
            Dictionary<string, int> ends = await RunAsync(address, query, Asked, left);
            await done.CancelAsync();
            long most = await sampling;

            string figures = string.Create(
                CultureInfo.InvariantCulture,
                $"stated {stated >> 10} KiB, query {query.Length >> 10} KiB, before {before >> 10} KiB, most {most >> 10} KiB, {string.Join(", ", ends.Select(end => $"{end.Key} {end.Value}"))}");
            TestContext.Out.WriteLine(figures);
            Assert.That(most, Is.LessThanOrEqualTo(stated), figures);
            Assert.That(ends.Keys, Is.SubsetOf(new[] { "answer", "refusal", "busy" }), figures);
            Assert.That((ends.GetValueOrDefault("answer") > 0, ends.Values.Sum()), Is.EqualTo((true, Asked)), figures);

            for (int i = Paid; i < tokens.Length - Places - 1; i++)
            {
                Assert.That(await AskAsync(address, query, tokens[i]), Is.EqualTo("answer"), "as before the overload");
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Test]
    public async Task Many_more_clients_at_once_than_places_are_each_told_and_small_calls_are_answered_meanwhile()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("memory is read from /proc");
        }

        using TemporaryFolder home = new();
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        Uri node = await network.Ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        DemoModels models = new(SampleFolder.Find(RepositoryFolder.Find()));
        using Process process = await StartAsync(home, network, node, models);
        GrpcChannel[] crowd = [];
        try
        {
            (Uri address, long stated) = await ReadStartAsync(process);
            (byte[] query, byte[][] tokens) = await PrepareAsync(home, network, models, 1);
            using CancellationTokenSource done = new();
            Task<long> sampling = MostBytesAsync(process.Id, done.Token);

            // Each has its connection before any asks, and keeps it.
            crowd = [.. Enumerable.Range(0, Crowd).Select(_ => new GrpcChannel(address, new GrpcChannelOptions(), TimeProvider.System))];
            Assert.That(await Task.WhenAll(crowd.Select(HealthAsync)), Is.All.EqualTo(ServingStatus.Serving));

            string[] told = await Task.WhenAll(crowd.Select(channel => AskAsync(channel, query, RandomNumberGenerator.GetBytes(354))));
            Assert.That(told, Is.All.EqualTo("busy").Or.EqualTo("refusal"));

            // All but the last byte of a query from everyone: what has no room is told so, the rest is held until it is whole.
            PacedContent[] slow = [.. Enumerable.Range(0, Slow).Select(_ => new PacedContent(Framed(query)))];
            Task<string>[] halves = [.. slow.Select(content => SendAsync(address, content))];
            await Task.WhenAll(slow.Select(content => content.Begun));
            Assert.That(await Task.WhenAll(crowd.Select(HealthAsync)), Is.All.EqualTo(ServingStatus.Serving));
            Assert.That((await crowd[0].UnaryAsync(InferenceMethods.Models, new ModelsRequest(), GrpcCallOptions.None, CancellationToken.None)).Cards, Has.Count.EqualTo(1));
            Array.ForEach(slow, content => content.Finish());
            Assert.That(await Task.WhenAll(halves), Is.All.EqualTo(Status(GrpcStatusCode.ResourceExhausted)).Or.EqualTo(Status(GrpcStatusCode.Ok)));

            Assert.That(await AskAsync(crowd[^1], query, tokens[0]), Is.EqualTo("answer"), "as before");
            await done.CancelAsync();
            long most = await sampling;
            string figures = string.Create(CultureInfo.InvariantCulture, $"stated {stated >> 10} KiB, most {most >> 10} KiB, query {query.Length} bytes");
            TestContext.Out.WriteLine(figures);
            Assert.That(most, Is.LessThanOrEqualTo(stated), figures);
        }
        finally
        {
            Array.ForEach(crowd, channel => channel.Dispose());
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<Process> StartAsync(TemporaryFolder home, RoleNetwork network, Uri node, DemoModels models)
    {
        await network.Miner("miner").StopAsync();
        string model = home.Combine("model");
        models.Serve(DemoPlan.Miners.Single(miner => miner.Name == "diabetes-honest"), model, Encoding.UTF8.GetBytes(Password), network.Randomness, null).Dispose();
        TestWallets.Write(home.Path, "miner", "default", "miner-hot", Password);
        return SubnetProcess.Start(
            home.Path,
            ["miner", "run", model, "--netuid", $"{network.Netuid}", "--wallet-name", "miner", "--network", node.ToString(), "--home", home.Path, "--json"],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["SUBNET_WALLET_PASSWORD"] = Password, ["SUBNET_MODEL_PASSWORD"] = Password, ["SUBNET_MINER__RUNNING"] = $"{Places}", ["SUBNET_MINER__WAITING"] = "0",
            });
    }

    private static async Task<(Uri Address, long Stated)> ReadStartAsync(Process process)
    {
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long);
        Assert.That(line, Is.Not.Null, line is null ? await errors : "");
        JsonNode started = JsonNode.Parse(line!)!;
        return (new Uri((string)started["grpc"]!), (long)started["memory_bytes"]!);
    }

    private static async Task<long> MostBytesAsync(int process, CancellationToken done)
    {
        long most = 0;
        while (!done.IsCancellationRequested)
        {
            most = Math.Max(most, AnonymousBytes(process));
            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
        }

        return most;
    }

    private static async Task<ServingStatus> HealthAsync(GrpcChannel channel) =>
        (await channel.UnaryAsync(HealthService.CheckMethod, new HealthCheckRequest(), GrpcCallOptions.None, CancellationToken.None)).Status;

    private static string Status(GrpcStatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);

    private static byte[] Framed(byte[] query) => GrpcFrame.ToBytes(Request(query, RandomNumberGenerator.GetBytes(354)), null, int.MaxValue).ToArray();

    private static async Task<string> SendAsync(Uri address, PacedContent content)
    {
        using HttpMessageInvoker invoker = new(new SocketsHttpHandler());
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, InferenceMethods.Query.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        using HttpResponseMessage response = await invoker.SendAsync(request, CancellationToken.None);
        await response.Content.CopyToAsync(Stream.Null);
        return (response.Headers.NonValidated.TryGetValues("grpc-status", out HeaderStringValues status) ? status : response.TrailingHeaders.NonValidated["grpc-status"]).ToString();
    }

    private static async Task<(byte[] Query, byte[][] Tokens)> PrepareAsync(TemporaryFolder home, RoleNetwork network, DemoModels models, int wanted)
    {
        CardClient card = CardClient.OpenAny(await File.ReadAllBytesAsync(Path.Combine(home.Path, "model", "card.json")));
        DemoSubnet subnet = DemoPlan.Subnets.Single(subnet => subnet.Data == "diabetes130");
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Find(), "samples", "data", subnet.Data + "-heldout.csv"));
        RowBatch rows = RowFileReader.Read(new StringReader($"{lines[0]}\n{lines[1]}\n"), models.Of(subnet.Netuid).Plain.Schema);
        using PendingQuery pending = card.Encrypt(card.Prepare(rows), RandomNumberGenerator.GetBytes(32));
        string miner = RoleNetwork.AddressOf("miner");
        await network.Clinic.BuyTokensAsync(network.Netuid, miner, pending.RowClass, wanted);
        List<byte[]> tokens = [];
        for (int i = 0; i < wanted; i++)
        {
            tokens.Add((await network.Clinic.ExportTokenAsync(network.Netuid, miner, pending.RowClass)).ToArray());
        }

        return (pending.Query.ToArray(), [.. tokens]);
    }

    // A miner that outruns its clients never has all places taken. So its store of spent tokens is locked meanwhile, and one more comes than have a place.
    private static async Task FillAsync(TemporaryFolder home, Uri address, byte[] query, byte[][] paid)
    {
        string store = Directory.EnumerateFiles(home.Path, "spent.db", SearchOption.AllDirectories).Single();
        Task<string>[] inside;
        Task<string> outside;
        using (SqliteConnection other = new(new SqliteConnectionStringBuilder { DataSource = store, Pooling = false }.ToString()))
        {
            other.Open();
            using SqliteTransaction transaction = other.BeginTransaction();
            inside = [.. paid.Select(token => AskAsync(address, query, token))];
            outside = await Task.WhenAny(inside);
            Assert.That(await outside, Is.EqualTo("busy"));
            Assert.That(inside.Count(answer => answer.IsCompleted), Is.EqualTo(1), "nobody else is answered before a token is spent");
        }

        Assert.That(await Task.WhenAll(inside.Except([outside])), Is.All.EqualTo("answer"));
        Assert.That(await AskAsync(address, query, paid[Array.IndexOf(inside, outside)]), Is.EqualTo("answer"), "its token was not spent");
    }

    // Those who paid are spread among those who did not, whose tokens the miner refuses only when they have a place.
    private static async Task<Dictionary<string, int>> RunAsync(Uri address, byte[] query, int count, ConcurrentQueue<byte[]> tokens)
    {
        ConcurrentDictionary<string, int> ends = new(StringComparer.Ordinal);
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i <= count; i = Interlocked.Increment(ref next))
            {
                byte[] token = i % 40 == 0 && tokens.TryDequeue(out byte[]? paid) ? paid : RandomNumberGenerator.GetBytes(354);
                ends.AddOrUpdate(await AskAsync(address, query, token), 1, (_, before) => before + 1);
            }
        })));
        return new Dictionary<string, int>(ends, StringComparer.Ordinal);
    }

    private static async Task<string> AskAsync(Uri address, byte[] query, byte[] token)
    {
        using GrpcChannel channel = new(address, new GrpcChannelOptions { OneCallPerConnection = true }, TimeProvider.System);
        return await AskAsync(channel, query, token);
    }

    private static async Task<string> AskAsync(GrpcChannel channel, byte[] query, byte[] token)
    {
        try
        {
            QueryReply reply = await channel.UnaryAsync(InferenceMethods.Query, Request(query, token), new GrpcCallOptions { Timeout = Patience.Long }, CancellationToken.None);
            return reply.OutcomeCase == QueryReply.OutcomeOneofCase.Answer ? "answer" : "refusal";
        }
        catch (GrpcException fault)
        {
            return fault.Status.Code == GrpcStatusCode.ResourceExhausted ? "busy" : fault.Status.ToString();
        }
    }

    private static QueryRequest Request(byte[] query, byte[] token) =>
        new() { Query = ByteString.CopyFrom(query), Event = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)), Token = ByteString.CopyFrom(token) };

    // Managed and native: what the process has written to and no file stands behind.
    private static long AnonymousBytes(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
