using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Audits;
using Subnet.Health.Node;
using Subnet.Health.Scoring;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Storage;

/// <summary>
/// Stores whose size has no bound of their own on a disk without room: one clear error, nothing half-written, what was stored before is there, and the same store goes on when
/// there is room again.
/// </summary>
[TestFixture]
internal sealed class FullDiskTests
{
    private const ushort Netuid = 3;

    private static readonly byte[] First = [.. Enumerable.Repeat((byte)1, 32)], Second = [.. Enumerable.Repeat((byte)2, 32)];

    private TemporaryFolder folder = null!;
    private FullDisk disk = null!;

    [SetUp]
    public void Create()
    {
        folder = new TemporaryFolder();
        disk = new FullDisk(folder.Path);
    }

    [TearDown]
    public void Remove()
    {
        disk.Dispose();
        folder.Dispose();
    }

    [Test]
    public void Validator_stores_no_part_of_a_plan_a_row_of_weights_or_an_answer_and_keeps_what_it_had()
    {
        string path = folder.Combine("validator.db");
        using (ValidatorStore store = new(path))
        {
            Plan(store, epoch: 4);
            long sent = store.Challenges(Netuid, 4)[0].Id;
            store.Announce(Netuid, 5, Second, First, 10);

            disk.IsFull = true;
            Refused(() => Plan(store, epoch: 5));
            Refused(() => store.MarkSent(sent, [1]));
            Refused(() => store.MarkAnswered(sent, new byte[9_000], [2], [3], 5));
            Refused(() => store.AddWeights(Weights(5)));
            Refused(() => store.PutScore(new StoredScore(Netuid, First, Second, new MinerScore(0.5, 1), 4)));
            Refused(() => store.Announce(Netuid, 6, Second, First, 20));
            Assert.That((store.FindPlan(Netuid, 5), store.Challenges(Netuid, 5).Count, store.FindWeights(Netuid, 5), store.FindAnnounced(Netuid, 6, Second)), Is.EqualTo(((StoredPlan?)null, 0, (StoredWeights?)null, ((byte[], ulong)?)null)));
            Assert.That(store.Challenges(Netuid, 4).Select(challenge => challenge.State), Is.All.EqualTo(ChallengeState.Planned).And.Exactly(3).Items);
            Assert.That(store.FindAnnounced(Netuid, 5, Second)!.Value.Height, Is.EqualTo(10UL));

            disk.IsFull = false;
            Plan(store, epoch: 5);
            store.MarkSent(sent, [1]);
            store.AddWeights(Weights(5));
        }

        using ValidatorStore again = new(path);
        Assert.That((again.Challenges(Netuid, 5).Count, again.CountSent(Netuid), again.PendingWeights(Netuid).Count), Is.EqualTo((3, 1, 1)));
    }

    [Test]
    public async Task Opened_rows_that_did_not_fit_are_not_counted_and_count_when_there_is_room()
    {
        const int features = 12;
        string path = folder.Combine("audit-rows.db");
        await using (OpenedRowStore store = new(path))
        {
            Assert.That(await store.TryCountAsync(First, Second, features, [Row(1)]), Is.True);
            disk.IsFull = true;
            foreach (int _ in Enumerable.Range(0, 3))
            {
                Assert.That(async () => await store.TryCountAsync(First, Second, features, [Row(2), Row(3)]), ThrowsFull);
            }

            Assert.That(await store.TryCountAsync(First, Second, features, [Row(1)]), Is.True, "counted before: nothing to write");
            disk.IsFull = false;
            Assert.That(await store.TryCountAsync(First, Second, features, [Row(4), Row(5)]), Is.True, "two of three were free");
        }

        await using OpenedRowStore again = new(path);
        Assert.That(await again.TryCountAsync(First, Second, features, [Row(2)]), Is.False);
    }

