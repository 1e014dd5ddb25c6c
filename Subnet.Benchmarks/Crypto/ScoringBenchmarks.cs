using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Benchmarks.Crypto;

/// <summary>
/// One validator's encrypted scoring with tags and checks. Targets on one core: a Brier batch of 256 to 8192 patients 150 ms; AUC of 128 x 128 pairs 1.5 s.
/// </summary>
[MemoryDiagnoser]
public class ScoringBenchmarks : IDisposable
{
    private ScoringBatch brier = null!;
    private ScoringBatch pairs = null!;
    private ScoringInputs brierInputs = null!;
    private ScoringInputs sixBits = null!;
    private ScoringInputs sevenBits = null!;

    /// <summary>Encrypts full batches.</summary>
    [GlobalSetup]
    public void Setup()
    {
        RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[64]);
        brier = new ScoringBatch(ScoringSet.SquaredError, random);
        pairs = new ScoringBatch(ScoringSet.Pairwise, random);
        Random numbers = new(1);
        byte[] labels = [.. Enumerable.Range(0, 8192).Select(_ => (byte)numbers.Next(2))];
        brierInputs = brier.EncryptForSquaredError([.. labels.Select(_ => (byte)numbers.Next(256))], labels);
        sixBits = pairs.EncryptForPairs([.. labels.Take(128).Select(_ => (byte)numbers.Next(64))], labels.AsSpan(0, 128), 6);
        sevenBits = pairs.EncryptForPairs([.. labels.Take(128).Select(_ => (byte)numbers.Next(128))], labels.AsSpan(0, 128), 7);
    }

    /// <summary>Wipes the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        brier.Dispose();
        pairs.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>8192 patients, 8-bit predictions.</summary>
    [Benchmark]
    public int Brier() => Evaluate(brier, brierInputs);

    /// <summary>128 x 128 pairs, 6-bit predictions.</summary>
    [Benchmark]
    public int PairsOfSixBits() => Evaluate(pairs, sixBits);

    /// <summary>128 x 128 pairs, 7-bit predictions.</summary>
    [Benchmark]
    public int PairsOfSevenBits() => Evaluate(pairs, sevenBits);

    private static int Evaluate(ScoringBatch batch, ScoringInputs inputs)
    {
        using ScoreRandomness randomness = new(new byte[32], new byte[32], new byte[32]);
        return new ScoringEvaluator(batch.PublicKey, batch.RelinearizationKeys, randomness).Evaluate(inputs).Count;
    }
}
