using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Kernels;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Planning;

/// <summary>How long the units of <see cref="CircuitWork"/> take on a machine.</summary>
/// <param name="NanosecondsPerButterfly">A transform of N points has N log2(N) / 2 butterflies.</param>
/// <param name="NanosecondsPerProduct">A product of limbs has N products.</param>
public sealed record UnitCosts(double NanosecondsPerButterfly, double NanosecondsPerProduct)
{
    private const int Repetitions = 64;
    private const int Rounds = 9;

    // The runtime waits a tenth of a second before it optimises; a clock that stands still must not keep this going.
    private const int MaxWarmUp = 20_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    /// <summary>A Zen 5 processor with AVX-512 (docs/benchmarks.md): 9.3 microseconds a transform and 1.7 a product at N = 8192.</summary>
    public static UnitCosts Reference { get; } = new(0.175, 0.2);

    /// <summary>
    /// Times this machine on the first prime of a parameter set, about a second: the runtime compiles what runs often once more, and only that
    /// code counts. The least of several rounds is taken.
    /// </summary>
    public static UnitCosts Measure(Parameters parameters, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(clock);
        int n = parameters.PolyModulusDegree;
        LimbKernels kernels = parameters.Tables(0).Kernels;
        WordBuffer a = new(n);
        WordBuffer b = new(n);
        for (int i = 0; i < n; i++)
        {
            a.Span[i] = (ulong)i % parameters.Moduli[0].Value;
        }

        double butterflies = n * (double)parameters.LogDegree / 2;
        return new UnitCosts(
            Least(clock, () => kernels.Forward(a.Span, b.Span)) / butterflies,
            Least(clock, () => kernels.MultiplyAdd(a.Span, a.Span, b.Span)) / n);
    }

    /// <summary>The time that work takes at a degree.</summary>
    public TimeSpan Time(CircuitWork work, int degree)
    {
        double butterflies = degree * Math.Log2(degree) / 2;
        return TimeSpan.FromMicroseconds(
            ((work.Transforms * butterflies * NanosecondsPerButterfly) + (work.LimbProducts * degree * NanosecondsPerProduct)) / 1000);
    }

    private static double Least(TimeProvider clock, Action operation)
    {
        long begin = clock.GetTimestamp();
        for (int i = 0; i < MaxWarmUp && clock.GetElapsedTime(begin) < WarmUp; i++)
        {
            operation();
        }

        double least = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = clock.GetTimestamp();
            for (int i = 0; i < Repetitions; i++)
            {
                operation();
            }

            least = Math.Min(least, clock.GetElapsedTime(start).TotalNanoseconds / Repetitions);
        }

        return least;
    }
}
