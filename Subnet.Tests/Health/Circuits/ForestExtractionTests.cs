using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Tests.Health.Circuits;

/// <summary>
/// Extraction attacks on a forest of private structure, by a key holder who follows the protocol: each works on the evaluated ciphertext,
/// which never leaves, and fails on the reply.
/// </summary>
[TestFixture]
internal sealed class ForestExtractionTests
{
    private const int Bits = 64;
    private const int Leaves = 256;

    private static readonly byte[] Card = new byte[32];

    // Three trees of two leaves each, by bits 1, 2 and 3: values of their own.
    private static readonly MismatchLeaf[] Forest =
    [
        .. ((int Bit, long Zero, long One)[])[(1, 101, -202), (2, 303, 404), (3, -505, 606)] is var trees
            ? trees.SelectMany(tree => new MismatchLeaf[] { new(0, [tree.Bit], [], tree.Zero), new(1, [], [tree.Bit], tree.One) })
            : [],
    ];

    private readonly ForestLayout layout = new(ForestSet.Small, Bits, Leaves);
    private RandomSourceFactory randomness = null!;
    private SecretKey secretKey = null!;
    private ForestKeyBundle keys = null!;
    private byte[] query = [];
    private byte[] bits = [];

    [OneTimeSetUp]
    public void Prepare()
    {
        randomness = Seeded("keys");
        ForestSet set = layout.Set;
        secretKey = new KeyGenerator(set.Parameters, randomness).CreateSecretKey();
        byte[] bundle = ForestKeyBundle.Create(set, secretKey, layout.Elements, randomness);
        Assert.That(ForestKeyBundle.TryRead(set, layout.Elements, bundle, out ForestKeyBundle? read), Is.EqualTo(ForestRefusal.None));
        keys = read!;
        bits = new byte[Bits];
        bits[1] = 1;
        bits[3] = 1;
        using Plaintext plaintext = new();
        new BatchEncoder(set.Parameters).Encode(layout.Slots(bits), plaintext);
        query = ForestQuery.Encrypt(set, secretKey, Card, keys.Digest.Span, 1, Bits, [plaintext], randomness);
    }

    [OneTimeTearDown]
    public void Close()
    {
        secretKey.Dispose();
        randomness.Dispose();
    }

    // Each test draws the same whichever others run: what holds for all but some draws in a thousand holds for these.
    [SetUp]
    public void DrawAnew()
    {
        randomness.Dispose();
        randomness = Seeded(TestContext.CurrentContext.Test.MethodName!);
    }

    [Test]
    public void Reading_other_coefficients_shows_which_leaves_were_reached_only_where_they_leave()
    {
        using var forest = new SinglePatientForest(Card, layout, Forest, 0, randomness);
        Assert.That(forest.TryEvaluate(keys, query, out Ciphertext? evaluated), Is.EqualTo(ForestRefusal.None));

        // All coefficients are all slots, and a slot holds the value of its leaf, times N over the copies, where it was reached.
        long[] slots = Decode(evaluated!);
        long unit = layout.Set.Degree / layout.Copies % (long)ForestSet.PlainModulus;
        long[] reached = [.. Forest.Select((leaf, i) => Enumerable.Range(0, slots.Length).First(slot => layout.LeafOf(slot) == i)).Select(slot => slots[slot])];
        long[] expected = [.. Forest.Select(leaf => Reached(leaf) ? Centre(leaf.Value * unit) : 0)];

        // The reply has one coefficient of c0: a decoder that takes zeros for the others reads slots without meaning.
        Assert.That(forest.TryAnswer(keys, query, out byte[]? reply), Is.EqualTo(ForestRefusal.None));
        Assert.That(ForestReply.TryRead(layout.Set, isBatch: false, SHA256.HashData(query), reply, out ulong[] mask, out ulong[] values), Is.EqualTo(ForestRefusal.None));
        long[] guessed = DecodeReply(mask, values);
        Assert.Multiple(() =>
        {
            Assert.That(reached, Is.EqualTo(expected), "the attack works on the evaluated ciphertext");
            Assert.That(expected.Count(value => value != 0), Is.EqualTo(3));
            Assert.That(values, Has.Length.EqualTo(1));
            Assert.That(Forest.Where((leaf, i) => Reached(leaf) && guessed[i] == expected[i]), Is.Empty);
            Assert.That(guessed.Count(value => value == 0), Is.LessThan(3));
        });
    }

