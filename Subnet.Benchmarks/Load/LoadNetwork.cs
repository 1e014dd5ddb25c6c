using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Issuer;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;

namespace Subnet.Benchmarks.Load;

/// <summary>A ledger, two subnets with an issuer and a miner of the heart model each, and a gateway, in this process over gRPC on loopback, on a real disk.</summary>
internal sealed class LoadNetwork : IAsyncDisposable
{
    private const ulong Tao = 1_000_000_000;
    private const ulong EpochBlocks = 60;
    private static readonly string[] People = ["owner", "miner", "clinic"];
    private static readonly ushort[] Netuids = [1, 2];

    private readonly string folder;
    private readonly LedgerNode node;
    private readonly Subnet[] subnets;
    private readonly OperatingSystemRandomSource random;
    private readonly RandomSourceFactory randomness;
    private Task pumping = Task.CompletedTask;
    private CancellationTokenSource stopping = new();

    private LoadNetwork(
        string folder, LedgerNode node, Subnet[] subnets, ClinicClient clinic, OperatingSystemRandomSource random, RandomSourceFactory randomness)
    {
        this.folder = folder;
        this.node = node;
        this.subnets = subnets;
        this.random = random;
        this.randomness = randomness;
        Clinic = clinic;
    }

    public const ushort Netuid = 1;

    public const ushort OtherNetuid = 2;

    public ClinicClient Clinic { get; }

    public ILedgerClient Ledger => node.Client;

    public string Folder => folder;

    public static async Task<LoadNetwork> StartAsync(string root, int parallel)
    {
        string folder = Directory.CreateTempSubdirectory("subnet-load-").FullName;
        OperatingSystemRandomSource random = new();
        RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        LedgerNode node = await LedgerNode.OpenAsync(new SqliteLedgerStore(Path.Combine(folder, "ledger.db")), GenesisFile.Write(MakeGenesis()), new LedgerKey(KeyOf("sequencer")), TimeProvider.System);
        CancellationTokenSource stopping = new();
        Task pumping = Task.Run(() => PumpAsync(node, stopping.Token));
        List<Subnet> subnets = [];
        foreach (ushort netuid in Netuids)
        {
            subnets.Add(await Subnet.StartAsync(root, folder, netuid, node, random, randomness));
        }

        // The ledger stands still while queries are measured; its keys come into force first.
        foreach (ushort netuid in Netuids)
        {
            while ((await node.Client.GetIssuerKeysAsync(netuid, 1)).Count < 3)
            {
                await Task.Delay(50);
            }
        }

        while (await node.Client.GetAccessEpochAsync() == 0)
        {
            await node.MakeBlockAsync();
        }

        ClinicClient clinic = await ClinicClient.OpenAsync(
            new ClinicSettings("load", Path.Combine(folder, "clinic"), netuid => subnets[netuid - 1].IssuerAddress) { TokenDelay = TimeSpan.Zero, Parallel = parallel }, KeyOf("clinic"), node.Client, TimeProvider.System, random);
        return new LoadNetwork(folder, node, [.. subnets], clinic, random, randomness) { pumping = pumping, stopping = stopping };
    }

    public static SigningKey KeyOf(string name) => SigningKey.FromSeed(SHA256.HashData(Encoding.UTF8.GetBytes("load key of " + name)));

