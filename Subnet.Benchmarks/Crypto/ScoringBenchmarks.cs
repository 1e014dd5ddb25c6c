using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Benchmarks.Crypto;

/// <summary>
/// One validator's encrypted scoring with tags and checks, and the comparisons inside alone. Targets on one core: a Brier batch of 256 to 8192 patients 150 ms; AUC of 128 x 128 pairs
/// 1.5 s; 16384 comparisons of 7 bits 0.6 s.
/// </summary>
[MemoryDiagnoser]
public class ScoringBenchmarks : IDisposable
{
    private ScoringBatch brier = null!;
    private ScoringBatch pairs = null!;
    private ScoringInputs brierInputs = null!;
    private ScoringInputs sixBits = null!;
    private ScoringInputs sevenBits = null!;
    private ScoringInputs counts = null!;
    private ScoringInputs argmax = null!;

    /// <summary>Encrypts full batches.</summary>
    [GlobalSetup]
    public void Setup()
    {
        RandomSourceFactory random = RandomSourceFactory.FromSeed(new byte[64]);
        brier = new ScoringBatch(ScoringSet.SquaredError, random);
        pairs = new ScoringBatch(ScoringSet.Pairwise, random);
        Random numbers = new(1);
        byte[] labels = [.. Enumerable.Range(0, 8192).Select(_ => (byte)numbers.Next(2))];
        brierInputs = Encrypt(brier, ScoringMeasure.SquaredError(), 8192, numbers, labels);
        sixBits = Encrypt(pairs, ScoringMeasure.Pairs(6), 128, numbers, labels);
        sevenBits = Encrypt(pairs, ScoringMeasure.Pairs(7), 128, numbers, labels);
        counts = Encrypt(pairs, ScoringMeasure.Counts(8, 128), 8192, numbers, labels);
        argmax = Encrypt(pairs, ScoringMeasure.Argmax(3, 7), 8192, numbers, labels);
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

    /// <summary>The signs of 16384 differences of 7 bits, pair mask included, without re-randomisation, tags, checks and outputs.</summary>
    [Benchmark]
    public int ComparisonsOfSevenBits() => ScoringKnownAnswers.Values(pairs.Keys, sevenBits).Count;

    /// <summary>Confusion counts of 8192 patients, 8-bit predictions.</summary>
    [Benchmark]
    public int Counts() => Evaluate(pairs, counts);

    /// <summary>Argmax correctness of 8192 patients, three classes of 7 bits.</summary>
    [Benchmark]
    public int ArgmaxOfThree() => Evaluate(pairs, argmax);

    private static ScoringInputs Encrypt(ScoringBatch batch, ScoringMeasure measure, int patients, Random numbers, byte[] labels)
    {
        byte[] predictions = [.. Enumerable.Range(0, patients * measure.Classes).Select(_ => (byte)numbers.Next(1 << measure.Bits))];
        return ScoringInputs.Join(
            measure, batch.EncryptPredictions(measure, predictions), batch.EncryptLabels(measure, labels.AsSpan(0, patients)));
    }

    private static int Evaluate(ScoringBatch batch, ScoringInputs inputs)
    {
        using ScoreRandomness randomness = new(new byte[32], new byte[32], new byte[32]);
        return new ScoringEvaluator(batch.Keys.PublicKey, batch.Keys.Relinearization, randomness).Evaluate(inputs).Count;
    }
}
