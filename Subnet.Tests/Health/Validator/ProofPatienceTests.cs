using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Web.Telemetry;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>A miner that is down when its proof is due, and a validator that has nothing but its store when it is to open its plan.</summary>
[TestFixture]
internal sealed class ProofPatienceTests
{
    [Test]
    public async Task Miner_that_is_down_when_its_proof_is_due_may_bring_it_until_the_time_is_over_also_after_a_restart_of_its_validator()
    {
        using RoleMetrics metrics = new();
        await using ThreeValidators three = await ThreeValidators.StartAsync();
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first + 1);
        int port = await three.StopMinerAsync();
        await three.RunUntil(clock => clock.Offset == 3);
        Assert.Multiple(() =>
        {
            Assert.That(three.CodesOf("miner", first), Is.Empty, "nothing is missing yet");
            Assert.That(three.CodesOf("clinic", first), Is.EqualTo(new[] { "valid", "valid", "valid" }), "the other miner waits for nobody");
            Assert.That(three.Services.Select(service => service.Store.FindPlan(three.Network.Netuid, first)!.IsClosed), Is.All.False);
        });

        await three.RestartAsync("validator");
        await three.RunUntil(clock => clock.Offset == 4);
        Assert.That(three.CodesOf("miner", first), Is.Empty);

