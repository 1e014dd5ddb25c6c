using BenchmarkDotNet.Attributes;
using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Benchmarks.Core;

/// <summary>
/// 32 subnets of 64 neurons in one process: making the blocks, and replaying them from genesis as a follower does.
/// </summary>
[Config(typeof(OneRun))]
[MemoryDiagnoser]
public class LedgerSimulationBenchmarks
{
    private const int Subnets = 32;
    private const int Neurons = 64;

    private const int Simulated = 10_000;
    private const int Replayed = 100_000;

    private string _folder = "";

    [GlobalSetup(Targets = [nameof(Replay), nameof(StartFromSnapshot)])]
    public void MakeBlocks()
    {
        _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;
        using SqliteLedgerStore store = Open("made");
        Run(store, Replayed);
    }

    [GlobalSetup(Target = nameof(Simulate))]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    /// <summary>10,000 blocks made and stored; the time for all of them.</summary>
    [Benchmark]
    public string Simulate()
    {
        using SqliteLedgerStore store = Open(Guid.NewGuid().ToString("n"));
        return Run(store, Simulated);
    }

    /// <summary>100,000 blocks executed and checked again from genesis; the time for all of them.</summary>
    [Benchmark]
    public string Replay()
    {
        using SqliteLedgerStore store = Open("made");
        using LedgerEngine engine = LedgerEngine.Open(store, null, LedgerSimulation.Services, new LedgerOptions(0, IgnoreSnapshots: true));
        return engine.State.Hash.ToString();
    }

    /// <summary>A start from the snapshot of the same ledger.</summary>
    [Benchmark]
    public string StartFromSnapshot()
    {
        using SqliteLedgerStore store = Open("made");
        using LedgerEngine engine = LedgerEngine.Open(store, null, LedgerSimulation.Services);
        return engine.State.Hash.ToString();
    }

    private static string Run(SqliteLedgerStore store, int blocks)
    {
        using LedgerSimulation simulation = new(store, Subnets, Neurons, seed: 1);
        simulation.Run(blocks);
        simulation.Engine.Snapshot();
        return simulation.Engine.State.Hash.ToString();
    }

    private SqliteLedgerStore Open(string name) => new(Path.Combine(_folder, name + ".db"), durable: false);
}
