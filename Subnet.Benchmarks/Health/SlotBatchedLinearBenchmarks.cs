using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Benchmarks.Health;

/// <summary>30 features of 4096 patients, a ciphertext for each feature and a slot for each patient: products with scalars and sums.</summary>
public class SlotBatchedLinearBenchmarks
{
    private const int Patients = 4096;
    private const int Features = 30;

    private Parameters parameters = null!;
    private BfvEvaluator evaluator = null!;
    private Ciphertext[] inputs = [];
    private Plaintext[] weights = [];
    private Ciphertext product = null!;
    private Ciphertext sum = null!;

    [GlobalSetup]
    public void Prepare()
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv, PolyModulusDegree = Patients, CoeffModulus = CoeffModulus.Default(Patients), PlainModulus = 65537,
        });
        evaluator = new BfvEvaluator(parameters);
        SecretKey key = new KeyGenerator(parameters, randomness).CreateSecretKey();
        var encryptor = new Encryptor(parameters, randomness);
        inputs = [.. Enumerable.Range(0, Features).Select(i =>
        {
            var ciphertext = new Ciphertext(parameters);
            using Plaintext plain = new([(ulong)i + 1]);
            encryptor.EncryptSymmetric(plain, key, ciphertext);
            return ciphertext;
        })];
        weights = [.. Enumerable.Range(0, Features).Select(i => new Plaintext([(ulong)(100 + i)]))];
        product = new Ciphertext(parameters);
        sum = new Ciphertext(parameters);
    }

    /// <summary>Time for one patient. Target: 2 M patients/s, 0.5 us.</summary>
    [Benchmark(OperationsPerInvoke = Patients)]
    public Ciphertext ThirtyFeatures()
    {
        evaluator.MultiplyPlain(inputs[0], weights[0], sum);
        for (int i = 1; i < Features; i++)
        {
            evaluator.MultiplyPlain(inputs[i], weights[i], product);
            evaluator.Add(sum, product, sum);
        }

        return sum;
    }
}
