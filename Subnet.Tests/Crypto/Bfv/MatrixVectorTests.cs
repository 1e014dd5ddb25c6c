using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;
using Subnet.Tests.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Bfv;

internal sealed class MatrixVectorTests
{
    private const ulong T = 65537;

    [Test]
    public void Product_by_diagonals_is_the_matrix_product([Values(1, 4, 16, null)] int? babySteps, [Values] bool dense)
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 65537, true, 50, 50, 50, 50);
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        BatchEncoder encoder = new(parameters);
        int half = encoder.SlotCount / 2;
        int[] diagonals = dense ? [.. Enumerable.Range(0, half)] : [0, 3, 7, 17, 31];
        MatrixVectorPlan plan = new(parameters, diagonals, babySteps);
        Dictionary<int, ulong[]> first = diagonals.ToDictionary(d => d, d => Values(encoder.SlotCount, d));
        Dictionary<int, ulong[]> second = diagonals.ToDictionary(d => d, d => Values(encoder.SlotCount, 1000 + d));
        ulong[] x = Values(encoder.SlotCount, 77);
        Plaintext plaintext = new();
        encoder.Encode(x, plaintext);
        Ciphertext ciphertext = new(parameters);
        party.Encryptor.Encrypt(plaintext, party.PublicKey, ciphertext);
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, plan.RotationSteps);
        EncodedMatrix one = EncodedMatrix.Encode(plan, ciphertext.Level, d => first[d], evaluator);
        EncodedMatrix two = EncodedMatrix.Encode(plan, ciphertext.Level, d => second[d], evaluator);
        Ciphertext[] results = [new(parameters), new(parameters)];
        evaluator.MultiplyMatrices([one, two], ciphertext, keys, results);
        Assert.That(Slots(party, encoder, results[0]), Is.EqualTo(Expected(first, x)));
        Assert.That(Slots(party, encoder, results[1]), Is.EqualTo(Expected(second, x)));
        evaluator.MultiplyMatrix(one, ciphertext, keys, ciphertext);
        Assert.That(Slots(party, encoder, ciphertext), Is.EqualTo(Expected(first, x)));
    }

    [Test]
    public void Plan_takes_about_twice_the_square_root_of_rotations()
    {
        Parameters parameters = NoiseBoundsTests.Create(1024, 65537, true, 50, 50, 50);
        MatrixVectorPlan plan = new(parameters, Enumerable.Range(0, 256));
        Assert.That(plan.BabySteps, Is.EqualTo(16));
        Assert.That(plan.RotationCount, Is.EqualTo(30));
        Assert.That(plan.RotationSteps, Has.Count.EqualTo(30));
        Assert.That(plan.SeededKeyBytes, Is.EqualTo(30L * 2 * 3 * 1024 * 8));
    }

    [Test]
    public void Missing_key_and_wrong_level_are_named()
    {
        Parameters parameters = NoiseBoundsTests.Create(64, 65537, true, 50, 50, 50, 50);
        using Party party = new(parameters);
        BfvEvaluator evaluator = new(parameters);
        MatrixVectorPlan plan = new(parameters, [0, 5], babySteps: 4);
        EncodedMatrix matrix = EncodedMatrix.Encode(plan, parameters.FirstDataLevel, d => Values(64, d), evaluator);
        Ciphertext x = new(parameters);
        party.Encryptor.Encrypt(new Plaintext([1]), party.PublicKey, x);
        GaloisKeys keys = party.Generator.CreateRotationKeys(party.SecretKey, [1]);
        Ciphertext result = new(parameters);
        Assert.That(() => evaluator.MultiplyMatrix(matrix, x, keys, result), Throws.ArgumentException.With.Message.Contains("rotation by 4"));
        evaluator.ModSwitchToNext(x, x);
        Assert.That(() => evaluator.MultiplyMatrix(matrix, x, keys, result), Throws.ArgumentException.With.Message.Contains(x.Level.ToString()));
        Assert.That(() => new MatrixVectorPlan(parameters, []), Throws.ArgumentException);
        Assert.That(() => new MatrixVectorPlan(parameters, [32]), Throws.ArgumentException);
        Assert.That(() => new MatrixVectorPlan(parameters, [1], babySteps: 3), Throws.ArgumentException);
        Assert.That(() => EncodedMatrix.Encode(plan, parameters.FirstDataLevel, _ => new ulong[64], evaluator), Throws.ArgumentException);
    }

    private static ulong[] Expected(Dictionary<int, ulong[]> diagonals, ulong[] x)
    {
        int half = x.Length / 2;
        ulong[] y = new ulong[x.Length];
        foreach ((int d, ulong[] factors) in diagonals)
        {
            for (int i = 0; i < x.Length; i++)
            {
                int row = i / half * half;
                y[i] = (y[i] + (factors[i] * x[row + ((i - row + d) % half)])) % T;
            }
        }

        return y;
    }

    private static ulong[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(1, (long)T))];
    }

    private static ulong[] Slots(Party party, BatchEncoder encoder, Ciphertext ciphertext)
    {
        Plaintext plaintext = new();
        party.Decryptor.Decrypt(ciphertext, plaintext);
        ulong[] slots = new ulong[encoder.SlotCount];
        encoder.Decode(plaintext, slots);
        return slots;
    }
}
