using Microsoft.Data.Sqlite;
using Subnet.Crypto.Tokens;
using Subnet.Health.Miner;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

[TestFixture]
internal sealed class SpentTokenStoreTests
{
    private static readonly byte[] Nonce = Numbered(32, 1);
    private static readonly byte[] Token = Numbered(354, 2);
    private static readonly byte[] Request = Numbered(32, 3);
    private static readonly byte[] Event = Numbered(16, 4);

    private TemporaryFolder folder = null!;

    [SetUp]
    public void Create() => folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => folder.Dispose();

    [Test]
    public async Task Spent_token_and_its_reply_survive_a_restart()
    {
        await using (SpentTokenStore store = Open())
        {
            Assert.That((await store.SpendAsync(Nonce, Token, Request, Event, 7)).Outcome, Is.EqualTo(TokenSpending.Spent));
            await store.KeepAsync(Nonce, "reply"u8.ToArray());
        }

        await using SpentTokenStore again = Open();
        SpendResult retry = await again.SpendAsync(Nonce, Token, Request, Event, 7);
        Assert.That(retry.Outcome, Is.EqualTo(TokenSpending.Retried));
        Assert.That(retry.StoredReply, Is.EqualTo("reply"u8.ToArray()));
        SpendResult other = await again.SpendAsync(Nonce, Token, Numbered(32, 9), Event, 7);
        Assert.That(other.Outcome, Is.EqualTo(TokenSpending.DoubleSpent));
        Assert.That(other.StoredReply, Is.Null);
        Assert.That((await again.UnsettledAsync()).Single().Token, Is.EqualTo(Token));
    }

    [Test]
    public async Task Token_that_was_spent_but_not_answered_before_a_crash_is_not_served_twice()
    {
        await using (SpentTokenStore store = Open())
        {
            await store.SpendAsync(Nonce, Token, Request, Event, 7);
        }

        await using SpentTokenStore again = Open();
        SpendResult retry = await again.SpendAsync(Nonce, Token, Request, Event, 7);
        Assert.That((retry.Outcome, retry.StoredReply), Is.EqualTo((TokenSpending.Retried, (byte[]?)null)));
    }

    [Test]
    public async Task Of_many_requests_with_one_token_exactly_one_is_served_and_others_are_not_held_up()
    {
        await using SpentTokenStore store = Open();
        SpendResult[] results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => i % 2 == 0
            ? store.SpendAsync(Nonce, Token, Numbered(32, i + 10), Event, 7)
            : store.SpendAsync(Numbered(32, i + 1000), Numbered(354, i), Request, Event, 7))));

        Assert.That(results.Where((result, i) => i % 2 == 0).Count(result => result.Outcome == TokenSpending.Spent), Is.EqualTo(1));
        Assert.That(results.Where((result, i) => i % 2 == 1).Count(result => result.Outcome == TokenSpending.Spent), Is.EqualTo(32));
        string[] waiting = [.. (await store.UnsettledAsync()).Select(token => Convert.ToHexString(token.Token))];
        Assert.That(waiting, Has.Length.EqualTo(33).And.Ordered.Using<string>(string.CompareOrdinal));
    }

    [Test]
    public async Task Settled_tokens_are_not_offered_again_and_old_answers_are_forgotten()
    {
        await using SpentTokenStore store = Open();
        await store.SpendAsync(Nonce, Token, Request, Event, 7);
        await store.KeepAsync(Nonce, "reply"u8.ToArray());
        await store.MarkSettledAsync([Nonce]);
        Assert.That(await store.UnsettledAsync(), Is.Empty);
        Assert.That(await store.FindByRequestAsync(Request), Is.Not.Null);
        await store.ForgetAnswersBeforeAsync(8);
        Assert.That(await store.FindByEventAsync(Event), Is.Null);
        Assert.That((await store.SpendAsync(Nonce, Token, Numbered(32, 9), Event, 8)).Outcome, Is.EqualTo(TokenSpending.DoubleSpent));
    }

    [Test]
    public async Task Full_disk_is_told_to_every_caller_of_the_transaction_and_stores_nothing_of_it()
    {
        await using SpentTokenStore store = new(folder.Combine("spent.db"), maxPages: 12);
        int told = 0;
        for (int i = 0; i < 100; i++)
        {
            byte[] nonce = Numbered(32, i + 50);
            try
            {
                await store.SpendAsync(nonce, Numbered(354, i), Request, Event, 7);
            }
            catch (SqliteException full)
            {
                told++;
                Assert.That(full.SqliteErrorCode, Is.EqualTo(13));
            }
        }

        Assert.That(told, Is.GreaterThan(0));
        Assert.That(await store.CountAsync(), Is.EqualTo(100 - told));
    }

    private static byte[] Numbered(int length, int number)
    {
        byte[] bytes = new byte[length];
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }

    private SpentTokenStore Open() => new(folder.Combine("spent.db"));
}
