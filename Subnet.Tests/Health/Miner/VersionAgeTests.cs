using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Tests.Health.Clinic;

namespace Subnet.Tests.Health.Miner;

/// <summary>Protocol 4: a version of a model lives at most eight epochs, unless its owner says otherwise.</summary>
[TestFixture]
internal sealed class VersionAgeTests
{
    [Test]
    public async Task Query_to_a_version_that_has_ended_is_refused_before_its_token_is_spent_and_a_retry_gets_the_reply_of_before()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest before = MinerFixture.Message(client.Encrypt([1, 5, 7, -2]), miner.BuyToken());
        QueryOutcome answered = await miner.SendAsync(before);
        QueryRequest after = MinerFixture.Message(client.Encrypt([1, 5, 7, -1]), miner.BuyToken());

        miner.Service.Ended = new HashSet<string> { Convert.ToHexStringLower(MinerFixture.Card) };
        Assert.That((await miner.SendAsync(after)).Refusal!.Code, Is.EqualTo(RefusalStatement.QueryRefused));
        Assert.That(await miner.Spent.UnsettledAsync(), Has.Count.EqualTo(1));
        Assert.That((await miner.SendAsync(before)).Reply!.Value.ToArray(), Is.EqualTo(answered.Reply!.Value.ToArray()));

        miner.Service.Ended = new HashSet<string> { new('0', 64) };
        Assert.That((await miner.SendAsync(after)).IsAnswered, Is.True);
    }

    [Test]
    public async Task Version_is_served_in_as_many_access_epochs_as_its_owner_says_counted_from_its_registration()
    {
        // Registered in the epoch before this one.
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        await RestartAsync(2);
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 1, 2);
        await AskAsync();

        await network.BeginNextEpochAsync();
        Assert.That(await Assert.ThrowsAsync<ClinicException>(AskAsync), Is.Not.Null);

        await RestartAsync(null);
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 1, 2);
        await AskAsync();

        Task AskAsync() => network.Clinic.QueryAsync(new ClinicQuery(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(CompiledSample.Heart.Table(1)))));

        async Task RestartAsync(ulong? epochs)
        {
            MinerSettings settings = network.SettingsOf("miner") with { Endpoint = new(System.Net.IPAddress.Loopback, network.Miner("miner").Address.Port), VersionEpochs = epochs };
            await network.Miner("miner").DisposeAsync();
            await network.StartMinerAsync("miner", CompiledSample.Heart.Publish(network.Randomness, 1), settings);
        }
    }

    [Test]
    public void Owner_that_says_nothing_has_eight()
    {
        MinerOptions options = new(new Uri("http://127.0.0.1:1"), 1, "folder", "key", default, [], default);

        Assert.That((options.VersionEpochs, VersionAge.DefaultEpochs), Is.EqualTo(((ulong?)8, 8UL)));
    }
}
