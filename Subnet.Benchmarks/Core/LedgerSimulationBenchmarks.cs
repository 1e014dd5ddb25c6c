using BenchmarkDotNet.Attributes;
using Subnet.Core.Ledger;
using Subnet.Core.State;
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

    private const int Batch = 100;

    private string _folder = "";
    private string _simulated = "";
    private Hash256 _made;

    [GlobalSetup(Targets = [nameof(Replay), nameof(StartFromSnapshot)])]
    public void MakeBlocks()
    {
        _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;
        using SqliteLedgerStore store = Open("made");
        _made = Run(store, Replayed);
    }

    [GlobalSetup(Target = nameof(Simulate))]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    /// <summary>10,000 blocks made and stored; the time for all of them.</summary>
    [Benchmark]
    public Hash256 Simulate()
    {
        _simulated = Guid.NewGuid().ToString("n");
        using SqliteLedgerStore store = Open(_simulated);
        _made = Run(store, Simulated);
        return _made;
    }

    /// <summary>After the clock has stopped: a follower with a store of its own executes the blocks that were made, from genesis.</summary>
    /// <exception cref="BlockRefusedException">A block does not follow.</exception>
    /// <exception cref="InvalidOperationException">The follower arrived at another state.</exception>
    [IterationCleanup(Target = nameof(Simulate))]
    public void Follow()
    {
        // The runner cleans up after each of its empty runs as well.
        if (_simulated.Length == 0)
        {
            return;
        }

        using SqliteLedgerStore made = Open(_simulated), own = Open(_simulated + "-follower");
        using LedgerEngine source = LedgerEngine.Open(made, null, LedgerSimulation.Services);
        using LedgerEngine follower = LedgerEngine.Open(own, made.ReadGenesis(), LedgerSimulation.Services, new LedgerOptions(0, IgnoreSnapshots: true));
        while (follower.Height < source.Height)
        {
            ulong first = follower.Height + 1;
            follower.Accept([.. Enumerable.Range(0, (int)Math.Min(Batch, source.Height - follower.Height)).Select(i => source.ReadBlock(first + (ulong)i)!.Value.Block)]);
        }

        Console.WriteLine($"// follower: {follower.Height} blocks from genesis, state {Agreed(follower)}");
        _simulated = "";
    }

    /// <summary>100,000 blocks executed and checked again from genesis; the time for all of them.</summary>
    [Benchmark]
    public Hash256 Replay()
    {
        using SqliteLedgerStore store = Open("made");
        using LedgerEngine engine = LedgerEngine.Open(store, null, LedgerSimulation.Services, new LedgerOptions(0, IgnoreSnapshots: true));
        return Agreed(engine);
    }

    /// <summary>A start from the snapshot of the same ledger.</summary>
    [Benchmark]
    public Hash256 StartFromSnapshot()
    {
        using SqliteLedgerStore store = Open("made");
        using LedgerEngine engine = LedgerEngine.Open(store, null, LedgerSimulation.Services);
        return Agreed(engine);
    }

    private static Hash256 Run(SqliteLedgerStore store, int blocks)
    {
        using LedgerSimulation simulation = new(store, Subnets, Neurons, seed: 1);
        simulation.Run(blocks);
        simulation.Engine.Snapshot();
        return simulation.Engine.State.Hash;
    }

    /// <summary>The state hash, which must be the one the sequencer arrived at.</summary>
    private Hash256 Agreed(LedgerEngine engine) => engine.State.Hash == _made
        ? engine.State.Hash
        : throw new InvalidOperationException($"the follower arrived at state {engine.State.Hash} where the sequencer has {_made}: they must agree");

    private SqliteLedgerStore Open(string name) => new(Path.Combine(_folder, name + ".db"), durable: false);
}
