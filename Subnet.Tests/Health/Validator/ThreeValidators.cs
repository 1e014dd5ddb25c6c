using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>A subnet with two miners, of which one may be stopped, and three validators of whom each may be restarted, over real gRPC; time is the ledger's height, which the test moves.</summary>
internal sealed class ThreeValidators : IAsyncDisposable
{
    /// <summary>Blocks after an epoch's end until which a proof is waited for.</summary>
    public const ulong Last = 6;

    /// <summary>Blocks of an epoch.</summary>
    public const int Tempo = 16;

    // The subnet's owner has most of its stake: without it there is no consensus.
    private static readonly string[] Names = ["owner", "validator", "second-validator"];
    private static readonly ChallengeBudget Budget = new(2, 1, 0);

    private readonly Dictionary<string, (ValidatorService Service, ValidatorTokens Tokens, AtRestKey Key)> validators = new(StringComparer.Ordinal);
    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
    private readonly RoleNetwork network;
    private readonly Func<ValidatorParts, IWeightPolicy>? policy;

    private ThreeValidators(RoleNetwork network, Func<ValidatorParts, IWeightPolicy>? policy) => (this.network, this.policy) = (network, policy);

    /// <summary>The network under them.</summary>
    public RoleNetwork Network => network;

    /// <summary>The validators that run.</summary>
    public IEnumerable<ValidatorService> Services => validators.Values.Select(validator => validator.Service);

