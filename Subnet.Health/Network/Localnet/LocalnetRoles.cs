using System.Net;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Issuer;
using Subnet.Health.Miner;
using Subnet.Health.Network.Demo;
using Subnet.Health.Network.Demo.Conduct;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Localnet;

/// <summary>
/// One role of the local network in this process, until it is stopped. Each of them reads its key from the home's wallets and the others' addresses from the network file, as
/// parties on machines of their own would from the ledger.
/// </summary>
/// <param name="home">The network's folder.</param>
/// <param name="samples">Models and tables.</param>
/// <param name="time">The clock.</param>
/// <param name="sites">Starts the roles' HTTP sides.</param>
/// <param name="loggers">Structured logs.</param>
internal sealed class LocalnetRoles(string home, SampleFolder samples, IRoleSites sites, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    // Far shorter than an access epoch, in which the tokens of the last one are still good.
    private static readonly TimeSpan StockInterval = TimeSpan.FromSeconds(20);

    /// <summary>Runs a role.</summary>
    /// <param name="role">node, miner, validator or clinic.</param>
    /// <param name="name">Its name.</param>
    /// <param name="ready">Told once where it listens: its own name, with /http its HTTP side, and for the node also each issuer's.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="ArgumentException">There is no such role.</exception>
    public Task RunAsync(string role, string name, Action<IReadOnlyDictionary<string, Uri>> ready, CancellationToken stop) => role switch
    {
        "node" => RunNodeAsync(ready, stop),
        "miner" => RunMinerAsync(DemoPlan.Miners.FirstOrDefault(miner => miner.Name == name) ?? throw Unknown(role, name), ready, stop),
        "validator" => RunValidatorAsync(DemoPlan.Validators.FirstOrDefault(validator => validator.Name == name) ?? throw Unknown(role, name), ready, stop),
        "clinic" => RunClinicAsync(DemoPlan.Clinics.Contains(name) ? name : throw Unknown(role, name), ready, stop),
        _ => throw Unknown(role, name),
    };

    private async Task RunNodeAsync(Action<IReadOnlyDictionary<string, Uri>> ready, CancellationToken stop)
    {
        using SigningKey sequencer = Open(DemoKeys.Sequencer, null);
        using SigningKey owner = Open(DemoKeys.Owner, null);
        string folder = Path.Combine(home, "node");
        await using LedgerNode node = await LedgerNode.OpenAsync(
            new SqliteLedgerStore(Path.Combine(folder, "ledger.db")), null, new LedgerKey(sequencer), time, new LedgerNodeOptions { LogFolder = Path.Combine(folder, "log") })
            .ConfigureAwait(false);
        node.Start();
        Dictionary<string, Uri> addresses = new(StringComparer.Ordinal)
        {
            ["node"] = await node.ServeAsync(new GrpcServerHostOptions(AnyPort), loggers, null, stop).ConfigureAwait(false),
        };
        List<IAsyncDisposable> issuers = [];
        try
        {
            foreach (DemoSubnet subnet in DemoPlan.Subnets)
            {
                OperatingSystemRandomSource random = new();
                TokenIssuerService issuer = await TokenIssuerService.StartAsync(
                    new IssuerSettings(subnet.Netuid, Path.Combine(home, "issuer", $"{subnet.Netuid}")), owner, node.Client, time, random, loggers, stop).ConfigureAwait(false);
                GrpcServices services = new();
                issuer.AddTo(services);
                GrpcServerHost host = await GrpcServerHost.StartAsync(new GrpcServerHostOptions(AnyPort), services, loggers, time, stop).ConfigureAwait(false);
                issuers.Add(host);
                issuers.Add(issuer);
                addresses[$"issuer/{subnet.Netuid}"] = host.Address;
            }

            await using IRoleSite site = await sites.NodeAsync(node, stop).ConfigureAwait(false);
            addresses["node/http"] = site.Address;
            ready(addresses);
            await StoppedAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            foreach (IAsyncDisposable issuer in issuers)
            {
                await issuer.DisposeAsync().ConfigureAwait(false);
            }

            await node.StopAsync().ConfigureAwait(false);
        }
    }

    private async Task RunMinerAsync(DemoMiner miner, Action<IReadOnlyDictionary<string, Uri>> ready, CancellationToken stop)
    {
        string folder = Path.Combine(home, "miner", miner.Name);
        using SigningKey hotkey = Open("miner-" + miner.Name, "default");
        await using RemoteLedger ledger = await ConnectAsync(stop).ConfigureAwait(false);
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        using IRandomSource random = randomness.Create();
        using AtRestKey atRest = AtRestKey.Derive(hotkey, "miner-" + miner.Name, random);
        Directory.CreateDirectory(folder);
        await using ValidatorTokens tokens = TokensOf(hotkey, atRest, folder, ledger.Client, random);
        await using RelayStock? stock = miner.Conduct == MinerConduct.Relay ? StockOf(miner, tokens) : null;
        if (stock is not null)
        {
            await stock.StartAsync(stop).ConfigureAwait(false);
        }

        IServedModel model = ModelOf(miner, folder, randomness, stock);
        await using OpenedSite site = new();
        await using MinerHost host = await MinerHost.StartAsync(
            new MinerSettings(miner.Name, folder, miner.Netuid, AnyPort), [model], hotkey, ledger.Client, time, randomness, loggers,
            opened => site.OpenAsync(sites.MinerAsync(opened, ledger.Client, stop)), stop).ConfigureAwait(false);
        ready(new Dictionary<string, Uri>(StringComparer.Ordinal) { [miner.Name] = host.Address, [miner.Name + "/http"] = site.Address });
        await StoppedAsync(stop).ConfigureAwait(false);
        await site.DisposeAsync().ConfigureAwait(false);
        await host.StopAsync().ConfigureAwait(false);
    }

    private async Task RunValidatorAsync(DemoValidator validator, Action<IReadOnlyDictionary<string, Uri>> ready, CancellationToken stop)
    {
        string wallet = "validator-" + validator.Name;
        ValidatorRunnerOptions options = new(
            Path.Combine(home, "validator", validator.Name), NodeAddress(), [.. DemoPlan.Subnets.Select(subnet => subnet.Netuid)], default, IssuerOf)
        {
            LabelledTables = DemoPlan.Subnets.ToDictionary(subnet => subnet.Netuid, subnet => samples.Table(subnet.Data + "-heldout")),
            TokenDelay = TimeSpan.Zero,
        };
        await using OpenedSite site = new();
        await using ValidatorRunner runner = await ValidatorRunner.StartAsync(
            options, Open(wallet, "default"), PolicyOf(validator), RandomSourceFactory.FromOperatingSystem(), time, loggers,
            (service, ledger) => site.OpenAsync(sites.ValidatorAsync(validator.Name, service, ledger, stop)), stop).ConfigureAwait(false);
        ready(new Dictionary<string, Uri>(StringComparer.Ordinal) { [validator.Name] = runner.Address, [validator.Name + "/http"] = site.Address });
        await Task.WhenAny(runner.Completion, StoppedAsync(stop)).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            await runner.Completion.ConfigureAwait(false);
        }

        await site.DisposeAsync().ConfigureAwait(false);
        await runner.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>A gateway's page; the clinic's commands use the same gateway meanwhile.</summary>
    private async Task RunClinicAsync(string clinic, Action<IReadOnlyDictionary<string, Uri>> ready, CancellationToken stop)
    {
        using SigningKey coldkey = Open("clinic-" + clinic, null);
        using OperatingSystemRandomSource random = new();
        await using RemoteLedger ledger = await ConnectAsync(stop).ConfigureAwait(false);
        await using GatewayView gateway = new(new ClinicSettings(clinic, Path.Combine(home, "clinic", clinic), IssuerOf), coldkey, ledger.Client, time, random);
        await using IRoleSite site = await sites.ClinicAsync(gateway, coldkey.PublicKey.ToArray(), ledger.Client, stop).ConfigureAwait(false);
        ready(new Dictionary<string, Uri>(StringComparer.Ordinal) { [clinic + "/http"] = site.Address });
        await StoppedAsync(stop).ConfigureAwait(false);
    }

    private RelayStock StockOf(DemoMiner relay, ValidatorTokens tokens)
    {
        DemoMiner asked = DemoPlan.HonestOf(relay.Netuid);
        Circuits.CardClient card = Circuits.CardClient.OpenAny(CardOf(asked));
        return new RelayStock(tokens, relay.Netuid, HotkeyOf("miner-" + asked.Name), card.RowClasses, StockInterval, time, loggers.CreateLogger<RelayStock>());
    }

    private byte[] CardOf(DemoMiner miner) => File.ReadAllBytes(Path.Combine(home, "miner", miner.Name, "model", "card.json"));

    private IServedModel ModelOf(DemoMiner miner, string folder, RandomSourceFactory randomness, RelayStock? stock)
    {
        byte[] password = Encoding.UTF8.GetBytes(DemoKeys.Password);
        string model = Path.Combine(folder, "model");
        RelayVictim? victim = null;
        if (stock is not null)
        {
            DemoMiner asked = DemoPlan.HonestOf(miner.Netuid);
            victim = new RelayVictim(
                HotkeyOf("miner-" + asked.Name), Circuits.ModelCard.Hash(CardOf(asked)), miner.Netuid, () => EndpointOf("miner", asked.Name), () => stock, randomness.Create(), time);
        }

        return new DemoModels(samples).Serve(miner, model, password, randomness, victim);
    }

    private Func<ValidatorParts, IWeightPolicy>? PolicyOf(DemoValidator validator) => validator.Conduct switch
    {
        ValidatorConduct.Copy => parts => new CopiedWeights(parts.Ledger, new Core.State.AccountId(HotkeyOf("validator-" + DemoPlan.Validators[0].Name).Span)),
        ValidatorConduct.Friend => _ => new FriendWeights(netuid => new Core.State.AccountId(HotkeyOf("miner-" + DemoPlan.FriendOf(netuid).Name).Span)),
        _ => null,
    };

    private ValidatorTokens TokensOf(SigningKey key, AtRestKey atRest, string folder, ILedgerClient ledger, IRandomSource random)
    {
        TokenWallet wallet = new(Path.Combine(folder, "tokens.db"), atRest);
        TokenPurchase purchase = new(wallet, key, ledger, new IssuerChannels(IssuerOf, new GrpcChannelOptions(), time), time, random);
        return new ValidatorTokens(wallet, purchase, ledger, 10_000_000, TimeSpan.Zero, time);
    }

    private Task<RemoteLedger> ConnectAsync(CancellationToken stop) => RemoteLedger.ConnectAsync(
        new NodeConnection(NodeAddress(), null, time), GenesisFile.Parse(File.ReadAllBytes(Path.Combine(home, "node", "genesis.json"))).Hash, time, stop);

    private Uri NodeAddress() => Network().Node?.Grpc ?? throw new IOException("the network file names no node; run 'subnet localnet up'");

    private Uri IssuerOf(ushort netuid) => EndpointOf("issuer", $"{netuid}");

    private Uri EndpointOf(string role, string name) =>
        Network().Find(role, name)?.Grpc ?? throw new IOException($"the network file has no address of {role} {name}; run 'subnet localnet up'");

    private NetworkFile Network() => NetworkFile.TryRead(home) ?? throw new IOException($"there is no network file in '{home}'; run 'subnet localnet up'");

    private ReadOnlyMemory<byte> HotkeyOf(string wallet) => KeystoreFile.ReadHeader(new WalletFolder(home).Read(wallet, "default")).PublicKey;

    private SigningKey Open(string wallet, string? hotkey) =>
        KeystoreFile.Unseal(new WalletFolder(home).Read(wallet, hotkey), Encoding.UTF8.GetBytes(DemoKeys.Password));

    private static async Task StoppedAsync(CancellationToken stop) => await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static ArgumentException Unknown(string role, string name) => new($"the local network has no {role} '{name}'");
}
