using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Subnet.Core.Ledger;
using Subnet.Core.Storage;
using Subnet.Tests.Support;

namespace Subnet.Benchmarks.Core;

/// <summary>
/// 32 subnets of 64 neurons for 10,000 blocks in one process: making the blocks, and replaying them from genesis as a follower does. A replay
/// of 100,000 blocks takes ten times as long: the state's size depends on the accounts, not on the height.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 3)]
[MemoryDiagnoser]
public class LedgerSimulationBenchmarks
{
    private const int Subnets = 32;
    private const int Neurons = 64;
    private const int Blocks = 10_000;

    private string _folder = "";

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

    private static string Run(SqliteLedgerStore store)
    {
        using LedgerSimulation simulation = new(store, Subnets, Neurons, seed: 1);
        simulation.Run(Blocks);
        return simulation.Engine.State.Hash.ToString();
    }

    private SqliteLedgerStore Open(string name) => new(Path.Combine(_folder, name + ".db"), durable: false);
}
