using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Tests.Crypto.Rlwe.Keyless;

[TestFixture]
internal sealed class ResiduePackingTests
{
    // A fixed seed: a run is the same on every machine.
    private static readonly Config Reproducible = Config.QuickThrowOnFailure.WithReplay(20261121, 7).WithMaxTest(500);

    [Test]
    public void Packed_words_come_back_and_stand_where_the_specification_says() => Prop.ForAll(
        ArbMap.Default.ArbFor<ulong[]>(),
        Gen.Choose(1, 63).ToArbitrary(),
        (words, bits) =>
        {
            ulong[] reduced = [.. words.Select(word => word & ((1UL << bits) - 1))];
            byte[] packed = new byte[ResiduePacking.ByteCount(reduced.Length, bits)];
            ResiduePacking.Pack(reduced, bits, packed);

            // The definition itself: word i in bits [i b, (i+1) b) of one little-endian number.
            BigInteger whole = reduced.Select((word, i) => (BigInteger)word << (i * bits)).Aggregate(BigInteger.Zero, (sum, term) => sum + term);
            ulong[] unpacked = new ulong[reduced.Length];
            return new BigInteger(packed, isUnsigned: true) == whole
                && ResiduePacking.TryUnpack(packed, bits, unpacked)
                && unpacked.SequenceEqual(reduced);
        }).Check(Reproducible);

    [Test]
    public void Padding_bit_that_is_not_zero_is_refused() => Prop.ForAll(
        Gen.Choose(1, 40).ToArbitrary(),
        Gen.Choose(1, 63).ToArbitrary(),
        (count, bits) =>
        {
            byte[] packed = new byte[ResiduePacking.ByteCount(count, bits)];
            int padding = (packed.Length * 8) - (count * bits);
            if (padding == 0)
            {
                return true;
            }

            packed[^1] = 0x80;
            return !ResiduePacking.TryUnpack(packed, bits, new ulong[count]);
        }).Check(Reproducible);

    [TestCase(0)]
    [TestCase(64)]
    public void Width_outside_the_range_is_refused(int bits) =>
        Assert.That(() => ResiduePacking.Pack([1], bits, new byte[8]), Throws.ArgumentException);
}
