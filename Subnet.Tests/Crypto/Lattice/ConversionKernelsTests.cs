using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Lattice;

/// <summary>Base conversion and plain scaling: the vector kernels give the words of the integer ones, and those are right.</summary>
internal sealed class ConversionKernelsTests
{
    private const int Degree = 64;

    private static readonly int[][] s_chains = [[50], [30, 30], [50, 50, 50, 50], [36, 45, 50], [.. Enumerable.Repeat(50, 12)], [.. Enumerable.Repeat(40, 9)]];

    [Test]
    public void Behz_conversions_agree_on_every_width([ValueSource(nameof(s_chains))] int[] bits, [Values(257UL, 65537UL, 1UL << 45)] ulong t, [Values] bool extreme)
    {
        Modulus[] moduli = Moduli(bits);
        BehzConstants constants = new BehzBase(Degree, moduli, t, p => new NttTables(Degree, p)).Constants;
        IntegerBehzKernels oracle = new(Degree, constants);
        ulong[] x = Limbs(moduli, 1, extreme);
        ulong[] w = Limbs(constants.Auxiliary, 2, extreme);
        ulong[] extended = new ulong[w.Length];
        ulong[] scaled = new ulong[x.Length];
        oracle.Extend(x, extended);
        oracle.ScaleDown(x, w, scaled);
        foreach (BehzKernels kernels in Widths(
            () => new DoubleBehzKernels<DoubleLanes128>(Degree, constants),
            () => new DoubleBehzKernels<DoubleLanes256>(Degree, constants),
            () => (BehzKernels)new DoubleBehzKernels<DoubleLanes512>(Degree, constants)))
        {
            ulong[] actual = new ulong[w.Length];
            kernels.Extend(x, actual);
            Assert.That(actual, Is.EqualTo(extended));
            actual = new ulong[x.Length];
            kernels.ScaleDown(x, w, actual);
            Assert.That(actual, Is.EqualTo(scaled));
        }
    }

    [Test]
    public void Auxiliary_primes_of_seal_carry_the_same_products([ValueSource(nameof(s_chains))] int[] bits, [Values(257UL, 65537UL)] ulong t)
    {
        // From the residues of one pair of factors to the scaled product, with the primes of SEAL and with the narrower ones here.
        Modulus[] moduli = Moduli(bits);
        SealAuxiliaryBase seal = SealAuxiliaryBase.Choose(Degree, [.. moduli.Select(q => q.Value)], t);
        BehzBase theirs = new(Degree, moduli, t, seal.Bsk, p => new NttTables(Degree, p));
        BehzBase ours = new(Degree, moduli, t, p => new NttTables(Degree, p));
        ulong[] x = Limbs(moduli, 1, extreme: false);
        ulong[] y = Limbs(moduli, 2, extreme: false);
        Assert.That(theirs.Constants.Auxiliary.Select(p => p.Value), Is.EqualTo(seal.Bsk));
        Assert.That(ours.Constants.Auxiliary.Select(p => p.BitLength), Is.All.EqualTo(50));
        Assert.That(Product(theirs, moduli, x, y), Is.EqualTo(Product(ours, moduli, x, y)));
    }

    private static ulong[] Product(BehzBase behz, Modulus[] moduli, ulong[] x, ulong[] y)
    {
        Modulus[] auxiliary = behz.Constants.Auxiliary;
        ulong[] extendedX = new ulong[auxiliary.Length * Degree];
        ulong[] extendedY = new ulong[auxiliary.Length * Degree];
        behz.Extend(x, extendedX);
        behz.Extend(y, extendedY);
        ulong[] result = new ulong[x.Length];
        behz.ScaleDown(Convolve(moduli, x, y), Convolve(auxiliary, extendedX, extendedY), result);
        return result;
    }

    private static ulong[] Convolve(Modulus[] moduli, ulong[] x, ulong[] y)
    {
        ulong[] product = new ulong[x.Length];
        for (int i = 0; i < moduli.Length; i++)
        {
            NttTables tables = new(Degree, moduli[i]);
            Span<ulong> a = [.. x.AsSpan(i * Degree, Degree)];
            Span<ulong> b = [.. y.AsSpan(i * Degree, Degree)];
            tables.Forward(a);
            tables.Forward(b);
            for (int k = 0; k < Degree; k++)
            {
                a[k] = moduli[i].Multiply(a[k], b[k]);
            }

            tables.Inverse(a);
            a.CopyTo(product.AsSpan(i * Degree));
        }

        return product;
    }

