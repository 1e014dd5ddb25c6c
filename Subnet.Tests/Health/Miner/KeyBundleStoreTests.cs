using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Subnet.Crypto.Commitments;
using Subnet.Health.Miner;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Tests.Support;
using State = Subnet.Health.Rpc.InferenceV1.KeyStatusReply.Types.State;

namespace Subnet.Tests.Health.Miner;

[TestFixture]
internal sealed class KeyBundleStoreTests
{
    private const int BundleBytes = 100_000;

    private static readonly byte[] Card = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly byte[] Bundle = NewBundle(1);

    private readonly StandingClock clock = new();
    private TemporaryFolder folder = null!;
    private KeyBundleStore store = null!;

    [SetUp]
    public void Create()
    {
        folder = new TemporaryFolder();
        store = Open();
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public async Task Broken_upload_goes_on_where_it_stopped_also_after_a_restart()
    {
        Assert.That(() => store.PutAsync(Chunks(Bundle, 0, 60_000, isBroken: true), CancellationToken.None), Throws.InstanceOf<IOException>());
        store = Open();
        KeyStatusReply status = Status(Bundle);
        Assert.That((status.State, status.ReceivedBytes), Is.EqualTo((State.Partial, 60_000L)));
        KeyStatusReply done = await store.PutAsync(Chunks(Bundle, 60_000, BundleBytes), CancellationToken.None);
        Assert.That(done.State, Is.EqualTo(State.Ready));
        Assert.That(File.ReadAllBytes(store.Find(SHA256.HashData(Bundle))!), Is.EqualTo(Bundle));
    }

    [Test]
    public async Task Bundle_whose_bytes_are_not_its_digest_is_dropped()
    {
        byte[] other = NewBundle(2);
        GrpcException refused = (await Assert.ThrowsAsync<GrpcException>(() => store.PutAsync(Chunks(other, 0, BundleBytes, digestOf: Bundle), CancellationToken.None)))!;
        Assert.That(refused.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
        Assert.That(Status(Bundle).State, Is.EqualTo(State.Absent));
    }

    [Test]
    public async Task Gap_between_chunks_is_refused_and_what_came_before_stays()
    {
        GrpcException refused = (await Assert.ThrowsAsync<GrpcException>(() => store.PutAsync(Chunks(Bundle, 20_000, 40_000), CancellationToken.None)))!;
        Assert.That(refused.Status.Message, Does.Contain("KeyStatus"));
        Assert.That(Status(Bundle).ReceivedBytes, Is.Zero);
    }

    [Test]
    public async Task Bundle_is_retired_after_eight_refusals_and_gone_two_epochs_later()
    {
        await store.PutAsync(Chunks(Bundle, 0, BundleBytes), CancellationToken.None);
        for (int i = 0; i < KeyBundleStore.MostRefusals; i++)
        {
            Assert.That(store.Find(SHA256.HashData(Bundle)), Is.Not.Null);
            store.CountRefusal(SHA256.HashData(Bundle));
        }

        Assert.That(store.Find(SHA256.HashData(Bundle)), Is.Null);
        Assert.That(Status(Bundle).State, Is.EqualTo(State.Retired));
        store.BeginEpoch(3);
        Assert.That(Status(Bundle).State, Is.EqualTo(State.Absent));
    }

    [Test]
    public async Task Refusals_are_counted_on_after_a_restart()
    {
        await store.PutAsync(Chunks(Bundle, 0, BundleBytes), CancellationToken.None);
        for (int i = 0; i < KeyBundleStore.MostRefusals; i++)
        {
            Assert.That(store.Find(SHA256.HashData(Bundle)), Is.Not.Null);
            store.CountRefusal(SHA256.HashData(Bundle));
            store = Open();
        }

        Assert.That(Status(Bundle).State, Is.EqualTo(State.Retired));
        Assert.That((await store.PutAsync(Chunks(Bundle, 0, BundleBytes), CancellationToken.None)).State, Is.EqualTo(State.Retired));
    }

    [Test]
    public async Task Bundle_counts_in_the_epoch_after_its_own_and_shares_the_room_with_it()
    {
        await store.PutAsync(Chunks(Bundle, 0, BundleBytes), CancellationToken.None);
        store.BeginEpoch(2);
        Assert.That(File.ReadAllBytes(store.Find(SHA256.HashData(Bundle))!), Is.EqualTo(Bundle));
        await store.PutAsync(Chunks(NewBundle(4), 0, BundleBytes), CancellationToken.None);
        GrpcException full = (await Assert.ThrowsAsync<GrpcException>(() => store.PutAsync(Chunks(NewBundle(5), 0, BundleBytes), CancellationToken.None)))!;
        Assert.That(full.Status.Code, Is.EqualTo(GrpcStatusCode.ResourceExhausted));
        store.BeginEpoch(3);
        Assert.That((Status(Bundle).State, Status(NewBundle(4)).State), Is.EqualTo((State.Absent, State.Ready)));
    }

    [Test]
    public async Task Room_is_bounded_and_an_upload_that_stands_still_gives_way()
    {
        Assert.That(() => store.PutAsync(Chunks(NewBundle(3), 0, 90_000, isBroken: true), CancellationToken.None), Throws.InstanceOf<IOException>());
        await store.PutAsync(Chunks(NewBundle(4), 0, BundleBytes), CancellationToken.None);
        GrpcException full = (await Assert.ThrowsAsync<GrpcException>(() => store.PutAsync(Chunks(NewBundle(5), 0, BundleBytes), CancellationToken.None)))!;
        Assert.That(full.Status.Code, Is.EqualTo(GrpcStatusCode.ResourceExhausted));
        clock.Advance(TimeSpan.FromMinutes(2));
        await store.PutAsync(Chunks(NewBundle(5), 0, BundleBytes), CancellationToken.None);
        Assert.That(Status(NewBundle(3)).State, Is.EqualTo(State.Absent));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(() => store.PutAsync(Chunks(NewBundle(6), 0, BundleBytes), CancellationToken.None), Throws.InstanceOf<GrpcException>());
    }

    [Test]
    public async Task Full_disk_is_resource_exhausted_and_the_upload_goes_on_when_there_is_room()
    {
        bool isFull = false;
        store = new KeyBundleStore(folder.Combine("keys"), [new KeyedModel()], 250_000, clock, path => new FillingFile(path, () => isFull));
        store.BeginEpoch(1);
        Assert.That(() => store.PutAsync(Chunks(Bundle, 0, 40_000, isBroken: true), CancellationToken.None), Throws.InstanceOf<IOException>());
        isFull = true;
        GrpcException full = (await Assert.ThrowsAsync<GrpcException>(() => store.PutAsync(Chunks(Bundle, 40_000, BundleBytes), CancellationToken.None)))!;
        Assert.That(full.Status.Code, Is.EqualTo(GrpcStatusCode.ResourceExhausted));
        Assert.That(Status(Bundle).ReceivedBytes, Is.EqualTo(40_000));
        isFull = false;
        await store.PutAsync(Chunks(Bundle, 40_000, BundleBytes), CancellationToken.None);
        Assert.That(File.ReadAllBytes(store.Find(SHA256.HashData(Bundle))!), Is.EqualTo(Bundle));
    }

    [Test]
    public void Model_that_needs_no_keys_takes_none() => Assert.That(
        () => store.Status(new KeyStatusRequest { Digest = ByteString.CopyFrom(new byte[32]), Model = ByteString.CopyFrom(new byte[32]) }),
        Throws.InstanceOf<GrpcException>());

    private static byte[] NewBundle(int seed)
    {
        byte[] bytes = new byte[BundleBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async IAsyncEnumerable<KeyChunk> Chunks(
        byte[] bundle, int from, int to, bool isBroken = false, byte[]? digestOf = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        const int Step = 20_000;
        for (int offset = from; offset < to; offset += Step)
        {
            await Task.Yield();
            yield return new KeyChunk
            {
                Digest = ByteString.CopyFrom(SHA256.HashData(digestOf ?? bundle)),
                Model = ByteString.CopyFrom(Card),
                TotalBytes = BundleBytes,
                Offset = offset,
                Data = ByteString.CopyFrom(bundle, offset, Math.Min(Step, to - offset)),
            };
        }

        if (isBroken)
        {
            throw new EndOfStreamException("the connection broke");
        }
    }

    private KeyStatusReply Status(byte[] bundle) =>
        store.Status(new KeyStatusRequest { Digest = ByteString.CopyFrom(SHA256.HashData(bundle)), Model = ByteString.CopyFrom(Card) });

    private KeyBundleStore Open()
    {
        KeyBundleStore opened = new(folder.Combine("keys"), [new KeyedModel()], 250_000, clock);
        opened.BeginEpoch(1);
        return opened;
    }

    // Half of what is written reaches the disk before it is full.
    private sealed class FillingFile(string path, Func<bool> isFull) : FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 0, useAsync: true)
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(isFull() ? buffer[..(buffer.Length / 2)] : buffer, cancellationToken);
            if (isFull())
            {
                throw new IOException("no space left on device");
            }
        }
    }

    private sealed class KeyedModel : IServedModel
    {
        public ReadOnlyMemory<byte> Card => default;

        public ReadOnlyMemory<byte> CardHash => KeyBundleStoreTests.Card;

        public string Id => "keyed";

        public ReadOnlyMemory<byte> Commitment => default;

        public CommitmentOpening? Opening => null;

        public (long Resident, long PerQuery) MemoryBytes => (0, 0);

        public int LargestQueryBytes => 0;

        public long KeyBundleBytes => BundleBytes;

        public int? RowsOf(ReadOnlySpan<byte> query) => null;

        public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken) => default;

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
