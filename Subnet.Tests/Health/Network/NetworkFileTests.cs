using System.Text;
using Subnet.Health.Network;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

[TestFixture]
internal sealed class NetworkFileTests
{
    private static readonly string Hotkey = new('a', 64);

    private static readonly NetworkFile Sample = new(
        "demo",
        Seeded: true,
        new NetworkNode(new Uri("http://127.0.0.1:7000"), new Uri("http://127.0.0.1:7001")),
        [
            new NetworkRole("node", "node", null, null, new Uri("http://127.0.0.1:7000"), new Uri("http://127.0.0.1:7001"), "node", "node/log", 12),
            new NetworkRole("miner", "heart", 1, Hotkey, new Uri("http://127.0.0.1:7010"), null, "miner/heart", "miner/heart/log", null),
        ]);

    [Test]
    public void File_reads_back_to_the_same_bytes()
    {
        using TemporaryFolder home = new();
        Sample.Write(home.Path);
        NetworkFile read = NetworkFile.TryRead(home.Path)!;
        Assert.Multiple(() =>
        {
            Assert.That(read.ToBytes(), Is.EqualTo(Sample.ToBytes()));
            Assert.That(read.Find("miner", "heart"), Is.EqualTo(Sample.Roles[1]));
            Assert.That(read.Of("validator"), Is.Empty);
            Assert.That(Directory.GetFiles(home.Path), Is.EqualTo(new[] { NetworkFile.PathIn(home.Path) }), "no half-written file is left");
        });
    }

    [Test]
    public void Home_without_a_file_has_no_network()
    {
        using TemporaryFolder home = new();
        Assert.That(NetworkFile.TryRead(home.Path), Is.Null);
    }

    [TestCase("subnet/network/1", "subnet/network/2", "`format`")]
    [TestCase("\"seeded\"", "\"seed\"", "seed")]
    [TestCase("\"miner\",", "\"minor\",", "`role`")]
    [TestCase("\"miner/heart\"", "\"/etc\"", "folders")]
    [TestCase("\"miner/heart\"", "\"../heart\"", "folders")]
    [TestCase("http://127.0.0.1:7010", "ftp://127.0.0.1:7010", "http://")]
    [TestCase("http://127.0.0.1:7010", "miner", "http://")]
    [TestCase("aaaaaaaa", "AAAAAAAA", "`hotkey`")]
    [TestCase("\"roles\"", "\"node\"", "node")]
    [TestCase("\"pid\": 12", "\"pid\": \"12\"", "pid")]
    public void Wrong_member_is_named(string from, string to, string named)
    {
        string text = Encoding.UTF8.GetString(Sample.ToBytes());
        Assert.That(text, Does.Contain(from));
        Assert.That(
            () => NetworkFile.Parse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))),
            Throws.TypeOf<NetworkFileException>().With.Message.Contains(named));
    }

    [Test]
    public void Damaged_file_is_refused_with_its_own_error_or_reads_back()
    {
        byte[] bytes = Sample.ToBytes();
        Random random = new(8);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] damaged = Mutation.Apply(bytes, random);
            try
            {
                NetworkFile read = NetworkFile.Parse(damaged);
                Assert.That(NetworkFile.Parse(read.ToBytes()).ToBytes(), Is.EqualTo(read.ToBytes()));
            }
            catch (NetworkFileException)
            {
                // The one way a bad file may end.
            }
        }
    }
}