    [Test]
    public void A_guess_of_the_forest_is_not_confirmed_by_the_reply()
    {
        using var forest = new SinglePatientForest(Card, layout, Forest, 0, randomness);
        using var guess = new SinglePatientForest(Card, layout, Forest, 0, randomness);
        using var other = new SinglePatientForest(Card, layout, [.. Forest[..1], Forest[1] with { Value = -203 }, .. Forest[2..]], 0, randomness);
        ulong[] Evaluated(SinglePatientForest of) => of.TryEvaluate(keys, query, out Ciphertext? evaluated) == ForestRefusal.None ? evaluated!.Words.ToArray() : [];
        byte[] Reply(SinglePatientForest of) => of.TryAnswer(keys, query, out byte[]? reply) == ForestRefusal.None ? reply! : [];
        ulong[] evaluated = Evaluated(forest);
        byte[] first = Reply(forest);
        byte[] second = Reply(guess);
        Assert.Multiple(() =>
        {
            Assert.That(Evaluated(guess), Is.EqualTo(evaluated), "the attack works where nothing is added: a right guess gives the same words");
            Assert.That(Evaluated(other), Is.Not.EqualTo(evaluated), "and a wrong one others");
            Assert.That(first.Zip(second).Skip(64).Count(pair => pair.First != pair.Second), Is.GreaterThan(0.98 * (first.Length - 64)));
        });
    }

    [Test]
    public void The_noise_of_a_reply_does_not_tell_many_splits_from_few()
    {
        // Without copies every bit has a diagonal of its own, and only the bits that are split at have one that is not zero.
        ForestLayout wide = new(ForestSet.Small, Bits, ForestSet.Small.Degree);
        byte[] bundle = ForestKeyBundle.Create(wide.Set, secretKey, wide.Elements, randomness);
        ForestKeyBundle.TryRead(wide.Set, wide.Elements, bundle, out ForestKeyBundle? read);
        using Plaintext plaintext = new();
        new BatchEncoder(wide.Set.Parameters).Encode(wide.Slots(bits), plaintext);
        byte[] asked = ForestQuery.Encrypt(wide.Set, secretKey, Card, read!.Digest.Span, 1, Bits, [plaintext], randomness);
        MismatchLeaf[] many = [.. Enumerable.Range(0, 2000).SelectMany(i => Forest[..2].Select(leaf => leaf with { Value = i % 7, Added = [.. leaf.Added.Select(_ => 1 + (i % 60))], Subtracted = [.. leaf.Subtracted.Select(_ => 1 + (i % 60))] }))];
        using var large = new SinglePatientForest(Card, wide, many, 0, randomness);
        using var small = new SinglePatientForest(Card, wide, Forest[..2], 0, randomness);
        using Decryptor decryptor = new(secretKey);
        int Budget(SinglePatientForest of) => of.TryEvaluate(read, asked, out Ciphertext? evaluated) == ForestRefusal.None ? decryptor.InvariantNoiseBudget(evaluated!) : 0;
        Assert.That(Budget(small), Is.GreaterThan(Budget(large)), "the attack works on noise that is not flooded: every split adds to it");

        const int Replies = 12;
        double[] ofLarge = [.. Enumerable.Range(0, Replies).Select(_ => Noise(large, read, asked, many.Where(Reached).Sum(leaf => leaf.Value)))];
        double[] ofSmall = [.. Enumerable.Range(0, Replies).Select(_ => Noise(small, read, asked, Forest[..2].Where(Reached).Sum(leaf => leaf.Value)))];

        // Flooding is uniform on an eighth to a quarter of half a step either way, 2^40 times what it covers: the mean magnitude is half of that, whatever the forest.
        Assert.Multiple(() =>
        {
            Assert.That(ofLarge.Average(Math.Abs), Is.InRange(0.03, 0.25));
            Assert.That(ofSmall.Average(Math.Abs), Is.InRange(0.03, 0.25));
        });
    }

