using System.Net;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Issuer;
using Subnet.Health.Miner;
using Subnet.Health.Network.Demo.Conduct;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// Every party of the demonstration in one process: ledger, issuers, miners, validators and clinics, each with its own folder, keys, stores and log, talking to each other over
/// gRPC on loopback and in no other way.
/// </summary>
internal sealed class DemoNetwork : IAsyncDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    private readonly NetworkSeed seed;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly SampleFolder samples;
    private readonly LedgerNode node;
    private readonly Uri nodeAddress;
    private readonly RemoteLedger remote;
    private readonly Dictionary<ushort, Uri> issuers = [];
    private readonly Dictionary<string, ValidatorTokens> tokens = new(StringComparer.Ordinal);
    private readonly List<Func<ValueTask>> closing = [];

    private DemoNetwork(
        string home, NetworkSeed seed, SampleFolder samples, LedgerNode node, Uri nodeAddress, RemoteLedger remote, DemoKeys keys, TimeProvider time, ILoggerFactory loggers)
    {
        (Home, this.seed, this.samples, this.node, this.nodeAddress, this.remote) = (home, seed, samples, node, nodeAddress, remote);
        (Keys, this.time, this.loggers) = (keys, time, loggers);
        Models = new DemoModels(samples);
        Pacer = new BlockPacer(node, remote.Client, time);
    }

    /// <summary>The folder of everything.</summary>
    public string Home { get; }

    /// <summary>Everybody's keys.</summary>
    public DemoKeys Keys { get; }

    /// <summary>The models in the clear.</summary>
    public DemoModels Models { get; }

    /// <summary>Makes blocks.</summary>
    public BlockPacer Pacer { get; }

    /// <summary>The ledger as every party sees it: asked over gRPC, its blocks executed again.</summary>
    public ILedgerClient Ledger => remote.Client;

    /// <summary>The miners by name.</summary>
    public Dictionary<string, MinerHost> Miners { get; } = new(StringComparer.Ordinal);

    /// <summary>The validators by name.</summary>
    public Dictionary<string, ValidatorService> Validators { get; } = new(StringComparer.Ordinal);

    /// <summary>The clinics by name.</summary>
    public Dictionary<string, ClinicClient> Clinics { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates the folder, the wallets and the ledger with subnets, neurons and stake.</summary>
    /// <param name="home">The folder.</param>
    /// <param name="shape">Name and pace of the network.</param>
    /// <param name="seed">Where the keys come from.</param>
    /// <param name="samples">Models and tables.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">The parties' logs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DemoNetwork> CreateAsync(
        string home, NetworkShape shape, NetworkSeed seed, SampleFolder samples, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(home, "node");
        Directory.CreateDirectory(folder);
        DemoKeys keys = new(seed, home);
        try
        {
            keys.WriteWallets();
            byte[] genesis = DemoGenesis.Create(shape.Name, keys, time, shape.BlockTimeMs, shape.AccessEpochBlocks);
            await File.WriteAllBytesAsync(Path.Combine(folder, "genesis.json"), genesis, cancellationToken).ConfigureAwait(false);
            LedgerNode node = await LedgerNode.OpenAsync(
                new SqliteLedgerStore(Path.Combine(folder, "ledger.db")), genesis, new LedgerKey(keys.Cold(DemoKeys.Sequencer)), time,
                new LedgerNodeOptions { LogFolder = Path.Combine(folder, "log") }).ConfigureAwait(false);
            Uri address = await node.ServeAsync(new GrpcServerHostOptions(AnyPort), loggers, null, cancellationToken).ConfigureAwait(false);
            RemoteLedger remote = await RemoteLedger.ConnectAsync(
                new NodeConnection(address, null, time), GenesisFile.Parse(genesis).Hash, time, cancellationToken).ConfigureAwait(false);
            DemoNetwork network = new(home, seed, samples, node, address, remote, keys, time, loggers);
            await new LedgerSetup(remote.Client, keys, network.Pacer.PumpAsync).CreateAsync(shape.Tempo, cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Starts the issuers, one beside each subnet.</summary>
    public async Task StartIssuersAsync(CancellationToken cancellationToken)
    {
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            IRandomSource random = RandomOf($"issuer/{subnet.Netuid}").Create();
            TokenIssuerService issuer = await Pacer.PumpAsync(
                TokenIssuerService.StartAsync(
                    new IssuerSettings(subnet.Netuid, Path.Combine(Home, "issuer", $"{subnet.Netuid}")),
                    Keys.Cold(DemoKeys.Owner), Ledger, time, random, loggers, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            GrpcServices services = new();
            issuer.AddTo(services);
            GrpcServerHost host = await GrpcServerHost.StartAsync(new GrpcServerHostOptions(AnyPort), services, loggers, time, cancellationToken).ConfigureAwait(false);
            issuers[subnet.Netuid] = host.Address;
            closing.Add(issuer.DisposeAsync);
            closing.Add(host.DisposeAsync);
        }
    }

    /// <summary>Starts the miners, the honest ones first: who copies can only copy what is there.</summary>
    public async Task StartMinersAsync(CancellationToken cancellationToken)
    {
        foreach (DemoMiner miner in DemoPlan.Miners.OrderBy(miner => miner.Conduct))
        {
            RandomSourceFactory randomness = RandomOf("miner/" + miner.Name);
            string folder = Path.Combine(Home, "miner", miner.Name);
            IServedModel model = Models.Serve(
                miner, Path.Combine(folder, "model"), Encoding.UTF8.GetBytes(DemoKeys.Password), randomness,
                miner.Conduct == MinerConduct.Relay ? VictimOf(miner, randomness) : null);
            MinerHost host = await Pacer.PumpAsync(
                MinerHost.StartAsync(
                    new MinerSettings(miner.Name, folder, miner.Netuid, AnyPort) { WitnessQuorum = DemoPolicy.Quorum(Keys) }, [model], Keys.Hot("miner-" + miner.Name), Ledger, time, randomness, loggers,
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            Miners[miner.Name] = host;
            closing.Add(host.DisposeAsync);
        }
    }

    /// <summary>Starts the validators.</summary>
    public async Task StartValidatorsAsync(DemoBudget budget, CancellationToken cancellationToken)
    {
        Dictionary<ushort, LabelledRows> labelled = DemoPlan.Subnets.ToDictionary(
            subnet => subnet.Netuid, subnet => new LabelledRows(samples.Table(subnet.Data + "-heldout")));
        PeerChannels channels = new(null, time);
        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            string wallet = "validator-" + validator.Name;
            string folder = Path.Combine(Home, "validator", validator.Name);
            Directory.CreateDirectory(folder);
            ValidatorTokens wallets = tokens[validator.Name] = TokensOf(wallet, folder);
            ValidatorService service = await Pacer.PumpAsync(
                ValidatorService.StartAsync(
                    new ValidatorSettings(folder, [.. DemoPlan.Subnets.Select(subnet => subnet.Netuid)])
                    {
                        Budget = budget.Challenges,
                        MostPlans = budget.AuditedEpochs,
                        Challenges = validator.Conduct == ValidatorConduct.Honest,
                    },
                    Keys.Hot(wallet), Ledger, wallets, labelled, channels, time, RandomOf(wallet), loggers, PolicyOf(validator), null, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            Validators[validator.Name] = service;
            closing.Add(wallets.DisposeAsync);
            closing.Add(service.DisposeAsync);
        }
    }

    /// <summary>Opens the clinics' gateways.</summary>
    public async Task OpenClinicsAsync()
    {
        foreach (string clinic in DemoPlan.Clinics)
        {
            string wallet = "clinic-" + clinic;
            Clinics[clinic] = await ClinicClient.OpenAsync(
                new ClinicSettings(clinic, Path.Combine(Home, "clinic", clinic), netuid => issuers[netuid])
                {
                    TokenDelay = TimeSpan.Zero,
                    WitnessQuorum = DemoPolicy.Quorum(Keys),
                },
                Keys.Cold(wallet), Ledger, time, RandomOf(wallet).Create()).ConfigureAwait(false);
            closing.Add(Clinics[clinic].DisposeAsync);
        }
    }

    /// <summary>Buys everybody's tokens, long before they are used.</summary>
    /// <param name="budget">How many.</param>
    /// <param name="bought">Told after each lot how many there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task BuyTokensAsync(DemoBudget budget, Action<int> bought, CancellationToken cancellationToken)
    {
        int count = 0;
        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            foreach (DemoValidator validator in DemoPlan.Validators.Where(validator => validator.Conduct == ValidatorConduct.Honest))
            {
                await BuyAsync(tokens[validator.Name], miner, 1, budget.SingleTokens).ConfigureAwait(false);
                await BuyAsync(tokens[validator.Name], miner, DemoBudget.BatchRows, budget.BatchTokens).ConfigureAwait(false);
            }

            if (miner.Conduct == MinerConduct.Relay)
            {
                DemoMiner victim = DemoPlan.HonestOf(miner.Netuid);
                await BuyAsync(tokens[miner.Name], victim, 1, DemoBudget.Challengers * budget.SingleTokens).ConfigureAwait(false);
                await BuyAsync(tokens[miner.Name], victim, DemoBudget.BatchRows, DemoBudget.Challengers * budget.BatchTokens).ConfigureAwait(false);
            }

            if (miner.Conduct == MinerConduct.Honest)
            {
                await BuyForClinicAsync(DemoPlan.TableClinic, miner, 1, budget.Patients + (miner.Netuid == 3 ? 0 : 2 * budget.CompositeRounds)).ConfigureAwait(false);
                await BuyForClinicAsync(DemoPlan.TableClinic, miner, DemoBudget.BatchRows, budget.BatchQueries).ConfigureAwait(false);
            }
        }

        const int Lot = 64;
        for (int left = budget.OrganicPatients; left > 0; left -= Lot)
        {
            await BuyForClinicAsync(DemoPlan.TableClinic, DemoPlan.HonestOf(3), 1, Math.Min(Lot, left)).ConfigureAwait(false);
        }

        await BuyForClinicAsync(DemoPlan.FhirClinic, DemoPlan.HonestOf(1), 1, DemoBudget.FhirTokens).ConfigureAwait(false);

        async Task BuyAsync(ValidatorTokens buyer, DemoMiner miner, int rows, int number)
        {
            if (number > 0)
            {
                await Pacer.PumpAsync(buyer.BuyAsync(miner.Netuid, HotkeyOf(miner), rows, number, cancellationToken), cancellationToken).ConfigureAwait(false);
                bought(count += number);
            }
        }

        async Task BuyForClinicAsync(string clinic, DemoMiner miner, int rows, int number)
        {
            if (number > 0)
            {
                await Pacer.PumpAsync(
                    Clinics[clinic].BuyTokensAsync(miner.Netuid, Keys.Hot("miner-" + miner.Name).Address, rows, number, cancellationToken), cancellationToken)
                    .ConfigureAwait(false);
                bought(count += number);
            }
        }
    }

    /// <summary>Hands over the call that lets a subnet have its part of the emission.</summary>
    public Task StartEmissionAsync(ushort netuid, CancellationToken cancellationToken) =>
        new LedgerSetup(Ledger, Keys, static (call, _) => call).StartEmissionAsync(netuid, cancellationToken);

    /// <summary>The hotkey of a miner.</summary>
    public ReadOnlyMemory<byte> HotkeyOf(DemoMiner miner) => Keys.Hot("miner-" + miner.Name).PublicKey.ToArray();

    /// <summary>Writes where everybody is found, and whom a reviewer trusts.</summary>
    public void WriteNetworkFile(bool isRunning)
    {
        List<NetworkRole> roles = [new NetworkRole("node", "node", null, null, isRunning ? nodeAddress : null, null, "node", "node/log", null)];
        roles.AddRange(issuers.Select(issuer => new NetworkRole(
            "issuer", $"{issuer.Key}", issuer.Key, null, isRunning ? issuer.Value : null, null, $"issuer/{issuer.Key}", null, null)));
        roles.AddRange(DemoPlan.Miners.Select(miner => new NetworkRole(
            "miner", miner.Name, miner.Netuid, HexOf("miner-" + miner.Name), isRunning ? Miners[miner.Name].Address : null, null, $"miner/{miner.Name}", $"miner/{miner.Name}/log", null)));
        roles.AddRange(DemoPlan.Validators.Select(validator => new NetworkRole(
            "validator", validator.Name, null, HexOf("validator-" + validator.Name), isRunning ? Validators[validator.Name].Address : null, null,
            $"validator/{validator.Name}", $"validator/{validator.Name}/log", null)));
        roles.AddRange(DemoPlan.Clinics.Select(clinic => new NetworkRole("clinic", clinic, null, null, null, null, $"clinic/{clinic}", $"clinic/{clinic}/log", null)));
        new NetworkFile(DemoPlan.Network, seed.IsShared, isRunning ? new NetworkNode(nodeAddress, null) : null, roles).Write(Home);
        File.WriteAllText(Path.Combine(Home, DemoPolicy.FileName), DemoPolicy.Write(Keys));
    }

    /// <summary>Stops everybody in turn, the ledger last.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = closing.Count - 1; i >= 0; i--)
        {
            await closing[i]().ConfigureAwait(false);
        }

        await remote.DisposeAsync().ConfigureAwait(false);
        await node.StopAsync().ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
        Keys.Dispose();
    }

    private string HexOf(string wallet) => Convert.ToHexStringLower(Keys.Hot(wallet).PublicKey);

    /// <summary>A party's randomness.</summary>
    public RandomSourceFactory RandomOf(string label) => seed.Random(label);

    private ValidatorTokens TokensOf(string wallet, string folder)
    {
        SigningKey key = Keys.Hot(wallet);
        IRandomSource random = RandomOf(wallet + "/tokens").Create();
        TokenWallet kept = new(Path.Combine(folder, "tokens.db"), AtRestKey.Derive(key, wallet, random));
        TokenPurchase purchase = new(kept, key, Ledger, new IssuerChannels(netuid => issuers[netuid], new GrpcChannelOptions(), time), time, random);
        return new ValidatorTokens(kept, purchase, Ledger, 10_000_000, TimeSpan.Zero, time);
    }

    private RelayVictim VictimOf(DemoMiner relay, RandomSourceFactory randomness)
    {
        DemoMiner victim = DemoPlan.HonestOf(relay.Netuid);
        string folder = Path.Combine(Home, "miner", relay.Name);
        Directory.CreateDirectory(folder);
        ValidatorTokens bought = tokens[relay.Name] = TokensOf("miner-" + relay.Name, folder);
        closing.Add(bought.DisposeAsync);
        byte[] card = File.ReadAllBytes(Path.Combine(Home, "miner", victim.Name, "model", "card.json"));
        return new RelayVictim(
            HotkeyOf(victim), Circuits.ModelCard.Hash(card), relay.Netuid, () => Miners[victim.Name].Address, () => bought, randomness.Create(), time);
    }

    private Func<ValidatorParts, IWeightPolicy>? PolicyOf(DemoValidator validator) => validator.Conduct switch
    {
        ValidatorConduct.Copy => _ => new CopiedWeights(Ledger, Keys.Account("validator-" + DemoPlan.Validators[0].Name)),
        ValidatorConduct.Friend => _ => new FriendWeights(netuid => Keys.Account("miner-" + DemoPlan.FriendOf(netuid).Name)),
        _ => null,
    };
}
