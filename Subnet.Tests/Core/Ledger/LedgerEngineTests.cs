using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class LedgerEngineTests
{
    [Test]
    public void Transfer_moves_money_and_pays_the_fee_to_the_sequencer()
    {
        using TestLedger ledger = new();
        ulong before = ledger.BalanceOf("alice");
        BlockOutcome outcome = ledger.Block(("alice", new TransferCall(TestLedger.Key("bob"), 5)));
        ulong fee = outcome.Receipts[1].Fee;
        Assert.Multiple(() =>
        {
            Assert.That(fee, Is.EqualTo(10_000UL + (10UL * (ulong)outcome.Block.Transactions[0].Bytes.Length)));
            Assert.That(ledger.BalanceOf("alice"), Is.EqualTo(before - 5 - fee));
            Assert.That(ledger.BalanceOf("bob"), Is.EqualTo(before + 5));
            Assert.That(ledger.BalanceOf("sequencer"), Is.EqualTo(fee));
            Assert.That(outcome.Receipts[1].Events[0], Is.EqualTo(new LedgerEvent(EventKind.Transferred, 0, TestLedger.Key("bob"), TestLedger.Key("alice"), 5, 0)));
        });
    }

    [Test]
    public void Refused_call_pays_its_fee_and_changes_nothing_else()
    {
        using TestLedger ledger = new();
        ulong before = ledger.BalanceOf("alice");
        BlockOutcome outcome = ledger.Block(("alice", new TransferCall(TestLedger.Key("bob"), ulong.MaxValue)));
        Assert.Multiple(() =>
        {
            Assert.That(outcome.Included[0]);
            Assert.That(outcome.Reasons[0], Is.EqualTo(RejectionReason.InsufficientBalance));
            Assert.That(outcome.Receipts[1].Events, Is.Empty);
            Assert.That(ledger.BalanceOf("alice"), Is.EqualTo(before - outcome.Receipts[1].Fee));
            Assert.That(ledger.Engine.NextNonce(TestLedger.Key("alice")), Is.EqualTo(1UL));
        });
    }

    [Test]
    public void Transaction_counts_once_in_order_and_only_on_its_network()
    {
        using TestLedger ledger = new();
        TransferCall call = new(TestLedger.Key("bob"), 5);
        Transaction first = ledger.Sign("alice", call, 0);
        Transaction expired = Transaction.Create(HashSigner.Named("carol"), ledger.Engine.GenesisHash, "test-net", 0, call, validUntil: 1);
        ledger.Engine.Produce(TestLedger.Sequencer, 0, [first]);
        BlockOutcome outcome = ledger.Engine.Produce(
            TestLedger.Sequencer,
            0,
            [
                first,
                ledger.Sign("alice", call, 2),
                Transaction.Create(HashSigner.Named("alice"), ledger.Engine.GenesisHash, "other-net", 1, call),
                Transaction.Create(HashSigner.Named("alice"), Hash256.Of("other genesis"u8), "test-net", 1, call),
                expired,
                Transaction.Create(HashSigner.Named("alice"), ledger.Engine.GenesisHash, "test-net", 1, call, maxFee: 9_999),
                ledger.Sign("stranger", call, 0),
                ledger.Sign("alice", call, 1),
            ]);
        Assert.That(
            outcome.Reasons,
            Is.EqualTo((RejectionReason[])
            [
                RejectionReason.NonceUsed,
                RejectionReason.NonceTooHigh,
                RejectionReason.WrongNetwork,
                RejectionReason.BadSignature,
                RejectionReason.Expired,
                RejectionReason.FeeAboveLimit,
                RejectionReason.FeeNotCovered,
                RejectionReason.None,
            ]));
        Assert.That(outcome.Included, Is.EqualTo((bool[])[false, false, false, false, false, false, false, true]));
    }

    [Test]
    public void Follower_arrives_at_the_same_state_and_receipts()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 5 * TestLedger.Tao, 0, false));
        ledger.Submit("carol", new AddStakeCall(netuid, TestLedger.Key("nobody"), 5 * TestLedger.Tao, 0, false));
        ledger.Skip(20);
        using SqliteLedgerStore store = new(":memory:");
        using LedgerEngine follower = LedgerEngine.Open(store, GenesisFile.Write(ledger.Genesis), ledger.Services);
        for (ulong height = 1; height <= ledger.Engine.Height; height++)
        {
            (Block block, IReadOnlyList<Receipt> receipts) = ledger.Engine.ReadBlock(height)!.Value;
            IReadOnlyList<Receipt> followed = follower.Accept([Block.Decode(block.Encode())])[0];
            Assert.That(Receipt.EncodeAll(followed), Is.EqualTo(Receipt.EncodeAll(receipts)));
        }

        Assert.That(follower.State.Hash, Is.EqualTo(ledger.State.Hash));
        Assert.That(follower.TipId, Is.EqualTo(ledger.Engine.TipId));
    }

    [Test]
    public void Follower_stops_with_evidence_at_the_first_wrong_state_hash()
    {
        using TestLedger ledger = new();
        BlockOutcome outcome = ledger.Block(("alice", new TransferCall(TestLedger.Key("bob"), 5)));
        Block forged = Block.Create(
            outcome.Block.Header with { State = Hash256.Of("a state that gives the sequencer more"u8) }, outcome.Block.Transactions, TestLedger.Sequencer, ledger.Engine.GenesisHash);
        using SqliteLedgerStore store = new(":memory:");
        using LedgerEngine follower = LedgerEngine.Open(store, GenesisFile.Write(ledger.Genesis), ledger.Services);
        BlockRefusedException refused = Assert.Throws<BlockRefusedException>(() => follower.Accept([forged]))!;
        Assert.Multiple(() =>
        {
            Assert.That(refused.Evidence.ComputedState, Is.EqualTo(outcome.Block.Header.State));
            Assert.That(refused.Evidence.ClaimedState, Is.EqualTo(forged.Header.State));
            Assert.That(refused.Evidence.SignedHeader.ToArray(), Is.EqualTo(forged.SignedHeader.ToArray()));
            Assert.That(refused.Evidence.Changes, Has.Some.Contains(TestLedger.Key("bob").ToString()));
            Assert.That(store.Height, Is.Zero);
            Assert.That(() => follower.Accept([outcome.Block]), Throws.InvalidOperationException);
        });
    }

    [Test]
    public void Follower_refuses_what_does_not_follow_and_goes_on_with_what_does()
    {
        using TestLedger ledger = new();
        Block first = ledger.Block(("alice", new TransferCall(TestLedger.Key("bob"), 5))).Block;
        Block second = ledger.Block().Block;
        Hash256 genesisHash = ledger.Engine.GenesisHash;
        Transaction unsigned = Transaction.Create(HashSigner.Named("mallory"), Hash256.Of("x"u8), "test-net", 0, new TransferCall(first.Transactions[0].Signer, 1));
        (string Why, Block Block)[] wrong =
        [
            ("comes next", second),
            ("signature", Block.Create(first.Header, first.Transactions, HashSigner.Named("mallory"), genesisHash)),
            ("network", Block.Create(first.Header with { Network = "other" }, first.Transactions, TestLedger.Sequencer, genesisHash)),
            ("fork", Block.Create(first.Header with { Previous = Hash256.Of("x"u8) }, first.Transactions, TestLedger.Sequencer, genesisHash)),
            ("time", Block.Create(first.Header with { TimeMs = 5 }, first.Transactions, TestLedger.Sequencer, genesisHash)),
            ("must not be in it", Block.Create(first.Header with { Transactions = Block.RootOf([unsigned]) }, [unsigned], TestLedger.Sequencer, genesisHash)),
            ("must not be in it", Block.Create(
                first.Header with { Transactions = Block.RootOf([.. first.Transactions, .. first.Transactions]) },
                [.. first.Transactions, .. first.Transactions],
                TestLedger.Sequencer,
                genesisHash)),
        ];
        using SqliteLedgerStore store = new(":memory:");
        using LedgerEngine follower = LedgerEngine.Open(store, GenesisFile.Write(ledger.Genesis), ledger.Services);
        foreach ((string why, Block block) in wrong)
        {
            Assert.That(() => follower.Accept([block]), Throws.TypeOf<BlockRefusedException>().With.Message.Contains(why));
        }

        follower.Accept([first, second]);
        Assert.That(follower.State.Hash, Is.EqualTo(ledger.State.Hash));
    }

    [Test]
    public void Batch_with_a_wrong_block_keeps_the_blocks_before_it()
    {
        using TestLedger ledger = new();
        Block first = ledger.Block().Block;
        Block second = ledger.Block().Block;
        Block forged = Block.Create(second.Header with { State = default }, [], TestLedger.Sequencer, ledger.Engine.GenesisHash);
        using SqliteLedgerStore store = new(":memory:");
        using LedgerEngine follower = LedgerEngine.Open(store, GenesisFile.Write(ledger.Genesis), ledger.Services);
        Assert.That(() => follower.Accept([first, forged]), Throws.TypeOf<BlockRefusedException>());
        Assert.That(store.Height, Is.EqualTo(1UL));
    }

    [Test]
    public void Failing_store_stops_the_engine_and_acknowledges_nothing()
    {
        using TestLedger ledger = new();
        using SqliteLedgerStore store = new(":memory:");
        using FailingStore failing = new(store);
        using LedgerEngine engine = LedgerEngine.Open(failing, GenesisFile.Write(ledger.Genesis), ledger.Services);
        Transaction transfer = ledger.Sign("alice", new TransferCall(TestLedger.Key("bob"), 5), 0);
        failing.Fails = true;
        Assert.That(() => engine.Produce(TestLedger.Sequencer, 0, [transfer]), Throws.TypeOf<LedgerStoreException>());
        failing.Fails = false;
        Assert.That(() => engine.Produce(TestLedger.Sequencer, 0, [transfer]), Throws.InvalidOperationException);
        using LedgerEngine again = LedgerEngine.Open(failing, null, ledger.Services);
        Assert.That(again.Height, Is.Zero);
        Assert.That(again.Produce(TestLedger.Sequencer, 0, [transfer]).Included[0]);
    }

    [TestCase(40)]
    [TestCase(400)]
    public void Start_from_a_snapshot_reads_the_blocks_after_it_however_many_are_before(int blocks)
    {
        using TestLedger ledger = new();
        using SqliteLedgerStore store = new(":memory:");
        using FailingStore counting = new(store);
        using (LedgerEngine engine = LedgerEngine.Open(counting, GenesisFile.Write(ledger.Genesis), ledger.Services, new LedgerOptions(0, false)))
        {
            for (int i = 0; i < blocks; i++)
            {
                engine.Produce(TestLedger.Sequencer, 0, []);
            }

            engine.Snapshot();
            engine.Produce(TestLedger.Sequencer, 0, []);
            engine.Produce(TestLedger.Sequencer, 0, []);
        }

        counting.BlocksRead = 0;
        using LedgerEngine again = LedgerEngine.Open(counting, null, ledger.Services);
        Assert.That(again.Height, Is.EqualTo((ulong)blocks + 2));
        Assert.That(counting.BlocksRead, Is.EqualTo(3), "the snapshot's own, for its signature, and two to execute");
    }

    [Test]
    public void Block_log_gets_every_signed_header_once_and_catches_up_after_a_crash()
    {
        using TestLedger ledger = new();
        ledger.Skip(5);
        using SqliteLedgerStore store = new(":memory:");
        ListLog log = new();
        byte[] genesis = GenesisFile.Write(ledger.Genesis);
        using (LedgerEngine follower = LedgerEngine.Open(store, genesis, ledger.Services, null, log))
        {
            follower.Accept([ledger.Engine.ReadBlock(1)!.Value.Block, ledger.Engine.ReadBlock(2)!.Value.Block]);
        }

        log.Leaves.RemoveAt(1);
        using (LedgerEngine follower = LedgerEngine.Open(store, genesis, ledger.Services, null, log))
        {
            follower.Accept([ledger.Engine.ReadBlock(3)!.Value.Block]);
        }

        Assert.That(
            log.Leaves,
            Is.EqualTo(Enumerable.Range(1, 3).Select(h => ledger.Engine.ReadBlock((ulong)h)!.Value.Block.SignedHeader.ToArray())));
        log.Leaves.Add([1]);
        Assert.That(
            () => LedgerEngine.Open(store, genesis, ledger.Services, null, log),
            Throws.TypeOf<LedgerCorruptException>().With.Message.Contains("rolled back"));
    }

    [Test]
    public void Preview_says_what_would_happen_and_changes_nothing()
    {
        using TestLedger ledger = new();
        Hash256 before = ledger.State.Hash;
        Transaction transfer = ledger.Sign("alice", new TransferCall(TestLedger.Key("bob"), 5), 0);
        (Receipt? receipt, RejectionReason reason) = ledger.Engine.Preview(transfer);
        Assert.That(reason, Is.EqualTo(RejectionReason.None));
        Assert.That(
            ledger.Engine.Preview(ledger.Sign("alice", new TransferCall(TestLedger.Key("bob"), ulong.MaxValue), 0)).Reason,
            Is.EqualTo(RejectionReason.InsufficientBalance));
        BlockOutcome outcome = ledger.Engine.Produce(TestLedger.Sequencer, 0, [transfer]);
        Assert.That(outcome.Receipts[1].Events, Is.EqualTo(receipt!.Events));
        Assert.That(before, Is.Not.EqualTo(ledger.State.Hash));
        using LedgerEngine again = ledger.Reopen();
        Assert.That(again.State.Hash, Is.EqualTo(ledger.State.Hash), "the preview left no trace in the state");
    }

    [Test]
    public void Network_at_a_newer_protocol_version_is_not_continued()
    {
        using TestLedger ledger = new();
        ledger.Do("administrator", new AdministerCall(new ProposalAction((byte)ProposalKind.SetProtocolVersion, 0, 0, 2, default, default)));
        Assert.That(() => ledger.Block(), Throws.InvalidOperationException.With.Message.Contains("newer"));
    }

    private sealed class ListLog : IBlockLog
    {
        public List<byte[]> Leaves { get; } = [];

        public ulong Size => (ulong)Leaves.Count;

        public void Append(IReadOnlyList<ReadOnlyMemory<byte>> signedHeaders) => Leaves.AddRange(signedHeaders.Select(static h => h.ToArray()));
    }

    private sealed class FailingStore(ILedgerStore inner) : ILedgerStore
    {
        public bool Fails { get; set; }

        public int BlocksRead { get; set; }

        public string Description => inner.Description;

        public ulong Height => inner.Height;

        public byte[]? ReadGenesis() => inner.ReadGenesis();

        public void WriteGenesis(ReadOnlyMemory<byte> genesis) => inner.WriteGenesis(genesis);

        public void Append(IReadOnlyList<StoredBlock> blocks)
        {
            if (Fails)
            {
                throw new LedgerStoreException("no space left on device");
            }

            inner.Append(blocks);
        }

        public StoredBlock? ReadBlock(ulong height)
        {
            BlocksRead++;
            return inner.ReadBlock(height);
        }

        public byte[]? ReadEpoch(ushort netuid, ulong index) => inner.ReadEpoch(netuid, index);

        public IReadOnlyList<ulong> ReadEpochIndexes(ushort netuid) => inner.ReadEpochIndexes(netuid);

        public void WriteSnapshot(StoredSnapshot snapshot) => inner.WriteSnapshot(snapshot);

        public StoredSnapshot? ReadSnapshot() => inner.ReadSnapshot();

        public void AddPending(Hash256 id, ReadOnlyMemory<byte> transaction) => inner.AddPending(id, transaction);

        public IReadOnlyList<(Hash256 Id, byte[] Transaction)> ReadPending(int maximum) => inner.ReadPending(maximum);

        public void ResolvePending(IReadOnlyList<(Hash256 Id, RejectionReason Reason)> resolved) => inner.ResolvePending(resolved);

        public RejectionReason? ReadRefusal(Hash256 id) => inner.ReadRefusal(id);

        public void Dispose()
        {
        }
    }
}
