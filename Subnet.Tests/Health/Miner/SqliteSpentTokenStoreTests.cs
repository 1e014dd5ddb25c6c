using Subnet.Crypto.Tokens;
using Subnet.Health.Miner;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

[TestFixture]
internal sealed class SqliteSpentTokenStoreTests
{
    private static readonly byte[] Nonce = Numbered(32, 1);
    private static readonly byte[] Token = Numbered(354, 2);
    private static readonly byte[] Request = Numbered(32, 3);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public void Spent_token_and_its_reply_survive_a_restart()
    {
        using (SqliteSpentTokenStore store = Open())
        {
            Assert.That(store.Spend(Nonce, Token, Request, out _), Is.EqualTo(TokenSpending.Spent));
            store.StoreReply(Nonce, "reply"u8);
        }

        using SqliteSpentTokenStore again = Open();
        Assert.That(again.Spend(Nonce, Token, Request, out byte[]? reply), Is.EqualTo(TokenSpending.Retried));
        Assert.That(reply, Is.EqualTo("reply"u8.ToArray()));
        Assert.That(again.Spend(Nonce, Token, Numbered(32, 9), out reply), Is.EqualTo(TokenSpending.DoubleSpent));
        Assert.That(reply, Is.Null);
        Assert.That(again.ReadTokens(), Is.EqualTo(new[] { Token }));
    }

    [Test]
    public void Token_that_was_spent_but_not_answered_before_a_crash_is_not_served_twice()
    {
        using (SqliteSpentTokenStore store = Open())
        {
            store.Spend(Nonce, Token, Request, out _);
        }

        using SqliteSpentTokenStore again = Open();
        Assert.That(again.Spend(Nonce, Token, Request, out byte[]? reply), Is.EqualTo(TokenSpending.Retried));
        Assert.That(reply, Is.Null);
    }

    [Test]
    public void Of_many_requests_with_one_token_exactly_one_is_served_and_others_are_not_held_up()
    {
        using SqliteSpentTokenStore store = Open();
        int served = 0;
        int others = 0;

        Parallel.For(0, 64, i =>
        {
            if (i % 2 == 0)
            {
                if (store.Spend(Nonce, Token, Numbered(32, i + 10), out _) == TokenSpending.Spent)
                {
                    Interlocked.Increment(ref served);
                }
            }
            else if (store.Spend(Numbered(32, i + 1000), Numbered(354, i), Request, out _) == TokenSpending.Spent)
            {
                Interlocked.Increment(ref others);
            }
        });

        Assert.That((served, others), Is.EqualTo((1, 32)));
        Assert.That(store.ReadTokens(), Has.Count.EqualTo(33).And.Ordered.Using<byte[]>((a, b) => a.AsSpan().SequenceCompareTo(b)));
    }

    private static byte[] Numbered(int length, int number)
    {
        byte[] bytes = new byte[length];
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }

    private SqliteSpentTokenStore Open() => new(folder.Combine("spent.db"));
}
