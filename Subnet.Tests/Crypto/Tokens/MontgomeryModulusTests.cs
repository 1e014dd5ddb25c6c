using System.Numerics;
using Subnet.Crypto.Tokens;

namespace Subnet.Tests.Crypto.Tokens;

/// <summary>Constant-time arithmetic against the platform's big integers.</summary>
[TestFixture]
internal sealed class MontgomeryModulusTests
{
    [Test]
    public void Powers_sums_and_differences_are_those_of_big_integers([Values(1, 2, 5, 16, 32)] int limbs)
    {
        Random random = new(limbs);
        for (int run = 0; run < 6; run++)
        {
            BigInteger n = Draw(random, limbs * 64) | BigInteger.One;
            n = run == 0 ? (BigInteger.One << (64 * limbs)) - 1 : n < 3 ? 3 : n;
            using MontgomeryModulus modulus = new(n.ToByteArray(isUnsigned: true, isBigEndian: true));
            BigInteger wide = Draw(random, 128 * limbs);
            BigInteger exponent = run == 1 ? 0 : Draw(random, 64 * limbs);
            ulong[] x = new ulong[modulus.Limbs];
            ulong[] y = new ulong[modulus.Limbs];
            modulus.ToMontgomery(Limbs(wide, 2 * modulus.Limbs), x);
            modulus.Exponentiate(x, Limbs(exponent, limbs), y);

            Assert.That(Back(modulus, x), Is.EqualTo(wide % n));
            Assert.That(Back(modulus, y), Is.EqualTo(BigInteger.ModPow(wide, exponent, n)));
            ulong[] sum = new ulong[modulus.Limbs];
            ulong[] difference = new ulong[modulus.Limbs];
            modulus.Add(x, y, sum);
            modulus.Subtract(x, y, difference);
            Assert.That(Back(modulus, sum), Is.EqualTo(((wide % n) + BigInteger.ModPow(wide, exponent, n)) % n));
            Assert.That(Back(modulus, difference), Is.EqualTo(((wide % n) - BigInteger.ModPow(wide, exponent, n) + n) % n));
        }
    }

    [Test]
    public void Even_or_tiny_modulus_and_number_that_does_not_fit_are_refused()
    {
        Assert.That(() => new MontgomeryModulus([4]), Throws.ArgumentException);
        Assert.That(() => new MontgomeryModulus([0, 1]), Throws.ArgumentException);
        Assert.That(() => new MontgomeryModulus([]), Throws.ArgumentException);
        Assert.That(() => MontgomeryModulus.Read(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0 }, new ulong[1]), Throws.ArgumentException);
    }

    [Test]
    public void Bytes_and_limbs_are_the_same_number()
    {
        ulong[] limbs = new ulong[2];
        MontgomeryModulus.Read(new byte[] { 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, limbs);
        byte[] bytes = new byte[11];
        MontgomeryModulus.Write(limbs, bytes);

        Assert.That(limbs, Is.EqualTo(new ulong[] { 0x0203040506070809, 1 }));
        Assert.That(bytes, Is.EqualTo(new byte[] { 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }));
    }

    private static BigInteger Draw(Random random, int bits)
    {
        byte[] bytes = new byte[bits / 8];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    private static ulong[] Limbs(BigInteger value, int count)
    {
        ulong[] limbs = new ulong[count];
        MontgomeryModulus.Read(value.ToByteArray(isUnsigned: true, isBigEndian: true), limbs);
        return limbs;
    }

    private static BigInteger Back(MontgomeryModulus modulus, ulong[] form)
    {
        ulong[] value = new ulong[modulus.Limbs];
        modulus.FromMontgomery(form, value);
        byte[] bytes = new byte[8 * modulus.Limbs];
        MontgomeryModulus.Write(value, bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }
}
