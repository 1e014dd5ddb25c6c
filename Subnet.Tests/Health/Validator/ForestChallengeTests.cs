using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Wallets;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Verdicts;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>
/// Forests under keys from the first challenge to weights and emission, over real gRPC with tokens, three validators that judge each other's files, and miners of which one is honest.
/// </summary>
[TestFixture]
internal sealed class ForestChallengeTests
{
    private const int Tempo = 16;

    // The subnet's owner has most of its stake: without it there is no consensus.
    private static readonly string[] Validators = ["owner", "validator", "second-validator"];

    private readonly List<(ValidatorService Service, ValidatorTokens Tokens, AtRestKey Key)> validators = [];
    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
    private RoleNetwork network = null!;
    private volatile bool isExchanged;

    [OneTimeSetUp]
    public async Task Start()
    {
        ForestSample sample = new();
        CompiledForest single = sample.Compile(CircuitKind.ForestPrivate, randomness);
        CompiledForest batch = sample.Compile(CircuitKind.ForestBatch, randomness);
        IModelUnderKeys Serve(CompiledForest forest, Func<IntegerForest, IntegerForest>? change = null) => (IModelUnderKeys)sample.Publish(forest, randomness, change);

        // Twice the sum of a row's leaves is even: no row has the same answer of both.
        IModelUnderKeys exchanged = Serve(batch, trees => ForestSample.WithLeaves(trees, value => -value) with { Constant = trees.Constant + 1 });
        network = await RoleNetwork.StartWithAsync(
            (name, _) => name switch
            {
                // One is honest, one has another model in place of its own when the first epoch is over, and one makes its answers up.
                "miner" => Serve(single),
                "second-miner" => new ExchangingMiner(Serve(batch), _ => isExchanged ? exchanged : null),
                _ => new ExchangingMiner(Serve(single), asked => Serve(single, trees => trees with { Constant = trees.Constant + asked })),
            },
            "miner", "second-miner", "clinic");
        await network.Ledger.Administer(network.Netuid, "tempo", Tempo);
        await network.Ledger.Administer(network.Netuid, "commit_reveal_weights_enabled", 1);
        foreach (string name in Validators)
        {
            if (name != "owner")
            {
                await network.Ledger.Do("validator", new RegisterNeuronCall(network.Netuid, network.Ledger.Id(name + "-hot"), ulong.MaxValue));
                await network.Ledger.Do("validator", new AddStakeCall(network.Netuid, network.Ledger.Id(name + "-hot"), 100 * InProcessLedger.Tao, 0, false));
            }

            await network.Ledger.Do("validator", new TransferCall(network.Ledger.Id(name + "-hot"), 1000 * InProcessLedger.Tao));
        }

        LabelledRows labelled = new(sample.TableOfItsOwn());
        foreach (string name in Validators)
        {
            await OpenAsync(name, labelled);
        }

        await BlocksUntil(clock => clock.Offset == 1);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        foreach ((ValidatorService service, ValidatorTokens tokens, AtRestKey key) in validators)
        {
            await service.DisposeAsync();
            await tokens.DisposeAsync();
            key.Dispose();
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        randomness.Dispose();
    }

    [Test]
    public async Task Honest_forest_under_keys_earns_and_those_that_answer_by_chance_or_exchange_their_model_do_not()
    {
        await BuyTokens();

        // Planned in the second half of this epoch, asked in the next, judged in the one after it, when the second one is asked.
        ulong first = (await Clock()).Epoch + 1;
        await RunUntil(clock => clock.Epoch == first + 1);
        isExchanged = true;
        await RunUntil(clock => clock.Epoch == first + 2 && clock.Offset >= Tempo / 2);

        Assert.Multiple(() =>
        {
            Assert.That(CodesOf("miner", first), Is.All.EqualTo("repeats-equal"));
            Assert.That(CodesOf("miner", first + 1), Is.All.EqualTo("repeats-equal"));
            Assert.That(CodesOf("second-miner", first), Is.All.EqualTo("repeats-equal"), "it was honest so far");
            Assert.That(CodesOf("second-miner", first + 1), Is.All.EqualTo("unequal-repeats"), "its answers agree with each other and not with those of the epoch before");
            Assert.That(CodesOf("clinic", first), Is.All.EqualTo("unequal-repeats"));
            Assert.That(validators.Select(validator => ScoreOf(validator.Service, "miner")), Is.All.GreaterThan(0.1));
            Assert.That(validators.Select(validator => ScoreOf(validator.Service, "clinic")), Is.All.Zero);
        });

        // Weights are committed in one epoch, revealed in the next and paid at its end.
        await RunUntil(clock => clock.Epoch == first + 4 && clock.Offset >= 1);
        Metagraph metagraph = (await network.Ledger.Client.GetMetagraphAsync(network.Netuid))!;
        NeuronView NeuronOf(string name) => metagraph.Find(network.Ledger.Id(name + "-hot"))!;
        Assert.Multiple(() =>
        {
            Assert.That(NeuronOf("miner").Outcome.Incentive, Is.GreaterThan(0));
            Assert.That(NeuronOf("clinic").Outcome.Incentive, Is.EqualTo(0));
            Assert.That(NeuronOf("second-miner").Outcome.Incentive, Is.LessThan(NeuronOf("miner").Outcome.Incentive));
        });
    }

    private string[] CodesOf(string miner, ulong epoch)
    {
        byte[] hotkey = network.Ledger.Id(miner + "-hot").ToArray();
        string[] codes =
        [
            .. validators.SelectMany(validator => validator.Service.Store.Verdicts(network.Netuid))
                .Where(verdict => verdict.Epoch == epoch && verdict.Miner.AsSpan().SequenceEqual(hotkey) && StoredVerdictSignatures.IsAgreed(verdict))
                .Select(verdict => verdict.Code),
        ];
        Assert.That(codes, Has.Length.EqualTo(Validators.Length), $"{miner} in epoch {epoch}: a verdict by each validator, with three signatures");
        return codes;
    }

    private double ScoreOf(ValidatorService validator, string miner)
    {
        byte[] hotkey = network.Ledger.Id(miner + "-hot").ToArray();
        return validator.Store.Scores(network.Netuid).Where(score => score.Miner.AsSpan().SequenceEqual(hotkey)).Select(score => score.Score.Value).Single();
    }

    private async Task OpenAsync(string name, LabelledRows labelled)
    {
        string folder = Directory.CreateDirectory(Path.Combine(network.Folder, name)).FullName;
        SigningKey hotkey = network.Key(name + "-hot");
        IRandomSource bought = randomness.Create();
        AtRestKey atRest = AtRestKey.Derive(hotkey, "validator", bought);
        TokenWallet wallet = new(Path.Combine(folder, "tokens.db"), atRest);
        TokenPurchase purchase = new(
            wallet, hotkey, network.Ledger.Client, new IssuerChannels(_ => network.IssuerAddress, new GrpcChannelOptions(), TimeProvider.System), TimeProvider.System, bought);
        ValidatorTokens tokens = new(wallet, purchase, network.Ledger.Client, InProcessLedger.Tao, TimeSpan.Zero, TimeProvider.System);
        ValidatorService service = await ValidatorService.StartAsync(
            new ValidatorSettings(folder, [network.Netuid]) { Budget = new ChallengeBudget(2, 1, 4) { MostQueriesOfKeys = 3 }, QueryTimeout = Patience.Long },
            hotkey,
            network.Ledger.Client,
            tokens,
            new Dictionary<ushort, LabelledRows> { [network.Netuid] = labelled },
            new PeerChannels(null, TimeProvider.System),
            TimeProvider.System,
            randomness,
            NullLoggerFactory.Instance);
        validators.Add((service, tokens, atRest));
    }

    private async Task BuyTokens()
    {
        foreach ((ValidatorService service, ValidatorTokens tokens, _) in validators)
        {
            IReadOnlyList<ServedCard> served = await service.Miners.ListAsync(network.Netuid, CancellationToken.None);
            Assert.That(served, Has.Count.EqualTo(3), "validators know the cards of forests under keys");
            foreach (ServedCard model in served)
            {
                foreach ((int rows, int count) in new ChallengeBudget(2, 1, 4).TokensFor(model.Card))
                {
                    await tokens.BuyAsync(network.Netuid, model.Neuron.Hotkey.ToArray(), rows, 2 * count, CancellationToken.None);
                }
            }
        }
    }

    private async Task RunUntil(Func<EpochClock, bool> isReached)
    {
        while (!isReached(await Clock()))
        {
            foreach ((ValidatorService service, _, _) in validators)
            {
                await service.AdvanceAsync(CancellationToken.None);
            }

            await network.Ledger.Node.MakeBlockAsync();
        }
    }

    private async Task BlocksUntil(Func<EpochClock, bool> isReached)
    {
        while (!isReached(await Clock()))
        {
            await network.Ledger.Node.MakeBlockAsync();
        }
    }

    private async Task<EpochClock> Clock() => (await EpochClock.ReadAsync(network.Ledger.Client, network.Netuid, CancellationToken.None))!.Value;
}
