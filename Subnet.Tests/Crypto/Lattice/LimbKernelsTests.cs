using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Lattice;

/// <summary>Every width of the double-precision kernels gives the words of the integer kernels, at random and at the edges.</summary>
internal sealed class LimbKernelsTests
{
    private static readonly int[] s_degrees = [4, 8, 16, 32, 64, 128, 256, 1024, 2048, 4096, 8192];

    // The widths of this processor; an unsupported one is not listed, so nothing passes without being checked.
    private static readonly Width[] s_widths =
    [
        .. DoubleLanes128.IsSupported ? [Width.Lanes128] : Array.Empty<Width>(),
        .. DoubleLanes256.IsSupported ? [Width.Lanes256] : Array.Empty<Width>(),
        .. DoubleLanes512.IsSupported ? [Width.Lanes512] : Array.Empty<Width>(),
    ];

    public enum Width
    {
        Lanes128 = 2,
        Lanes256 = 4,
        Lanes512 = 8,
    }

    // A transform fills at least two vectors.
    private static IEnumerable<(Width Width, int Degree)> WidthsAndDegrees() =>
        s_widths.SelectMany(width => s_degrees.Where(degree => degree >= 2 * (int)width).Select(degree => (width, degree)));

    [Test]
    public void Every_width_that_the_active_path_uses_is_tested()
    {
        // What the processor has, asked of the runtime and not of the kernels.
        bool fused = Fma.IsSupported || AdvSimd.Arm64.IsSupported;
        List<Width> expected = [];
        if (fused && Vector128.IsHardwareAccelerated)
        {
            expected.Add(Width.Lanes128);
        }

        if (Fma.IsSupported && Avx2.IsSupported)
        {
            expected.Add(Width.Lanes256);
        }

        if (Avx512F.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated)
        {
            expected.Add(Width.Lanes512);
        }

        Assert.That(s_widths, Is.EqualTo(expected));
        if (fused)
        {
            Assert.That(s_widths.Select(width => (int)width).Max(), Is.EqualTo((int)ActiveVectorPath.Current / 64), "the widest is the one that is used");
        }
        else
        {
            Assert.That(s_widths, Is.Empty, "without fused multiply-add the integer kernels are the only ones");
        }
    }

