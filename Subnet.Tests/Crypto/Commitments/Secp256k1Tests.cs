using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Tests.Crypto.Commitments;

/// <summary>Our arithmetic against BouncyCastle's, on values next to every limb boundary and on random ones.</summary>
[TestFixture]
internal sealed class Secp256k1Tests
{
    private static readonly ECCurve Curve = SecNamedCurves.GetByName("secp256k1").Curve;
    private static readonly ECPoint Base = SecNamedCurves.GetByName("secp256k1").G;
    private static readonly BigInteger P = Curve.Field.Characteristic;
    private static readonly BigInteger N = Curve.Order;

    [Test]
    public void Field_operations_agree_with_big_integers()
    {
        BigInteger[] values = [.. Values(P)];
        foreach (BigInteger a in values)
        {
            FieldElement x = Field(a);
            Assert.That(Number(-x), Is.EqualTo(a.Negate().Mod(P)));
            Assert.That(Number(x.Square()), Is.EqualTo(a.Multiply(a).Mod(P)));
            Assert.That(Number(x.Times(21)), Is.EqualTo(a.Multiply(BigInteger.ValueOf(21)).Mod(P)));
            Assert.That(x.IsOdd, Is.EqualTo(a.TestBit(0)));
            Assert.That(x.IsZero, Is.EqualTo(a.SignValue == 0));
            foreach (BigInteger b in values)
            {
                FieldElement y = Field(b);
                Assert.That(Number(x + y), Is.EqualTo(a.Add(b).Mod(P)));
                Assert.That(Number(x - y), Is.EqualTo(a.Subtract(b).Mod(P)));
                Assert.That(Number(x * y), Is.EqualTo(a.Multiply(b).Mod(P)));
                Assert.That(Number((x - y) * (x + y)), Is.EqualTo(a.Multiply(a).Subtract(b.Multiply(b)).Mod(P)), "unreduced operands");
                Assert.That(FieldElement.AreEqual(x, y), Is.EqualTo(a.Equals(b)));
            }
        }
    }

    [Test]
    public void Field_inverse_and_square_root_agree_with_big_integers()
    {
        foreach (BigInteger a in Values(P).Take(40))
        {
            FieldElement x = Field(a);
            Assert.That(Number(x.Invert()), Is.EqualTo(a.SignValue == 0 ? a : a.ModInverse(P)));
            bool isSquare = a.SignValue == 0 || a.ModPow(P.ShiftRight(1), P).Equals(BigInteger.One);
            Assert.That(x.TrySquareRoot(out FieldElement root), Is.EqualTo(isSquare));
            if (isSquare)
            {
                Assert.That(Number(root.Square()), Is.EqualTo(a));
            }
        }
    }

    [Test]
    public void Scalar_operations_agree_with_big_integers()
    {
        BigInteger[] values = [.. Values(N)];
        foreach (BigInteger a in values)
        {
            Scalar x = Order(a);
            Assert.That(Number(x), Is.EqualTo(a));
            Assert.That(Number(-x), Is.EqualTo(a.Negate().Mod(N)));
            foreach (BigInteger b in values)
            {
                Scalar y = Order(b);
                Assert.That(Number(x + y), Is.EqualTo(a.Add(b).Mod(N)));
                Assert.That(Number(x - y), Is.EqualTo(a.Subtract(b).Mod(N)));
                Assert.That(Number(x * y), Is.EqualTo(a.Multiply(b).Mod(N)));
                Assert.That(Scalar.AreEqual(x, y), Is.EqualTo(a.Equals(b)));
            }
        }

        foreach (BigInteger a in values.Take(20).Where(a => a.SignValue != 0))
        {
            Assert.That(Number(Order(a).Invert()), Is.EqualTo(a.ModInverse(N)));
        }
    }

    [TestCase(0L)]
    [TestCase(1L)]
    [TestCase(-1L)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void Signed_number_becomes_its_residue(long value) =>
        Assert.That(Number(Scalar.FromInt64(value)), Is.EqualTo(BigInteger.ValueOf(value).Mod(N)));

    [Test]
    public void Wide_values_are_reduced_modulo_the_order()
    {
        Random random = new(64);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = new byte[64];
            random.NextBytes(bytes);
            if (i < 4)
            {
                bytes.AsSpan(32 * (i & 1), 32).Fill(i < 2 ? (byte)0xFF : (byte)0);
            }

            Assert.That(Number(Scalar.ReadWide(bytes)), Is.EqualTo(new BigInteger(1, bytes).Mod(N)));
        }
    }

