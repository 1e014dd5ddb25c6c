using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Operations that write to a destination allocate nothing once its memory and the scratch memory are there.</summary>
[NonParallelizable]
internal sealed class AllocationTests
{
    private const int Repetitions = 8;
    private const int Measurements = 4;

    [SetUp]
    public void Require_optimised_code() => OptimisedBuild.Require();

    [Test]
    public void Bfv_operations_allocate_nothing_in_steady_state()
    {
        Parameters parameters = NoiseBoundsTests.Create(1024, 12289, true, 50, 50, 50);
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        BatchEncoder encoder = new(parameters);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1, 2, 4, 0]);
        MatrixVectorPlan plan = new(parameters, [0, 1, 5, 6], babySteps: 4);
        EncodedMatrix[] matrices = [EncodedMatrix.Encode(plan, parameters.FirstDataLevel, d => Enumerable.Repeat(1UL + (ulong)d, 1024).ToArray(), evaluator)];
        int[] steps = [1, 2, 0];
        ulong[] values = new ulong[1024];
        values[0] = 5;
        values[1] = 6;
        Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Plaintext inNtt = new();
        evaluator.TransformToNtt(plaintext, parameters.FirstDataLevel, inNtt);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        Ciphertext product = new(parameters);
        Ciphertext aNtt = new(parameters);
        Ciphertext r = new(parameters.FirstDataLevel, 3, isNttForm: false);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, a);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, b);
        evaluator.Multiply(a, b, product);
        evaluator.TransformToNtt(a, aNtt);
        Plaintext decrypted = new();
        ulong[] decoded = new ulong[1024];
        AllocatesNothing("negate", () => evaluator.Negate(a, r));
        AllocatesNothing("add", () => evaluator.Add(a, b, r));
        AllocatesNothing("subtract", () => evaluator.Subtract(product, b, r));
        AllocatesNothing("add plain", () => evaluator.AddPlain(a, plaintext, r));
        AllocatesNothing("multiply plain", () => evaluator.MultiplyPlain(a, plaintext, r));
        AllocatesNothing("multiply plain in NTT form", () => evaluator.MultiplyPlain(aNtt, inNtt, r));
        AllocatesNothing("multiply", () => evaluator.Multiply(a, b, r));
        AllocatesNothing("square", () => evaluator.Square(a, r));
        AllocatesNothing("relinearize", () => evaluator.Relinearize(product, relinearization, r));
        AllocatesNothing("rotate", () => evaluator.RotateRows(a, 1, galois, r));
        Ciphertext[] rotated = [new(parameters), new(parameters), new(parameters)];
        Ciphertext[] products = [new(parameters)];
        AllocatesNothing("rotate many", () => evaluator.RotateMany(a, steps, galois, rotated));
        AllocatesNothing("multiply by a matrix", () => evaluator.MultiplyMatrices(matrices, a, galois, products));
        AllocatesNothing("row swap", () => evaluator.RotateColumns(a, galois, r));
        AllocatesNothing("switch level", () => evaluator.ModSwitchToNext(a, r));
        AllocatesNothing("transform", () => evaluator.TransformToNtt(a, r));
        AllocatesNothing("decrypt", () => party.Decryptor.Decrypt(a, decrypted));
        AllocatesNothing("encode", () => encoder.Encode(values, decrypted));
        AllocatesNothing("decode", () => encoder.Decode(plaintext, decoded));
    }

    [Test]
    public void Ckks_operations_allocate_nothing_in_steady_state()
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = 1024,
            CoeffModulus = CoeffModulus.Create(1024, 50, 40, 40, 50),
            Security = SecurityLevel.None,
        });
        using Party party = new(parameters);
        CkksEvaluator evaluator = new(parameters);
        CkksEncoder encoder = new(parameters);
        RelinearizationKeys relinearization = party.Generator.CreateRelinearizationKeys(party.SecretKey);
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1, 0]);
        Complex[] values = new Complex[512];
        values[3] = 1.5;
        Plaintext plaintext = new();
        encoder.Encode(values, 1L << 40, plaintext);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        Ciphertext product = new(parameters);
        Ciphertext r = new(parameters.FirstDataLevel, 3, isNttForm: true);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, a);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, b);
        evaluator.Multiply(a, b, product);
        Plaintext target = new();
        Complex[] decoded = new Complex[512];
        AllocatesNothing("add", () => evaluator.Add(a, b, r));
        AllocatesNothing("add plain", () => evaluator.AddPlain(a, plaintext, r));
        AllocatesNothing("multiply plain", () => evaluator.MultiplyPlain(a, plaintext, r));
        AllocatesNothing("multiply", () => evaluator.Multiply(a, b, r));
        AllocatesNothing("relinearize", () => evaluator.Relinearize(product, relinearization, r));
        AllocatesNothing("rescale", () => evaluator.RescaleToNext(a, r));
        AllocatesNothing("switch level", () => evaluator.ModSwitchToNext(a, r));
        AllocatesNothing("rotate", () => evaluator.RotateVector(a, 1, galois, r));
        AllocatesNothing("conjugate", () => evaluator.Conjugate(a, galois, r));
        AllocatesNothing("decrypt", () => party.Decryptor.Decrypt(a, target));
        AllocatesNothing("encode", () => encoder.Encode(values, 1L << 40, target));
        AllocatesNothing("decode", () => encoder.Decode(plaintext, decoded));
    }

    private static void AllocatesNothing(string name, Action operation)
    {
        operation();
        operation();

        // A collection in between, which any thread may cause, charges this one the rest of its allocation buffer: the least of some
        // measurements counts.
        long least = long.MaxValue;
        for (int measurement = 0; measurement < Measurements && least != 0; measurement++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Repetitions; i++)
            {
                operation();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero, name);
    }
}
