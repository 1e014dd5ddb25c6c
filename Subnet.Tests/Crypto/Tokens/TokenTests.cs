using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;

namespace Subnet.Tests.Crypto.Tokens;

[TestFixture]
internal sealed class TokenTests
{
    private static readonly byte[] Hotkey = SHA256.HashData("hotkey"u8);
    private static readonly byte[] Request = SHA256.HashData("request"u8);

    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
    private readonly TokenChallenge challenge = TokenChallenge.ForMiner("issuer.subnet", 7, Hotkey);
    private TokenIssuer issuer = null!;
    private TokenIssuer other = null!;
    private TokenKeySet keys = null!;

    [OneTimeSetUp]
    public void Generate()
    {
        issuer = new TokenIssuer(BlindRsaSecretKey.Generate());
        other = new TokenIssuer(BlindRsaSecretKey.Generate());
        keys = new TokenKeySet([new PublishedTokenKey(5, 1, issuer.Key), new PublishedTokenKey(5, 16, other.Key)]);
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        issuer.Dispose();
        other.Dispose();
        random.Dispose();
    }

    [Test]
    public void Issued_token_verifies_and_shows_its_origin_to_nobody_on_the_way()
    {
        using TokenRequest request = TokenRequest.Create(issuer.Key, challenge, random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response), Is.True);
        Assert.That(request.TryFinish(response, out Token? token), Is.True);

