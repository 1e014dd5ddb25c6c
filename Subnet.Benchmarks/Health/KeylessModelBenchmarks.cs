using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Benchmarks.Health;

/// <summary>
/// One patient through a keyless circuit on one core, set 1 (N = 4096): 480 binary features, 16-bit weights, t = 2^26, one answer of
/// 20,023 bytes. Flooding and failure probability as in the protocol.
/// </summary>
[MemoryDiagnoser]
public class KeylessModelBenchmarks
{
    private const int Features = 481;

    private readonly byte[] card = new byte[32];
    private readonly byte[] master = new byte[32];
    private readonly long[] features = new long[Features];
    private readonly long[] answers = new long[1];
    private RandomSourceFactory randomness = null!;
    private KeylessParameters parameters = null!;
    private KeylessModel model = null!;
    private byte[] query = [];
    private int count;

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        randomness = RandomSourceFactory.FromOperatingSystem();
        parameters = new KeylessParameters(KeylessSet.Default, 26);
        long[] weights = [.. Enumerable.Range(0, Features).Select(_ => random.NextInt64(-(1 << 15), 1 << 15))];
        model = new KeylessModel(card, parameters, 1, weights, (1 << 25) - 1, randomness);
        for (int i = 0; i < Features; i++)
        {
            features[i] = random.Next(2);
        }

        using var client = new KeylessClient(master, card, parameters, new KeylessLayout(Features, 1, 1));
        query = client.Encrypt(features);
    }

    [GlobalCleanup]
    public void Close()
    {
        model.Dispose();
        randomness.Dispose();
    }

    /// <summary>Encrypt, evaluate, re-randomise, flood, decrypt. Target: 2 ms.</summary>
    [Benchmark]
    public long WholePath()
    {
        BitConverter.TryWriteBytes(master, ++count);
        using var client = new KeylessClient(master, card, parameters, new KeylessLayout(Features, 1, 1));
        model.TryAnswer(client.Encrypt(features), out byte[]? reply);
        client.TryDecrypt(reply, (1 << 25) - 1, answers);
        return answers[0];
    }

    /// <summary>The miner's part: from the bytes of the query to those of the reply.</summary>
    [Benchmark]
    public byte[]? Answer()
    {
        model.TryAnswer(query, out byte[]? reply);
        return reply;
    }

    /// <summary>The linear evaluation itself: both components transformed, multiplied by the weights, transformed back. Target: 0.1 ms.</summary>
    [Benchmark]
    public ulong LinearEvaluation()
    {
        KeylessSet set = KeylessSet.Default;
        using KeylessScratch scratch = new(set, 3);
        scratch[0].Fill(12345);
        scratch[1].Fill(54321);
        for (int component = 0; component < 2; component++)
        {
            KeylessArithmetic.Forward(set, scratch[component]);
            KeylessArithmetic.Multiply(set, scratch[component], scratch[2], scratch[component]);
            KeylessArithmetic.Inverse(set, scratch[component]);
        }

        return scratch[0][0];
    }
}