    /// <summary>Starts miners named "miner" and "clinic" and the validators.</summary>
    /// <param name="change">Makes what the first miner serves of its model; null for the model itself.</param>
    /// <param name="policy">How weights come about; null for earned scores, of which there are none here: no row with a known outcome is asked, and so nothing but the test makes a block.</param>
    public static async Task<ThreeValidators> StartAsync(Func<IServedModel, IServedModel>? change = null, Func<ValidatorParts, IWeightPolicy>? policy = null)
    {
        byte blinding = 1;
        ThreeValidators started = new(await RoleNetwork.StartWithAsync(
            (name, randomness) =>
            {
                IServedModel model = CompiledSample.Heart.Publish(randomness, blinding++);
                return name == "miner" && change is not null ? change(model) : model;
            },
            "miner",
            "clinic"), policy);
        try
        {
            await started.SetUpAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Buys each validator what three epochs cost.</summary>
    public async Task BuyTokensAsync()
    {
        foreach ((ValidatorService service, ValidatorTokens tokens, _) in validators.Values)
        {
            foreach (ServedCard model in await service.Miners.ListAsync(network.Netuid, CancellationToken.None))
            {
                foreach ((int rows, int count) in Budget.TokensFor(model.Card))
                {
                    await tokens.BuyAsync(network.Netuid, model.Neuron.Hotkey.ToArray(), rows, 3 * count, CancellationToken.None);
                }
            }
        }
    }

    /// <summary>Closes a validator and opens it again from its folder.</summary>
    public async Task RestartAsync(string name)
    {
        await CloseAsync(name);
        await OpenAsync(name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (string name in validators.Keys.ToArray())
        {
            await CloseAsync(name);
        }

        await network.DisposeAsync();
        randomness.Dispose();
    }

    private async Task SetUpAsync()
    {
        await network.Ledger.Administer(network.Netuid, "tempo", Tempo);
        foreach (string name in Names)
        {
            if (name != "owner")
            {
                await network.Ledger.Do("validator", new RegisterNeuronCall(network.Netuid, network.Ledger.Id(name + "-hot"), ulong.MaxValue));
                await network.Ledger.Do("validator", new AddStakeCall(network.Netuid, network.Ledger.Id(name + "-hot"), 100 * InProcessLedger.Tao, 0, false));
            }

            await network.Ledger.Do("validator", new TransferCall(network.Ledger.Id(name + "-hot"), 1000 * InProcessLedger.Tao));
        }

        foreach (string name in Names)
        {
            await OpenAsync(name);
        }

        await RunUntil(clock => clock.Offset == 1, areAwake: false);
    }

    /// <summary>What the validators say of a miner in an epoch, of agreed verdicts.</summary>
    public string[] CodesOf(string miner, ulong epoch)
    {
        byte[] hotkey = network.Ledger.Id(miner + "-hot").ToArray();
        return
        [
            .. validators.Values.SelectMany(validator => validator.Service.Store.Verdicts(network.Netuid))
                .Where(verdict => verdict.Epoch == epoch && verdict.Miner.AsSpan().SequenceEqual(hotkey) && StoredVerdictSignatures.IsAgreed(verdict))
                .Select(verdict => verdict.Code),
        ];
    }

    /// <summary>The last epoch that a validator scored the first miner for.</summary>
    public ulong ScoredUpTo(ValidatorService validator) => ScoreOf(validator, "miner").Epoch;

    /// <summary>A validator's score of a miner.</summary>
    public StoredScore ScoreOf(ValidatorService validator, string name)
    {
        byte[] hotkey = network.Ledger.Id(name + "-hot").ToArray();
        return validator.Store.Scores(network.Netuid).Single(score => score.Miner.AsSpan().SequenceEqual(hotkey));
    }

    /// <summary>The port is kept, so that its address on the ledger holds when it is back.</summary>
    public async Task<int> StopMinerAsync()
    {
        int port = network.Miner("miner").Address.Port;
        await network.Miner("miner").DisposeAsync();
        return port;
    }

    /// <summary>Starts the first miner again.</summary>
    public Task<MinerHost> StartMinerAsync(int port) => network.StartMinerAsync(
        "miner", CompiledSample.Heart.Publish(network.Randomness, 1), network.SettingsOf("miner") with { Endpoint = new IPEndPoint(IPAddress.Loopback, port) });

    private async Task OpenAsync(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(network.Folder, name)).FullName;
        SigningKey hotkey = network.Key(name + "-hot");
        IRandomSource bought = randomness.Create();
        AtRestKey atRest = AtRestKey.Derive(hotkey, "validator", bought);
        TokenWallet wallet = new(Path.Combine(folder, "tokens.db"), atRest);
        TokenPurchase purchase = new(
            wallet, hotkey, network.Ledger.Client, new IssuerChannels(_ => network.IssuerAddress, new GrpcChannelOptions(), TimeProvider.System), TimeProvider.System, bought);
        ValidatorTokens tokens = new(wallet, purchase, network.Ledger.Client, InProcessLedger.Tao, TimeSpan.Zero, TimeProvider.System);
        TimeSpan block = TimeSpan.FromMilliseconds(network.Ledger.Client.Identity.BlockTimeMs);
        ValidatorService service = await ValidatorService.StartAsync(
            new ValidatorSettings(folder, [network.Netuid]) { Budget = Budget, QueryTimeout = Patience.Long, ProofAllowance = Last * block, SigningTime = 4 * block },
            hotkey,
            network.Ledger.Client,
            tokens,
            new Dictionary<ushort, LabelledRows>(),
            new PeerChannels(null, TimeProvider.System),
            TimeProvider.System,
            randomness,
            NullLoggerFactory.Instance,
            policy);
        validators[name] = (service, tokens, atRest);
    }

    private async Task CloseAsync(string name)
    {
        (ValidatorService service, ValidatorTokens tokens, AtRestKey key) = validators[name];
        validators.Remove(name);
        await service.DisposeAsync();
        await tokens.DisposeAsync();
        key.Dispose();
    }

    /// <summary>Blocks until one is reached, which the validators do not see yet.</summary>
    public async Task RunUntil(Func<EpochClock, bool> isReached, bool areAwake = true)
    {
        for (int blocks = 0; !isReached(await Clock()); blocks++)
        {
            Assert.That(blocks, Is.LessThan(10 * Tempo), "it was not reached");
            foreach ((ValidatorService service, _, _) in areAwake ? validators.Values.ToArray() : [])
            {
                await service.AdvanceAsync(CancellationToken.None);
            }

            await network.Ledger.Node.MakeBlockAsync();
        }
    }

    /// <summary>Where the epoch stands.</summary>
    public async Task<EpochClock> Clock() => (await EpochClock.ReadAsync(network.Ledger.Client, network.Netuid, CancellationToken.None))!.Value;
}
