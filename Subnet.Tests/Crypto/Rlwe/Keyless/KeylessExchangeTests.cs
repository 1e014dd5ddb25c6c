using System.Buffers.Binary;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Tests.Crypto.Rlwe.Keyless;

/// <summary>A clinic and a miner exchange queries and replies; an attacker changes them or reads too much.</summary>
[TestFixture]
internal sealed class KeylessExchangeTests
{
    private static readonly byte[] Card = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private static IEnumerable<TestCaseData> Settings()
    {
        yield return new TestCaseData(KeylessSet.Default, 26, 30, 1, 1, 1 << 15);
        yield return new TestCaseData(KeylessSet.Default, 20, 12, 3, 16, 100);
        yield return new TestCaseData(KeylessSet.Default, 16, 16, 1, 256, 3);
        yield return new TestCaseData(KeylessSet.Wide, 36, 64, 1, 1, 1 << 18);
        yield return new TestCaseData(KeylessSet.Wide, 16, 64, 2, 16, 100);
        yield return new TestCaseData(KeylessSet.Large, 40, 500, 1, 16, 1 << 20);
        yield return new TestCaseData(KeylessSet.Large, 48, 8192, 1, 1, 1 << 20);
        yield return new TestCaseData(KeylessSet.Large, 20, 100, 4, 16, 50);
        yield return new TestCaseData(KeylessSet.PublicWeights, 16, 20, 1, 1, 500);
    }

    [TestCaseSource(nameof(Settings))]
    public void Answers_are_exactly_the_integer_models(KeylessSet set, int plainBits, int features, int classes, int rows, int largestWeight)
    {
        Random random = new(HashCode.Combine(set.Id, features, rows));
        KeylessParameters parameters = new(set, plainBits);
        KeylessLayout layout = new(features, classes, rows);
        long half = 1L << (plainBits - 1);
        long largestFeature = Math.Max(1, (half - 1) / ((long)largestWeight * features));
        long[] weights = Draw(random, classes * features, largestWeight);
        long[] values = Draw(random, rows * features, largestFeature);
        using KeylessModel model = new(Card, parameters, classes, weights, half - 1, Randomness(1));
        using KeylessClient client = new(Master(random), Card, parameters, layout);

        byte[] query = client.Encrypt(values);
        Assert.That(model.TryAnswer(query, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
        long[] answers = new long[layout.Answers];
        Assert.That(client.TryDecrypt(reply, half - 1, answers), Is.EqualTo(KeylessRefusal.None));
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < classes; k++)
            {
                long expected = Enumerable.Range(0, features).Sum(i => weights[(k * features) + i] * values[(row * features) + i]);
                Assert.That(answers[(row * classes) + k], Is.EqualTo(expected));
            }
        }
    }

