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
using Subnet.Health.Validator.Verdicts;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>A miner that is down when its proof is due, over real gRPC, with three validators; time is the ledger's height, which the test moves.</summary>
[TestFixture]
internal sealed class ProofPatienceTests
{
    private const int Tempo = 16;
    private const ulong Last = 6;

    // The subnet's owner has most of its stake: without it there is no consensus.
    private static readonly string[] Names = ["owner", "validator", "second-validator"];
    private static readonly ChallengeBudget Budget = new(2, 1, 0);

    private readonly Dictionary<string, (ValidatorService Service, ValidatorTokens Tokens, AtRestKey Key)> validators = new(StringComparer.Ordinal);
    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
    private RoleNetwork network = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        network = await RoleNetwork.StartAsync("miner", "clinic");
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

    [OneTimeTearDown]
    public async Task Stop()
    {
        foreach (string name in validators.Keys.ToArray())
        {
            await CloseAsync(name);
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        randomness.Dispose();
    }

    [Test]
    public async Task Miner_that_is_down_when_its_proof_is_due_may_bring_it_until_the_time_is_over_also_after_a_restart_of_its_validator()
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

        ulong first = (await Clock()).Epoch + 1;
        await RunUntil(clock => clock.Epoch == first + 1);
        int port = await StopMinerAsync();
        await RunUntil(clock => clock.Offset == 3);
        Assert.Multiple(() =>
        {
            Assert.That(CodesOf("miner", first), Is.Empty, "nothing is missing yet");
            Assert.That(CodesOf("clinic", first), Is.EqualTo(new[] { "valid", "valid", "valid" }), "the other miner waits for nobody");
            Assert.That(validators.Values.Select(validator => validator.Service.Store.FindPlan(network.Netuid, first)!.IsClosed), Is.All.False);
        });

        // The restarted one has no card of a miner that is down, and so cannot even open its plan.
        await CloseAsync("validator");
        await OpenAsync("validator");
        await RunUntil(clock => clock.Offset == 4);
        Assert.That(CodesOf("miner", first), Is.Empty);

        await StartMinerAsync(port);
        await RunUntil(clock => clock.Offset == Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(CodesOf("miner", first), Is.EqualTo(new[] { "valid", "valid", "valid" }));
            Assert.That(validators.Values.Select(validator => validator.Service.Store.FindPlan(network.Netuid, first)!.IsClosed), Is.All.True);
            Assert.That(validators.Values.Select(validator => ScoredUpTo(validator.Service)), Is.All.EqualTo(first));
        });

        // The next epoch's proof never comes: missing when the time is over, not before.
        await RunUntil(clock => clock.Epoch == first + 2);
        await StopMinerAsync();
        await RunUntil(clock => clock.Offset == Last);
        Assert.That(CodesOf("miner", first + 1), Is.Empty);
        await RunUntil(clock => clock.Offset == Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(CodesOf("miner", first + 1), Is.EqualTo(new[] { "proof-invalid", "proof-invalid", "proof-invalid" }));
            Assert.That(CodesOf("clinic", first + 1), Is.EqualTo(new[] { "valid", "valid", "valid" }));
            Assert.That(validators.Values.Select(validator => ScoredUpTo(validator.Service)), Is.All.EqualTo(first + 1));
        });
    }

    private string[] CodesOf(string miner, ulong epoch)
    {
        byte[] hotkey = network.Ledger.Id(miner + "-hot").ToArray();
        return
        [
            .. validators.Values.SelectMany(validator => validator.Service.Store.Verdicts(network.Netuid))
                .Where(verdict => verdict.Epoch == epoch && verdict.Miner.AsSpan().SequenceEqual(hotkey) && StoredVerdictSignatures.IsAgreed(verdict))
                .Select(verdict => verdict.Code),
        ];
    }

    private ulong ScoredUpTo(ValidatorService validator)
    {
        byte[] hotkey = network.Ledger.Id("miner-hot").ToArray();
        return validator.Store.Scores(network.Netuid).Single(score => score.Miner.AsSpan().SequenceEqual(hotkey)).Epoch;
    }

    /// <summary>The port is kept, so that its address on the ledger holds when it is back.</summary>
    private async Task<int> StopMinerAsync()
    {
        int port = network.Miner("miner").Address.Port;
        await network.Miner("miner").DisposeAsync();
        return port;
    }

    private Task<MinerHost> StartMinerAsync(int port) => network.StartMinerAsync(
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
            NullLoggerFactory.Instance);
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
    private async Task RunUntil(Func<EpochClock, bool> isReached, bool areAwake = true)
    {
        while (!isReached(await Clock()))
        {
            foreach ((ValidatorService service, _, _) in areAwake ? validators.Values.ToArray() : [])
            {
                await service.AdvanceAsync(CancellationToken.None);
            }

            await network.Ledger.Node.MakeBlockAsync();
        }
    }

    private async Task<EpochClock> Clock() => (await EpochClock.ReadAsync(network.Ledger.Client, network.Netuid, CancellationToken.None))!.Value;
}
