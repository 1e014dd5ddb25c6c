using System.Runtime.InteropServices;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Lattice;

internal sealed class ScratchPoolTests
{
    [Test]
    public void Words_given_back_are_lent_again()
    {
        ScratchPool pool = new();
        using (ScratchPool.Scratch first = pool.Rent(1000))
        {
            Assert.That(first.Span.Length, Is.EqualTo(1000));
            Assert.That(pool.HeldBytes, Is.Zero);
        }

        Assert.That(pool.HeldBytes, Is.EqualTo(8 * 1024));
        using ScratchPool.Scratch second = pool.Rent(600);
        Assert.That(pool.HeldBytes, Is.Zero);
    }

    [Test]
    public void Words_beyond_the_limit_are_let_go()
    {
        ScratchPool pool = new(limitBytes: 8 * 1024);
        ScratchPool.Scratch first = pool.Rent(1024);
        ScratchPool.Scratch second = pool.Rent(1024);
        first.Dispose();
        second.Dispose();
        Assert.That(pool.HeldBytes, Is.EqualTo(8 * 1024));
    }

    [Test]
    public void Parameters_keep_no_more_working_memory_than_they_were_told()
    {
        ParametersLiteral literal = new()
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = 1024,
            CoeffModulus = CoeffModulus.Create(1024, 50, 50, 50),
            PlainModulus = 12289,
            Security = SecurityLevel.None,
        };
        foreach (long limit in new[] { 0L, 20_000L, 1L << 30 })
        {
            Parameters parameters = Parameters.Create(literal, limit);
            using Party party = new(parameters);
            Ciphertext a = new(parameters);
            party.Encryptor.Encrypt(new Plaintext([3]), party.PublicKey, a);
            new BfvEvaluator(parameters).Square(a, a);
            Assert.That(party.Decrypt(a), Is.EqualTo(new ulong[] { 9 }));
            Assert.That(parameters.HeldScratchBytes, Is.LessThanOrEqualTo(limit));
            Assert.That(parameters.HeldScratchBytes > 0, Is.EqualTo(limit > 0));
        }

        Assert.That(() => Parameters.Create(literal, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Secret_words_are_wiped_when_given_back()
    {
        ScratchPool pool = new();
        using (ScratchPool.Scratch secret = pool.Rent(64, isSecret: true))
        {
            secret.Span.Fill(ulong.MaxValue);
        }

        using ScratchPool.Scratch next = pool.Rent(64);
        Assert.That(next.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void Buffers_begin_at_a_cache_line()
    {
        for (int length = 1; length < 40; length++)
        {
            WordBuffer buffer = new(length);
            Assert.That(Marshal.UnsafeAddrOfPinnedArrayElement(buffer.Array, buffer.Offset) % 64, Is.EqualTo((nint)0));
            Assert.That(buffer.Span.Length, Is.EqualTo(length));
        }
    }
}