    [Test]
    public void Sums_and_doubles_agree_in_every_special_case()
    {
        ECPoint[] points = [.. Enumerable.Range(-3, 7).Select(i => Base.Multiply(BigInteger.ValueOf(i).Mod(N)).Normalize()), .. Values(N).Take(8).Select(v => Base.Multiply(v).Normalize())];
        foreach (ECPoint a in points)
        {
            ProjectivePoint x = Point(a);
            AssertSame(x.Double(), a.Twice());
            AssertSame(-x, a.Negate());
            foreach (ECPoint b in points)
            {
                AssertSame(x + Point(b), a.Add(b));
                AssertSame(x.Double() + Point(b).Double(), a.Twice().Add(b.Twice()));
                Assert.That(ProjectivePoint.AreEqual(x, Point(b)), Is.EqualTo(a.Equals(b)));
                if (!b.IsInfinity)
                {
                    AssertSame(x + Point(b).ToAffine(), a.Add(b));
                }
            }
        }
    }

    [Test]
    public void Many_points_become_affine_with_one_inversion()
    {
        ProjectivePoint[] points = [.. Enumerable.Range(1, 33).Select(i => Point(Base.Multiply(BigInteger.ValueOf(i)).Normalize()).Double())];
        AffinePoint[] affine = new AffinePoint[points.Length];

        ProjectivePoint.ToAffine(points, affine);

        for (int i = 0; i < points.Length; i++)
        {
            Assert.That(affine[i].ToBytes(), Is.EqualTo(Base.Multiply(BigInteger.ValueOf(2 * (i + 1))).GetEncoded(true)));
        }

        Assert.That(() => ProjectivePoint.ToAffine([points[0], ProjectivePoint.Infinity], affine), Throws.InvalidOperationException);
        Assert.That(() => ProjectivePoint.Infinity.ToAffine(), Throws.InvalidOperationException);
    }

    [Test]
    public void Encodings_round_trip_and_every_bit_flip_is_another_point_or_refused()
    {
        byte[] bytes = Base.Multiply(BigInteger.ValueOf(12345)).GetEncoded(true);
        Assert.That(AffinePoint.TryRead(bytes, out AffinePoint point), Is.True);
        Assert.That(point.ToBytes(), Is.EqualTo(bytes));
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (AffinePoint.TryRead(changed, out AffinePoint other))
            {
                Assert.That(other.ToBytes(), Is.EqualTo(changed));
            }
        }
    }

    [Test]
    public void Table_lookup_finds_each_entry()
    {
        AffinePoint[] table = [.. Enumerable.Range(1, 8).Select(i => Point(Base.Multiply(BigInteger.ValueOf(i)).Normalize()).ToAffine())];
        for (int i = 0; i < table.Length; i++)
        {
            Assert.That(AffinePoint.SelectFrom(table, (ulong)i).ToBytes(), Is.EqualTo(table[i].ToBytes()));
        }
    }

    private static IEnumerable<BigInteger> Values(BigInteger modulus)
    {
        foreach (int bit in new[] { 0, 32, 33, 63, 64, 65, 127, 128, 191, 192, 223, 255 })
        {
            yield return BigInteger.One.ShiftLeft(bit).Mod(modulus);
            yield return BigInteger.One.ShiftLeft(bit).Subtract(BigInteger.One).Mod(modulus);
            yield return modulus.Subtract(BigInteger.One.ShiftLeft(bit)).Mod(modulus);
        }

        yield return BigInteger.One.ShiftLeft(256).Subtract(BigInteger.One).Mod(modulus);
        Random random = new(256);
        for (int i = 0; i < 40; i++)
        {
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            yield return new BigInteger(1, bytes).Mod(modulus);
        }
    }

    private static byte[] Bytes(BigInteger value)
    {
        byte[] unsigned = value.ToByteArrayUnsigned();
        byte[] padded = new byte[32];
        unsigned.CopyTo(padded, 32 - unsigned.Length);
        return padded;
    }

    private static FieldElement Field(BigInteger value)
    {
        Assert.That(FieldElement.TryRead(Bytes(value), out FieldElement element), Is.True);
        return element;
    }

    private static Scalar Order(BigInteger value)
    {
        Assert.That(Scalar.TryRead(Bytes(value), out Scalar scalar), Is.True);
        return scalar;
    }

    private static BigInteger Number(FieldElement element)
    {
        byte[] bytes = new byte[32];
        element.Write(bytes);
        return new BigInteger(1, bytes);
    }

    private static BigInteger Number(Scalar scalar) => new(1, scalar.ToBytes());

    private static ProjectivePoint Point(ECPoint point)
    {
        if (point.IsInfinity)
        {
            return ProjectivePoint.Infinity;
        }

        Assert.That(AffinePoint.TryRead(point.GetEncoded(true), out AffinePoint affine), Is.True);
        return new ProjectivePoint(affine);
    }

    private static void AssertSame(ProjectivePoint actual, ECPoint expected)
    {
        Assert.That(actual.IsInfinity, Is.EqualTo(expected.IsInfinity));
        if (!expected.IsInfinity)
        {
            Assert.That(actual.ToAffine().ToBytes(), Is.EqualTo(expected.GetEncoded(true)));
        }
    }
}
