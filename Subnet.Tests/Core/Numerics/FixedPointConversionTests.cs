using System.Globalization;
using System.Numerics;
using Subnet.Core.Numerics;

namespace Subnet.Tests.Core.Numerics;

[TestFixture]
internal sealed class FixedPointConversionTests
{
    [Test]
    public void Literal_takes_the_nearest_representable_value()
    {
        Assert.That(U64F64.FromDouble(1.26).Bits, Is.EqualTo(UInt128.Parse("23242897532874035200", CultureInfo.InvariantCulture)));
        Assert.That(I96F32.FromDouble(0.000003).Bits, Is.EqualTo((Int128)12885));
        Assert.That(I96F32.FromDouble(-1.5).Bits, Is.EqualTo(-(Int128)6442450944));
        Assert.That(() => U64F64.FromDouble(-1), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Narrowing_drops_low_bits_toward_minus_infinity_and_saturates()
    {
        Assert.That(new I64F64(-1).ToI32F32().Bits, Is.EqualTo(-1));
        Assert.That(new I64F64((Int128)0x1_FFFF_FFFF).ToI32F32().Bits, Is.EqualTo(1));
        Assert.That(I64F64.MaxValue.ToI32F32(), Is.EqualTo(I32F32.MaxValue));
        Assert.That(I64F64.MinValue.ToI32F32(), Is.EqualTo(I32F32.MinValue));
        Assert.That(new U64F64(UInt128.MaxValue).ToU96F32().Bits, Is.EqualTo(UInt128.MaxValue >> 32));
        Assert.That(new U64F64(0xFFFF_FFFF).ToI96F32(), Is.EqualTo(I96F32.Zero));
    }

    [Test]
    public void Widening_saturates_where_integer_bits_are_lost()
    {
        Assert.That(U96F32.FromInteger(3).ToU64F64(), Is.EqualTo(U64F64.FromInteger(3)));
        Assert.That(new U96F32(UInt128.One << 96).ToU64F64(), Is.EqualTo(U64F64.MaxValue));
        Assert.That(new U96F32(UInt128.One << 95).ToI64F64(), Is.EqualTo(I64F64.MaxValue));
        Assert.That(new U96F32((UInt128.One << 95) - 1).ToI64F64().Bits, Is.EqualTo(((Int128.One << 95) - 1) << 32));
        Assert.That(new I96F32(-1).ToU96F32(), Is.EqualTo(U96F32.Zero));
        Assert.That(I96F32.FromInteger(5).ToU64F64(), Is.EqualTo(U64F64.FromInteger(5)));
        Assert.That(I32F32.FromInteger(-2).ToI64F64().ToI32F32(), Is.EqualTo(I32F32.FromInteger(-2)));
    }

    [Test]
    public void Integers_saturate_on_both_sides()
    {
        Assert.That(I32F32.FromInteger(long.MaxValue), Is.EqualTo(I32F32.MaxValue));
        Assert.That(I32F32.FromInteger(long.MinValue), Is.EqualTo(I32F32.MinValue));
        Assert.That(I64F64.FromInteger(ulong.MaxValue), Is.EqualTo(I64F64.MaxValue));
        Assert.That(U64F64.FromInteger(ulong.MaxValue).FloorToUInt64(), Is.EqualTo(ulong.MaxValue));
        Assert.That(U96F32.MaxValue.FloorToUInt64(), Is.EqualTo(ulong.MaxValue));
        Assert.That(new I96F32(-1).FloorToUInt64(), Is.Zero);
        Assert.That(I32F32.FromInteger(-7).FloorToUInt16(), Is.Zero);
        Assert.That(I32F32.FromInteger(70000).FloorToUInt16(), Is.EqualTo(ushort.MaxValue));
    }

    [Test]
    public void Rounding_goes_to_the_nearest_integer_with_ties_away_from_zero()
    {
        Assert.That(new I32F32(1L << 31).Round(), Is.EqualTo(1));
        Assert.That(new I32F32((1L << 31) - 1).Round(), Is.Zero);
        Assert.That(new I32F32(-(1L << 31)).Round(), Is.EqualTo(-1));
        Assert.That(new I32F32(-(1L << 31) + 1).Round(), Is.Zero);
        Assert.That(I32F32.MaxValue.Round(), Is.EqualTo(1L << 31));
        Assert.That(I32F32.MinValue.Round(), Is.EqualTo(-(1L << 31)));
    }

    [Test]
    public void Stored_fraction_inverts_up_to_one_unit()
    {
        Assert.That(I32F32.One.ToStoredFraction(), Is.EqualTo(65535));
        Assert.That(I32F32.FromRatio(1, 2).ToStoredFraction(), Is.EqualTo(32767));
        Assert.That(U96F32.FromStoredFraction(ushort.MaxValue), Is.EqualTo(U96F32.One));
        Assert.That(U96F32.FromStoredFraction(ulong.MaxValue), Is.EqualTo(U96F32.One));
        Assert.That(U96F32.FromStoredFraction(11796).Bits, Is.EqualTo((UInt128)((BigInteger.One << 32) * 11796 / 65535)));
    }
}