    public async ValueTask DisposeAsync()
    {
        await Clinic.DisposeAsync();
        foreach (Subnet subnet in subnets)
        {
            await subnet.DisposeAsync();
        }

        await stopping.CancelAsync();
        await pumping;
        stopping.Dispose();
        await node.DisposeAsync();
        randomness.Dispose();
        random.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static AccountId IdOf(string name) => new(KeyOf(name).PublicKey);

    private static async Task DoAsync(LedgerNode node, string signer, LedgerCall call) => (await node.Client.SubmitAsync(new LedgerKey(KeyOf(signer)), call)).Demand();

    // A block when somebody waits for one: the ledger takes no processor time from the queries that are measured.
    private static async Task PumpAsync(LedgerNode node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await node.Host.UseAsync((_, store) => store.ReadPending(1).Count > 0, CancellationToken.None))
            {
                await node.MakeBlockAsync(CancellationToken.None);
            }
            else
            {
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }

    private static Genesis MakeGenesis() => new(
        "load",
        IdOf("sequencer"),
        IdOf("owner"),
        1_700_000_000_000,
        20,
        GlobalParameters.Default with { StartDelay = 1, NetworkRateLimit = 1, NetworkMinLockCost = 100 * Tao, AccessEpochBlocks = EpochBlocks, ServingRateLimit = 1 },
        [.. People.Select(name => new GenesisBalance(IdOf(name), 1_000_000 * Tao)).OrderBy(balance => balance.Account)]);

    private static CircuitServedModel Compile(string root, IRandomSource random, RandomSourceFactory randomness)
    {
        IPlainModel model = ModelReader.Read(Path.Combine(root, "samples", "models", "heart-lbfgs-onehot-meanvar.zip"));
        using StreamReader text = File.OpenText(Path.Combine(root, "samples", "data", "heart-cleveland.csv"));
        RowBatch rows = RowFileReader.Read(text, model.Schema);
        SplitModel split = model.Split!;
        CompiledModel compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, rows));
        long[] weights = [.. compiled.Form.Weights];
        CommitmentOpening opening = CommitmentOpening.Create(weights, random);
        byte[] commitment = opening.Commit(GeneratorSet.Create(weights.Length)).Bytes.ToArray();
        byte[] card = ModelCard.Write(compiled, model.Schema, CardSchema.Of(split, rows, FeatureMapping.Default), new CardText("heart", "Heart disease", "Load test.", "None.", "heart-cleveland.csv"), commitment);
        using PrivateCircuit circuit = new(ModelCard.Hash(card), weights, opening);
        return CircuitServedModel.Load(card, CircuitFile.Seal(circuit, "load"u8, ScryptCost.Minimum, random), "load"u8, randomness);
    }

    /// <summary>One subnet's issuer and miner.</summary>
    private sealed class Subnet(TokenIssuerService issuer, GrpcServerHost issuerServer, MinerHost miner) : IAsyncDisposable
    {
        public Uri IssuerAddress => issuerServer.Address;

        public static async Task<Subnet> StartAsync(
            string root, string folder, ushort netuid, LedgerNode node, OperatingSystemRandomSource random, RandomSourceFactory randomness)
        {
            string hotkey = $"miner-hot-{netuid}";
            await DoAsync(node, "owner", new CreateSubnetCall(IdOf($"owner-hot-{netuid}"), $"load{netuid}", ulong.MaxValue));
            await DoAsync(node, "owner", new StartSubnetCall(netuid));
            await DoAsync(node, "miner", new RegisterNeuronCall(netuid, IdOf(hotkey), ulong.MaxValue));
            TokenIssuerService issuer = await TokenIssuerService.StartAsync(
                new IssuerSettings(netuid, Path.Combine(folder, $"issuer-{netuid}")) { EpochsAhead = 1, Workers = 2 },
                KeyOf("owner"), node.Client, TimeProvider.System, random, NullLoggerFactory.Instance, default);
            GrpcServices services = new();
            issuer.AddTo(services);
            GrpcServerHost server = await GrpcServerHost.StartAsync(
                new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, default);
            MinerHost miner = await MinerHost.StartAsync(
                new MinerSettings($"load-{netuid}", Path.Combine(folder, $"miner-{netuid}"), netuid, new IPEndPoint(IPAddress.Loopback, 0)) { Running = 32, Waiting = 128 },
                [Compile(root, random, randomness)],
                KeyOf(hotkey),
                node.Client,
                TimeProvider.System,
                randomness,
                NullLoggerFactory.Instance,
                null,
                default);
            return new Subnet(issuer, server, miner);
        }

        public async ValueTask DisposeAsync()
        {
            await miner.DisposeAsync();
            await issuerServer.DisposeAsync();
            await issuer.DisposeAsync();
        }
    }
}
