using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Benchmarks.Core;

/// <summary>
/// 32 subnets of 64 neurons in one process: making the blocks, and replaying them from genesis as a follower does.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 1)]
[MemoryDiagnoser]
public class LedgerSimulationBenchmarks
{
    private const int Subnets = 32;
    private const int Neurons = 64;

    private string _folder = "";

    [Params(10_000, 100_000)]
    public int Blocks { get; set; }

    [GlobalSetup(Target = nameof(Replay))]
    public void MakeBlocks()
    {
        _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;
        using SqliteLedgerStore store = Open("made");
        Run(store);
    }

    [GlobalSetup(Target = nameof(Simulate))]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Benchmark]
    public string Simulate()
    {
        using SqliteLedgerStore store = Open(Guid.NewGuid().ToString("n"));
        return Run(store);
    }

    [Benchmark]
    public string Replay()
    {
        using SqliteLedgerStore store = Open("made");
        using LedgerEngine engine = LedgerEngine.Open(store, null, LedgerSimulation.Services, new LedgerOptions(0, IgnoreSnapshots: true));
        return engine.State.Hash.ToString();
    }

    private string Run(SqliteLedgerStore store)
    {
        using LedgerSimulation simulation = new(store, Subnets, Neurons, seed: 1);
        simulation.Run(Blocks);
        return simulation.Engine.State.Hash.ToString();
    }

    private SqliteLedgerStore Open(string name) => new(Path.Combine(_folder, name + ".db"), durable: false);
}