    [Test]
    public void Answers_are_exact_at_the_edge_of_the_range()
    {
        KeylessParameters parameters = new(KeylessSet.Default, 26);
        const long Norm = 49_933_477;
        long bound = (1L << 25) - 1;
        using KeylessModel model = new(Card, parameters, 1, [bound, Norm - bound], bound, Randomness(2));
        foreach (long[] row in new[] { new[] { 1L, 0L }, [-1L, 0L], [0L, 0L] })
        {
            using KeylessClient client = new(Master(new Random(1)), Card, parameters, new KeylessLayout(2, 1, 1));
            Assert.That(model.TryAnswer(client.Encrypt(row), out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
            long[] answers = new long[1];
            Assert.That(client.TryDecrypt(reply, bound, answers), Is.EqualTo(KeylessRefusal.None));
            Assert.That(answers[0], Is.EqualTo(row[0] * bound));
        }
    }

    [Test]
    public void Model_that_the_set_does_not_admit_is_refused()
    {
        KeylessParameters parameters = new(KeylessSet.Default, 26);
        Assert.That(() => new KeylessModel(Card, parameters, 1, [49_933_478], 1, Randomness(1)), Throws.ArgumentException.With.Message.Contains("does not admit"));
        Assert.That(() => new KeylessModel(Card, parameters, 1, [1], 1L << 25, Randomness(1)), Throws.ArgumentException);
    }

    [TestCase(3)]
    [TestCase(49)]
    public void Plain_modulus_outside_the_range_is_refused(int plainBits) =>
        Assert.That(() => new KeylessParameters(KeylessSet.Large, plainBits), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Query_with_any_damage_is_refused_with_its_reason()
    {
        (KeylessModel model, byte[] query) = SmallExchange();
        using KeylessModel dispose = model;
        Assert.That(Answer(model, query, q => q[0] ^= 1), Is.EqualTo(KeylessRefusal.Magic));
        Assert.That(Answer(model, query, q => q[20] ^= 1), Is.EqualTo(KeylessRefusal.Card));
        Assert.That(Answer(model, query, q => q[47] = 4), Is.EqualTo(KeylessRefusal.Set));
        Assert.That(Answer(model, query, q => q[48]++), Is.EqualTo(KeylessRefusal.PlainModulus));
        Assert.That(Answer(model, query, q => BinaryPrimitives.WriteUInt16BigEndian(q.AsSpan(49), 2)), Is.EqualTo(KeylessRefusal.Layout));
        Assert.That(Answer(model, query, q => BinaryPrimitives.WriteUInt16BigEndian(q.AsSpan(51), 2)), Is.EqualTo(KeylessRefusal.Layout));
        Assert.That(Answer(model, query, q => BinaryPrimitives.WriteUInt32BigEndian(q.AsSpan(53), 7)), Is.EqualTo(KeylessRefusal.Layout));
        Assert.That(Answer(model, query, q => q.AsSpan(57, 64).CopyTo(q.AsSpan(121))), Is.EqualTo(KeylessRefusal.EqualSeeds));
        Assert.That(Answer(model, query, q => q.AsSpan(185, 100).Fill(0xFF)), Is.EqualTo(KeylessRefusal.UnreducedResidue));
        Assert.That(model.TryAnswer(query.AsSpan(0, query.Length - 1), out _), Is.EqualTo(KeylessRefusal.Length));
        Assert.That(model.TryAnswer([.. query, 0], out _), Is.EqualTo(KeylessRefusal.Length));
        Assert.That(model.TryAnswer([], out _), Is.EqualTo(KeylessRefusal.Magic));
    }

    [Test]
    public void Query_of_random_bytes_never_throws()
    {
        (KeylessModel model, byte[] query) = SmallExchange();
        using KeylessModel dispose = model;
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            byte[] mutated = [.. query.AsSpan(0, random.Next(2) == 0 ? query.Length : random.Next(query.Length))];
            for (int i = random.Next(1, 8); i > 0 && mutated.Length > 0; i--)
            {
                mutated[random.Next(Math.Min(mutated.Length, 400))] = (byte)random.Next(256);
            }

            model.TryAnswer(mutated, out _);
        }
    }

    [Test]
    public void Reply_with_an_answer_outside_the_cards_bound_is_refused_and_shows_nothing()
    {
        KeylessParameters parameters = new(KeylessSet.Default, 20);
        using KeylessModel model = new(Card, parameters, 1, [1000], 100_000, Randomness(3));
        using KeylessClient client = new(Master(new Random(2)), Card, parameters, new KeylessLayout(1, 1, 1));
        model.TryAnswer(client.Encrypt([7]), out byte[]? reply);
        long[] answers = new long[1];
        Assert.That(client.TryDecrypt(reply, 6999, answers), Is.EqualTo(KeylessRefusal.AnswerBound));
        Assert.That(answers[0], Is.Zero);
    }

    [Test]
    public void Same_query_twice_gets_unrelated_replies()
    {
        (KeylessModel model, byte[] query) = SmallExchange();
        using KeylessModel dispose = model;
        model.TryAnswer(query, out byte[]? first);
        model.TryAnswer(query, out byte[]? second);
        Assert.That(first!.AsSpan(50).SequenceEqual(second!.AsSpan(50)), Is.False);
    }

    [Test]
    public void Weights_cannot_be_read_from_a_mask_by_division()
    {
        // The attack: the mask c1 is public, so w = c1' / c1 in the ring. It works on the bare product and fails on the model's.
        KeylessSet set = KeylessSet.Default;
        KeylessParameters parameters = new(set, 26);
        long[] weights = Draw(new Random(9), set.Degree, 1000);
        using KeylessModel model = new(Card, parameters, 1, weights, (1 << 25) - 1, Randomness(4));
        using KeylessClient client = new(Master(new Random(3)), Card, parameters, new KeylessLayout(set.Degree, 1, 1));
        byte[] query = client.Encrypt(new long[set.Degree]);

        NttTables tables = set.Tables[0];
        ulong[] mask = new ulong[2 * set.Degree];
        using (SeededRandomSource source = new(PrngType.Blake2Xb, query.AsSpan(57, 64)))
        {
            UniformSampler.Sample(source, set.Primes, set.Degree, mask);
        }

        tables.Forward(mask.AsSpan(0, set.Degree));
        ulong[] bare = new ulong[set.Degree];
        for (int i = 0; i < weights.Length; i++)
        {
            bare[weights.Length - 1 - i] = tables.Modulus.FromSigned(weights[i]);
        }

        tables.Forward(bare);
        for (int i = 0; i < bare.Length; i++)
        {
            bare[i] = tables.Modulus.Multiply(bare[i], mask[i]);
        }

        Assert.That(SmallQuotients(bare), Is.EqualTo(set.Degree), "the attack must work where nothing is re-randomised");

        using KeylessScratch scratch = new(set, 5);
        using IRandomSource randomness = Randomness(6).Create();
        Assert.That(model.TryEvaluate(query, randomness, scratch, out _), Is.EqualTo(KeylessRefusal.None));
        ulong[] evaluated = scratch[1][..set.Degree].ToArray();
        tables.Forward(evaluated);
        Assert.That(SmallQuotients(evaluated), Is.LessThan(4));

        int SmallQuotients(ulong[] product)
        {
            ulong[] quotient = [.. product.Select((value, i) => tables.Modulus.Multiply(value, tables.Modulus.Invert(mask[i])))];
            tables.Inverse(quotient);
            return quotient.Count(value => Math.Min(value, tables.Modulus.Value - value) <= 1000);
        }
    }

    private static KeylessRefusal Answer(KeylessModel model, byte[] query, Action<byte[]> damage)
    {
        byte[] damaged = [.. query];
        damage(damaged);
        return model.TryAnswer(damaged, out _);
    }

    private static (KeylessModel Model, byte[] Query) SmallExchange()
    {
        KeylessParameters parameters = new(KeylessSet.Default, 20);
        using KeylessClient client = new(Master(new Random(1)), Card, parameters, new KeylessLayout(8, 1, 1));
        return (new KeylessModel(Card, parameters, 1, [1, 2, 3, 4, 5, 6, 7, 8], 1000, Randomness(5)), client.Encrypt([1, 1, 1, 1, 1, 1, 1, 1]));
    }

    private static long[] Draw(Random random, int count, long largest) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(-largest, largest + 1))];

    private static byte[] Master(Random random)
    {
        byte[] master = new byte[32];
        random.NextBytes(master);
        return master;
    }

    private static RandomSourceFactory Randomness(byte seed) => RandomSourceFactory.FromSeed([.. Enumerable.Repeat(seed, 64)]);
}
