using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Models.Rows;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

/// <summary>A miner's process under more queries than it has places for: bytes, answers, and that it is as before afterwards.</summary>
[TestFixture]
internal sealed class MinerOverloadTests
{
    private const string Password = "correct horse";
    private const int Places = 4;

    // Half of the connections that a miner with so few places takes, since a closed one is let go a moment later: so every query hears from it.
    private const int Clients = 20;
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
        await network.Miner("miner").StopAsync();
        string model = home.Combine("model");
        DemoModels models = new(SampleFolder.Find(RepositoryFolder.Find()));
        models.Serve(DemoPlan.Miners.Single(miner => miner.Name == "diabetes-honest"), model, Encoding.UTF8.GetBytes(Password), network.Randomness, null).Dispose();
        WriteHotkey(home);
        using Process process = SubnetProcess.Start(
            home.Path,
            ["miner", "run", model, "--netuid", $"{network.Netuid}", "--wallet-name", "miner", "--network", node.ToString(), "--home", home.Path, "--json"],
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["SUBNET_WALLET_PASSWORD"] = Password, ["SUBNET_MODEL_PASSWORD"] = Password, ["SUBNET_MINER__RUNNING"] = $"{Places}", ["SUBNET_MINER__WAITING"] = "0",
            });
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long);
            Assert.That(line, Is.Not.Null, line is null ? await errors : "");
            JsonNode started = JsonNode.Parse(line!)!;
            Uri address = new((string)started["grpc"]!);
            long stated = (long)started["memory_bytes"]!;

            CardClient card = CardClient.OpenAny(await File.ReadAllBytesAsync(Path.Combine(model, "card.json")));
            (byte[] query, byte[][] tokens) = await PrepareAsync(network, models, card);
            ConcurrentQueue<byte[]> left = new(tokens[..Paid]);

            long before = AnonymousBytes(process.Id), most = before;
            using CancellationTokenSource done = new();
            Task sampling = Task.Run(async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    most = Math.Max(most, AnonymousBytes(process.Id));
                    await Task.Delay(5).ConfigureAwait(false);
                }
            });
            await FillAsync(home, address, query, tokens[^(Places + 1)..]);
            Dictionary<string, int> ends = await RunAsync(address, query, Asked, left);
            await done.CancelAsync();
            await sampling;

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

    private static async Task<(byte[] Query, byte[][] Tokens)> PrepareAsync(RoleNetwork network, DemoModels models, CardClient card)
    {
        const int Wanted = Paid + 8 + Places + 1;
        DemoSubnet subnet = DemoPlan.Subnets.Single(subnet => subnet.Data == "diabetes130");
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Find(), "samples", "data", subnet.Data + "-heldout.csv"));
        RowBatch rows = RowFileReader.Read(new StringReader($"{lines[0]}\n{lines[1]}\n"), models.Of(subnet.Netuid).Plain.Schema);
        using PendingQuery pending = card.Encrypt(card.Prepare(rows), RandomNumberGenerator.GetBytes(32));
        string miner = RoleNetwork.AddressOf("miner");
        await network.Clinic.BuyTokensAsync(network.Netuid, miner, pending.RowClass, Wanted);
        List<byte[]> tokens = [];
        for (int i = 0; i < Wanted; i++)
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
        QueryRequest request = new() { Query = ByteString.CopyFrom(query), Event = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)), Token = ByteString.CopyFrom(token) };
        try
        {
            QueryReply reply = await channel.UnaryAsync(InferenceMethods.Query, request, new GrpcCallOptions { Timeout = Patience.Long }, CancellationToken.None);
            return reply.OutcomeCase == QueryReply.OutcomeOneofCase.Answer ? "answer" : "refusal";
        }
        catch (GrpcException fault)
        {
            return fault.Status.Code == GrpcStatusCode.ResourceExhausted ? "busy" : fault.Status.ToString();
        }
    }

    // Managed and native: what the process has written to and no file stands behind.
    private static long AnonymousBytes(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private static void WriteHotkey(TemporaryFolder home)
    {
        using SigningKey key = InProcessLedger.SigningKeyOf("miner-hot");
        using OperatingSystemRandomSource random = new();
        new WalletFolder(home.Path).Write("miner", "default", KeystoreFile.Seal(key, KeyRole.Hotkey, Encoding.UTF8.GetBytes(Password), ScryptCost.Minimum, random));
    }
}