    [Test]
    public void Transforms_agree(
        [ValueSource(nameof(WidthsAndDegrees))] (Width Width, int Degree) shape, [Values(20, 36, 49, 50)] int bits, [Values] bool extreme)
    {
        int degree = shape.Degree;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(shape.Width, degree, bits);
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
    public void Products_agree([ValueSource(nameof(s_widths))] Width width, [Values(36, 50)] int bits, [Values] bool extreme)
    {
        const int Degree = 64;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(width, Degree, bits);
        ulong[] a = Residues(Degree, q, 1, extreme);
        ulong[] b = Residues(Degree, q, 2, extreme);
        ulong[] c = Residues(Degree, q, 3, extreme);
        ulong[] d = Residues(Degree, q, 4, extreme);
        Agree((k, r) => k.Multiply(a, b, r));
        Agree((k, r) => k.MultiplyScalar(a, b[0], r));
        Agree((k, r) => k.SubtractMultiply(a, b, c[0], r));
        Agree((k, r) =>
        {
            ulong[] working = new ulong[Degree];
            k.ForwardWorking(b, working);
            k.Convolve(a, working, r);
        });
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
    public void Changes_of_modulus_agree([ValueSource(nameof(s_widths))] Width width, [Values(30, 50)] int bits, [Values(25, 40, 50, 60)] int otherBits, [Values] bool extreme)
    {
        const int Degree = 64;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(width, Degree, bits);
        Modulus other = new(CoeffModulus.Create(Degree, otherBits, otherBits)[0]);
        ulong inverse = q.Invert(q.Reduce(other.Value));
        ulong[] x = Residues(Degree, q, 1, extreme);
        ulong[] foreign = Residues(Degree, other, 2, extreme);
        Agree((k, r) => k.Reduce(foreign, other, r));
        Agree((k, r) => k.LiftCentred(foreign, other, r));
        Agree((k, r) => k.CentreLast(foreign, other, r));
        Agree((k, r) => k.DivideRound(x, foreign, other, inverse, r));
        Agree((k, r) => k.DivideRoundValues(x, foreign, other, inverse, new ulong[Degree], r));

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
    public void Gadget_products_agree([ValueSource(nameof(s_widths))] Width width, [Values(1, 2, 7, 8, 9, 17, 30)] int digits, [Values] bool extreme)
    {
        const int Degree = 64;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(width, Degree, 50);
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

    [Test]
    public void Moved_gadget_products_agree([ValueSource(nameof(s_widths))] Width width, [Values(1, 8, 9, 30)] int digits, [Values] bool extreme, [Values] bool offset)
    {
        const int Degree = 64;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(width, Degree, 50);
        WordBuffer[] keys = [.. Enumerable.Range(0, 2 * digits).Select(i => new WordBuffer(Degree))];
        nint[] addresses = new nint[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            Residues(Degree, q, 10 + i, extreme).CopyTo(keys[i].Span);
            addresses[i] = Marshal.UnsafeAddrOfPinnedArrayElement(keys[i].Array, keys[i].Offset);
        }

        LanePermutation permutation = new AutomorphismTables(Degree).OfValues(27);
        ulong[][] results = [.. new[] { oracle, kernels }.Select(k =>
        {
            WordBuffer working = new(digits * Degree);
            WordBuffer offsets = new(offset ? digits * Degree : 1);
            for (int i = 0; i < digits; i++)
            {
                Span<ulong> digit = working.Span.Slice(i * Degree, Degree);
                k.ExtendDigit(Residues(Degree, q, 100 + i, extreme), q, digit);
                if (offset)
                {
                    k.ExtendDigit(Residues(Degree, q, 200 + i, extreme), q, offsets.Span.Slice(i * Degree, Degree));
                    k.SubtractWorking(digit, offsets.Span.Slice(i * Degree, Degree));
                }
            }

            ulong[] r = [.. Residues(2 * Degree, q, 7, extreme)];
            foreach (bool accumulate in new[] { true, false, true })
            {
                k.GadgetProduct(
                    working.Span, permutation, offset ? offsets.Span : [], addresses.AsSpan(0, digits), addresses.AsSpan(digits),
                    r.AsSpan(0, Degree), r.AsSpan(Degree), accumulate);
            }

            return r;
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        GC.KeepAlive(keys);
    }

    [Test]
    public void Sums_over_lines_agree([ValueSource(nameof(s_widths))] Width width, [Values(20, 44, 49, 50)] int bits, [Values] bool extreme)
    {
        const int Degree = 64;
        const int Inputs = 5;
        (LimbKernels kernels, LimbKernels oracle, Modulus q) = Create(width, Degree, bits);
        int[] termInputs = [.. Enumerable.Range(0, 300).Select(i => i * 7 % Inputs)];
        int[] groupEnds = [1, 2, 5, 21, 300];
        ulong[][] results = [.. new[] { oracle, kernels }.Select(k =>
        {
            WordBuffer factors = new(Degree * termInputs.Length);
            WordBuffer inputs = new(Degree * 2 * Inputs);
            for (int i = 0; i < termInputs.Length; i++)
            {
                k.PackLines(Residues(Degree, q, i, extreme), i, termInputs.Length, factors.Span);
            }

            for (int i = 0; i < 2 * Inputs; i++)
            {
                k.PackLines(Residues(Degree, q, 1000 + i, extreme), i, 2 * Inputs, inputs.Span);
            }

            ulong[] sums = new ulong[2 * Degree * groupEnds.Length];
            k.MultiplyLines(factors.Span, termInputs, groupEnds, inputs.Span, sums);
            return sums;
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));

        // The oracle itself, at one place.
        UInt128 expected = 0;
        for (int term = 5; term < 21; term++)
        {
            expected = (expected + ((UInt128)Residues(Degree, q, term, extreme)[9] * Residues(Degree, q, 1000 + (2 * termInputs[term]) + 1, extreme)[9])) % q.Value;
        }

        Assert.That(results[0][(((2 * 3) + 1) * Degree) + 9], Is.EqualTo((ulong)expected));
    }

    private static (LimbKernels Kernels, LimbKernels Oracle, Modulus Modulus) Create(Width width, int degree, int bits)
    {
        Modulus q = new(CoeffModulus.Create(degree, bits)[0]);
        NttTables tables = new(degree, q);
        LimbKernels kernels = width switch
        {
            Width.Lanes128 => new DoubleLimbKernels<DoubleLanes128>(tables),
            Width.Lanes256 => new DoubleLimbKernels<DoubleLanes256>(tables),
            _ => new DoubleLimbKernels<DoubleLanes512>(tables),
        };
        return (kernels, new IntegerLimbKernels(tables), q);
    }

    private static ulong[] Residues(int count, Modulus q, int seed, bool extreme)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => extreme
            ? random.Next(8) switch { 0 => 0UL, 1 => 1UL, 2 => q.Value / 2, 3 => (q.Value / 2) + 1, _ => q.Value - 1 }
            : (ulong)random.NextInt64((long)q.Value))];
    }
}
