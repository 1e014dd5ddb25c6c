using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Benchmarks.Health;

/// <summary>100 trees of depth 4 with private structure on one core, N = 8192, from the bytes of a query to those of the reply.</summary>
public class ForestBenchmarks
{
    private const int Bits = 512;
    private const int Trees = 100;
    private const int Depth = 4;
    private const int BatchBits = 64;
    private const int Patients = 8192;

    private readonly byte[] card = new byte[32];
    private RandomSourceFactory randomness = null!;
    private SinglePatientForest single = null!;
    private BatchForest batch = null!;
    private ForestKeyBundle singleKeys = null!;
    private ForestKeyBundle batchKeys = null!;
    private byte[] singleQuery = [];
    private byte[] batchQuery = [];

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        randomness = RandomSourceFactory.FromOperatingSystem();
        var layout = new ForestLayout(ForestSet.Small, Bits, 2048);
        MismatchLeaf[] leaves = [.. Enumerable.Range(0, Trees << Depth).Select(_ => new MismatchLeaf(
            2, [random.Next(Bits), random.Next(Bits)], [random.Next(Bits), random.Next(Bits)], random.Next(-100, 100)))];
        single = new SinglePatientForest(card, layout, leaves, 0, randomness);
        using var reader = new ForestReader(ForestSet.Small, layout.Elements, randomness);
        ForestKeyBundle.TryRead(ForestSet.Small, layout.Elements, reader.Bundle.Span, out ForestKeyBundle? keys);
        singleKeys = keys!;
        byte[] bits = [.. Enumerable.Range(0, Bits).Select(_ => (byte)random.Next(2))];
        singleQuery = reader.Encrypt(card, 1, Bits, [layout.Slots(bits)]);

        batch = new BatchForest(card, ForestSet.Small, BatchBits, [.. Enumerable.Range(0, Trees).Select(_ => Tree(Depth, random))], 0, randomness);
        using var patients = new ForestReader(ForestSet.Small, [], randomness);
        ForestKeyBundle.TryRead(ForestSet.Small, [], patients.Bundle.Span, out keys);
        batchKeys = keys!;
        ImmutableArray<ulong[]> slots = [.. Enumerable.Range(0, BatchBits).Select(_ => Enumerable.Range(0, Patients).Select(_ => (ulong)random.Next(2)).ToArray())];
        batchQuery = patients.Encrypt(card, Patients, BatchBits, slots);
    }

    [GlobalCleanup]
    public void Close()
    {
        single.Dispose();
        batch.Dispose();
        randomness.Dispose();
    }

    /// <summary>forest-private at 512 bits, one patient. Target: 40 ms.</summary>
    [Benchmark]
    public byte[]? OnePatient()
    {
        single.TryAnswer(singleKeys, singleQuery, out byte[]? reply);
        return reply;
    }

    /// <summary>forest-batch, time for one of 8192 patients. Target: 0.5 ms.</summary>
    [Benchmark(OperationsPerInvoke = Patients)]
    public byte[]? BatchPerPatient()
    {
        batch.TryAnswer(batchKeys, batchQuery, out byte[]? reply);
        return reply;
    }

    private static BatchTree Tree(int depth, Random random) => depth == 0
        ? new BatchTree.Leaf(random.Next(-100, 100))
        : new BatchTree.Node(random.Next(BatchBits), Tree(depth - 1, random), Tree(depth - 1, random));
}
