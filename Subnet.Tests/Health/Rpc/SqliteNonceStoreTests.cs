using Subnet.Health.Rpc;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

[TestFixture]
internal sealed class SqliteNonceStoreTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly byte[] Sender = new byte[32];
    private static readonly byte[] Nonce = new byte[16];

    private TemporaryFolder folder = null!;
    private StandingClock time = null!;

    [SetUp]
    public void Create()
    {
        folder = new TemporaryFolder();
        time = new StandingClock { Now = Start };
    }

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Nonce_is_taken_once_also_after_a_restart()
    {
        using (SqliteNonceStore store = Open())
        {
            Assert.That(store.TryAdd(Sender, Nonce, Start.AddMinutes(1)), Is.True);
            Assert.That(store.TryAdd(Sender, Nonce, Start.AddMinutes(1)), Is.False);
        }

        using SqliteNonceStore again = Open();
        Assert.That(again.TryAdd(Sender, Nonce, Start.AddMinutes(1)), Is.False);
        Assert.That(again.TryAdd([.. Enumerable.Repeat((byte)1, 32)], Nonce, Start.AddMinutes(1)), Is.True, "another sender's");
    }

    [Test]
    public void Two_stores_on_one_file_let_exactly_one_of_many_pass()
    {
        using SqliteNonceStore first = Open();
        using SqliteNonceStore second = Open();
        int passed = 0;

        Parallel.For(0, 16, i =>
        {
            if ((i % 2 == 0 ? first : second).TryAdd(Sender, Nonce, Start.AddMinutes(1)))
            {
                Interlocked.Increment(ref passed);
            }
        });

        Assert.That(passed, Is.EqualTo(1));
    }

    [Test]
    public void Forgotten_nonce_stays_refused_when_the_clock_goes_back()
    {
        using SqliteNonceStore store = Open();
        Assert.That(store.TryAdd(Sender, Nonce, Start.AddMinutes(1)), Is.True);
        time.Now = Start.AddMinutes(2);
        for (int i = 1; i < 1100; i++)
        {
            byte[] other = new byte[16];
            BitConverter.TryWriteBytes(other, i);
            store.TryAdd(Sender, other, Start.AddMinutes(5));
        }

        time.Now = Start;

        Assert.That(store.TryAdd(Sender, Nonce, Start.AddMinutes(1)), Is.False);
    }

    [Test]
    public void Full_disk_accepts_no_nonce_and_forgets_none()
    {
        using SqliteNonceStore store = new(folder.Combine("full.db"), time, maxPages: 8);
        List<byte[]> taken = [];
        Assert.That(
            () =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    byte[] nonce = new byte[16];
                    BitConverter.TryWriteBytes(nonce, i);
                    if (store.TryAdd(Sender, nonce, Start.AddMinutes(5)))
                    {
                        taken.Add(nonce);
                    }
                }
            },
            Throws.InstanceOf<Microsoft.Data.Sqlite.SqliteException>());
        Assert.That(taken, Is.Not.Empty);
        Assert.That(taken.All(nonce => !store.TryAdd(Sender, nonce, Start.AddMinutes(5))), "what was taken stays taken");
    }

    [Test]
    public void Disk_without_room_is_told_and_nonces_are_taken_again_when_there_is_room()
    {
        using FullDisk disk = new(folder.Path);
        using SqliteNonceStore store = Open();
        Assert.That(store.TryAdd(Sender, Nonce, Start.AddMinutes(5)), Is.True);
        byte[] other = [.. Nonce];
        other[0] ^= 1;
        disk.IsFull = true;
        Assert.That(() => store.TryAdd(Sender, other, Start.AddMinutes(5)), Throws.InstanceOf<Microsoft.Data.Sqlite.SqliteException>().With.Message.Contains("disk is full"));
        disk.IsFull = false;
        Assert.That((store.TryAdd(Sender, other, Start.AddMinutes(5)), store.TryAdd(Sender, Nonce, Start.AddMinutes(5))), Is.EqualTo((true, false)));
    }

    private SqliteNonceStore Open() => new(folder.Combine("nonces.db"), time);
}
