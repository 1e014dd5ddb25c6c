using Subnet.Core.Ledger;
using Subnet.Crypto.Tokens;
using Subnet.Health.Issuer;
using Subnet.Health.Node;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// Every party of the demonstration: ledger, issuers, miners, validators and clinics, each with its own folder, keys, stores and log, talking to each other over gRPC on loopback
/// and in no other way; in one process or in one each, as the cast has it.
/// </summary>
internal sealed class DemoNetwork : IAsyncDisposable, IDemoAddresses
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly DemoPlace place;
    private readonly string name;
    private readonly IDemoCast cast;
    private readonly IDemoNode node;
    private readonly RemoteLedger remote;
    private readonly DemoWorld world;
    private readonly Dictionary<ushort, Uri> issuers = [];
    private readonly List<IAsyncDisposable> closing = [];

    private DemoNetwork(DemoPlace place, string name, IDemoCast cast, IDemoNode node, RemoteLedger remote)
    {
        (this.place, this.name, this.cast, this.node, this.remote) = (place, name, cast, node, remote);
        world = new DemoWorld(place, remote.Client, this);
        Pacer = new BlockPacer(node, remote.Client, place.Time);
    }

    /// <summary>The folder of everything.</summary>
    public string Home => place.Home;

    /// <summary>Everybody's keys.</summary>
    public DemoKeys Keys => place.Keys;

    /// <summary>Makes blocks.</summary>
    public BlockPacer Pacer { get; }

    /// <summary>The ledger as every party sees it: asked over gRPC, its blocks executed again.</summary>
    public ILedgerClient Ledger => remote.Client;

    /// <summary>The miners by name.</summary>
    public Dictionary<string, IDemoMiner> Miners { get; } = new(StringComparer.Ordinal);

    /// <summary>The validators by name.</summary>
    public Dictionary<string, IDemoValidator> Validators { get; } = new(StringComparer.Ordinal);

    /// <summary>The clinics by name.</summary>
    public Dictionary<string, IDemoClinic> Clinics { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates the folder, the wallets and the ledger with subnets, neurons and stake.</summary>
    /// <param name="place">Folder, keys, models, clock; the keys become the network's.</param>
    /// <param name="shape">Name and pace of the network.</param>
    /// <param name="castOf">Who brings the parties up; becomes the network's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DemoNetwork> CreateAsync(DemoPlace place, NetworkShape shape, Func<DemoPlace, IDemoCast> castOf, CancellationToken cancellationToken)
    {
        IDemoCast? cast = null;
        IDemoNode? node = null;
        RemoteLedger? remote = null;
        try
        {
            place.Keys.WriteWallets();
            byte[] genesis = DemoGenesis.Create(shape.Name, place.Keys, place.Time, shape.BlockTimeMs, shape.AccessEpochBlocks);
            string folder = Directory.CreateDirectory(Path.Combine(place.Home, "node")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(folder, "genesis.json"), genesis, cancellationToken).ConfigureAwait(false);
            cast = castOf(place);
            node = await cast.StartNodeAsync(cancellationToken).ConfigureAwait(false);
            remote = await RemoteLedger.ConnectAsync(
                new NodeConnection(node.Address, null, place.Time), GenesisFile.Parse(genesis).Hash, place.Time, cancellationToken).ConfigureAwait(false);
            DemoNetwork network = new(place, shape.Name, cast, node, remote);
            await new LedgerSetup(remote.Client, place.Keys, network.Pacer.PumpAsync).CreateAsync(shape.Tempo, cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            foreach (IAsyncDisposable opened in new IAsyncDisposable?[] { remote, node, cast }.OfType<IAsyncDisposable>())
            {
                await opened.DisposeAsync().ConfigureAwait(false);
            }

            place.Keys.Dispose();
            throw;
        }
    }

    /// <summary>Starts the issuers, one beside each subnet.</summary>
    public async Task StartIssuersAsync(CancellationToken cancellationToken)
    {
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            issuers[subnet.Netuid] = await Pacer.PumpAsync(node.StartIssuerAsync(subnet.Netuid, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        WriteNetworkFile(isRunning: true);
    }

    /// <summary>Makes blocks until everybody has done what a new access epoch asks for: issuers publish keys, miners anchor their logs.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => Pacer.PumpAsync(
        Task.WhenAll(
            IssuersAsync(cancellationToken),
            UntilAsync(async () =>
            {
                foreach (IDemoMiner miner in Miners.Values)
                {
                    if (await Ledger.GetAnchorAsync(miner.LogOrigin, cancellationToken).ConfigureAwait(false) is null)
                    {
                        return false;
                    }
                }

                return true;
            }, cancellationToken)),
        cancellationToken);

    /// <summary>Starts the miners, the honest ones first: who copies can only copy what is there.</summary>
    public async Task StartMinersAsync(CancellationToken cancellationToken)
    {
        foreach (DemoMiner miner in DemoPlan.Miners.OrderBy(miner => miner.Conduct))
        {
            Miners[miner.Name] = Owned(await Pacer.PumpAsync(cast.StartMinerAsync(miner, world, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        WriteNetworkFile(isRunning: true);
    }

    /// <summary>Starts the validators.</summary>
    public async Task StartValidatorsAsync(DemoBudget budget, CancellationToken cancellationToken)
    {
        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            Validators[validator.Name] = Owned(await Pacer.PumpAsync(cast.StartValidatorAsync(validator, budget, world, cancellationToken), cancellationToken).ConfigureAwait(false));
        }

        WriteNetworkFile(isRunning: true);
    }

    /// <summary>Opens the clinics' gateways.</summary>
    public async Task OpenClinicsAsync(CancellationToken cancellationToken)
    {
        foreach (string clinic in DemoPlan.Clinics)
        {
            Clinics[clinic] = Owned(await cast.OpenClinicAsync(clinic, world, cancellationToken).ConfigureAwait(false));
        }

        WriteNetworkFile(isRunning: true);
    }

    /// <inheritdoc/>
    public Uri Issuer(ushort netuid) => issuers[netuid];

    /// <inheritdoc/>
    public Uri Miner(string name) => Miners[name].Address;

    /// <inheritdoc/>
    public Uri Validator(string name) => Validators[name].Address;

    /// <summary>Buys everybody's tokens, long before they are used.</summary>
    /// <param name="budget">How many.</param>
    /// <param name="bought">Told after each lot how many there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task BuyTokensAsync(DemoBudget budget, Action<int> bought, CancellationToken cancellationToken)
    {
        int count = 0;
        await Pacer.PumpAsync(IssuersAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            foreach (DemoValidator validator in DemoPlan.Validators.Where(validator => validator.Conduct == ValidatorConduct.Honest))
            {
                await BuyAsync(Validators[validator.Name].BuyAsync, miner, 1, budget.SingleTokens).ConfigureAwait(false);
                await BuyAsync(Validators[validator.Name].BuyAsync, miner, DemoBudget.BatchRows, budget.BatchTokens).ConfigureAwait(false);
            }

            if (miner.Conduct == MinerConduct.Relay)
            {
                DemoMiner victim = DemoPlan.HonestOf(miner.Netuid);
                await BuyAsync(Miners[miner.Name].BuyAsync, victim, 1, DemoBudget.Challengers * budget.SingleTokens).ConfigureAwait(false);
                await BuyAsync(Miners[miner.Name].BuyAsync, victim, DemoBudget.BatchRows, DemoBudget.Challengers * budget.BatchTokens).ConfigureAwait(false);
            }

            if (miner.Conduct == MinerConduct.Honest)
            {
                await BuyAsync(Clinics[DemoPlan.TableClinic].BuyAsync, miner, 1, budget.Patients + (miner.Netuid == 3 ? 0 : 2 * budget.CompositeRounds)).ConfigureAwait(false);
                await BuyAsync(Clinics[DemoPlan.TableClinic].BuyAsync, miner, DemoBudget.BatchRows, budget.BatchQueries).ConfigureAwait(false);
            }
        }

        await BuyAsync(Clinics[DemoPlan.TableClinic].BuyAsync, DemoPlan.HonestOf(3), 1, budget.OrganicPatients).ConfigureAwait(false);
        await BuyAsync(Clinics[DemoPlan.FhirClinic].BuyAsync, DemoPlan.HonestOf(1), 1, DemoBudget.FhirTokens).ConfigureAwait(false);

        async Task BuyAsync(Func<DemoMiner, int, int, CancellationToken, Task> buy, DemoMiner miner, int rows, int number)
        {
            const int Lot = 64;
            for (int left = number; left > 0; left -= Lot)
            {
                int some = Math.Min(Lot, left);
                await Pacer.PumpAsync(buy(miner, rows, some, cancellationToken), cancellationToken).ConfigureAwait(false);
                bought(count += some);
            }
        }
    }

    /// <summary>Hands over the call that lets a subnet have its part of the emission.</summary>
    public Task StartEmissionAsync(ushort netuid, CancellationToken cancellationToken) =>
        new LedgerSetup(Ledger, Keys, static (call, _) => call).StartEmissionAsync(netuid, cancellationToken);

    /// <summary>Writes where everybody is found who is there already, and whom a reviewer trusts.</summary>
    public void WriteNetworkFile(bool isRunning)
    {
        Uri? If(Func<Uri> address, bool isThere) => isRunning && isThere ? address() : null;
        int? PidOf(IDemoParty? party) => isRunning ? party?.Pid : null;
        List<NetworkRole> roles = [new NetworkRole("node", "node", null, null, isRunning ? node.Address : null, null, "node", "node/log", PidOf(node))];
        roles.AddRange(DemoPlan.Subnets.Select(subnet => new NetworkRole(
            "issuer", $"{subnet.Netuid}", subnet.Netuid, null, If(() => issuers[subnet.Netuid], issuers.ContainsKey(subnet.Netuid)), null, $"issuer/{subnet.Netuid}", null, null)));
        roles.AddRange(DemoPlan.Miners.Select(miner => new NetworkRole(
            "miner", miner.Name, miner.Netuid, HexOf("miner-" + miner.Name), If(() => Miner(miner.Name), Miners.ContainsKey(miner.Name)), null, $"miner/{miner.Name}",
            $"miner/{miner.Name}/log", PidOf(Miners.GetValueOrDefault(miner.Name)))));
        roles.AddRange(DemoPlan.Validators.Select(validator => new NetworkRole(
            "validator", validator.Name, null, HexOf("validator-" + validator.Name), If(() => Validator(validator.Name), Validators.ContainsKey(validator.Name)), null,
            $"validator/{validator.Name}", $"validator/{validator.Name}/log", PidOf(Validators.GetValueOrDefault(validator.Name)))));
        roles.AddRange(DemoPlan.Clinics.Select(clinic => new NetworkRole(
            "clinic", clinic, null, null, null, null, $"clinic/{clinic}", $"clinic/{clinic}/log", PidOf(Clinics.GetValueOrDefault(clinic)))));
        new NetworkFile(name, place.Seed.IsShared, isRunning ? new NetworkNode(node.Address, null) : null, roles).Write(Home);
        File.WriteAllText(Path.Combine(Home, DemoPolicy.FileName), DemoPolicy.Write(Keys, name));
    }

    /// <summary>Stops everybody in turn, the ledger last.</summary>
    public async ValueTask DisposeAsync()
    {
        for (int i = closing.Count - 1; i >= 0; i--)
        {
            await closing[i].DisposeAsync().ConfigureAwait(false);
        }

        await remote.DisposeAsync().ConfigureAwait(false);
        await node.DisposeAsync().ConfigureAwait(false);
        await cast.DisposeAsync().ConfigureAwait(false);
        Keys.Dispose();
    }

    // Issuers publish while they run and not when they are asked to; what is bought under which key must not depend on how fast they are.
    private Task IssuersAsync(CancellationToken cancellationToken) => UntilAsync(
        async () =>
        {
            ulong now = await Ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
            foreach (DemoSubnet subnet in DemoPlan.Subnets)
            {
                IssuerSettings settings = new(subnet.Netuid, "");
                IReadOnlyList<IssuerKeyView> keys = await Ledger.GetIssuerKeysAsync(subnet.Netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
                if (keys.Count(key => key.Id.Epoch > now && key.Id.Epoch <= now + (ulong)settings.EpochsAhead) < settings.EpochsAhead * TokenKeySet.Denominations.Length)
                {
                    return false;
                }
            }

            return true;
        },
        cancellationToken);

    private async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken)
    {
        while (!await isSo().ConfigureAwait(false))
        {
            await Task.Delay(Poll, place.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private string HexOf(string wallet) => Convert.ToHexStringLower(Keys.Hot(wallet).PublicKey);

    private T Owned<T>(T party)
        where T : IAsyncDisposable
    {
        closing.Add(party);
        return party;
    }
}
