using System.Numerics;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>
/// The extraction attacks of encrypted-inference on a compiled model of each keyless circuit, carried out by a key holder who follows the
/// protocol: each works where its defence is left out, and fails on what a miner sends.
/// </summary>
[TestFixture("mlnet", "pima-lbfgs-logmv", CircuitKind.Linear)]
[TestFixture("mlnet", "thyroid-lbfgs-maxent", CircuitKind.Linear)]
[TestFixture("mlnet", "heart-gam", CircuitKind.Additive)]
[TestFixture("mlnet", "hf-fasttree", CircuitKind.ForestLeaves)]
[TestFixture("onnx", "matmul-add-square", CircuitKind.Quadratic)]
internal sealed class ExtractionTests(string suite, string name, CircuitKind kind)
{

    private CompiledModel compiled = null!;
    private ReferenceRows rows = null!;
    private RandomSourceFactory randomness = null!;
    private KeylessModel miner = null!;
    private KeylessParameters parameters = null!;
    private KeylessSet set = null!;

    [OneTimeSetUp]
    public void Compile()
    {
        IPlainModel model = ModelReader.Read(SharedFolder.Require("vectors", suite, name, suite == "onnx" ? "model.onnx" : "model.zip"));
        string[] lines = [.. File.ReadLines(SharedFolder.Require("vectors", suite, name, "input.csv")).Take(41)];
        RowBatch batch = RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema);
        rows = new ReferenceRows(model.Split!, batch);
        compiled = CircuitCompiler.Compile(model.Split!, rows);
        Assert.That(compiled.Kind, Is.EqualTo(kind));
        randomness = RandomSourceFactory.FromSeed(new byte[64]);
        parameters = compiled.Choice.Parameters;
        set = parameters.Set;
        miner = new KeylessModel(new byte[32], parameters, compiled.Classes, compiled.Form.Weights, (long)compiled.Choice.DeclaredBound, randomness);
    }

    [OneTimeTearDown]
    public void Close()
    {
        miner.Dispose();
        randomness.Dispose();
    }

    [Test]
    public void Dividing_the_components_of_a_reply_shows_no_weight()
    {
        (byte[] query, _, _) = Query(0);
        ulong[] mask = new ulong[set.Degree * set.Moduli.Length];
        using (var source = new SeededRandomSource(PrngType.Blake2Xb, KeylessQuery.CiphertextSeed(query, 0)))
        {
            UniformSampler.Sample(source, set.Primes, set.Degree, mask);
        }

        // Without the encryption of zero the mask of the product is w c1: the control of the attack.
        ulong[] bare = Weights();
        KeylessArithmetic.Forward(set, mask);
        KeylessArithmetic.Forward(set, bare);
        KeylessArithmetic.Multiply(set, bare, mask, bare);

        using KeylessScratch scratch = new(set, 5);
        using IRandomSource random = randomness.Create();
        Assert.That(miner.TryEvaluate(query, random, scratch, out _), Is.EqualTo(KeylessRefusal.None));
        ulong[] sent = scratch[1].ToArray();
        KeylessArithmetic.Forward(set, sent);

        Assert.Multiple(() =>
        {
            Assert.That(Recovered(bare, mask), Is.EqualTo(compiled.Form.Weights.Length), "the attack works on a product that is not re-randomised");
            Assert.That(Recovered(sent, mask), Is.Zero);
        });
    }

    // More replies than weights, or the equations have no solution.
    [Test]
    public void Regressing_the_noise_of_many_replies_on_the_noise_of_their_queries_shows_no_weight()
    {
        int n = compiled.Form.Weights.Length;
        KeylessPlacement place = Layout.Place(set);
        int position = place.AnswerPosition(0);
        double[,] normal = new double[n, n];
        double[] bare = new double[n];
        double[] flooded = new double[n];
        double[] noise = new double[n];
        for (int reply = 0; reply < (3 * n) + 150; reply++)
        {
            (byte[] query, long[] phi, byte[] master) = Query(reply);
            sbyte[] secret = Draw(master, KeylessSeeds.Secret, ternary: true);
            sbyte[] fresh = Draw(master, KeylessSeeds.CiphertextNoise, ternary: false);

            // What each weight multiplies on its way into the answer's coefficient.
            for (int i = 0; i < n; i++)
            {
                int other = position - place.WeightPosition(i / compiled.Form.Features, i % compiled.Form.Features);
                noise[i] = other >= 0 ? fresh[other] : -fresh[other + set.Degree];
            }

            long[] answers = new long[compiled.Classes];
            compiled.Form.Evaluate(phi, answers);
            (double before, double after) = Noise(query, secret, answers[0]);
            for (int i = 0; i < n; i++)
            {
                bare[i] += before * noise[i];
                flooded[i] += after * noise[i];
                for (int j = 0; j < n; j++)
                {
                    normal[i, j] += noise[i] * noise[j];
                }
            }
        }

        double[] known = Solve(normal, bare);
        double[] guessed = Solve(normal, flooded);
        long[] weights = compiled.Form.Weights;
        double largest = weights.Max(Math.Abs);

        // Beside the regressed noise of variance 10.5 there is that of the encryption of zero, and the half unit by which a message is rounded.
        const double Fresh = 10.5;
        double zero = Fresh * (1 + (4.0 * set.Degree / 3));
        double rounded = weights.Sum(weight => (double)weight * weight) / 12;
        double deviation = Math.Sqrt((zero + rounded) / (Fresh * ((3 * n) + 150)));
        Assert.Multiple(() =>
        {
            Assert.That(weights.Select((weight, i) => Math.Abs(known[i] - weight)).Max(), Is.LessThan(6 * deviation), "the attack works on noise that is not flooded");
            Assert.That(6 * deviation, Is.LessThan(0.3 * largest), "and tells large weights from small ones");
            Assert.That(weights.Select((weight, i) => Math.Abs(guessed[i] - weight) / largest).Min(), Is.GreaterThan(1e6));
        });
    }

    [Test]
    public void Reading_other_coefficients_of_the_product_shows_no_weight()
    {
        // A row of the constant alone: the product is the weights themselves, each in a coefficient of its own.
        byte[] master = [9, .. new byte[31]];
        long[] phi = new long[compiled.Form.Features];
        phi[0] = 1;
        using KeylessClient client = new(master, new byte[32], parameters, Layout);
        byte[] query = client.Encrypt(phi);
        sbyte[] secret = Draw(master, KeylessSeeds.Secret, ternary: true);
        KeylessPlacement place = Layout.Place(set);
        int[] positions = [.. Enumerable.Range(0, compiled.Form.Weights.Length).Select(i => place.WeightPosition(i / phi.Length, i % phi.Length))];
        int[] sent = [.. Enumerable.Range(0, Layout.Answers).Select(place.AnswerPosition)];

        // The control has all of c0, as a ciphertext would that leaves as it is.
        using KeylessScratch scratch = new(set, 5);
        using IRandomSource random = randomness.Create();
        Assert.That(miner.TryEvaluate(query, random, scratch, out _), Is.EqualTo(KeylessRefusal.None));
        BigInteger plain = BigInteger.One << parameters.PlainBits;
        BigInteger[] whole = new BigInteger[positions.Length];
        for (int i = 0; i < whole.Length; i++)
        {
            whole[i] = KeylessPhase.Centre(((KeylessPhase.Of(set, scratch, secret, positions[i]) * plain * 2) + set.Product) / (2 * set.Product), plain);
        }

        miner.TryAnswer(query, out byte[]? reply);
        ulong[] mask = new ulong[set.Degree];
        KeylessReply.Read(reply, parameters, KeylessQuery.RequestHash(query), mask, new ulong[Layout.Answers]);
        long[] reversed = [.. secret.Reverse().Select(s => (long)s)];
        int shift = parameters.ReplyBits - parameters.PlainBits;
        BigInteger[] guessed = [.. positions.Select(position => KeylessPhase.Centre(((KeylessArithmetic.NegacyclicDot(mask, reversed, position) & ((1UL << parameters.ReplyBits) - 1)) + (1UL << (shift - 1))) >> shift, plain))];

        int[] hidden = [.. Enumerable.Range(0, positions.Length).Where(i => !sent.Contains(positions[i]) && compiled.Form.Weights[i] != 0)];
        Assert.Multiple(() =>
        {
            Assert.That(hidden, Is.Not.Empty);
            Assert.That(whole, Is.EqualTo(compiled.Form.Weights.Select(weight => (BigInteger)weight)), "the attack works on a whole ciphertext");
            Assert.That(hidden.Count(i => guessed[i] == compiled.Form.Weights[i]), Is.LessThanOrEqualTo(1 + (hidden.Length / 50)));
        });
    }

    [Test]
    public void A_reply_carries_the_answers_coefficients_and_no_other()
    {
        (byte[] query, _, _) = Query(1);
        Assert.That(miner.TryAnswer(query, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
        int mask = ResiduePacking.ByteCount(set.Degree, parameters.ReplyBits);
        Assert.That(reply, Has.Length.EqualTo("subnet-reply/1\n".Length + 32 + 1 + 2 + mask + ResiduePacking.ByteCount(compiled.Classes, parameters.ReplyBits)));
    }

    [Test]
    public void One_query_asked_again_gives_an_unrelated_reply()
    {
        (byte[] query, _, _) = Query(2);
        miner.TryAnswer(query, out byte[]? first);
        miner.TryAnswer(query, out byte[]? second);
        int different = first!.Zip(second!).Skip(64).Count(pair => pair.First != pair.Second);
        Assert.That(different, Is.GreaterThan(0.98 * (first!.Length - 64)));
    }

    [Test]
    public void Predicted_bytes_are_those_sent_and_predicted_noise_is_that_measured()
    {
        CostEstimate cost = new CostOracle(TimeProvider.System).Estimate(compiled.Choice, 1);
        double squares = 0;
        const int Count = 60;
        byte[] query = [];
        byte[]? reply = null;
        for (int i = 0; i < Count; i++)
        {
            (query, long[] phi, byte[] master) = Query(i);
            miner.TryAnswer(query, out reply);
            long[] answer = new long[compiled.Classes];
            compiled.Form.Evaluate(phi, answer);
            double noise = Noise(query, Draw(master, KeylessSeeds.Secret, ternary: true), answer[0]).Before;
            squares += noise * noise;
        }

        Assert.Multiple(() =>
        {
            Assert.That(cost.UploadBytes, Is.EqualTo(query.Length));
            Assert.That(cost.ReplyBytes, Is.EqualTo(reply!.Length));
            Assert.That(Math.Log2(squares / Count) / 2, Is.EqualTo(cost.NoiseBits).Within(20).Percent);
            Assert.That(cost.FloodBits, Is.EqualTo(parameters.FloodBits));
            Assert.That(cost.TotalMilliseconds, Is.GreaterThan(0));
        });
    }

    private KeylessLayout Layout => new(compiled.Form.Features, compiled.Classes, 1);

    private (byte[] Query, long[] Phi, byte[] Master) Query(int number)
    {
        byte[] master = [(byte)number, (byte)(number >> 8), .. new byte[30]];
        long[] phi = new long[compiled.Form.Features];
        int row = Enumerable.Range(0, rows.Count).Select(i => (number + i) % rows.Count).First(i => compiled.Form.Encoding.TryEncode(rows.Row(i), phi) is null);
        compiled.Form.Encoding.TryEncode(rows.Row(row), phi);
        using KeylessClient client = new(master, new byte[32], parameters, Layout);
        return (client.Encrypt(phi), phi, master);
    }

    private ulong[] Weights()
    {
        KeylessPlacement place = Layout.Place(set);
        ulong[] weights = new ulong[set.Degree * set.Moduli.Length];
        for (int i = 0; i < compiled.Form.Weights.Length; i++)
        {
            for (int limb = 0; limb < set.Moduli.Length; limb++)
            {
                weights[(limb * set.Degree) + place.WeightPosition(i / compiled.Form.Features, i % compiled.Form.Features)] = set.Moduli[limb].FromSigned(compiled.Form.Weights[i]);
            }
        }

        return weights;
    }

    // How many weights the quotient of two transformed polynomials shows.
    private int Recovered(ulong[] product, ulong[] mask)
    {
        Modulus modulus = set.Moduli[0];
        ulong[] quotient = new ulong[set.Degree];
        for (int i = 0; i < quotient.Length; i++)
        {
            quotient[i] = modulus.Multiply(product[i], modulus.Invert(mask[i]));
        }

        set.Tables[0].Inverse(quotient);
        KeylessPlacement place = Layout.Place(set);
        return Enumerable.Range(0, compiled.Form.Weights.Length).Count(i => quotient[place.WeightPosition(i / compiled.Form.Features, i % compiled.Form.Features)] == modulus.FromSigned(compiled.Form.Weights[i]));
    }

    private sbyte[] Draw(byte[] master, string label, bool ternary) => KeylessPhase.Draw(set, master, label, ternary);

    // What the key holder reads beside the answer: before flooding, which is never sent, and from the reply.
    private (double Before, double After) Noise(byte[] query, sbyte[] secret, long answer)
    {
        int position = Layout.Place(set).AnswerPosition(0);
        using KeylessScratch scratch = new(set, 5);
        using IRandomSource random = randomness.Create();
        miner.TryEvaluate(query, random, scratch, out _);
        BigInteger phase = KeylessPhase.Of(set, scratch, secret, position);
        double before = KeylessPhase.Noise(parameters, phase, answer);

        miner.TryAnswer(query, out byte[]? reply);
        ulong[] mask = new ulong[set.Degree];
        ulong[] values = new ulong[Layout.Answers];
        KeylessReply.Read(reply, parameters, KeylessQuery.RequestHash(query), mask, values);
        long[] reversed = [.. secret.Reverse().Select(s => (long)s)];
        ulong read = (values[0] + KeylessArithmetic.NegacyclicDot(mask, reversed, position)) & ((1UL << parameters.ReplyBits) - 1);
        BigInteger modulus = BigInteger.One << parameters.ReplyBits;
        BigInteger unit = KeylessPhase.Centre((read - ((BigInteger)answer << (parameters.ReplyBits - parameters.PlainBits))) % modulus, modulus);
        return (before, (double)unit * (double)set.Product / Math.ScaleB(1, parameters.ReplyBits));
    }

    // Gaussian elimination; the matrix is that of the normal equations.
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[,] a = (double[,])matrix.Clone();
        double[] b = [.. right];
        for (int pivot = 0; pivot < n; pivot++)
        {
            for (int row = pivot + 1; row < n; row++)
            {
                double factor = a[row, pivot] / a[pivot, pivot];
                for (int column = pivot; column < n; column++)
                {
                    a[row, column] -= factor * a[pivot, column];
                }

                b[row] -= factor * b[pivot];
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int column = row + 1; column < n; column++)
            {
                b[row] -= a[row, column] * b[column];
            }

            b[row] /= a[row, row];
        }

        return b;
    }
}