    [Test]
    public void Labelled_row_is_not_sent_where_it_could_not_be_marked_and_is_once_there_is_room()
    {
        using LabelledRowHistory history = new(folder.Combine("labelled.db"));
        Assert.That(history.TryMark(First, [1]), Is.True);
        disk.IsFull = true;
        Refused(() => history.TryMark(First, [2]));
        disk.IsFull = false;
        Assert.That((history.TryMark(First, [1]), history.TryMark(First, [2]), history.TryMark(First, [2])), Is.EqualTo((false, true, false)));
    }

    [Test]
    public void Scored_cases_seeds_and_bindings_of_either_party_are_stored_whole_or_not_at_all()
    {
        string path = folder.Combine("scoring.db");
        string[] cases = [.. Enumerable.Range(0, 300).Select(i => $"case {i}")];
        byte[] kept, seed;
        using (SqliteScoringStore store = new(path, Source()))
        {
            Assert.That(store.TryMark(First, ["case 7"]), Is.True);
            kept = store.SeedOf(First);
            disk.IsFull = true;
            Refused(() => store.TryMark(First, cases));
            Refused(() => store.SeedOf(Second));
            Refused(() => store.TryBind(First, Second));
            Assert.That(cases.Where(store.Contains), Is.EqualTo(new[] { "case 7" }), "not half of the batch");
            Assert.That(store.SeedOf(First), Is.EqualTo(kept), "an old seed needs no room");

            disk.IsFull = false;
            seed = store.SeedOf(Second);
            Assert.That(store.TryBind(First, First), Is.True, "what was refused bound nothing");
            Assert.That(store.TryMark(First, cases), Is.True);
        }

        using SqliteScoringStore again = new(path, Source());
        Assert.That((again.SeedOf(First), again.SeedOf(Second)), Is.EqualTo((kept, seed)));
        Assert.That(cases.All(again.Contains), Is.True);
    }

    [Test]
    public void Journal_of_a_scoring_batch_has_no_torn_entry_after_a_full_disk_and_goes_on_behind_the_last_whole_one()
    {
        string path = folder.Combine("organic.journal");
        DateTimeOffset time = DateTimeOffset.UnixEpoch;
        using (NarrowFile file = new(path))
        using (ScoringJournal journal = new(file, null))
        {
            journal.Append(1, time, new byte[100]);
            long whole = file.Length;
            file.Room = 40;
            Assert.That(() => journal.Append(2, time, new byte[100]), Throws.InstanceOf<IOException>());
            Assert.That(() => journal.Append(2, time, new byte[100]), Throws.InstanceOf<IOException>());
            Assert.That(file.Length, Is.EqualTo(whole), "what had been written of it is gone");
            file.Room = long.MaxValue;
            journal.Append(3, time, new byte[200]);
        }

        using ScoringJournal again = new(path, null);
        Assert.That(again.Entries.Select(entry => (entry.Kind, entry.Content.Length)), Is.EqualTo(new[] { ((byte)1, 100), ((byte)3, 200) }));
    }

