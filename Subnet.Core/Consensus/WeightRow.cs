using Subnet.Core.Numerics;

namespace Subnet.Core.Consensus;

/// <summary>What happens to a validator's row of weights when it is set (<c>design/yuma.md</c> 5, rules 13 and 14).</summary>
public static class WeightRow
{
    /// <summary>Scales the values so that the largest becomes 65535, each rounded, ties away from zero. All zero stays zero.</summary>
    public static ushort[] UpscaleToMaximum(ReadOnlySpan<ushort> values)
    {
        I32F32[] numbers = new I32F32[values.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = I32F32.FromInteger(values[i]);
        }

        return UpscaleToMaximum(numbers);
    }

    /// <summary>As the other form.</summary>
    public static ushort[] UpscaleToMaximum(ReadOnlySpan<I32F32> values)
    {
        I32F32 full = I32F32.FromInteger(ushort.MaxValue);
        I32F32 largest = Maximum(values);
        ushort[] result = new ushort[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            // Above 32768 the product would not fit the format, so the factor is divided first.
            result[i] = largest.Bits == 0 ? (values[i] * full).FloorToUInt16()
                : largest > I32F32.FromInteger(32768) ? Rounded(values[i] * I32F32.SafeDivide(full, largest))
                : Rounded(I32F32.SafeDivide(values[i] * full, largest));
        }

        return result;
    }

    /// <summary>Whether no value is more than the limit's part of the sum.</summary>
    /// <param name="values">The row.</param>
    /// <param name="limit">A fraction of 65535.</param>
    public static bool IsMaxLimited(ReadOnlySpan<ushort> values, ushort limit)
    {
        long sum = 0;
        ushort largest = 0;
        foreach (ushort value in values)
        {
            sum += value;
            largest = Math.Max(largest, value);
        }

        I32F32 bound = I32F32.FromRatio(limit, ushort.MaxValue);
        return sum == 0 || I32F32.FromRatio(largest, sum) <= bound;
    }

    private static I32F32 Maximum(ReadOnlySpan<I32F32> values)
    {
        I32F32 largest = values.IsEmpty ? I32F32.Zero : values[0];
        foreach (I32F32 value in values)
        {
            largest = value > largest ? value : largest;
        }

        return largest;
    }

    private static ushort Rounded(I32F32 value) => (ushort)Math.Clamp(value.Round(), 0, ushort.MaxValue);
}
