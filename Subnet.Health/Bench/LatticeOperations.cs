using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Planning;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Bench;

/// <summary>
/// The operations of the reference table on one parameter set, each ready to run again and again, and, up to N = 8192, what is beyond
/// it: a circuit that the planner predicts, fifteen rotations of one ciphertext, and its products with two matrices of 256 diagonals (a private forest of 100 trees).
/// </summary>
internal sealed class LatticeOperations : IDisposable
{
    /// <summary>A BFV operation whose time the parameter planner predicts.</summary>
    public const string Planned = "square_relinearize";

    private const int LargestDegreeOfSums = 8192;
    private const int Diagonals = 256;
    private const int BabySteps = 32;

    private readonly List<IDisposable> owned = [];
    private readonly Dictionary<string, Action> actions = new(StringComparer.Ordinal);
    private readonly Parameters parameters;

    /// <summary>Makes keys and operands.</summary>
    public LatticeOperations(LatticeSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        parameters = set.CreateParameters();
        RandomSourceFactory random = Own(RandomSourceFactory.FromOperatingSystem());
        KeyGenerator generator = new(parameters, random);
        SecretKey secret = Own(generator.CreateSecretKey());
        AddTransforms(parameters.FirstDataLevel);
        if (set.Scheme == Scheme.Bfv)
        {
            AddBfv(parameters, generator, secret, random);
        }
        else
        {
            AddCkks(parameters, generator, secret, random, set.Scale);
        }

        ParametersLiteral literal = parameters.ToLiteral();
        actions.Add("create_context", () => Parameters.Create(literal).FirstDataLevel.Id.ToString());
        actions.Add("keygen_relin", () => generator.CreateRelinearizationKeys(secret));
        actions.Add("keygen_galois1", () => generator.CreateRotationKeys(secret, [1]));
    }

    /// <summary>The operations by their name in the reference table, in its order.</summary>
    public IReadOnlyDictionary<string, Action> Actions => actions;

    /// <summary>What the planner says that <see cref="Planned"/> takes, from unit costs measured on this machine; about a second.</summary>
    public TimeSpan Predict(TimeProvider clock)
    {
        CircuitRequest square = new() { Outputs = [CircuitNode.Input().Square()], PlainBits = 17, CircuitPrivacy = false };
        return new ParameterPlanner(UnitCosts.Measure(parameters, clock)).Describe(square, parameters).Time;
    }

    /// <inheritdoc/>
    public void Dispose() => owned.ForEach(item => item.Dispose());

    // In the memory of a ciphertext, which no vector load crosses a cache line of.
    private void AddTransforms(Level level)
    {
        NttTables tables = level.Tables(0);
        Ciphertext memory = new(level, 2, isNttForm: false);
        Span<ulong> values = memory.Limb(0, 0);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = tables.Modulus.Reduce((ulong)i * 0x9E3779B97F4A7C15);
        }