    [Test]
    public void Predicted_noise_is_that_measured_within_a_fifth()
    {
        using var forest = new SinglePatientForest(Card, layout, Forest, 0, randomness);
        using Decryptor decryptor = new(secretKey);
        forest.TryEvaluate(keys, query, out Ciphertext? evaluated);
        double half = System.Numerics.BigInteger.Log(layout.Set.Parameters.FirstDataLevel.Product, 2) - Math.Log2(2.0 * ForestSet.PlainModulus);
        double measured = half - decryptor.InvariantNoiseBudget(evaluated!);
        double predicted = new ForestNoise(layout.Set).SinglePatient(layout) - Math.Log2(ForestNoise.Deviations);
        Assert.Multiple(() =>
        {
            Assert.That(measured, Is.EqualTo(predicted).Within(20).Percent);
            Assert.That(measured, Is.LessThan(new ForestNoise(layout.Set).SinglePatient(layout)), "B holds");
            Assert.That(measured, Is.LessThan(new ForestNoise(layout.Set).LargestSinglePatient(layout)), "and so does W");
        });
    }

    private static RandomSourceFactory Seeded(string name) => RandomSourceFactory.FromSeed(SHA512.HashData(Encoding.ASCII.GetBytes(name)));

    private bool Reached(MismatchLeaf leaf) => leaf.Constant + leaf.Added.Sum(bit => bits[bit]) - leaf.Subtracted.Sum(bit => bits[bit]) == 0;

    // The noise of the answer's coefficient as a part of half a step of the plain modulus.
    private double Noise(SinglePatientForest forest, ForestKeyBundle of, byte[] asked, long answer)
    {
        forest.TryAnswer(of, asked, out byte[]? reply);
        ForestReply.TryRead(layout.Set, isBatch: false, SHA256.HashData(asked), reply, out ulong[] mask, out ulong[] values);
        double modulus = Math.ScaleB(1, layout.Set.ReplyBits);
        double phase = (values[0] + KeylessArithmetic.NegacyclicDot(mask, Reversed(), 0)) & ((1UL << layout.Set.ReplyBits) - 1);
        double step = modulus / ForestSet.PlainModulus;
        double rest = (phase - (answer * step)) / (step / 2);
        double turn = 2.0 * ForestSet.PlainModulus;
        return rest - (Math.Round(rest / turn) * turn);
    }

    private long[] Decode(Ciphertext evaluated)
    {
        using Decryptor decryptor = new(secretKey);
        using Plaintext plaintext = new();
        decryptor.Decrypt(evaluated, plaintext);
        long[] slots = new long[layout.Set.Degree];
        new BatchEncoder(layout.Set.Parameters).Decode(plaintext, slots);
        return slots;
    }

    private long[] DecodeReply(ulong[] mask, ulong[] values)
    {
        int k = layout.Set.ReplyBits;
        long[] reversed = Reversed();
        ulong[] coefficients = new ulong[layout.Set.Degree];
        for (int i = 0; i < coefficients.Length; i++)
        {
            ulong phase = ((i == 0 ? values[0] : 0) + KeylessArithmetic.NegacyclicDot(mask, reversed, i)) & ((1UL << k) - 1);
            coefficients[i] = (ulong)(((UInt128)phase * ForestSet.PlainModulus) + (UInt128.One << (k - 1)) >> k) % ForestSet.PlainModulus;
        }

        using Plaintext plaintext = new(coefficients);
        long[] slots = new long[layout.Set.Degree];
        new BatchEncoder(layout.Set.Parameters).Decode(plaintext, slots);
        return [.. Enumerable.Range(0, Forest.Length).Select(i => slots[Enumerable.Range(0, slots.Length).First(slot => layout.LeafOf(slot) == i)])];
    }

    private long[] Reversed()
    {
        ForestSet set = layout.Set;
        ulong q = set.Parameters.Moduli[0].Value;
        ulong[] limb = new ulong[set.Degree];
        set.Parameters.Tables(0).Kernels.Inverse(secretKey.Limb(0), limb);
        return [.. limb.Reverse().Select(value => value > q / 2 ? (long)value - (long)q : (long)value)];
    }

    private static long Centre(long value)
    {
        const long T = (long)ForestSet.PlainModulus;
        long rest = ((value % T) + T) % T;
        return rest > T / 2 ? rest - T : rest;
    }
}
