using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Lattice;

/// <summary>Every width of the double-precision kernels gives the words of the integer kernels, at random and at the edges.</summary>
internal sealed class LimbKernelsTests
{
    private static readonly int[] s_degrees = [4, 8, 16, 32, 64, 128, 256, 1024, 2048, 4096, 8192];

    public enum Width
    {
        Lanes128,
        Lanes256,
        Lanes512,
    }

    [Test]
    public void Transforms_agree(
        [Values] Width width, [ValueSource(nameof(s_degrees))] int degree, [Values(20, 36, 49, 50)] int bits, [Values] bool extreme)
    {
        if (Create(width, degree, bits) is not var (kernels, oracle, q))
        {
            Assert.Pass("this processor has no such registers, or the degree does not fill them");
            return;
        }

        ulong[] a = Residues(degree, q, 1, extreme);
        ulong[] expected = new ulong[degree];
        ulong[] actual = new ulong[degree];
        oracle.Forward(a, expected);
        kernels.Forward(a, actual);
        Assert.That(actual, Is.EqualTo(expected));
        kernels.Inverse(actual, actual);
        Assert.That(actual, Is.EqualTo(a));

        // Values that are no transform of small coefficients: the inverse at its extremes.
        oracle.Inverse(a, expected);
        kernels.Inverse(a, actual);
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void Products_agree([Values] Width width, [Values(36, 50)] int bits, [Values] bool extreme)
    {
        const int Degree = 64;
        if (Create(width, Degree, bits) is not var (kernels, oracle, q))
        {
            Assert.Pass("this processor has no such registers, or the degree does not fill them");
            return;
        }

        ulong[] a = Residues(Degree, q, 1, extreme);
        ulong[] b = Residues(Degree, q, 2, extreme);
        ulong[] c = Residues(Degree, q, 3, extreme);
        ulong[] d = Residues(Degree, q, 4, extreme);
        Agree((k, r) => k.Multiply(a, b, r));
        Agree((k, r) => k.MultiplyScalar(a, b[0], r));
        Agree((k, r) => k.SubtractMultiply(a, b, c[0], r));
        Agree((k, r) =>
        {
            c.CopyTo(r);
            k.MultiplyAdd(a, b, r);
        });
        for (int part = 0; part < 3; part++)
        {
            Agree((k, r) =>
            {
                ulong[][] results = [new ulong[Degree], new ulong[Degree], new ulong[Degree]];
                k.Tensor(a, b, c, d, results[0], results[1], results[2]);
                results[part].CopyTo(r);
            });
            Agree((k, r) =>
            {
                ulong[][] results = [new ulong[Degree], new ulong[Degree], new ulong[Degree]];
                k.TensorSquare(a, b, results[0], results[1], results[2]);
                results[part].CopyTo(r);
            });
        }

        void Agree(Action<LimbKernels, ulong[]> operation)
        {
            ulong[] expected = new ulong[Degree];
            ulong[] actual = new ulong[Degree];
            operation(oracle, expected);
            operation(kernels, actual);
            Assert.That(actual, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Changes_of_modulus_agree([Values] Width width, [Values(30, 50)] int bits, [Values(25, 40, 50, 60)] int otherBits, [Values] bool extreme)
    {
        const int Degree = 64;
        if (Create(width, Degree, bits) is not var (kernels, oracle, q))
        {
            Assert.Pass("this processor has no such registers, or the degree does not fill them");
            return;
        }

        Modulus other = new(CoeffModulus.Create(Degree, otherBits, otherBits)[0]);
        ulong inverse = q.Invert(q.Reduce(other.Value));
        ulong[] x = Residues(Degree, q, 1, extreme);
        ulong[] foreign = Residues(Degree, other, 2, extreme);
        Agree((k, r) => k.Reduce(foreign, other, r));
        Agree((k, r) => k.LiftCentred(foreign, other, r));
        Agree((k, r) => k.CentreLast(foreign, other, r));
        Agree((k, r) => k.DivideRound(x, foreign, other, inverse, r));

        void Agree(Action<LimbKernels, ulong[]> operation)
        {
            ulong[] expected = new ulong[Degree];
            ulong[] actual = new ulong[Degree];
            operation(oracle, expected);
            operation(kernels, actual);
            Assert.That(actual, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Gadget_products_agree([Values] Width width, [Values(1, 2, 7, 8, 9, 17, 30)] int digits, [Values] bool extreme)
    {
        const int Degree = 64;
        if (Create(width, Degree, 50) is not var (kernels, oracle, q))
        {
            Assert.Pass("this processor has no such registers, or the degree does not fill them");
            return;
        }

        WordBuffer[] keys = [.. Enumerable.Range(0, 2 * digits).Select(i => new WordBuffer(Degree))];
        nint[] addresses = new nint[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            Residues(Degree, q, 10 + i, extreme).CopyTo(keys[i].Span);
            addresses[i] = Marshal.UnsafeAddrOfPinnedArrayElement(keys[i].Array, keys[i].Offset);
        }

        ulong[][] results = [.. new[] { oracle, kernels }.Select(k =>
        {
            WordBuffer working = new(digits * Degree);
            for (int i = 0; i < digits; i++)
            {
                Span<ulong> digit = working.Span.Slice(i * Degree, Degree);
                if (i % 2 == 0)
                {
                    k.ExtendDigit(Residues(Degree, q, 100 + i, extreme), q, digit);
                }
                else
                {
                    k.ImportDigit(Residues(Degree, q, 100 + i, extreme), digit);
                }
            }

            ulong[] r = new ulong[2 * Degree];
            k.GadgetProduct(working.Span, addresses.AsSpan(0, digits), addresses.AsSpan(digits), r.AsSpan(0, Degree), r.AsSpan(Degree));
            return r;
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        GC.KeepAlive(keys);
    }

    private static (LimbKernels Kernels, LimbKernels Oracle, Modulus Modulus)? Create(Width width, int degree, int bits)
    {
        Modulus q = new(CoeffModulus.Create(degree, bits)[0]);
        NttTables tables = new(degree, q);
        LimbKernels? kernels = width switch
        {
            Width.Lanes128 when DoubleLanes128.IsSupported && degree >= DoubleNtt<DoubleLanes128>.MinDegree => new DoubleLimbKernels<DoubleLanes128>(tables),
            Width.Lanes256 when DoubleLanes256.IsSupported && degree >= DoubleNtt<DoubleLanes256>.MinDegree => new DoubleLimbKernels<DoubleLanes256>(tables),
            Width.Lanes512 when DoubleLanes512.IsSupported && degree >= DoubleNtt<DoubleLanes512>.MinDegree => new DoubleLimbKernels<DoubleLanes512>(tables),
            _ => null,
        };
        return kernels is null ? null : (kernels, new IntegerLimbKernels(tables), q);
    }

    private static ulong[] Residues(int count, Modulus q, int seed, bool extreme)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => extreme
            ? random.Next(8) switch { 0 => 0UL, 1 => 1UL, 2 => q.Value / 2, 3 => (q.Value / 2) + 1, _ => q.Value - 1 }
            : (ulong)random.NextInt64((long)q.Value))];
    }
}