        actions.Add("ntt_fwd_limb", () => tables.Forward(memory.Limb(0, 0)));
        actions.Add("ntt_inv_limb", () => tables.Inverse(memory.Limb(0, 0)));
    }

    private void AddBfv(Parameters parameters, KeyGenerator generator, SecretKey secret, RandomSourceFactory random)
    {
        BatchEncoder encoder = new(parameters);
        Encryptor encryptor = new(parameters, random);
        BfvEvaluator evaluator = new(parameters);
        Decryptor decryptor = Own(new Decryptor(secret));
        PublicKey publicKey = generator.CreatePublicKey(secret);
        RelinearizationKeys relinearization = generator.CreateRelinearizationKeys(secret);
        GaloisKeys rotation = generator.CreateRotationKeys(secret, [1]);
        ulong[] values = new ulong[encoder.SlotCount];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (ulong)(i * i) % parameters.PlainModulus;
        }

        ulong[] decoded = new ulong[values.Length];
        Plaintext plain = Own(new Plaintext());
        Plaintext plainNtt = Own(new Plaintext());
        Plaintext decrypted = Own(new Plaintext());
        Plaintext encoded = Own(new Plaintext());
        encoder.Encode(values, plain);
        evaluator.TransformToNtt(plain, parameters.FirstDataLevel, plainNtt);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        Ciphertext product = new(parameters);
        Ciphertext transformed = new(parameters);
        Ciphertext result = new(parameters);
        encryptor.Encrypt(plain, publicKey, a);
        encryptor.Encrypt(plain, publicKey, b);
        evaluator.Multiply(a, b, product);
        evaluator.TransformToNtt(a, transformed);

        actions.Add("encode", () => encoder.Encode(values, encoded));
        actions.Add("decode", () => encoder.Decode(plain, decoded));
        actions.Add("encrypt_sk", () => encryptor.EncryptSymmetric(plain, secret, result));
        actions.Add("encrypt_pk", () => encryptor.Encrypt(plain, publicKey, result));
        actions.Add("decrypt", () => decryptor.Decrypt(a, decrypted));
        actions.Add("add", () => evaluator.Add(a, b, result));
        actions.Add("add_plain", () => evaluator.AddPlain(a, plain, result));
        actions.Add("multiply", () => evaluator.Multiply(a, b, result));
        actions.Add("square", () => evaluator.Square(a, result));
        actions.Add("relinearize", () => evaluator.Relinearize(product, relinearization, result));
        actions.Add("multiply_plain", () => evaluator.MultiplyPlain(a, plain, result));
        actions.Add("multiply_plain_ntt", () => evaluator.MultiplyPlain(transformed, plainNtt, result));
        actions.Add("rotate_rows", () => evaluator.RotateRows(a, 1, rotation, result));
        actions.Add("mod_switch", () => evaluator.ModSwitchToNext(a, result));
        if (parameters.PolyModulusDegree <= LargestDegreeOfSums)
        {
            actions.Add(Planned, () =>
            {
                evaluator.Square(a, result);
                evaluator.Relinearize(result, relinearization, result);
            });
            AddMatrix(parameters, generator, secret, evaluator, a);
        }
    }

    // Keys and matrices are made when an action first runs: they are large.
    private void AddMatrix(Parameters parameters, KeyGenerator generator, SecretKey secret, BfvEvaluator evaluator, Ciphertext a)
    {
        MatrixVectorPlan plan = new(parameters, Enumerable.Range(0, Diagonals), BabySteps);
        Lazy<GaloisKeys> keys = new(() => generator.CreateRotationKeys(secret, plan.RotationSteps));
        Lazy<EncodedMatrix[]> matrices = new(() =>
        {
            ulong[] slots = new ulong[parameters.PolyModulusDegree];
            EncodedMatrix Encode(int seed) => EncodedMatrix.Encode(
                plan,
                parameters.FirstDataLevel,
                d =>
                {
                    for (int i = 0; i < slots.Length; i++)
                    {
                        slots[i] = 1 + ((ulong)(i + seed + d) * 0x9E3779B97F4A7C15 % (parameters.PlainModulus - 1));
                    }

                    return slots;
                },
                evaluator);
            return [Encode(1), Encode(2)];
        });
        Ciphertext[] products = [new(parameters), new(parameters)];
        int[] steps = [.. Enumerable.Range(1, 15)];
        Ciphertext[] rotated = [.. steps.Select(_ => new Ciphertext(parameters))];
        actions.Add("rotate_many_15", () => evaluator.RotateMany(a, steps, keys.Value, rotated));
        actions.Add("matrix_256_twice", () => evaluator.MultiplyMatrices(matrices.Value, a, keys.Value, products));
    }

    private void AddCkks(Parameters parameters, KeyGenerator generator, SecretKey secret, RandomSourceFactory random, double scale)
    {
        CkksEncoder encoder = new(parameters);
        Encryptor encryptor = new(parameters, random);
        CkksEvaluator evaluator = new(parameters);
        Decryptor decryptor = Own(new Decryptor(secret));
        PublicKey publicKey = generator.CreatePublicKey(secret);
        RelinearizationKeys relinearization = generator.CreateRelinearizationKeys(secret);
        GaloisKeys rotation = generator.CreateRotationKeys(secret, [1]);
        Complex[] values = [.. Enumerable.Range(0, encoder.SlotCount).Select(i => new Complex(Math.Sin(i), Math.Cos(i)))];
        Complex[] decoded = new Complex[values.Length];
        Plaintext plain = Own(new Plaintext());
        Plaintext decrypted = Own(new Plaintext());
        Plaintext encoded = Own(new Plaintext());
        encoder.Encode(values, scale, plain);
        Ciphertext a = new(parameters);
        Ciphertext b = new(parameters);
        Ciphertext product = new(parameters);
        Ciphertext result = new(parameters);
        encryptor.Encrypt(plain, publicKey, a);
        encryptor.Encrypt(plain, publicKey, b);
        evaluator.Multiply(a, b, product);

        actions.Add("encode", () => encoder.Encode(values, scale, encoded));
        actions.Add("decode", () => encoder.Decode(plain, decoded));
        actions.Add("encrypt_sk", () => encryptor.EncryptSymmetric(plain, secret, result));
        actions.Add("encrypt_pk", () => encryptor.Encrypt(plain, publicKey, result));
        actions.Add("decrypt", () => decryptor.Decrypt(a, decrypted));
        actions.Add("add", () => evaluator.Add(a, b, result));
        actions.Add("add_plain", () => evaluator.AddPlain(a, plain, result));
        actions.Add("multiply", () => evaluator.Multiply(a, b, result));
        actions.Add("square", () => evaluator.Square(a, result));
        actions.Add("multiply_plain", () => evaluator.MultiplyPlain(a, plain, result));
        actions.Add("relinearize", () => evaluator.Relinearize(product, relinearization, result));
        actions.Add("rescale", () => evaluator.RescaleToNext(a, result));
        actions.Add("rotate", () => evaluator.RotateVector(a, 1, rotation, result));
        actions.Add("mod_switch", () => evaluator.ModSwitchToNext(a, result));
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        owned.Add(item);
        return item;
    }
}
