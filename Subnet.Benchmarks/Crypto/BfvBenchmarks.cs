using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Benchmarks.Crypto;

/// <summary>The BFV operations of the reference table: default chains, a 20-bit plain modulus, the first data level.</summary>
[MemoryDiagnoser]
public class BfvBenchmarks
{
    private readonly Plaintext _plaintext = new();
    private readonly Plaintext _plaintextNtt = new();
    private readonly Plaintext _decrypted = new();
    private ulong[] _values = [];
    private Parameters _parameters = null!;
    private KeyGenerator _generator = null!;
    private SecretKey _secretKey = null!;
    private PublicKey _publicKey = null!;
    private RelinearizationKeys _relinearization = null!;
    private GaloisKeys _galois = null!;
    private Encryptor _encryptor = null!;
    private Decryptor _decryptor = null!;
    private BatchEncoder _encoder = null!;
    private BfvEvaluator _evaluator = null!;
    private Ciphertext _a = null!;
    private Ciphertext _b = null!;
    private Ciphertext _aNtt = null!;
    private Ciphertext _product = null!;
    private Ciphertext _result = null!;

    /// <summary>N.</summary>
    [Params(4096, 8192, 16384)]
    public int Degree { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Bfv,
            PolyModulusDegree = Degree,
            CoeffModulus = CoeffModulus.Default(Degree),
            PlainModulus = PlainModulus.Batching(Degree, 20),
        });
        RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
        _generator = new KeyGenerator(_parameters, random);
        _secretKey = _generator.CreateSecretKey();
        _publicKey = _generator.CreatePublicKey(_secretKey);
        _relinearization = _generator.CreateRelinearizationKeys(_secretKey);
        _galois = _generator.CreateRotationKeys(_secretKey, [1]);
        _encryptor = new Encryptor(_parameters, random);
        _decryptor = new Decryptor(_secretKey);
        _encoder = new BatchEncoder(_parameters);
        _evaluator = new BfvEvaluator(_parameters);
        Random values = new(1);
        _values = [.. Enumerable.Range(0, Degree).Select(_ => (ulong)values.NextInt64((long)_parameters.PlainModulus))];
        _encoder.Encode(_values, _plaintext);
        _evaluator.TransformToNtt(_plaintext, _parameters.FirstDataLevel, _plaintextNtt);
        _a = new Ciphertext(_parameters);
        _b = new Ciphertext(_parameters);
        _aNtt = new Ciphertext(_parameters);
        _product = new Ciphertext(_parameters);
        _result = new Ciphertext(_parameters);
        _encryptor.Encrypt(_plaintext, _publicKey, _a);
        _encryptor.Encrypt(_plaintext, _publicKey, _b);
        _evaluator.TransformToNtt(_a, _aNtt);
        _evaluator.Multiply(_a, _b, _product);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _decryptor.Dispose();
        _secretKey.Dispose();
        _plaintext.Dispose();
        _plaintextNtt.Dispose();
        _decrypted.Dispose();
    }

    [Benchmark]
    public void TransformForward() => _parameters.FirstDataLevel.Tables(0).Forward(_aNtt.Limb(1, 0));

    [Benchmark]
    public void Encode() => _encoder.Encode(_values, _decrypted);

    [Benchmark]
    public void EncryptSymmetric() => _encryptor.EncryptSymmetric(_plaintext, _secretKey, _result);

    [Benchmark]
    public void Encrypt() => _encryptor.Encrypt(_plaintext, _publicKey, _result);

    [Benchmark]
    public void Decrypt() => _decryptor.Decrypt(_a, _decrypted);

    [Benchmark]
    public void Add() => _evaluator.Add(_a, _b, _result);

    [Benchmark]
    public void AddPlain() => _evaluator.AddPlain(_a, _plaintext, _result);

    [Benchmark]
    public void Multiply() => _evaluator.Multiply(_a, _b, _result);

    [Benchmark]
    public void Square() => _evaluator.Square(_a, _result);

    [Benchmark]
    public void Relinearize() => _evaluator.Relinearize(_product, _relinearization, _result);

    [Benchmark]
    public void MultiplyPlain() => _evaluator.MultiplyPlain(_a, _plaintext, _result);

    [Benchmark]
    public void MultiplyPlainNtt() => _evaluator.MultiplyPlain(_aNtt, _plaintextNtt, _result);

    [Benchmark]
    public void RotateRows() => _evaluator.RotateRows(_a, 1, _galois, _result);

    [Benchmark]
    public void ModSwitch() => _evaluator.ModSwitchToNext(_a, _result);

    [Benchmark]
    public RelinearizationKeys CreateRelinearizationKeys() => _generator.CreateRelinearizationKeys(_secretKey);
}
