using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;

namespace Subnet.Tests.Health.Validator;

/// <summary>A miner that is down when its proof is due, and a validator that has nothing but its store when it is to open its plan.</summary>
[TestFixture]
internal sealed class ProofPatienceTests
{
    [Test]
    public async Task Miner_that_is_down_when_its_proof_is_due_may_bring_it_until_the_time_is_over_also_after_a_restart_of_its_validator()
    {
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
}
