using System.Text.Json.Nodes;
using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>Commits that nobody revealed, on a subnet with two matrices of weights, as <c>delegate compare</c> counts them.</summary>
[TestFixture]
internal sealed class MissedRevealsTests
{
    private const ushort First = 1;
    private static readonly ushort Second = MechanismIndex.Of(First, 1);
    private static readonly ushort[] Miner = [2], Full = [65_535], Salt = [1, 2, 3, 4];

    private StoredLedger ledger = null!;

    private LedgerKey AliceHot => ledger.AliceHot;

    private LedgerKey BobHot => ledger.BobHot;

    [OneTimeSetUp]
    public async Task MakeLedger()
    {
        ledger = await StoredLedger.OpenAsync(
            ("tempo", 10), ("weights_set_rate_limit", 0), ("subnet_emission_enabled", 1), ("max_allowed_validators", 2), ("max_allowed_uids", 128), ("mechanism_count", 2),
            ("commit_reveal_weights_enabled", 0));
        await ledger.Register(BobHot, ledger.FirstMiner);
        await ledger.Stake(ledger.Alice, AliceHot, 60);
        await ledger.Stake(ledger.Bob, BobHot, 40);
        await ledger.Skip(11);
        await ledger.Do(AliceHot, new SetWeightsCall(First, Miner, Full, 0));
        await ledger.Do(BobHot, new SetWeightsCall(First, Miner, Full, 0));
        await ledger.Skip(11);
        await ledger.Set("commit_reveal_weights_enabled", 1);
    }

    [OneTimeTearDown]
    public ValueTask Remove() => ledger.DisposeAsync();

    [Test]
    public async Task Missed_reveals_of_both_mechanisms_are_counted_and_revealed_ones_are_not()
    {
        // Alice reveals what she commits on either mechanism. Bob forgets one commit of the first and two of the second.
        await SkipToNextEpoch();
        await Commit(AliceHot, First, 0);
        await Commit(AliceHot, Second, 0);
        await Commit(BobHot, First, 0);
        await Commit(BobHot, Second, 0);
        await Commit(BobHot, Second, 1);
        await SkipToNextEpoch();
        await ledger.Do(AliceHot, new RevealWeightsCall(First, Miner, Full, Salt, 0));
        await ledger.Do(AliceHot, new RevealWeightsCall(Second, Miner, Full, Salt, 0));
        await ledger.Skip(33);

        IReadOnlyList<ValidatorStanding> standings = await ledger.Node.Client.CompareValidatorsAsync(First, 50);
        IReadOnlyList<ValidatorStanding> ofSecond = await ledger.Node.Client.CompareValidatorsAsync(Second, 50);
        JsonArray told = JsonNode.Parse((await ledger.Home.Read("delegate", "compare", "1", "--json")).Output)!["validators"]!.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(Missed(standings, AliceHot), Is.Zero);
            Assert.That(Missed(standings, BobHot), Is.EqualTo(3), "one of mechanism 0 and two of mechanism 1");
            Assert.That(told.Select(static v => v!["missed_reveals"]!.GetValue<int>()), Is.EquivalentTo((int[])[0, 3]));
            Assert.That(ofSecond.Select(static s => s.MissedReveals), Has.All.Zero, "they are the subnet's, not a second subnet's");
        });
    }

    private static int Missed(IReadOnlyList<ValidatorStanding> standings, LedgerKey hotkey) =>
        standings.Single(s => s.Hotkey == hotkey.Account.ToString()).MissedReveals;

    private Task Commit(LedgerKey hotkey, ushort index, ulong version) => ledger.Do(hotkey, new CommitWeightsCall(
        index, new Hash256(CommitHash.Compute(hotkey.Account.ToArray(), index, Miner, Full, Salt, version))));

    private Task<ulong> Epoch() => ledger.Node.Client.ReadAsync(static view => view.State.SubnetStates[new SubnetKey(First)].EpochIndex);

    private async Task SkipToNextEpoch()
    {
        ulong epoch = await Epoch();
        while (await Epoch() == epoch)
        {
            await ledger.Skip(1);
        }
    }
}
