using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Identity;

[TestFixture]
internal sealed class EnvelopeTests
{
    private const string Method = "subnet.Ledger/Submit";

    private static readonly byte[] Body = "body"u8.ToArray();

    private SeededRandomSource random = null!;
    private StandingClock time = null!;
    private SigningKey sender = null!;
    private SigningKey receiver = null!;
    private EnvelopeVerifier verifier = null!;
    private EnvelopeSigner signer = null!;

    [SetUp]
    public void Connect()
    {
        random = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        time = new StandingClock { Now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero) };
        sender = SigningKey.Generate(random);
        receiver = SigningKey.Generate(random);
        verifier = new EnvelopeVerifier(receiver.PublicKey, new InMemoryNonceStore(time), time);
        signer = new EnvelopeSigner(sender, time, random);
    }

    [TearDown]
    public void Dispose()
    {
        sender.Dispose();
        receiver.Dispose();
        random.Dispose();
    }

    [Test]
    public void Statement_is_the_canonical_json_of_the_protocol()
    {
        RequestEnvelope envelope = new(
            "a.B/C", new byte[32], Enumerable.Repeat((byte)0xAB, 32).ToArray(), new byte[32], new byte[16], time.GetUtcNow());

        Assert.That(
            Encoding.UTF8.GetString(envelope.ToStatement()),
            Is.EqualTo(
                $$"""{"body":"{{new string('0', 64)}}","expires":"2026-03-04T05:06:07.890Z","from":"{{new string('0', 64)}}","method":"a.B/C","nonce":"{{new string('0', 32)}}","to":"{{string.Concat(Enumerable.Repeat("ab", 32))}}"}"""));
    }

    [Test]
    public void Signature_of_another_program_is_taken_once()
    {
        // Ed25519 of Python's library over subnet-request/1 LF {body, expires, from, method, nonce, to}.
        byte[] from = Convert.FromHexString("b975434c6ece344c8daace0cb43c595c915c579559b18d9e6e189dbff6fc3e7c");
        byte[] to = SHA256.HashData("to"u8);
        time.Now = new DateTimeOffset(2026, 3, 4, 5, 2, 0, TimeSpan.Zero);
        RequestEnvelope envelope = new(
            "subnet.v1.Tokens/Buy", from, to, SHA256.HashData(Body), Convert.FromHexString("000102030405060708090a0b0c0d0e0f"), new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero));
        SignedEnvelope request = new(
            envelope,
            Convert.FromHexString("2ea23d64e0996b554d62febac0e029d54d092bae03b05e2431ce744aab9635d8f2ef81d7c4b4a11544458cbfe623c701432172e8e2fc2943298063b96aa4e402"));
        EnvelopeVerifier receiving = new(to, new InMemoryNonceStore(time), time);

        Assert.That(receiving.Verify(request, "subnet.v1.Tokens/Buy", Body), Is.EqualTo(EnvelopeVerdict.Accepted));
        Assert.That(receiving.Verify(request, "subnet.v1.Tokens/Buy", Body), Is.EqualTo(EnvelopeVerdict.Replayed));
    }

    [Test]
    public void Fresh_request_is_accepted_once()
    {
        SignedEnvelope request = Sign();

        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.Accepted));
        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.Replayed));
    }

    [Test]
    public void Every_changed_member_breaks_the_signature()
    {
        SignedEnvelope request = Sign();
        RequestEnvelope e = request.Envelope;
        RequestEnvelope[] changed =
        [
            e with { Method = "subnet.Ledger/Query" },
            e with { From = receiver.PublicKey.ToArray() },
            e with { To = sender.PublicKey.ToArray() },
            e with { BodyHash = new byte[32] },
            e with { Nonce = new byte[16] },
            e with { Expires = e.Expires.AddMilliseconds(1) },
        ];

        Assert.That(
            changed.Select(other => verifier.Verify(request with { Envelope = other }, other.Method, Body)),
            Is.All.EqualTo(EnvelopeVerdict.NotSigned));
        Assert.That(verifier.Verify(request with { Signature = default }, Method, Body), Is.EqualTo(EnvelopeVerdict.NotSigned));
        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.Accepted), "refusals must not use up the nonce");
    }

    [Test]
    public void Request_for_another_receiver_method_or_body_is_refused()
    {
        EnvelopeVerifier other = new(sender.PublicKey, new InMemoryNonceStore(time), time);
        SignedEnvelope request = Sign();

        Assert.That(other.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.OtherReceiver));
        Assert.That(verifier.Verify(request, "subnet.Ledger/Query", Body), Is.EqualTo(EnvelopeVerdict.OtherMethod));
        Assert.That(verifier.Verify(request, Method, "other"u8), Is.EqualTo(EnvelopeVerdict.OtherBody));
    }

    [Test]
    public void Request_lives_exactly_until_its_expiry()
    {
        SignedEnvelope request = Sign(TimeSpan.FromSeconds(30));

        time.Now += TimeSpan.FromSeconds(30);
        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.Expired));
        time.Now -= TimeSpan.FromMilliseconds(1);
        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.Accepted));
    }

    [Test]
    public void Request_that_expires_more_than_five_minutes_ahead_is_refused()
    {
        SignedEnvelope request = Sign(RequestEnvelope.MaxLifetime);

        time.Now -= TimeSpan.FromMilliseconds(1);
        Assert.That(verifier.Verify(request, Method, Body), Is.EqualTo(EnvelopeVerdict.TooFarAhead));
        Assert.That(() => Sign(RequestEnvelope.MaxLifetime + TimeSpan.FromTicks(1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a\"b")]
    [TestCase("a\u00e9")]
    public void Method_name_that_could_be_spelt_two_ways_cannot_be_signed(string method)
    {
        Assert.That(() => signer.Sign(method, receiver.PublicKey, Body, TimeSpan.FromMinutes(1)), Throws.ArgumentException);
        SignedEnvelope request = Sign();
        Assert.That(
            verifier.Verify(request with { Envelope = request.Envelope with { Method = method } }, method, Body),
            Is.EqualTo(EnvelopeVerdict.Malformed));
    }

    [Test]
    public void Nonce_forgotten_after_its_expiry_stays_refused_when_the_clock_goes_back()
    {
        InMemoryNonceStore store = new(time);
        byte[] nonce = new byte[16];
        DateTimeOffset expiry = time.Now.AddMinutes(1);
        Assert.That(store.TryAdd(sender.PublicKey, nonce, expiry), Is.True);
        time.Now = expiry.AddMinutes(1);
        for (int i = 1; i < 2000; i++)
        {
            byte[] other = new byte[16];
            BitConverter.TryWriteBytes(other, i);
            store.TryAdd(sender.PublicKey, other, expiry.AddMinutes(3));
        }

        time.Now = expiry.AddMinutes(-1);

        Assert.That(store.TryAdd(sender.PublicKey, nonce, expiry), Is.False);
    }

    [Test]
    public void Nonce_store_lets_exactly_one_of_many_threads_pass()
    {
        InMemoryNonceStore store = new(time);
        int passed = 0;

        Parallel.For(0, 64, _ =>
        {
            if (store.TryAdd(new byte[32], new byte[16], time.Now.AddMinutes(1)))
            {
                Interlocked.Increment(ref passed);
            }
        });

        Assert.That(passed, Is.EqualTo(1));
    }

    [Test]
    public void Signature_of_one_domain_is_none_in_another()
    {
        byte[] signature = DomainSignature.Sign(sender, "subnet-plan/1", "{}"u8);

        Assert.That(DomainSignature.Verify(sender.PublicKey, "subnet-plan/1", "{}"u8, signature), Is.True);
        Assert.That(DomainSignature.Verify(sender.PublicKey, "subnet-plan/2", "{}"u8, signature), Is.False);
        Assert.That(DomainSignature.Verify(sender.PublicKey[..31], "subnet-plan/1", "{}"u8, signature), Is.False);
        Assert.That(DomainSignature.Verify(sender.PublicKey, "subnet-plan/1", "{}"u8, signature.AsSpan(1)), Is.False);
        Assert.That(() => DomainSignature.Sign(sender, "subnet\n", "{}"u8), Throws.ArgumentException);
    }

    private SignedEnvelope Sign(TimeSpan? lifetime = null) =>
        signer.Sign(Method, receiver.PublicKey, Body, lifetime ?? TimeSpan.FromMinutes(1));
}
