using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// Arithmetic on whole lanes. Each has a scalar loop that is also its tail and its oracle; both give the same bits, because
/// no operation mixes rows and none is fused.
/// </summary>
internal static class LaneMath
{
    /// <summary>y = (x - offset) * scale in single precision. x and y may be the same.</summary>
    public static void Affine(ReadOnlySpan<float> x, float offset, float scale, Span<float> y)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref float source = ref MemoryMarshal.GetReference(x);
            ref float target = ref MemoryMarshal.GetReference(y);
            Vector256<float> offsets = Vector256.Create(offset);
            Vector256<float> scales = Vector256.Create(scale);
            for (; i <= y.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                ((Vector256.LoadUnsafe(ref source, (nuint)i) - offsets) * scales).StoreUnsafe(ref target, (nuint)i);
            }
        }

        for (; i < y.Length; i++)
        {
            y[i] = (x[i] - offset) * scale;
        }
    }

    /// <summary>
    /// sum += w * x in double precision. The product of two single precision numbers is exact there, so a fused
    /// multiply-add would not change the result.
    /// </summary>
    public static void MultiplyAdd(ReadOnlySpan<float> x, float w, Span<double> sum)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref float source = ref MemoryMarshal.GetReference(x);
            ref double target = ref MemoryMarshal.GetReference(sum);
            Vector256<double> weights = Vector256.Create((double)w);
            for (; i <= sum.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
                (Vector256.LoadUnsafe(ref target, (nuint)i) + (low * weights)).StoreUnsafe(ref target, (nuint)i);
                nuint second = (nuint)(i + Vector256<double>.Count);
                (Vector256.LoadUnsafe(ref target, second) + (high * weights)).StoreUnsafe(ref target, second);
            }
        }

        for (; i < sum.Length; i++)
        {
            sum[i] += (double)w * x[i];
        }
    }
}