        await three.StartMinerAsync(port);
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(three.CodesOf("miner", first), Is.EqualTo(new[] { "valid", "valid", "valid" }));
            Assert.That(three.Services.Select(service => service.Store.FindPlan(three.Network.Netuid, first)!.IsClosed), Is.All.True);
            Assert.That(three.Services.Select(three.ScoredUpTo), Is.All.EqualTo(first));
        });

        // The next epoch's proof never comes: missing when the time is over, not before.
        await three.RunUntil(clock => clock.Epoch == first + 2);
        await three.StopMinerAsync();
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last);
        Assert.That(three.CodesOf("miner", first + 1), Is.Empty);
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(three.CodesOf("miner", first + 1), Is.EqualTo(new[] { "proof-invalid", "proof-invalid", "proof-invalid" }));
            Assert.That(three.CodesOf("clinic", first + 1), Is.EqualTo(new[] { "valid", "valid", "valid" }));
            Assert.That(three.Services.Select(three.ScoredUpTo), Is.All.EqualTo(first + 1));
        });

        // Three of four proofs came in time; each validator counted for itself.
        string figures = metrics.Scrape();
        foreach (string address in new[] { "owner", "second-validator" }.Select(RoleNetwork.AddressOf))
        {
            string labels = $"netuid=\"{three.Network.Netuid}\",outcome";
            Assert.That(figures, Does.Contain($"subnet_validator_proofs_total{{code=\"valid\",{labels}=\"verified\",validator=\"{address}\"}} 3\n"));
            Assert.That(figures, Does.Contain($"subnet_validator_proofs_total{{code=\"proof-invalid\",{labels}=\"failed\",validator=\"{address}\"}} 1\n"));
        }
    }

    [Test]
    public async Task Miner_that_keeps_silent_when_its_proof_is_due_is_not_paid_once_more_by_its_score_of_the_epoch_before()
    {
        // What the scores of both miners rested on each time that a row of weights was decided.
        List<(ulong Epoch, ulong Offset, ulong Miner, ulong Clinic)> decided = [];
        await using ThreeValidators three = await ThreeValidators.StartAsync(policy: parts => new WatchedWeights(clock => decided.Add((clock.Epoch, clock.Offset, EpochOf(parts, "miner"), EpochOf(parts, "clinic")))));
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first + 1 && clock.Offset == 2);
        Assert.That(decided.Where(row => row.Epoch == first + 1), Is.EqualTo(Enumerable.Repeat((first + 1, 1UL, first, first), 3)), "all proofs are there: nothing is waited for");

        // It answers all of this epoch, and proves nothing of it.
        await three.RunUntil(clock => clock.Epoch == first + 2);
        await three.StopMinerAsync();
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.That(three.CodesOf("miner", first + 1), Is.EqualTo(new[] { "proof-invalid", "proof-invalid", "proof-invalid" }));
        Assert.That(
            decided.Where(row => row.Epoch == first + 2), Is.EqualTo(Enumerable.Repeat((first + 2, ThreeValidators.Last, first + 1, first + 1), 3)), "no row pays it by the epoch before");

        ulong EpochOf(ValidatorParts parts, string name)
        {
            using SigningKey key = InProcessLedger.SigningKeyOf(name + "-hot");
            byte[] hotkey = key.PublicKey.ToArray();
            return parts.Store.Scores(parts.Settings.Netuids[0]).SingleOrDefault(score => score.Miner.AsSpan().SequenceEqual(hotkey))?.Epoch ?? 0;
        }
    }

    [Test]
    public async Task Validator_that_restarts_after_a_card_of_its_plan_was_retired_and_its_miner_is_gone_opens_the_plan_to_the_others()
    {
        await using ThreeValidators three = await ThreeValidators.StartAsync();
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first + 1);

        byte[] miner = three.Network.Ledger.Id("miner-hot").ToArray();
        byte[] card = three.Services.First().Store.Challenges(three.Network.Netuid, first).First(challenge => challenge.Miner.AsSpan().SequenceEqual(miner)).Card;
        await three.Network.Ledger.Do("miner-hot", new RetireModelCall(three.Network.Netuid, new Hash256(card)));
        await three.StopMinerAsync();
        await three.RestartAsync("validator");
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.That(three.CodesOf("clinic", first), Is.EqualTo(new[] { "valid", "valid", "valid" }));
    }

    [Test]
    public async Task Card_that_is_retired_before_its_proof_is_due_is_judged_like_any_other_and_nothing_is_owed_of_the_epoch_after()
    {
        await using ThreeValidators three = await ThreeValidators.StartAsync();
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first + 1);
        AccountId hotkey = three.Network.Ledger.Id("clinic-hot");
        ModelView model = (await three.Network.Ledger.Client.GetModelsAsync(three.Network.Netuid)).Single(model => model.Registration.Hotkey == hotkey);
        await three.Network.Ledger.Do("clinic-hot", new RetireModelCall(three.Network.Netuid, model.Card));
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(three.CodesOf("clinic", first), Is.EqualTo(new[] { "valid", "valid", "valid" }), "else a miner would get rid of a bad verdict with its card");
            Assert.That(three.Services.Select(service => service.Store.Scores(three.Network.Netuid).Single(score => score.Miner.AsSpan().SequenceEqual(hotkey.ToArray())).Epoch), Is.All.EqualTo(first));
        });

        // What was under way when it was retired counts as what it is; of the epoch after nothing was sent, so there is nothing to judge.
        await three.RunUntil(clock => clock.Epoch == first + 3 && clock.Offset == ThreeValidators.Last + 1);
        Assert.Multiple(() =>
        {
            Assert.That(three.CodesOf("clinic", first + 2), Is.Empty);
            Assert.That(three.Services.Select(service => service.Store.FindPlan(three.Network.Netuid, first + 2)!.IsClosed), Is.All.True);
        });
    }

    [Test]
    public async Task Validator_that_restarts_while_a_miner_is_down_for_good_judges_it_as_those_do_that_ran_on()
    {
        await using ThreeValidators three = await ThreeValidators.StartAsync();
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first + 1);
        await three.StopMinerAsync();
        await three.RestartAsync("validator");
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Last + 1);
        Assert.That(three.CodesOf("miner", first), Is.EqualTo(new[] { "proof-invalid", "proof-invalid", "proof-invalid" }));
    }

    /// <summary>Tells when a row is decided, and sets nothing.</summary>
    private sealed class WatchedWeights(Action<EpochClock> decided) : IWeightPolicy
    {
        public Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken)
        {
            decided(clock);
            return Task.FromResult<WeightRow?>(null);
        }
    }
}