        Assert.That(token!.Verify(issuer.Key, challenge), Is.True);
        Assert.That(request.Encoded.IndexOf(challenge.Digest), Is.Negative);
        Assert.That(request.Encoded.IndexOf(token.Nonce), Is.Negative);
        Assert.That(token.Encoded.IndexOf(response), Is.Negative, "the issuer cannot recognise what it signed");
    }

    [Test]
    public void Two_requests_for_the_same_thing_share_nothing_but_their_head()
    {
        using TokenRequest first = TokenRequest.Create(issuer.Key, challenge, random);
        using TokenRequest second = TokenRequest.Create(issuer.Key, challenge, random);

        Assert.That(first.Encoded[..3].SequenceEqual(second.Encoded[..3]), Is.True);
        Assert.That(first.Encoded.CommonPrefixLength(second.Encoded), Is.LessThan(8));
    }

    [Test]
    public void Every_flipped_bit_of_a_token_is_refused()
    {
        byte[] token = Buy(issuer).Encoded.ToArray();
        int taken = 0;
        for (int bit = 0; bit < 8 * token.Length; bit++)
        {
            token[bit / 8] ^= (byte)(1 << (bit % 8));
            taken += Token.TryParse(token, out Token? changed) && changed.Verify(issuer.Key, challenge) ? 1 : 0;
            token[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.That(taken, Is.Zero);
    }

    [Test]
    public void Token_is_good_at_its_own_miner_only()
    {
        Token token = Buy(issuer);

        Assert.That(token.Verify(issuer.Key, TokenChallenge.ForMiner("issuer.subnet", 7, Request)), Is.False);
        Assert.That(token.Verify(issuer.Key, TokenChallenge.ForMiner("issuer.subnet", 8, Hotkey)), Is.False);
        Assert.That(token.Verify(issuer.Key, TokenChallenge.ForMiner("issuer", 7, Hotkey)), Is.False);
        Assert.That(token.Verify(other.Key, challenge), Is.False);
    }

    [Test]
    public void Response_to_another_request_or_by_another_key_makes_no_token()
    {
        using TokenRequest first = TokenRequest.Create(issuer.Key, challenge, random);
        using TokenRequest second = TokenRequest.Create(issuer.Key, challenge, random);
        Assert.That(issuer.TryIssue(second.Encoded, out byte[]? response), Is.True);

        Assert.That(first.TryFinish(response, out _), Is.False);
        Assert.That(first.TryFinish(new byte[256], out _), Is.False);
        Assert.That(first.TryFinish(new byte[255], out _), Is.False);
    }

    [Test]
    public void Request_of_another_length_type_key_or_range_is_refused()
    {
        using TokenRequest request = TokenRequest.Create(issuer.Key, challenge, random);
        byte[] type = request.Encoded.ToArray();
        type[1] = 1;
        byte[] key = request.Encoded.ToArray();
        key[2] ^= 1;
        byte[] unreduced = request.Encoded.ToArray();
        unreduced.AsSpan(3).Fill(0xFF);

        Assert.That(issuer.TryIssue(type, out _), Is.False);
        Assert.That(issuer.TryIssue(key, out _), Is.False);
        Assert.That(issuer.TryIssue(unreduced, out _), Is.False);
        Assert.That(issuer.TryIssue(request.Encoded[1..], out _), Is.False);
    }

    [Test]
    public void Key_has_one_encoding_and_no_other_is_read()
    {
        byte[] encoded = issuer.Key.Encoded.ToArray();
        Assert.That(TokenKey.TryParse(encoded, out TokenKey? read), Is.True);
        using (read)
        {
            Assert.That(read!.Id.SequenceEqual(issuer.Key.Id), Is.True);
        }

        Assert.That(TokenKey.TryParse([.. encoded, 0], out _), Is.False);
        Random mutation = new(5);
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = (byte[])encoded.Clone();
            changed[mutation.Next(changed.Length)] ^= (byte)mutation.Next(1, 256);
            changed = mutation.Next(4) == 0 ? changed[..mutation.Next(changed.Length)] : changed;
            if (TokenKey.TryParse(changed, out TokenKey? other))
            {
                Assert.That(other.Encoded.SequenceEqual(changed), Is.True);
                other.Dispose();
            }
        }
    }

    [Test]
    public void Challenge_reads_back_and_mutations_raise_no_exception()
    {
        Assert.That(challenge.Origin, Is.EqualTo($"subnet/7/miner/{Convert.ToHexStringLower(Hotkey)}"));
        Assert.That(TokenChallenge.TryParse(challenge.Encoded, out TokenChallenge? read), Is.True);
        Assert.That(read!.Digest.SequenceEqual(challenge.Digest), Is.True);
        Random mutation = new(6);
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = challenge.Encoded.ToArray();
            changed[mutation.Next(changed.Length)] ^= (byte)mutation.Next(1, 256);
            if (TokenChallenge.TryParse(changed.AsSpan(0, mutation.Next(changed.Length + 1)), out TokenChallenge? other))
            {
                Assert.That(other.Encoded.Length, Is.EqualTo(changed.Length));
            }
        }
    }

    [Test]
    public void Key_outside_the_ledger_s_list_is_no_key_to_buy_with()
    {
        Assert.That(keys.ForBuying(5, 1)!.Key, Is.SameAs(issuer.Key));
        Assert.That(keys.ForBuying(6, 1), Is.Null);
        Assert.That(keys.ForBuying(5, 256), Is.Null);
        Assert.That(() => new TokenKeySet([new PublishedTokenKey(5, 1, issuer.Key), new PublishedTokenKey(5, 1, other.Key)]), Throws.ArgumentException);
        Assert.That(() => new TokenKeySet([new PublishedTokenKey(5, 1, issuer.Key), new PublishedTokenKey(6, 1, issuer.Key)]), Throws.ArgumentException);
        Assert.That(() => new TokenKeySet([new PublishedTokenKey(5, 2, issuer.Key)]), Throws.ArgumentException);
    }

    [TestCase(4ul, 1, TokenSpending.None)]
    [TestCase(5ul, 1, TokenSpending.Spent)]
    [TestCase(6ul, 1, TokenSpending.Spent)]
    [TestCase(7ul, 1, TokenSpending.None)]
    [TestCase(5ul, 16, TokenSpending.None)]
    public void Token_counts_in_its_epoch_and_the_next_for_its_own_rows(ulong epoch, int rows, TokenSpending outcome)
    {
        TokenRedemption redemption = new(challenge, new InMemorySpentTokenStore());

        Assert.That(redemption.Redeem(Buy(issuer).Encoded, keys, epoch, rows, Request).Outcome, Is.EqualTo(outcome));
    }

    [Test]
    public void Spent_token_gives_a_retry_its_stored_reply_and_another_request_nothing()
    {
        InMemorySpentTokenStore store = new();
        TokenRedemption redemption = new(challenge, store);
        Token token = Buy(issuer);

        Assert.That(redemption.Redeem(token.Encoded, keys, 5, 1, Request).Serves, Is.True);
        TokenRedemptionResult early = redemption.Redeem(token.Encoded, keys, 5, 1, Request);
        store.StoreReply(token.Nonce, "reply"u8);
        TokenRedemptionResult retry = redemption.Redeem(token.Encoded, keys, 5, 1, Request);
        TokenRedemptionResult second = redemption.Redeem(token.Encoded, keys, 5, 1, Hotkey);

        Assert.That((early.Outcome, early.StoredReply, early.Serves), Is.EqualTo((TokenSpending.Retried, (ReadOnlyMemory<byte>?)null, false)));
        Assert.That(retry.StoredReply!.Value.ToArray(), Is.EqualTo("reply"u8.ToArray()));
        Assert.That((second.Outcome, second.StoredReply, second.Serves), Is.EqualTo((TokenSpending.DoubleSpent, (ReadOnlyMemory<byte>?)null, false)));
    }

    [Test]
    public void Forged_token_uses_up_nothing()
    {
        InMemorySpentTokenStore store = new();
        TokenRedemption redemption = new(challenge, store);
        byte[] token = Buy(issuer).Encoded.ToArray();
        byte[] forged = (byte[])token.Clone();
        forged[^1] ^= 1;

        Assert.That(redemption.Redeem(forged, keys, 5, 1, Request).Outcome, Is.EqualTo(TokenSpending.None));
        Assert.That(store.Tokens, Is.Empty);
        Assert.That(redemption.Redeem(token, keys, 5, 1, Request).Serves, Is.True);
    }

    [Test]
    public void Token_spent_by_many_requests_at_once_serves_exactly_one()
    {
        TokenRedemption redemption = new(challenge, new InMemorySpentTokenStore());
        byte[] token = Buy(issuer).Encoded.ToArray();
        int served = 0;

        Parallel.For(0, 64, i =>
        {
            if (redemption.Redeem(token, keys, 5, 1, SHA256.HashData(BitConverter.GetBytes(i))).Serves)
            {
                Interlocked.Increment(ref served);
            }
        });

        Assert.That(served, Is.EqualTo(1));
    }

    [Test]
    public void Settlement_takes_sorted_distinct_tokens_of_this_miner_only()
    {
        byte[][] tokens = [.. Enumerable.Range(0, 4).Select(_ => Buy(issuer).Encoded.ToArray())];
        IReadOnlyList<byte[]> sorted = TokenSettlement.Sort([.. tokens, tokens[0]]);

        Assert.That(sorted, Has.Count.EqualTo(4));
        Assert.That(TokenSettlement.TryVerify(sorted, keys, 6, challenge, out _), Is.True);
        Assert.That(TokenSettlement.TryVerify([.. sorted.Reverse()], keys, 6, challenge, out string? order), Is.False);
        Assert.That(order, Does.Contain("sorted"));
        Assert.That(TokenSettlement.TryVerify([sorted[0], sorted[0]], keys, 6, challenge, out _), Is.False);
        Assert.That(TokenSettlement.TryVerify(sorted, keys, 7, challenge, out _), Is.False);
        Assert.That(TokenSettlement.TryVerify(sorted, keys, 6, TokenChallenge.ForMiner("issuer.subnet", 7, Request), out _), Is.False);
    }

    [Test]
    public void Stored_secret_key_signs_the_same()
    {
        using BlindRsaSecretKey secret = BlindRsaSecretKey.Generate();
        using BlindRsaSecretKey read = BlindRsaSecretKey.FromPkcs8(secret.ToPkcs8());
        byte[] message = new byte[256];
        message[200] = 77;

        Assert.That(read.TryBlindSign(message, out byte[] one) && secret.TryBlindSign(message, out byte[] two) && one.AsSpan().SequenceEqual(two), Is.True);
    }

    [Test]
    public void Pss_encodings_of_both_salt_lengths_verify_and_mutations_do_not([Values(0, 48)] int saltLength, [Values(2047, 2048, 2050)] int bits)
    {
        byte[] salt = new byte[saltLength];
        random.Fill(salt);
        byte[] encoded = PssEncoding.Encode("message"u8, salt, bits);

        Assert.That(PssEncoding.Verify("message"u8, encoded, saltLength, bits), Is.True);
        Assert.That(PssEncoding.Verify("message."u8, encoded, saltLength, bits), Is.False);
        Assert.That(PssEncoding.Verify("message"u8, encoded, 48 - saltLength, bits), Is.False);
        for (int i = 0; i < encoded.Length; i++)
        {
            byte[] changed = (byte[])encoded.Clone();
            changed[i] ^= 0x40;
            Assert.That(PssEncoding.Verify("message"u8, changed, saltLength, bits), Is.False, $"byte {i}");
        }
    }

    private Token Buy(TokenIssuer from)
    {
        using TokenRequest request = TokenRequest.Create(from.Key, challenge, random);
        Assert.That(from.TryIssue(request.Encoded, out byte[]? response), Is.True);
        Assert.That(request.TryFinish(response, out Token? token), Is.True);
        return token!;
    }
}