    [Test]
    public void Extension_stands_for_one_small_integer([ValueSource(nameof(s_chains))] int[] bits)
    {
        Modulus[] moduli = Moduli(bits);
        BehzBase behz = new(Degree, moduli, 65537, p => new NttTables(Degree, p));
        BigInteger q = BehzBase.Product(moduli);
        ulong[] x = Limbs(moduli, 3, extreme: false);
        ulong[] extended = new ulong[behz.AuxiliaryCount * Degree];
        behz.Extend(x, extended);
        for (int k = 0; k < Degree; k++)
        {
            BigInteger value = Compose(moduli, x, k);
            BigInteger auxiliary = Compose(behz.Constants.Auxiliary, extended, k);
            BigInteger product = BehzBase.Product(behz.Constants.Auxiliary);
            auxiliary = auxiliary > product / 2 ? auxiliary - product : auxiliary;
            Assert.That((auxiliary - value) % q, Is.EqualTo(BigInteger.Zero));
            Assert.That(BigInteger.Abs(auxiliary) * 1000, Is.LessThan(q * 501));
        }
    }

    [Test]
    public void Plain_scaling_agrees_on_every_width_and_with_big_integers(
        [ValueSource(nameof(ChainsAndPlainModuli))] (int[] Bits, ulong PlainModulus) set, [Values] bool subtract)
    {
        Modulus[] moduli = Moduli(set.Bits);
        BigInteger q = BehzBase.Product(moduli);
        ulong t = set.PlainModulus;
        PlainScaling scaling = new(Degree, moduli, t);
        Random random = new(4);
        ulong[] message = [.. Enumerable.Range(0, Degree).Select(i => i switch { 0 => 0UL, 1 => t - 1, 2 => t / 2, 3 => (t + 1) / 2, _ => (ulong)random.NextInt64((long)t) })];
        ulong[] c = Limbs(moduli, 5, extreme: true);
        ulong[] expected = [.. c];
        IntegerPlainScalingKernels oracle = new(Degree, scaling);
        oracle.AddScaled(message, expected, subtract);
        ulong[] decrypted = new ulong[Degree];
        oracle.ScaleDown(c, decrypted);
        for (int k = 0; k < Degree; k++)
        {
            BigInteger nearest = ((2 * q * message[k]) + t) / (2 * t);
            BigInteger sum = Compose(moduli, c, k) + (subtract ? -nearest : nearest);
            BigInteger difference = (((sum - Compose(moduli, expected, k)) % q) + q) % q;
            Assert.That(difference == 0 || difference == 1 || difference == q - 1, "q m / t is rounded to a nearest integer");
            BigInteger rounded = ((2 * Compose(moduli, c, k) * t) + q) / (2 * q) % t;
            Assert.That(decrypted[k], Is.EqualTo((ulong)rounded));
        }

        foreach (PlainScalingKernels kernels in Widths(
            () => new DoublePlainScalingKernels<DoubleLanes128>(Degree, scaling),
            () => new DoublePlainScalingKernels<DoubleLanes256>(Degree, scaling),
            () => (PlainScalingKernels)new DoublePlainScalingKernels<DoubleLanes512>(Degree, scaling)))
        {
            ulong[] actual = [.. c];
            kernels.AddScaled(message, actual, subtract);
            Assert.That(actual, Is.EqualTo(expected));
            kernels.ScaleDown(c, actual.AsSpan(0, Degree));
            Assert.That(actual[..Degree], Is.EqualTo(decrypted));
        }
    }

    // A plain modulus is below its chain.
    private static IEnumerable<(int[] Bits, ulong PlainModulus)> ChainsAndPlainModuli() =>
        from bits in s_chains
        from t in new[] { 2UL, 257UL, 65537UL, 1UL << 20, 1UL << 45 }
        where BehzBase.Product(Moduli(bits)) > t
        select (bits, t);

    private static IEnumerable<T> Widths<T>(Func<T> lanes128, Func<T> lanes256, Func<T> lanes512)
    {
        if (DoubleLanes128.IsSupported)
        {
            yield return lanes128();
        }

        if (DoubleLanes256.IsSupported)
        {
            yield return lanes256();
        }

        if (DoubleLanes512.IsSupported)
        {
            yield return lanes512();
        }
    }

    private static Modulus[] Moduli(int[] bits) => [.. CoeffModulus.Create(Degree, bits).Select(q => new Modulus(q))];

    private static ulong[] Limbs(Modulus[] moduli, int seed, bool extreme)
    {
        Random random = new(seed);
        return [.. moduli.SelectMany(q => Enumerable.Range(0, Degree).Select(_ => extreme
            ? random.Next(6) switch { 0 => 0UL, 1 => 1UL, 2 => q.Value / 2, _ => q.Value - 1 }
            : (ulong)random.NextInt64((long)q.Value)))];
    }

    private static BigInteger Compose(Modulus[] moduli, ulong[] limbs, int k)
    {
        BigInteger product = BehzBase.Product(moduli);
        BigInteger value = 0;
        for (int i = 0; i < moduli.Length; i++)
        {
            BigInteger punctured = product / moduli[i].Value;
            value += punctured * moduli[i].Multiply(moduli[i].Invert((ulong)(punctured % moduli[i].Value)), limbs[(i * Degree) + k]);
        }

        return value % product;
    }
}
