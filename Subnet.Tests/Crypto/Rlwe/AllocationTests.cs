using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
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
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1, 2, 4, -1, 0]);
        MatrixVectorPlan plan = new(parameters, [0, 1, 5, 6], babySteps: 4);
        EncodedMatrix[] matrices = [EncodedMatrix.Encode(plan, parameters.FirstDataLevel, d => Enumerable.Repeat(1UL + (ulong)d, 1024).ToArray(), evaluator)];
        int[] steps = [1, 2, 0];
        ulong[] values = new ulong[1024];
        values[0] = 5;
        values[1] = 6;
        Plaintext plaintext = new();
        encoder.Encode(values, plaintext);
        Plaintext monomial = new([0, 0, 5]);
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
        Plaintext switched = new();
        ulong[] decoded = new ulong[1024];
        long[] signed = new long[1024];
        Level lowest = parameters.FirstDataLevel.Next!;
        Rerandomizer rerandomizer = new(party.PublicKey);
        using SeededRandomSource stream = new(PrngType.Blake2Xb, new byte[PrngSeed.ByteCount]);
        Ciphertext[] factors = [a, b, a];
        int element = GaloisElement.FromStep(parameters, 1);
        ulong[] polynomial = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
        int[] flooded = [0, 7];
        CoefficientPacking packing = new(parameters, 8);
        long[] weights = new long[8];
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
        AllocatesNothing("add many", () => evaluator.AddMany(factors, r));
        AllocatesNothing("subtract plain", () => evaluator.SubtractPlain(a, plaintext, r));
        AllocatesNothing("multiply by a monomial", () => evaluator.MultiplyPlain(a, monomial, r));
        AllocatesNothing("multiply many", () => evaluator.MultiplyMany(factors, relinearization, r));
        AllocatesNothing("exponentiate", () => evaluator.Exponentiate(a, 5, relinearization, r));
        AllocatesNothing("evaluate a polynomial", () => evaluator.EvaluatePolynomial(a, polynomial, relinearization, r));
        AllocatesNothing("automorphism", () => evaluator.ApplyGalois(a, element, galois, r));
        AllocatesNothing("rotation without a key of its own", () => evaluator.RotateRows(a, 3, galois, r));
        AllocatesNothing("switch to level", () => evaluator.ModSwitchTo(a, lowest, r));
        AllocatesNothing("switch plaintext", () => evaluator.ModSwitchToNext(inNtt, switched));
        AllocatesNothing("switch plaintext to level", () => evaluator.ModSwitchTo(inNtt, lowest, switched));
        AllocatesNothing("transform back", () => evaluator.TransformFromNtt(aNtt, r));
        AllocatesNothing("transform plaintext", () => evaluator.TransformToNtt(plaintext, parameters.FirstDataLevel, switched));
        AllocatesNothing("re-randomise", () => rerandomizer.AddZero(a, stream, r));
        AllocatesNothing("flood", () => rerandomizer.Flood(r, flooded, 20, stream));
        Encryption_allocates_its_seed(party, plaintext, r);
        AllocatesNothing("decrypt", () => party.Decryptor.Decrypt(a, decrypted));
        AllocatesNothing("decrypt three polynomials", () => party.Decryptor.Decrypt(product, decrypted));
        AllocatesNothing("encode", () => encoder.Encode(values, decrypted));
        AllocatesNothing("encode signed", () => encoder.Encode(signed, decrypted));
        AllocatesNothing("decode", () => encoder.Decode(plaintext, decoded));
        AllocatesNothing("decode signed", () => encoder.Decode(plaintext, signed));
        AllocatesNothing("pack rows", () => packing.EncodeRows(weights, decrypted));
        AllocatesNothing("pack weights", () => packing.EncodeWeights(weights, decrypted));
        AllocatesNothing("pack constant weights", () => packing.EncodeConstantWeights(weights, decrypted));
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
        GaloisKeys galois = party.Generator.CreateRotationKeys(party.SecretKey, [1, 2, 0]);
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
        Ciphertext r2 = new(parameters);
        Ciphertext coefficients = new(parameters);
        evaluator.TransformFromNtt(a, coefficients);
        Ciphertext[] summands = [a, b, a];
        Ciphertext[] rotated = [new(parameters), new(parameters)];
        int[] steps = [1, 2];
        int element = GaloisElement.FromStep(parameters, 1);
        Level lowest = parameters.FirstDataLevel.Next!.Next!;
        double[] reals = new double[512];
        Complex[] decoded = new Complex[512];
        AllocatesNothing("negate", () => evaluator.Negate(a, r));
        AllocatesNothing("add", () => evaluator.Add(a, b, r));
        AllocatesNothing("subtract", () => evaluator.Subtract(a, b, r2));
        AllocatesNothing("add many", () => evaluator.AddMany(summands, r));
        AllocatesNothing("add plain", () => evaluator.AddPlain(a, plaintext, r));
        AllocatesNothing("subtract plain", () => evaluator.SubtractPlain(a, plaintext, r));
        AllocatesNothing("multiply plain", () => evaluator.MultiplyPlain(a, plaintext, r));
        AllocatesNothing("multiply", () => evaluator.Multiply(a, b, r));
        AllocatesNothing("square", () => evaluator.Square(a, r));
        AllocatesNothing("relinearize", () => evaluator.Relinearize(product, relinearization, r));
        AllocatesNothing("automorphism", () => evaluator.ApplyGalois(a, element, galois, r));
        AllocatesNothing("rotate many", () => evaluator.RotateMany(a, steps, galois, rotated));
        AllocatesNothing("rescale to level", () => evaluator.RescaleTo(a, lowest, r));
        AllocatesNothing("switch to level", () => evaluator.ModSwitchTo(a, lowest, r));
        AllocatesNothing("switch plaintext", () => evaluator.ModSwitchToNext(plaintext, target));
        AllocatesNothing("switch plaintext to level", () => evaluator.ModSwitchTo(plaintext, lowest, target));
        AllocatesNothing("transform", () => evaluator.TransformFromNtt(a, r));
        AllocatesNothing("transform back", () => evaluator.TransformToNtt(coefficients, r));
        Encryption_allocates_its_seed(party, plaintext, r);
        AllocatesNothing("encode real numbers", () => encoder.Encode(reals, 1L << 40, target));
        AllocatesNothing("encode one real number", () => encoder.Encode(1.25, lowest, 1L << 30, target));
        AllocatesNothing("encode one complex number", () => encoder.Encode(Complex.ImaginaryOne, lowest, 1L << 30, target));
        AllocatesNothing("encode an integer", () => encoder.Encode(7L, lowest, target));
        AllocatesNothing("decode real numbers", () => encoder.Decode(plaintext, reals));
        AllocatesNothing("rescale", () => evaluator.RescaleToNext(a, r));
        AllocatesNothing("switch level", () => evaluator.ModSwitchToNext(a, r));
        AllocatesNothing("rotate", () => evaluator.RotateVector(a, 1, galois, r));
        AllocatesNothing("conjugate", () => evaluator.Conjugate(a, galois, r));
        AllocatesNothing("decrypt", () => party.Decryptor.Decrypt(a, target));
        AllocatesNothing("encode", () => encoder.Encode(values, 1L << 40, target));
        AllocatesNothing("decode", () => encoder.Decode(plaintext, decoded));
    }

    // The seed of an encryption with the secret key is what it returns.
    private static void Encryption_allocates_its_seed(Party party, Plaintext plaintext, Ciphertext destination)
    {
        Encryptor encryptor = party.Encryptor;
        Level level = party.Parameters.FirstDataLevel;
        using RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
        long seed = Least(() => random.CreatePublicSeed());
        AllocatesNothing("encrypt", () => encryptor.Encrypt(plaintext, party.PublicKey, destination));
        AllocatesNothing("encrypt zero", () => encryptor.EncryptZero(level, party.PublicKey, destination));
        Assert.That(Least(() => encryptor.EncryptSymmetric(plaintext, party.SecretKey, destination)), Is.EqualTo(seed), "encrypt with the secret key");
        Assert.That(Least(() => encryptor.EncryptZeroSymmetric(level, party.SecretKey, destination)), Is.EqualTo(seed), "encrypt zero with the secret key");
    }

    private static void AllocatesNothing(string name, Action operation) => Assert.That(Least(operation), Is.Zero, name);

    private static long Least(Action operation)
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

        return least;
    }
}
