using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>Miners that take connections and say nothing: what they cost the others.</summary>
[TestFixture]
internal sealed class StallingMinerTests
{
    [Test]
    public async Task Miner_that_answers_no_query_holds_up_no_query_to_another()
    {
        HangingModel? hanging = null;
        await using ThreeValidators three = await ThreeValidators.StartAsync(model => hanging = new HangingModel(model, answers: true));
        await three.BuyTokensAsync();
        ulong first = (await three.Clock()).Epoch + 1;
        await three.RunUntil(clock => clock.Epoch == first);

        // At the epoch's last block everything is due at once, and the first miner has more queries than may be under way at a time.
        await three.RunUntil(clock => clock.Offset == ThreeValidators.Tempo - 1, areAwake: false);
        Assert.That(StatesOf(three, "miner", first).GroupBy(each => each.Validator).Select(group => group.Count()), Is.All.GreaterThan(new ValidatorSettings("", []).Parallel));
        Task[] turns = [.. three.Services.Select(service => service.AdvanceAsync(CancellationToken.None))];
        await Patience.UntilAsync(() => StatesOf(three, "clinic", first).All(each => each.State == ChallengeState.Answered));
        Assert.That(StatesOf(three, "miner", first).Select(each => each.State), Is.All.Not.EqualTo(ChallengeState.Answered));

        hanging!.Release.SetResult();
        await Task.WhenAll(turns);
        Assert.That(StatesOf(three, "miner", first).Select(each => each.State), Is.All.EqualTo(ChallengeState.Answered));
    }

    [Test]
    public async Task Miner_that_does_not_send_its_card_is_left_out_and_asked_again_only_after_a_pause()
    {
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner", "clinic");
        int port = network.Miner("miner").Address.Port;
        await network.Miner("miner").StopAsync();
        StandingClock clock = new();
        MinerDirectory miners = new(network.Ledger.Client, new PeerChannels(null, TimeProvider.System), null, clock, NullLogger<MinerDirectory>.Instance)
        {
            Patience = TimeSpan.FromSeconds(2),
        };
        await Patience.UntilAsync(async () => (await miners.ListAsync(network.Netuid, CancellationToken.None)).Count == 1);

        // The other's card is known now, so only the silent one is asked.
        using TcpListener silent = new(IPAddress.Loopback, port);
        silent.Start();
        await ListAsync(isSilentAsked: true);
        await ListAsync(isSilentAsked: false);
        clock.Advance(TimeSpan.FromMinutes(3));
        await ListAsync(isSilentAsked: true);

        async Task ListAsync(bool isSilentAsked)
        {
            IReadOnlyList<ServedCard> listed = await miners.ListAsync(network.Netuid, CancellationToken.None);
            Assert.That(listed.Select(model => model.Neuron.Hotkey), Is.EqualTo(new[] { network.Ledger.Id("clinic-hot") }));
            Assert.That(silent.Pending(), Is.EqualTo(isSilentAsked));
            if (isSilentAsked)
            {
                (await silent.AcceptTcpClientAsync()).Dispose();
            }
        }
    }

    private static IEnumerable<(ValidatorService Validator, ChallengeState State)> StatesOf(ThreeValidators three, string miner, ulong epoch)
    {
        byte[] hotkey = three.Network.Ledger.Id(miner + "-hot").ToArray();
        return three.Services.SelectMany(service => service.Store.Challenges(three.Network.Netuid, epoch)
            .Where(challenge => challenge.Miner.AsSpan().SequenceEqual(hotkey))
            .Select(challenge => (service, challenge.State)));
    }
}