    [Test]
    public void Ledger_makes_no_block_that_did_not_fit_loses_no_transaction_and_goes_on_when_there_is_room()
    {
        using TestLedger people = new();
        string path = folder.Combine("ledger.db");
        Transaction transfer = people.Sign("alice", new TransferCall(TestLedger.Key("bob"), 5), 0);
        using (SqliteLedgerStore store = new(path))
        {
            using LedgerEngine engine = LedgerEngine.Open(store, GenesisFile.Write(people.Genesis), people.Services);
            engine.Produce(TestLedger.Sequencer, 0, []);
            store.AddPending(transfer.Id, transfer.Bytes.ToArray());
            disk.IsFull = true;
            Assert.That(
                () => engine.Produce(TestLedger.Sequencer, 0, [transfer]), Throws.TypeOf<LedgerStoreException>().With.Message.Contains("cannot be used").And.Message.Contains("full"));
            Assert.That(() => store.AddPending(Hash256.Of("next"u8), new byte[20_000]), Throws.TypeOf<LedgerStoreException>(), "nobody is told that it was taken");
            Assert.That((store.Height, store.ReadBlock(2), store.ReadPending(9).Count), Is.EqualTo((1UL, (StoredBlock?)null, 1)));
            Assert.That((engine.Height, engine.NextNonce(transfer.Signer)), Is.EqualTo((1UL, 0UL)), "it is as before the block");

            disk.IsFull = false;
            Assert.That(engine.Produce(TestLedger.Sequencer, 0, [transfer]).Included[0], Is.True);
            disk.IsFull = true;
            Assert.That(() => engine.Produce(TestLedger.Sequencer, 0, []), Throws.TypeOf<LedgerStoreException>().With.Property("IsFull").True);
        }

        disk.IsFull = false;
        using SqliteLedgerStore opened = new(path);
        using LedgerEngine again = LedgerEngine.Open(opened, null, people.Services);
        Assert.That((again.Height, opened.ReadPending(9).Single().Id), Is.EqualTo((2UL, transfer.Id)));
        again.Produce(TestLedger.Sequencer, 0, []);
        Assert.That(opened.Height, Is.EqualTo(3UL));
    }

    [Test]
    public async Task Node_makes_no_blocks_while_the_disk_is_full_and_goes_on_by_itself_with_what_was_handed_over()
    {
        using TestLedger people = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("sequencer");
        LedgerKey sequencer = new(key);
        await using LedgerNode node = await LedgerNode.OpenAsync(
            new SqliteLedgerStore(folder.Combine("ledger.db")), GenesisFile.Write(people.Genesis with { Sequencer = sequencer.Account }), sequencer, TimeProvider.System);
        node.Start(TimeSpan.FromMilliseconds(5));
        await node.Client.WaitForHeightAsync(2, CancellationToken.None);
        disk.IsFull = true;
        await UntilAsync(() => node.Failure is not null);
        ulong height = node.Host.Height;
        int refused = disk.Refused;
        await UntilAsync(() => disk.Refused > refused + 5);
        Assert.That((node.Host.Height, node.Completion.IsCompleted), Is.EqualTo((height, false)), "it tries again and again, and no block is there");

        disk.IsFull = false;
        await node.Client.WaitForHeightAsync(height + 2, CancellationToken.None);
        await UntilAsync(() => node.Failure is null);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.That(i, Is.LessThan(6_000), "it did not come within a minute");
            await Task.Delay(10);
        }
    }

    private static NUnit.Framework.Constraints.IResolveConstraint ThrowsFull => Throws.InstanceOf<SqliteException>().With.Message.Contains("disk is full");

    private static void Refused(Action step) => Assert.That(() => step(), ThrowsFull);

    private static long[] Row(long first) => [first, .. new long[11]];

    private static SeededRandomSource Source() => new(PrngType.Blake2Xb, new byte[64]);

    private static StoredWeights Weights(ulong epoch) => new(Netuid, epoch, [1], [65535], [7, 8], Hash256.Of("weights"u8), WeightsState.Decided);

    private static void Plan(ValidatorStore store, ulong epoch) => store.AddPlan(
        new StoredPlan(Netuid, epoch, new byte[32], new byte[64], false),
        [
            .. Enumerable.Range(0, 3).Select(i => new Challenge
            {
                Netuid = Netuid, Epoch = epoch, Miner = First, Card = Second, Kind = ChallengeKind.Audit, Master = new byte[32], Rows = [[i]], Event = new byte[16],
            }),
        ]);

    /// <summary>A file on a disk with this much room left: a write that needs more puts down what fits and fails, as write(2) does with ENOSPC.</summary>
    private sealed class NarrowFile(string path) : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
    {
        public long Room { get; set; } = long.MaxValue;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length <= Room)
            {
                base.Write(buffer);
                return;
            }

            base.Write(buffer[..(int)Room]);
            throw new IOException("No space left on device", 28);
        }
    }
}
