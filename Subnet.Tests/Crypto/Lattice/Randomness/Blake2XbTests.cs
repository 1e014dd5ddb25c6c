using Org.BouncyCastle.Crypto.Digests;
using System.Buffers.Binary;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Tests.Crypto.Lattice.Randomness;

[TestFixture]
internal sealed class Blake2XbTests
{
    [TestCase(64)]
    [TestCase(192)]
    [TestCase(512)]
    [TestCase(576)]
    [TestCase(4096)]
    public void Every_width_gives_the_bytes_of_the_scalar_twin(int length)
    {
        Random random = new(length);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            byte[] key = new byte[64];
            byte[] message = new byte[random.Next(129)];
            random.NextBytes(key);
            random.NextBytes(message);
            ulong[] keyed = new ulong[8];
            Blake2Xb.AbsorbKey(key, length, keyed);
            byte[] scalar = new byte[length];
            byte[] other = new byte[length];
            Blake2Xb.Hash<ScalarLane>(keyed, message, scalar);

            Blake2Xb.Hash<Lanes128>(keyed, message, other);
            Assert.That(other, Is.EqualTo(scalar), "128");
            Blake2Xb.Hash<Lanes256>(keyed, message, other);
            Assert.That(other, Is.EqualTo(scalar), "256");
            Blake2Xb.Hash<Lanes512>(keyed, message, other);
            Assert.That(other, Is.EqualTo(scalar), "512");
            Blake2Xb.Hash(keyed, message, other);
            Assert.That(other, Is.EqualTo(scalar), "chosen");
        }
    }

    [Test]
    public void Compression_agrees_with_the_hash_of_another_library()
    {
        Random random = new(1);
        byte[] message = new byte[100];
        random.NextBytes(message);
        Blake2bDigest digest = new(512);
        digest.BlockUpdate(message, 0, message.Length);
        byte[] expected = new byte[64];
        digest.DoFinal(expected, 0);

        ulong[] state = Blake2b.InitializationVector.ToArray();
        state[0] ^= 0x01010040;
        byte[] padded = new byte[128];
        message.CopyTo(padded, 0);
        ulong[] block = [.. Enumerable.Range(0, 16).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(8 * i)))];
        Blake2b.Compress(state, block, 100, isLast: true);

        Assert.That(state, Is.EqualTo(Enumerable.Range(0, 8).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(expected.AsSpan(8 * i)))));
    }

    [Test]
    public void Wrong_lengths_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Blake2Xb.AbsorbKey(new byte[63], 64, new ulong[8]), Throws.ArgumentException);
            Assert.That(() => Blake2Xb.Hash(new ulong[8], new byte[129], new byte[64]), Throws.ArgumentException);
            Assert.That(() => Blake2Xb.Hash(new ulong[8], [], new byte[65]), Throws.ArgumentException);
        });
    }

    [Test]
    public void Managed_shake_gives_the_bytes_of_the_platforms()
    {
        if (!System.Security.Cryptography.Shake256.IsSupported)
        {
            Assert.Ignore("this platform has no native SHAKE256 to compare with");
        }

        byte[] message = new byte[72];
        new Random(3).NextBytes(message);
        byte[] native = new byte[4096];
        byte[] managed = new byte[4096];
        System.Security.Cryptography.Shake256.HashData(message, native);
        ExtendableOutput.ManagedShake256(message, managed);

        Assert.That(managed, Is.EqualTo(native));
    }
}
