using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Staking;

[TestFixture]
internal sealed class WeightCallsTests
{
    private static readonly AccountId Bob = TestLedger.Key("bob-hot");

    [Test]
    public void Weights_are_upscaled_stored_and_free_of_charge()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        Subnet.Core.Ledger.BlockOutcome outcome = ledger.Block(("bob-hot", Set(netuid, [0, 2], [1, 2])));
        Assert.That((outcome.Reasons[0], outcome.Receipts[1].Fee), Is.EqualTo((RejectionReason.None, 0UL)));
        SparseRow row = ledger.State.Weights[new NeuronKey(netuid, 1)];
        Assert.Multiple(() =>
        {
            Assert.That(row.Uids.ToArray(), Is.EqualTo((ushort[])[0, 2]));
            Assert.That(row.Values.ToArray(), Is.EqualTo((ushort[])[32_768, 65_535]));
            Assert.That(ledger.State.Neurons[new NeuronKey(netuid, 1)].LastUpdate, Is.EqualTo(ledger.Engine.Height));
        });
    }

    [Test]
    public void Wrong_weights_are_refused_with_their_reason_in_the_order_of_the_rules()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "min_allowed_weights", 2);
        ledger.Administer(netuid, "weights_version_key", 7);
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.RootNotAllowed, "bob-hot", Set(0, [0], [1, 2]));
            Is_(RejectionReason.LengthsDiffer, "bob-hot", Set(99, [0], [1, 2]));
            Is_(RejectionReason.SubnetNotFound, "bob-hot", Set(99, [0], [1]));
            Is_(RejectionReason.TooManyUids, "nobody", Set(netuid, [0, 1, 2, 3], [1, 1, 1, 1]));
            Is_(RejectionReason.HotkeyNotRegistered, "nobody", Set(netuid, [0], [1]));
            Is_(RejectionReason.VersionTooOld, "bob-hot", Set(netuid, [0], [1], 6));
            Is_(RejectionReason.NoValidatorPermit, "carol-hot", Set(netuid, [0, 0], [1, 1], 7));
            Is_(RejectionReason.DuplicateUid, "bob-hot", Set(netuid, [9, 9], [1, 1], 7));
            Is_(RejectionReason.UidNotFound, "bob-hot", Set(netuid, [9], [1], 7));
            Is_(RejectionReason.TooFewWeights, "bob-hot", Set(netuid, [0], [1], 7));
            Is_(RejectionReason.None, "carol-hot", Set(netuid, [2], [1], 7));
            Is_(RejectionReason.CommitRevealDisabled, "bob-hot", new CommitWeightsCall(netuid, default));
        });
        ledger.Administer(netuid, "weights_set_rate_limit", 100);
        Is_(RejectionReason.RateLimited, "carol-hot", Set(netuid, [2], [1], 7));

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Validator_below_the_threshold_sets_nothing_and_the_owner_is_exempt()
    {
        using TestLedger ledger = Ready(out ushort netuid, TestLedger.Quick with { StakeThreshold = 1_000_000 * TestLedger.Tao });
        Assert.That(ledger.Submit("bob-hot", Set(netuid, [0], [1])), Is.EqualTo(RejectionReason.NotEnoughStake));
        Assert.That(ledger.Submit("alice-hot", Set(netuid, [1], [1])), Is.EqualTo(RejectionReason.None));
    }

    [Test]
    public void Commit_is_revealed_in_its_epoch_and_in_no_other()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ushort[] uids = [0, 2], values = [3, 4], salt = [1, 2, 3];
        RevealWeightsCall reveal = new(netuid, uids, values, salt, 0);
        Hash256 digest = new(CommitHash.Compute(Bob.ToArray(), netuid, uids, values, salt, 0));
        Assert.That(ledger.Submit("bob-hot", Set(netuid, uids, values)), Is.EqualTo(RejectionReason.CommitRevealEnabled));
        WaitForEpoch(ledger, netuid);
        ledger.Do("bob-hot", new CommitWeightsCall(netuid, Hash256.Of("an older commit"u8)));
        ledger.Do("bob-hot", new CommitWeightsCall(netuid, digest));
        Assert.That(ledger.Submit("bob-hot", reveal), Is.EqualTo(RejectionReason.RevealTooEarly));
        WaitForEpoch(ledger, netuid);
        Assert.That(ledger.Submit("bob-hot", reveal with { Salt = new ushort[] { 9 } }), Is.EqualTo(RejectionReason.CommitNotFound));
        Assert.That(ledger.Submit("carol-hot", reveal), Is.EqualTo(RejectionReason.CommitNotFound), "a commit is its hotkey's");
        ledger.Do("bob-hot", reveal);
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.WeightCommits.Count, Is.Zero, "revealing discards the older ones");
            Assert.That(ledger.State.Weights[new NeuronKey(netuid, 1)].Values.ToArray(), Is.EqualTo((ushort[])[49_151, 65_535]));
        });
    }

    [Test]
    public void Commits_and_reveals_that_overtake_each_other_or_come_twice_are_refused_by_reason_and_set_nothing()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ushort[] uids = [0, 2], values = [3, 4], salt = [1, 2, 3];
        RevealWeightsCall reveal = new(netuid, uids, values, salt, 0);
        CommitWeightsCall commit = new(netuid, new Hash256(CommitHash.Compute(Bob.ToArray(), netuid, uids, values, salt, 0)));
        NeuronKey row = new(netuid, 1);
        WaitForEpoch(ledger, netuid);
        Assert.That(ledger.Submit("bob-hot", reveal), Is.EqualTo(RejectionReason.CommitNotFound), "a reveal before its commit");
        BlockOutcome together = ledger.Block(("bob-hot", commit), ("bob-hot", reveal));
        Assert.That(together.Reasons, Is.EqualTo((RejectionReason[])[RejectionReason.None, RejectionReason.RevealTooEarly]), "both in one block");
        WaitForEpoch(ledger, netuid);
        Assert.That(ledger.State.Weights.Contains(row), Is.False, "nothing was set by then");
        ledger.Do("bob-hot", reveal);
        Assert.That(ledger.Submit("bob-hot", reveal), Is.EqualTo(RejectionReason.CommitNotFound), "a reveal that comes twice");
        Assert.That(ledger.State.Weights[row].Values.ToArray(), Is.EqualTo((ushort[])[49_151, 65_535]), "the row that was committed stands");
    }

    [Test]
    public void Late_reveal_has_expired_while_its_commit_waits_for_the_epoch_to_drop_it()
    {
        // Two subnets are due in the blocks that run one epoch each: the counter of the one that waits is already the next.
        using TestLedger ledger = new(TestLedger.Quick with { MaxEpochsPerBlock = 1 });
        ushort first = ledger.CreateSubnet("carol"), netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ushort[] uids = [0], values = [1], salt = [1];
        AccountId hotkey = TestLedger.Key("alice-hot");
        Hash256 digest = new(CommitHash.Compute(hotkey.ToArray(), netuid, uids, values, salt, 0));
        WaitForEpoch(ledger, netuid);
        ledger.Do("alice-hot", new CommitWeightsCall(netuid, digest));
        ulong committed = ledger.State.SubnetStates[new SubnetKey(netuid)].EpochIndex;
        WaitForEpoch(ledger, netuid);
        ledger.Administer(first, "tempo", 1);
        ulong due = ledger.State.SubnetStates[new SubnetKey(netuid)].LastEpochBlock + 5;
        while (ledger.Engine.Height < due)
        {
            ledger.Skip(1);
        }

        RevealWeightsCall reveal = new(netuid, uids, values, salt, 0);
        Assert.That(ledger.State.SubnetStates[new SubnetKey(netuid)].EpochIndex, Is.EqualTo(committed + 1), "its epoch waits behind the other subnet's");
        Assert.That(ledger.Submit("alice-hot", reveal), Is.EqualTo(RejectionReason.RevealExpired));
        Assert.That(ledger.State.WeightCommits.Contains(new HotkeyKey(netuid, hotkey)));
    }

    [Test]
    public void Epoch_reads_a_commit_as_long_as_it_can_still_be_revealed()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        WaitForEpoch(ledger, netuid);
        ledger.Do("bob-hot", new CommitWeightsCall(netuid, Hash256.Of("never revealed"u8)));
        ulong committed = ledger.Engine.Height;
        WaitForEpoch(ledger, netuid);
        Assert.That(EarliestCommit(), Is.EqualTo(committed), "from here on it could be revealed");
        WaitForEpoch(ledger, netuid);
        Assert.That(EarliestCommit(), Is.Null, "with this epoch its time is over");

        ulong? EarliestCommit() => ledger.Engine.ReadEpoch(netuid, ledger.Engine.EpochIndexes(netuid)[^1])!.Input.EarliestCommitBlock[1];
    }

    [Test]
    public void Commit_that_was_not_revealed_is_dropped_by_the_epoch_that_ends_its_time()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ushort[] uids = [0, 2], values = [3, 4], salt = [1, 2, 3];
        Hash256 digest = new(CommitHash.Compute(Bob.ToArray(), netuid, uids, values, salt, 0));
        WaitForEpoch(ledger, netuid);
        ledger.Do("bob-hot", new CommitWeightsCall(netuid, digest));
        WaitForEpoch(ledger, netuid);
        Assert.That(ledger.State.WeightCommits.Count, Is.EqualTo(1), "it can still be revealed");
        WaitForEpoch(ledger, netuid);
        LedgerEvent expired = ledger.Engine.ReadBlock(ledger.Engine.Height)!.Value.Receipts[0].Events.Single(static e => e.Kind == EventKind.CommitExpired);
        Assert.That((expired.Subject, expired.Amount), Is.EqualTo((Bob, 1UL)));
        Assert.That(ledger.State.WeightCommits.Count, Is.Zero);
        Assert.That(ledger.Submit("bob-hot", new RevealWeightsCall(netuid, uids, values, salt, 0)), Is.EqualTo(RejectionReason.CommitNotFound));
    }

    [Test]
    public void Eleventh_commit_is_refused()
    {
        using TestLedger ledger = Ready(out ushort netuid);
        ledger.Administer(netuid, "commit_reveal_weights_enabled", 1);
        ledger.Administer(netuid, "tempo", 1_000);
        for (int i = 0; i < 10; i++)
        {
            ledger.Do("bob-hot", new CommitWeightsCall(netuid, Hash256.Of([(byte)i])));
        }

        Assert.That(ledger.Submit("bob-hot", new CommitWeightsCall(netuid, default)), Is.EqualTo(RejectionReason.TooManyCommits));
        Assert.That(ledger.Submit("nobody", new CommitWeightsCall(netuid, default)), Is.EqualTo(RejectionReason.HotkeyNotRegistered));
        Assert.That(ledger.Submit("nobody", new CommitWeightsCall(0, default)), Is.EqualTo(RejectionReason.RootNotAllowed));
    }

    private static SetWeightsCall Set(ushort netuid, ushort[] uids, ushort[] values, ulong version = 0) => new(netuid, uids, values, version);

    private static void WaitForEpoch(TestLedger ledger, ushort netuid)
    {
        ulong epoch = ledger.State.SubnetStates[new SubnetKey(netuid)].EpochIndex;
        while (ledger.State.SubnetStates[new SubnetKey(netuid)].EpochIndex == epoch)
        {
            ledger.Skip(1);
        }
    }

    /// <summary>Bob validates with stake and a permit as uid 1; carol is uid 2 without either.</summary>
    private static TestLedger Ready(out ushort netuid, GlobalParameters? parameters = null)
    {
        TestLedger ledger = new(parameters);
        netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_validators", 2);
        ledger.Do("bob", new RegisterNeuronCall(netuid, Bob, ulong.MaxValue));
        ledger.Do("carol", new RegisterNeuronCall(netuid, TestLedger.Key("carol-hot"), ulong.MaxValue));
        ledger.Do("bob", new AddStakeCall(netuid, Bob, 20 * TestLedger.Tao, 0, false));
        ledger.Skip(6);
        return ledger;
    }
}
