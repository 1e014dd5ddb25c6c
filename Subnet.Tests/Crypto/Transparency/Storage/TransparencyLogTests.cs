using System.Buffers.Binary;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Tests.Crypto.Transparency.Storage;

[TestFixture]
internal sealed class TransparencyLogTests
{
    private SigningKey key = null!;

    [SetUp]
    public void Create() => key = SigningKey.FromSeed(new byte[32]);

    [TearDown]
    public void Remove() => key.Dispose();

    [Test]
    public async Task Concurrent_appends_get_each_place_once()
    {
        MemoryLogFiles files = new();
        await using TransparencyLog log = Open(files);
        AppendedEntry[] answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => log.AppendAsync(Entry(i))));
        Assert.That(answers.Select(answer => answer.Index).Order(), Is.EqualTo(Enumerable.Range(0, 2000).Select(i => (long)i)));
        await log.FlushAsync();
        Assert.That(log.IntegratedSize, Is.EqualTo(2000));
        SignedNote note = (await log.PublishAsync())!;
        Assert.That(Checkpoint.Parse(note.Text).Root, Is.EqualTo(MerkleTree.Root(log.Tree(), 2000)));
        Assert.That(await log.PublishAsync(), Is.Null, "nothing new");
    }

    [Test]
    public async Task Lone_append_is_answered_after_one_sync_of_the_write_ahead_file()
    {
        MemoryLogFiles files = new();
        await using TransparencyLog log = Open(files, TimeSpan.FromHours(1));
        int before = files.Operations;
        await log.AppendAsync(Entry(0));
        Assert.That(files.Operations - before, Is.GreaterThanOrEqualTo(2));
        Assert.That((files.Read("state/wal")!.Any(each => each != 0), log.IntegratedSize), Is.EqualTo((true, 0L)));
    }

    [Test]
    public async Task Empty_entry_is_refused_and_the_log_goes_on()
    {
        await using TransparencyLog log = Open(new MemoryLogFiles());
        Assert.That(() => log.AppendAsync(ReadOnlyMemory<byte>.Empty), Throws.ArgumentException);
        Assert.That((await log.AppendAsync(Entry(0))).Index, Is.Zero);
    }

    [Test]
    public async Task Second_append_of_an_identity_returns_the_first_place_also_after_a_restart_and_in_old_files()
    {
        const int Count = 2 * EntryIdentityIndex.SegmentEntries + 700;
        MemoryLogFiles files = new();
        await using (TransparencyLog log = Open(files))
        {
            for (int i = 0; i < Count; i += 4000)
            {
                await Task.WhenAll(Enumerable.Range(i, Math.Min(4000, Count - i)).Select(number => log.AppendAsync(Entry(number))));
            }

            await log.FlushAsync();
            Assert.That(await log.AppendAsync(Entry(17)), Is.EqualTo(new AppendedEntry(17, true)));
        }

        Assert.That(files.List("state/identities"), Is.EqualTo(new[] { $"0-{2 * EntryIdentityIndex.SegmentEntries}" }), "two files of one length are merged");
        await using TransparencyLog reopened = Open(files);
        foreach (int number in (int[])[0, 1, 16_383, 16_384, 32_767, 32_768, Count - 1])
        {
            Assert.That(await reopened.AppendAsync(Entry(number)), Is.EqualTo(new AppendedEntry(number, true)), $"{number}");
        }

        Assert.That(await reopened.AppendAsync(Entry(Count)), Is.EqualTo(new AppendedEntry(Count, false)));
    }

    [Test]
    public async Task Entry_over_the_limit_is_refused_and_failed_log_refuses_everything()
    {
        MemoryLogFiles files = new();
        await using TransparencyLog log = Open(files);
        Assert.That(() => log.AppendAsync(new byte[16_385]), Throws.ArgumentException);
        await log.AppendAsync(Entry(0));
        await log.FlushAsync();
        files.Plan = (files.Operations + 1, MemoryLogFiles.Fault.Fail);
        Assert.That(async () => await log.AppendAsync(Entry(1)), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Stopped));
        Assert.That(async () => await log.AppendAsync(Entry(2)), Throws.InstanceOf<LogStoreException>().With.Property("Fault").EqualTo(LogStoreFault.Stopped));
        Assert.That(log.Size, Is.EqualTo(1));
    }

    [Test]
    public async Task Checkpoint_is_cosigned_by_witnesses_that_answer_and_published_when_the_quorum_is_there()
    {
        using SigningKey first = SigningKey.FromSeed([.. Enumerable.Repeat((byte)1, 32)]);
        using SigningKey second = SigningKey.FromSeed([.. Enumerable.Repeat((byte)2, 32)]);
        NoteSigner origin = new("audit.example/clinic-7", SignatureType.Ed25519, key);
        LocalWitness w1 = new(new NoteSigner("w1.example", SignatureType.Cosignature, first), origin.Verifier);
        LocalWitness w2 = new(new NoteSigner("w2.example", SignatureType.Cosignature, second), origin.Verifier) { IsAway = true };
        TrustPolicy quorum = TrustPolicy.Threshold([origin.Verifier], [w1.Key, w2.Key], 2);
        MemoryLogFiles files = new();
        await using TransparencyLog log = TransparencyLog.Open(
            files,
            new TransparencyLogOptions { Signers = [origin], Witnesses = [w1, w2], Quorum = quorum, CheckpointInterval = TimeSpan.FromHours(1) },
            TimeProvider.System);
        await log.AppendAsync(Entry(0));
        await log.FlushAsync();
        Assert.That(await log.PublishAsync(), Is.Null, "one of two is not enough");
        Assert.That(files.Read("checkpoint"), Is.Null);
        w2.IsAway = false;
        await log.AppendAsync(Entry(1));
        await log.FlushAsync();
        SignedNote note = (await log.PublishAsync())!;
        Assert.That(OpenedCheckpoint.Open(note.ToString(), origin.Verifier.Name, quorum).IsAccepted);
        Assert.That(files.Read("checkpoints/2"), Is.EqualTo(files.Read("checkpoint")));
        await log.AppendAsync(Entry(2));
        await log.FlushAsync();
        Assert.That(await log.PublishAsync(), Is.Not.Null, "witnesses follow from the size they know");
    }

    [Test]
    public void Witness_remembers_across_a_restart_and_locks_its_folder()
    {
        MemoryLogFiles files = new();
        using (WitnessFileStore store = new(files))
        {
            Assert.That(store.TryReplace("o", null, "first"));
            Assert.That(store.TryReplace("o", null, "again"), Is.False);
            Assert.That(() => new WitnessFileStore(files), Throws.InstanceOf<IOException>());
        }

        files.Crash();
        using WitnessFileStore reopened = new(files);
        Assert.That(reopened.Latest("o"), Is.EqualTo("first"));
        Assert.That(reopened.Latest("p"), Is.Null);
    }

    [Test]
    public void Of_requests_that_race_from_one_size_a_witness_cosigns_one()
    {
        using SigningKey witnessKey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)3, 32)]);
        NoteSigner origin = new("audit.example/clinic-7", SignatureType.Ed25519, key);
        Witness witness = new(new NoteSigner("w.example", SignatureType.Cosignature, witnessKey), [origin.Verifier], new InMemoryWitnessStore(), TimeProvider.System);
        int[] statuses = new int[16];
        Parallel.For(0, statuses.Length, i =>
        {
            string text = new Checkpoint(origin.Verifier.Name, 1, TreeHash.OfLeaf([(byte)i])).ToText();
            SignedNote note = SignedNote.Create(text, [origin.Sign(text)]);
            statuses[i] = witness.AddCheckpoint(Encoding.UTF8.GetBytes(new AddCheckpointRequest(0, [], note).ToString())).Status;
        });
        Assert.That(statuses.Count(status => status == 200), Is.EqualTo(1));
        Assert.That(statuses.Where(status => status != 200), Is.All.EqualTo(409));
    }

    [Test]
    public void Entries_on_a_real_disk_survive_being_opened_again()
    {
        string folder = Directory.CreateTempSubdirectory("log").FullName;
        try
        {
            for (int round = 0; round < 3; round++)
            {
                using LogStore store = LogStore.Open(new PhysicalLogFiles(folder));
                Assert.That(store.CommittedSize, Is.EqualTo(round * 300));
                store.Commit([.. Enumerable.Range(0, 300).Select(i => Entry(i))]);
                if (round == 1)
                {
                    store.Integrate();
                }

                Assert.That(() => LogStore.Open(new PhysicalLogFiles(folder)), Throws.InstanceOf<IOException>(), "the folder is locked");
            }
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static ReadOnlyMemory<byte> Entry(int i)
    {
        byte[] entry = new byte[24];
        new Random(i).NextBytes(entry.AsSpan(0, 16));
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(16), i);
        return entry;
    }

    private TransparencyLog Open(MemoryLogFiles files, TimeSpan? integration = null) => TransparencyLog.Open(
        files,
        new TransparencyLogOptions
        {
            Signers = [new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, key)],
            CheckpointInterval = TimeSpan.FromHours(1),
            IntegrationInterval = integration ?? TimeSpan.FromMilliseconds(200),
            Identity = entry => BinaryPrimitives.ReadUInt128BigEndian(entry.Span),
        },
        TimeProvider.System);

    private sealed class LocalWitness(NoteSigner signer, VerifierKey log) : IWitnessClient
    {
        private readonly Witness witness = new(signer, [log], new InMemoryWitnessStore(), TimeProvider.System);

        public bool IsAway { get; set; }

        public VerifierKey Key => witness.Verifier;

        public Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken) => IsAway
            ? throw new IOException("the witness is away")
            : Task.FromResult(witness.AddCheckpoint(Encoding.UTF8.GetBytes(body)));
    }
}
