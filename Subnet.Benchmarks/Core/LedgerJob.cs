using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Subnet.Benchmarks.Core;

/// <summary>
/// Long runs over a store, a few of them: in this process, since a program built for each would take longer than what it measures, and without the
/// pilot runs that find how often to repeat something short.
/// </summary>
internal abstract class LedgerJob : ManualConfig
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(60);

    protected LedgerJob(int warmups, int iterations) => AddJob(
        Job.Default
            .WithStrategy(RunStrategy.Monitoring)
            .WithToolchain(new InProcessEmitToolchain(Longest, logOutput: true))
            .WithLaunchCount(1)
            .WithWarmupCount(warmups)
            .WithIterationCount(iterations)
            .WithInvocationCount(1)
            .WithUnrollFactor(1));
}

/// <summary>One run, cold.</summary>
internal sealed class OneRun() : LedgerJob(0, 1);

/// <summary>Ten runs after two.</summary>
internal sealed class TenRuns() : LedgerJob(2, 10);
