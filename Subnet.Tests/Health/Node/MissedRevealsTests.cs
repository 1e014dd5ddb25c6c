using System.Text.Json.Nodes;
using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
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

    private readonly NodeFixture home = new();
    private readonly LedgerKey[] keys = [.. Enumerable.Range(1, 6).Select(static seed => new LedgerKey(SigningKey.FromSeed([.. Enumerable.Repeat((byte)seed, 32)])))];
    private LedgerNode node = null!;

    private LedgerKey Alice => keys[1];

    private LedgerKey AliceHot => keys[2];

    private LedgerKey Bob => keys[3];

    private LedgerKey BobHot => keys[4];

    [OneTimeSetUp]
    public async Task MakeLedger()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(home.StorePath)!);
        node = await LedgerNode.OpenAsync(new SqliteLedgerStore(home.StorePath, durable: false), File.ReadAllBytes(home.GenesisPath), keys[0], TimeProvider.System);
        await Do(Alice, new CreateSubnetCall(AliceHot.Account, "cardiology", ulong.MaxValue));
        await Do(Alice, new StartSubnetCall(First));
        foreach ((string name, int value) in new[]
        {
            ("tempo", 10), ("weights_set_rate_limit", 0), ("subnet_emission_enabled", 1), ("max_allowed_validators", 2), ("max_allowed_uids", 128), ("mechanism_count", 2),
            ("commit_reveal_weights_enabled", 0),
        })
        {
            await Set(name, value);
        }

        await Do(Bob, new RegisterNeuronCall(First, BobHot.Account, ulong.MaxValue));
        await Do(Bob, new RegisterNeuronCall(First, keys[5].Account, ulong.MaxValue));
        await Do(Alice, new AddStakeCall(First, AliceHot.Account, 60 * NodeFixture.Tao, 0, false));
        await Do(Bob, new AddStakeCall(First, BobHot.Account, 40 * NodeFixture.Tao, 0, false));
        await Skip(11);
        await Do(AliceHot, new SetWeightsCall(First, Miner, Full, 0));
        await Do(BobHot, new SetWeightsCall(First, Miner, Full, 0));
        await Skip(11);
        await Set("commit_reveal_weights_enabled", 1);
    }

    [OneTimeTearDown]
    public async Task Remove()
    {
        await node.DisposeAsync();
        Array.ForEach(keys, static key => key.Dispose());
        home.Dispose();
    }

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
        await Do(AliceHot, new RevealWeightsCall(First, Miner, Full, Salt, 0));
        await Do(AliceHot, new RevealWeightsCall(Second, Miner, Full, Salt, 0));
        await Skip(33);

        IReadOnlyList<ValidatorStanding> standings = await node.Client.CompareValidatorsAsync(First, 50);
        IReadOnlyList<ValidatorStanding> ofSecond = await node.Client.CompareValidatorsAsync(Second, 50);
        JsonArray told = JsonNode.Parse((await home.Read("delegate", "compare", "1", "--json")).Output)!["validators"]!.AsArray();
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

    private Task Commit(LedgerKey hotkey, ushort index, ulong version) => Do(hotkey, new CommitWeightsCall(
        index, new Hash256(CommitHash.Compute(hotkey.Account.ToArray(), index, Miner, Full, Salt, version))));

    private Task<ulong> Epoch() => node.Client.ReadAsync(static view => view.State.SubnetStates[new SubnetKey(First)].EpochIndex);

    private Task Set(string name, int value) => Do(Alice, new AdministerCall(new ProposalAction(
        (byte)ProposalKind.SetHyperparameter, First, HyperparameterCatalog.Find(name)!.Number, value, default, default)));

    private async Task SkipToNextEpoch()
    {
        ulong epoch = await Epoch();
        while (await Epoch() == epoch)
        {
            await Skip(1);
        }
    }

    private async Task Skip(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            await node.MakeBlockAsync();
        }
    }

    private async Task Do(LedgerKey key, LedgerCall call)
    {
        Task<CallOutcome> submitted = node.Client.SubmitAsync(key, call);
        while (await node.Host.UseAsync(static (_, store) => store.ReadPending(1).Count, default) == 0)
        {
            await Task.Yield();
        }

        await node.MakeBlockAsync();
        Assert.That((await submitted).Reason, Is.EqualTo(RejectionReason.None), call.ToString());
    }
}
