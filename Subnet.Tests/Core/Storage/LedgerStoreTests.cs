using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Storage;

/// <summary>One suite for every store.</summary>
[TestFixture("sqlite")]
[TestFixture("postgres")]
internal sealed class LedgerStoreTests(string kind)
{
    private PostgresCluster? _cluster;
    private string _folder = "";
    private string _setting = "";

    [OneTimeSetUp]
    public void StartCluster()
    {
        if (kind == "postgres")
        {
            _cluster = PostgresCluster.Require();
        }
    }

    [OneTimeTearDown]
    public void StopCluster() => _cluster?.Dispose();

    [SetUp]
    public void Create()
    {
        _folder = Directory.CreateTempSubdirectory("subnet-store-").FullName;
        _setting = _cluster?.CreateDatabase() ?? Path.Combine(_folder, "ledger.db");
    }

    [TearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_was_appended_is_there_after_opening_anew()
    {
        using (ILedgerStore store = LedgerStores.Open(_setting))
        {
            Assert.That(store.ReadGenesis(), Is.Null);
            store.WriteGenesis("genesis"u8.ToArray());
            store.Append([Row(1), Row(2)]);
            store.Append([Row(3)]);
            Assert.That(store.Height, Is.EqualTo(3UL));
        }

        using ILedgerStore again = LedgerStores.Open(_setting);
        Assert.Multiple(() =>
        {
            Assert.That(again.ReadGenesis(), Is.EqualTo("genesis"u8.ToArray()));
            Assert.That(again.Height, Is.EqualTo(3UL));
            Assert.That(again.ReadBlock(2)!.Block.ToArray(), Is.EqualTo(Row(2).Block.ToArray()));
            Assert.That(again.ReadBlock(2)!.Receipts.ToArray(), Is.EqualTo(Row(2).Receipts.ToArray()));
            Assert.That(again.ReadBlock(4), Is.Null);
        });
    }

    [Test]
    public void Batch_with_a_block_that_is_there_already_leaves_nothing_behind()
    {
        using ILedgerStore one = LedgerStores.Open(_setting);
        using ILedgerStore two = LedgerStores.Open(_setting);
        one.Append([Row(1)]);
        Assert.That(() => two.Append([Row(2), Row(1)]), Throws.TypeOf<LedgerStoreException>().With.Message.Contains("another process"));
        using ILedgerStore again = LedgerStores.Open(_setting);
        Assert.That((again.Height, again.ReadBlock(2)), Is.EqualTo((1UL, (StoredBlock?)null)));
    }

    [Test]
    public void Epoch_records_are_kept_with_their_block_and_only_as_many_as_wanted()
    {
        using ILedgerStore store = LedgerStores.Open(_setting);
        for (ulong index = 0; index < 5; index++)
        {
            store.Append([Row((byte)(index + 1)) with { Epochs = [new StoredEpoch(7, index, index >= 3 ? index - 2 : 0, new byte[] { (byte)index, 9 })] }]);
        }

        Assert.That(store.ReadEpochIndexes(7), Is.EqualTo((ulong[])[2, 3, 4]));
        Assert.That(store.ReadEpoch(7, 3), Is.EqualTo((byte[])[3, 9]));
        Assert.That((store.ReadEpoch(7, 1), store.ReadEpoch(8, 3)), Is.EqualTo(((byte[]?)null, (byte[]?)null)));
        Assert.That(() => store.Append([Row(1) with { Epochs = [new StoredEpoch(7, 5, 0, new byte[] { 5 })] }]), Throws.TypeOf<LedgerStoreException>());
        Assert.That(store.ReadEpoch(7, 5), Is.Null, "a record is not kept without its block");
        store.Append([Row(6) with { Epochs = [new StoredEpoch(7, 0, 0, new byte[] { 42 })] }]);
        Assert.That(store.ReadEpochIndexes(7), Is.EqualTo((ulong[])[0]), "of a subnet created anew under an old number");
    }

    [Test]
    public void Only_the_newest_snapshots_are_kept()
    {
        using ILedgerStore store = LedgerStores.Open(_setting);
        Assert.That(store.ReadSnapshot(), Is.Null);
        for (ulong height = 10; height <= 40; height += 10)
        {
            store.WriteSnapshot(new StoredSnapshot(height, new byte[] { (byte)height }));
        }

        store.WriteSnapshot(new StoredSnapshot(40, new byte[] { 1 }));
        Assert.That(store.ReadSnapshot()!.Height, Is.EqualTo(40UL));
        Assert.That(store.ReadSnapshot()!.Data.ToArray(), Is.EqualTo(new byte[] { 40 }));
    }

    [Test]
    public void Pending_transactions_come_back_in_order_until_resolved()
    {
        using ILedgerStore store = LedgerStores.Open(_setting);
        Hash256[] ids = [Hash256.Of("a"u8), Hash256.Of("b"u8), Hash256.Of("c"u8)];
        foreach (Hash256 id in ids.Append(ids[0]))
        {
            store.AddPending(id, id.ToArray());
        }

        Assert.That(store.ReadPending(2).Select(static p => p.Id), Is.EqualTo(ids.Take(2)));
        store.ResolvePending([(ids[0], RejectionReason.None), (ids[1], RejectionReason.NonceUsed)]);
        Assert.Multiple(() =>
        {
            Assert.That(store.ReadPending(9).Select(static p => (p.Id, p.Transaction.Length)), Is.EqualTo(new[] { (ids[2], 32) }));
            Assert.That(store.ReadRefusal(ids[0]), Is.Null);
            Assert.That(store.ReadRefusal(ids[1]), Is.EqualTo(RejectionReason.NonceUsed));
        });
    }

    [TestCase("update blocks set block = receipts where height = 2", "block 2")]
    [TestCase("update blocks set receipts = block where height = 3", "block 3")]
    [TestCase("delete from blocks where height = 2", "lacks block 2")]
    [TestCase("update meta set content = digest where name = 'genesis'", "genesis")]
    [TestCase("update snapshots set content = digest", "snapshot")]
    public void Damaged_store_is_detected_with_the_place_in_the_message(string damage, string place)
    {
        LedgerServices services = new(new HashSignatureVerifier());
        bool withSnapshot = place == "snapshot";
        using (ILedgerStore store = LedgerStores.Open(_setting))
        using (LedgerEngine engine = LedgerEngine.Open(
            store, GenesisFile.Write(TestLedger.MakeGenesis(TestLedger.Quick, 10)), services, new LedgerOptions(withSnapshot ? 2UL : 0, false)))
        {
            for (ulong i = 0; i < 4; i++)
            {
                engine.Produce(
                    TestLedger.Sequencer,
                    engine.TimeMs,
                    [Transaction.Create(HashSigner.Named("alice"), engine.GenesisHash, "test-net", i, new TransferCall(TestLedger.Key("bob"), 5))]);
            }
        }

        Execute(damage);
        using ILedgerStore damaged = LedgerStores.Open(_setting);
        Assert.That(
            () => LedgerEngine.Open(damaged, null, services),
            Throws.TypeOf<LedgerCorruptException>().With.Message.Contains(place).And.Message.Contains(damaged.Description));
    }

    [Test]
    public void Ledger_opens_to_the_same_state_from_snapshot_and_from_genesis()
    {
        LedgerServices services = new(new HashSignatureVerifier());
        byte[] genesis = GenesisFile.Write(TestLedger.MakeGenesis(TestLedger.Quick, 10));
        Hash256 hash, tip;
        using (ILedgerStore store = LedgerStores.Open(_setting))
        using (LedgerEngine engine = LedgerEngine.Open(store, genesis, services, new LedgerOptions(3, false)))
        {
            for (ulong i = 0; i < 8; i++)
            {
                engine.Produce(
                    TestLedger.Sequencer,
                    engine.TimeMs + 1,
                    [Transaction.Create(HashSigner.Named("alice"), engine.GenesisHash, "test-net", i, new TransferCall(TestLedger.Key("bob"), 5))]);
            }

            (hash, tip) = (engine.State.Hash, engine.TipId);
        }

        using ILedgerStore again = LedgerStores.Open(_setting);
        using LedgerEngine fromSnapshot = LedgerEngine.Open(again, genesis, services);
        using LedgerEngine fromGenesis = LedgerEngine.Open(again, null, services, new LedgerOptions(0, true));
        Assert.Multiple(() =>
        {
            Assert.That((fromSnapshot.State.Hash, fromSnapshot.TipId, fromSnapshot.Height), Is.EqualTo((hash, tip, 8UL)));
            Assert.That((fromGenesis.State.Hash, fromGenesis.TipId, fromGenesis.Height), Is.EqualTo((hash, tip, 8UL)));
        });
        byte[] other = GenesisFile.Write(TestLedger.MakeGenesis(TestLedger.Quick, 11));
        Assert.That(() => LedgerEngine.Open(again, other, services), Throws.TypeOf<LedgerStoreException>().With.Message.Contains("another genesis"));
    }

    [Test]
    public void Empty_store_without_a_genesis_is_refused()
    {
        using ILedgerStore store = LedgerStores.Open(_setting);
        Assert.That(
            () => LedgerEngine.Open(store, null, new LedgerServices(new HashSignatureVerifier())),
            Throws.TypeOf<LedgerStoreException>().With.Message.Contains("genesis"));
    }

    private static StoredBlock Row(byte n) => new(n, new byte[] { n, 1 }, new byte[] { n, 2, 3 });

    private void Execute(string sql)
    {
        using System.Data.Common.DbConnection connection =
            kind == "postgres" ? new Npgsql.NpgsqlConnection(_setting) : new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_setting};Pooling=False");
        connection.Open();
        using System.Data.Common.DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }
}
