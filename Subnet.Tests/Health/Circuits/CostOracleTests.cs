using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Conformance.Models;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>What the oracle predicts of every model in the vectors, against what is sent. Times are compared by <c>subnet model verify</c>, not here.</summary>
[TestFixture]
internal sealed class CostOracleTests
{
    private readonly CostOracle oracle = new(TimeProvider.System);

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (string suite in (string[])["mlnet", "onnx"])
        {
            string folder = Path.Combine(SharedFolder.TryFind() ?? "absent", "vectors", suite);
            string[] cases = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Select(inner => Path.GetFileName(inner)!).Order(StringComparer.Ordinal)] : ["absent"];
            foreach (string name in cases)
            {
                yield return new TestCaseData(suite, name);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Predicted_bytes_are_those_sent_and_predicted_noise_is_that_measured_within_a_fifth(string suite, string name)
    {
        if (Compile(suite, name) is not (SplitModel split, ReferenceRows reference))
        {
            return;
        }

        CompiledModel compiled = CircuitCompiler.Compile(split, reference);
        ParameterChoice choice = compiled.Choice;
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using var miner = new KeylessModel(new byte[32], choice.Parameters, compiled.Classes, compiled.Form.Weights, (long)choice.DeclaredBound, randomness);
        foreach (int rows in KeylessLayout.RowClasses.ToArray().Where(rows => new KeylessLayout(compiled.Form.Features, compiled.Classes, rows).Fits(choice.Parameters.Set)))
        {
            CostEstimate cost = oracle.Estimate(choice, rows);
            using var client = new KeylessClient(new byte[32], new byte[32], choice.Parameters, new KeylessLayout(compiled.Form.Features, compiled.Classes, rows));
            byte[] query = client.Encrypt(new long[compiled.Form.Features * rows]);
            Assert.That(miner.TryAnswer(query, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
            Assert.Multiple(() =>
            {
                Assert.That(cost.UploadBytes, Is.EqualTo(query.Length));
                Assert.That(cost.ReplyBytes, Is.EqualTo(reply!.Length));
                Assert.That(cost.KeyBytes, Is.Zero);
                Assert.That(cost.NoiseBits + 40, Is.LessThan(cost.FloodBits));
            });
        }

        Assert.That(Measured(compiled, miner, reference, randomness), Is.EqualTo(oracle.Estimate(choice, 1).NoiseBits).Within(20).Percent);
    }

    [TestCaseSource(nameof(Cases))]
    public void Predicted_bytes_of_forests_under_keys_are_those_sent_and_their_noise_is_that_measured_within_a_fifth(string suite, string name)
    {
        if (Compile(suite, name) is not ({ Head: TreeEnsembleHead } split, ReferenceRows reference))
        {
            return;
        }

        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        foreach (CircuitKind kind in (CircuitKind[])[CircuitKind.ForestPrivate, CircuitKind.ForestBatch])
        {
            CompiledForest compiled;
            try
            {
                using IRandomSource random = randomness.Create();
                compiled = ForestCompiler.Compile(split, reference, kind, random);
            }
            catch (CircuitException fault)
            {
                // Which forests are served is tested elsewhere; one that is not has no query to predict.
                Assert.That(fault.Message, Is.Not.Empty);
                continue;
            }

            CostEstimate cost = ForestCost.Sizes(compiled);
            (int keys, int query, int reply, double noise) = Measured(compiled, randomness);
            Assert.Multiple(() =>
            {
                Assert.That(cost.KeyBytes, Is.EqualTo(keys));
                Assert.That(cost.UploadBytes, Is.EqualTo(query));
                Assert.That(cost.ReplyBytes, Is.EqualTo(reply));
                Assert.That(noise, Is.EqualTo(cost.NoiseBits).Within(20).Percent, $"{kind} on {compiled.Set}");
            });
        }
    }

    private static (SplitModel Split, ReferenceRows Rows)? Compile(string suite, string name)
    {
        string file = SharedFolder.Require("vectors", suite, name, suite == "mlnet" ? "model.zip" : "model.onnx");
        IPlainModel model = ModelReader.Read(file);
        if (model.Split is not SplitModel split)
        {
            Assert.That(model.PlaintextReason, Is.Not.Empty);
            return null;
        }

        string folder = Path.GetDirectoryName(file)!;
        string[] lines = [.. File.ReadLines(Path.Combine(folder, "input.csv")).Take(31)];
        return (split, new ReferenceRows(split, RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema, ModelCase.Read(folder).Mapping)));
    }

    // log2 of the root mean square over a few queries, before flooding.
    private static double Measured(CompiledModel compiled, KeylessModel miner, ReferenceRows reference, RandomSourceFactory randomness)
    {
        const int Queries = 24;
        const int Polynomials = 7;
        KeylessParameters parameters = compiled.Choice.Parameters;
        var layout = new KeylessLayout(compiled.Form.Features, compiled.Classes, 1);
        int position = layout.Place(parameters.Set).AnswerPosition(0);
        long[] phi = new long[compiled.Form.Features];
        long[] answer = new long[compiled.Classes];
        int row = Enumerable.Range(0, reference.Count).First(i => compiled.Form.Encoding.TryEncode(reference.Row(i), phi) is null);
        compiled.Form.Encoding.TryEncode(reference.Row(row), phi);
        compiled.Form.Evaluate(phi, answer);
        double squares = 0;
        for (int i = 0; i < Queries; i++)
        {
            byte[] master = [(byte)i, .. new byte[31]];
            using var client = new KeylessClient(master, new byte[32], parameters, layout);
            using KeylessScratch scratch = new(parameters.Set, Polynomials);
            using IRandomSource random = randomness.Create();
            Assert.That(miner.TryEvaluate(client.Encrypt(phi), random, scratch, out _), Is.EqualTo(KeylessRefusal.None));
            sbyte[] secret = KeylessPhase.Draw(parameters.Set, master, KeylessSeeds.Secret, ternary: true);
            double noise = KeylessPhase.Noise(parameters, KeylessPhase.Of(parameters.Set, scratch, secret, position), answer[0]);
            squares += noise * noise;
        }

        return Math.Log2(squares / Queries) / 2;
    }

    // A batch with its deepest trees alone: more of them add half a bit for each doubling, and take their time.
    private static (int Keys, int Query, int Reply, double Noise) Measured(CompiledForest compiled, RandomSourceFactory randomness)
    {
        const int Trees = 2;
        ForestSet set = compiled.Set;
        byte[] card = new byte[32];
        using SecretKey secret = new KeyGenerator(set.Parameters, randomness).CreateSecretKey();
        byte[] bundle = ForestKeyBundle.Create(set, secret, compiled.Elements, randomness);
        Assert.That(ForestKeyBundle.TryRead(set, compiled.Elements, bundle, out ForestKeyBundle? keys), Is.EqualTo(ForestRefusal.None));
        ulong[][] slots = ForestSlots.Of(compiled.Layout, compiled.Edges.Bits, [new byte[compiled.Edges.Bits]]);
        Plaintext[] plaintexts = [.. slots.Select(values =>
        {
            Plaintext plaintext = new();
            new BatchEncoder(set.Parameters).Encode(values, plaintext);
            return plaintext;
        })];
        byte[] query = ForestQuery.Encrypt(set, secret, card, keys!.Digest.Span, 1, compiled.Edges.Bits, plaintexts, randomness);
        Array.ForEach(plaintexts, plaintext => plaintext.Dispose());

        byte[]? reply;
        Ciphertext? evaluated;
        if (compiled.Layout is ForestLayout layout)
        {
            using var forest = new SinglePatientForest(card, layout, [.. compiled.Forest.ToBoxes(ForestCompiler.FeatureOfBit(compiled.Edges))], compiled.Forest.Constant, randomness);
            Assert.That(forest.TryEvaluate(keys, query, out evaluated), Is.EqualTo(ForestRefusal.None));
            Assert.That(forest.TryAnswer(keys, query, out reply), Is.EqualTo(ForestRefusal.None));
        }
        else
        {
            BatchTree[] deepest = [.. compiled.Forest.Trees.OrderByDescending(tree => tree.Depth).Take(Trees)];
            using var forest = new BatchForest(card, set, compiled.Edges.Bits, deepest, 0, randomness);
            Assert.That(forest.TryEvaluate(keys, query, out evaluated), Is.EqualTo(ForestRefusal.None));
            Assert.That(forest.TryAnswer(keys, query, out reply), Is.EqualTo(ForestRefusal.None));
        }

        using Decryptor decryptor = new(secret);
        double half = BigInteger.Log(set.Parameters.FirstDataLevel.Product, 2) - Math.Log2(2.0 * ForestSet.PlainModulus);
        return (bundle.Length, query.Length, reply!.Length, half - decryptor.InvariantNoiseBudget(evaluated!));
    }
}
