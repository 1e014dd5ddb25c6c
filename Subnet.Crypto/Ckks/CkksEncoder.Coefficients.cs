using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

public sealed partial class CkksEncoder
{
    private void EncodeCoefficients(Span<double> coefficients, Level level, double scale, Plaintext destination)
    {
        _transform.InverseUnscaled(coefficients[..SlotCount], coefficients[SlotCount..]);
        double largest = DoubleResidue.ScaleAndRound(coefficients, scale / SlotCount);
        CheckMagnitude(largest, level);
        Span<ulong> words = destination.ResizeNtt(level, scale);
        int n = Parameters.PolyModulusDegree;
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Span<ulong> limb = words.Slice(i * n, n);
            LimbKernels kernels = Parameters.Tables(i).Kernels;
            DoubleResidue.Reduce(coefficients, largest, level.Moduli[i], limb);
            kernels.Forward(limb, limb);
        }
    }

    private void DecodeCoefficients(Plaintext plaintext, Span<double> coefficients)
    {
        Level level = plaintext.Level!;
        int n = Parameters.PolyModulusDegree;
        using ScratchPool.Scratch limbs = Parameters.Scratch.Rent(level.PolynomialWords, isSecret: true);
        for (int i = 0; i < level.PrimeCount; i++)
        {
            Parameters.Tables(i).Kernels.Inverse(plaintext.Limb(i), limbs.Span.Slice(i * n, n));
        }

        _compositions[level.PrimeCount].Value.Compose(limbs.Span, 1.0 / plaintext.Scale, coefficients);
        _transform.Forward(coefficients[..SlotCount], coefficients[SlotCount..]);
    }

    private void CheckEncode(int count, Level level, double scale, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(destination);
        if (count > SlotCount)
        {
            throw new ArgumentException($"there are {SlotCount} slots, {count} values do not fit");
        }

        if (!level.Parameters.Equals(Parameters) || !level.IsDataLevel)
        {
            throw new ArgumentException($"{level} is no data level of {Parameters}", nameof(level));
        }

        CkksScale.Check(scale, level);
    }

    private static void CheckMagnitude(double largest, Level level)
    {
        if (!double.IsFinite(largest))
        {
            throw new ArgumentException("a value to encode is not finite, or too large for the scale");
        }

        // ceil(log2 largest) + 1 >= total bits.
        if (largest > 0 && Math.Ceiling(Math.Log2(largest)) + 1 >= level.TotalBits)
        {
            throw new ArgumentException(
                $"an encoded coefficient of 2^{Math.Log2(largest):F1} does not fit the {level.TotalBits} bits of {level}; use a smaller scale or a higher level");
        }
    }

    private void CheckDecode(Plaintext plaintext, int length)
    {
        PlainOperand.CheckValues(plaintext, Parameters);
        CkksScale.CheckDecoding(plaintext.Scale, plaintext.Level!);
        if (length != SlotCount)
        {
            throw new ArgumentException($"there are {SlotCount} slots, the destination has {length} places");
        }
    }

    private static Span<double> AsDoubles(Span<ulong> words) => MemoryMarshal.Cast<ulong, double>(words);
}
