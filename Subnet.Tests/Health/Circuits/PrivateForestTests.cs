using Subnet.Crypto.Forests;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Models;
using Subnet.Health.Models.Heads;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>Forests whose structure is private, under uploaded keys.</summary>
[TestFixture]
internal sealed class PrivateForestTests
{
    private RandomSourceFactory randomness = null!;

    [OneTimeSetUp]
    public void Open() => randomness = RandomSourceFactory.FromSeed(new byte[64]);

    [OneTimeTearDown]
    public void Close() => randomness.Dispose();

    [Test]
    public void A_private_forest_answers_a_patient_to_the_unit()
    {
        (CompiledForest compiled, ReferenceRows rows) = Compile(CircuitKind.ForestPrivate, depth: 4, trees: 20);
        using var circuit = new EncryptedForest(compiled, new byte[32], randomness);
        Assert.That(compiled.FloodingMargin, Is.GreaterThan(ForestSet.FloodingMarginBits));
        for (int row = 0; row < 2; row++)
        {
            Assert.That(compiled.TryEvaluate(rows.Row(row), out long expected), Is.Null);
            Assert.That(circuit.Answer([rows.Row(row).ToArray()], CancellationToken.None), Is.EqualTo(new[] { expected }));
        }
    }

    [TestCase(6)]
    [TestCase(9)]
    public void Paths_of_more_features_take_the_larger_set_and_answer_to_the_unit(int depth)
    {
        (CompiledForest compiled, ReferenceRows rows) = Compile(CircuitKind.ForestPrivate, depth, trees: 2);
        using var circuit = new EncryptedForest(compiled, new byte[32], randomness);
        Assert.That(compiled.TryEvaluate(rows.Row(1), out long expected), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(compiled.Set, Is.SameAs(ForestSet.Large));
            Assert.That(compiled.Layout!.PathFeatures, Is.EqualTo((depth + 1) / 2 * 2));
            Assert.That(circuit.Answer([rows.Row(1).ToArray()], CancellationToken.None), Is.EqualTo(new[] { expected }));
        });
    }

    [Test]
    public void A_batch_answers_every_patient_to_the_unit()
    {
        (CompiledForest compiled, ReferenceRows rows) = Compile(CircuitKind.ForestBatch, depth: 3, trees: 4);
        using var circuit = new EncryptedForest(compiled, new byte[32], randomness);
        float[][] patients = [.. Enumerable.Range(0, 20).Select(row => rows.Row(row).ToArray())];

        long[] answers = circuit.Answer(patients, CancellationToken.None);

        long[] expected = [.. patients.Select(x => compiled.TryEvaluate(x, out long answer) is null ? answer : throw new AssertionException("refused"))];
        Assert.That(answers, Is.EqualTo(expected));
    }

    [Test]
    public void Integer_trees_follow_the_trainers_comparisons_and_boxes_pick_the_same_leaves()
    {
        (CompiledForest compiled, ReferenceRows rows) = Compile(CircuitKind.ForestPrivate, depth: 4, trees: 12);
        int[] features = ForestCompiler.FeatureOfBit(compiled.Edges);
        MismatchLeaf[] boxes = [.. compiled.Forest.ToBoxes(features)];
        byte[] bits = new byte[compiled.Edges.Bits];
        for (int row = 0; row < rows.Count; row++)
        {
            Assert.That(compiled.Edges.TryEncode(rows.Row(row), compiled.Model.Features.Names, bits), Is.Null);
            long answer = compiled.Forest.Evaluate(bits);
            int[] misses = [.. boxes.Select(box => box.Constant + box.Added.Sum(bit => bits[bit]) - box.Subtracted.Sum(bit => bits[bit]))];

            Assert.That(answer / compiled.Scale, Is.EqualTo(ExactScores.Of(compiled.Model.Head, rows.Row(row))[0]).Within(compiled.Rounding));
            Assert.That(misses, Is.All.InRange(0, 4));
            Assert.That(boxes.Where((_, i) => misses[i] == 0).Sum(box => box.Value) + compiled.Forest.Constant, Is.EqualTo(answer));
            Assert.That(misses.Count(m => m == 0), Is.EqualTo(compiled.Forest.Trees.Length));
        }
    }

    [Test]
    public void Every_leaf_meets_every_bit_once_over_its_copies()
    {
        foreach ((int bits, int leaves) in ((int, int)[])[(64, 256), (512, 2048), (512, 4096), (64, 8192), (128, 1024)])
        {
            var layout = new ForestLayout(ForestSet.Small, bits, leaves);
            var met = new int[leaves, bits];
            for (int slot = 0; slot < layout.Set.Degree; slot++)
            {
                foreach (int diagonal in layout.Plan.Diagonals)
                {
                    met[layout.LeafOf(slot), layout.BitUnder(slot, diagonal)]++;
                }
            }

            Assert.That(met.Cast<int>(), Is.All.EqualTo(1), $"{bits} bits, {leaves} leaves");
        }
    }

    [Test]
    public void Decoys_are_spread_over_all_features_and_every_real_edge_is_among_the_public_ones()
    {
        (CompiledForest compiled, _) = Compile(CircuitKind.ForestPrivate, depth: 4, trees: 12);
        SortedDictionary<int, SortedSet<float>> real = EdgeSuperset.Real((TreeEnsembleHead)compiled.Model.Head);
        int edges = compiled.Edges.Features.Sum(own => own.Edges.Length);
        Assert.Multiple(() =>
        {
            Assert.That(edges, Is.GreaterThanOrEqualTo(1.4 * real.Values.Sum(own => own.Count)));
            Assert.That(compiled.Edges.Features.Select(own => own.Feature), Is.SupersetOf(real.Keys));
            foreach (FeatureEdges own in compiled.Edges.Features)
            {
                Assert.That(own.Edges, Is.Ordered);
                Assert.That(own.Edges, Is.SupersetOf(real.TryGetValue(own.Feature, out SortedSet<float>? known) ? known : []));
            }
        });
    }

    [Test]
    public void Sets_refuse_what_the_parameters_refuse()
    {
        var small = new ForestNoise(ForestSet.Small);
        var large = new ForestNoise(ForestSet.Large);
        Assert.Multiple(() =>
        {
            Assert.That(ForestSet.Small.FloodBits, Is.EqualTo(154));
            Assert.That(ForestSet.Large.FloodBits, Is.EqualTo(369));
            Assert.That(Math.Round(small.Batch(2, 100)), Is.EqualTo(54).Within(1));
            Assert.That(Math.Round(small.Batch(3, 100)), Is.EqualTo(83).Within(1));
            Assert.That(Math.Round(small.Batch(4, 100)), Is.EqualTo(111).Within(1));
            Assert.That(small.Admits(small.Batch(4, 100)));
            Assert.That(small.Admits(small.Batch(5, 100)), Is.False);
            Assert.That(large.Admits(large.Batch(5, 100)));
            Assert.That(Math.Round(small.SinglePatient(new ForestLayout(ForestSet.Small, 512, 4096))), Is.EqualTo(95).Within(1));
            Assert.That(small.Admits(small.SinglePatient(new ForestLayout(ForestSet.Small, 512, 4096, 6))), Is.False);
            Assert.That(large.Admits(large.SinglePatient(new ForestLayout(ForestSet.Large, 512, 4096, 6))));
            Assert.That(() => new ForestLayout(ForestSet.Large, 512, 4096, 7), Throws.ArgumentException);

            // The worst cases of the parameters: 2^142.4, 2^63, 2^106 and 2^149.1 of at most 2^154 on set 5.
            Assert.That(small.LargestSinglePatient(new ForestLayout(ForestSet.Small, 512, 4096)), Is.EqualTo(142.4).Within(0.5));
            Assert.That(small.LargestBatch(2, 100, 32767), Is.EqualTo(63).Within(0.5));
            Assert.That(small.LargestBatch(3, 100, 32767), Is.EqualTo(106).Within(0.5));
            Assert.That(small.LargestBatch(4, 100, 32767), Is.EqualTo(149.1).Within(0.5));
            Assert.That(small.NeverFails(149.1));
            Assert.That(small.NeverFails(155), Is.False);
        });
    }

    [Test]
    public void Bundles_that_are_not_seeded_as_named_are_refused()
    {
        var layout = new ForestLayout(ForestSet.Small, 64, 8192);
        using var reader = new ForestReader(ForestSet.Small, [3], randomness);
        byte[] bundle = reader.Bundle.ToArray();
        ForestRefusal Refusal(byte[] bytes, int[] elements) => ForestKeyBundle.TryRead(ForestSet.Small, elements, bytes, out _);
        byte[] equalSeeds = [.. bundle];
        bundle.AsSpan(17, 64).CopyTo(equalSeeds.AsSpan(17 + 64 + 178_176));
        byte[] tooLarge = [.. bundle];
        tooLarge.AsSpan(17 + 64, 100).Fill(0xFF);
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(bundle, [3]), Is.EqualTo(ForestRefusal.None));
            Assert.That(Refusal(bundle, [9]), Is.EqualTo(ForestRefusal.Elements));
            Assert.That(Refusal(bundle, [3, 9]), Is.EqualTo(ForestRefusal.Length));
            Assert.That(Refusal(bundle[..^1], [3]), Is.EqualTo(ForestRefusal.Length));
            Assert.That(Refusal(equalSeeds, [3]), Is.EqualTo(ForestRefusal.EqualSeeds));
            Assert.That(Refusal(tooLarge, [3]), Is.EqualTo(ForestRefusal.Residue));
            Assert.That(ForestQuery.ByteCount(ForestSet.Small, 1) - ForestQuery.ByteCount(ForestSet.Small, 0), Is.EqualTo(178_240));
            Assert.That(layout.Elements, Is.Ordered.And.Unique);
        });
    }

    [Test]
    public void Card_private_file_and_keys_carry_a_row_from_clinic_to_miner_and_back()
    {
        (CompiledForest compiled, ReferenceRows rows) = Compile(CircuitKind.ForestPrivate, depth: 3, trees: 6);
        (IPlainModel model, RowBatch batch) = ReadHeart();
        using IRandomSource random = randomness.Create();
        byte[] salt = new byte[32];
        byte[] password = "a long password"u8.ToArray();
        byte[] card = ModelCard.Write(
            compiled, model.Schema, CardSchema.Of(compiled.Model, batch, FeatureMapping.Default), new CardText("m1", "", "", "", ""), IntegerForest.Commit(salt, compiled.Forest.ToCanonical()));
        byte[] file = ForestFile.Seal(new PrivateForest(ModelCard.Hash(card), salt, compiled.Forest), password, ScryptCost.Minimum, random);
        using ServedForest served = ServedForest.Load(card, file, password, randomness);
        ForestCardClient client = ForestCardClient.Open(card);
        using ForestReader keys = client.CreateKeys(randomness);

        Assert.That(served.TryReadKeys(keys.Bundle.Span, out ForestKeyBundle? bundle), Is.EqualTo(ForestRefusal.None));
        using PendingForestQuery pending = client.Encrypt(client.Prepare(batch).Take(3, 1), keys);
        Assert.That(served.TryAnswer(bundle!, pending.Query.Span, out byte[]? reply, CancellationToken.None), Is.EqualTo(ForestRefusal.None));
        ScoredRow scored = pending.Decrypt(reply).Single();

        Assert.Multiple(() =>
        {
            Assert.That(scored.Scores[0], Is.EqualTo(ExactScores.Of(compiled.Model.Head, rows.Row(3))[0]).Within(compiled.Rounding + 1e-5));
            Assert.That(ForestQuery.Keys(pending.Query.Span).SequenceEqual(keys.Digest.Span));
            Assert.That(() => pending.Decrypt(reply.AsSpan(1)), Throws.InstanceOf<CircuitException>());
            Assert.That(() => ServedForest.Load(card, file, "no"u8, randomness), Throws.InstanceOf<CircuitException>());
            Assert.That(() => CardClient.Open(card), Throws.InstanceOf<CircuitException>());
            Assert.That(served.MemoryBytes(2), Is.GreaterThan(served.MemoryBytes(1)));
        });
    }

    [Test]
    public void Forests_that_cannot_be_private_say_why()
    {
        (SplitModel split, ReferenceRows rows) = Heart(Grown(5, 3, new Random(1)));
        using IRandomSource random = randomness.Create();
        Assert.Multiple(() =>
        {
            Assert.That(
                () => ForestCompiler.Compile(split with { Head = new LinearHead([1], 0) }, rows, CircuitKind.ForestPrivate, random), Throws.InstanceOf<CircuitException>().With.Message.Contains("no forest"));
            Assert.That(
                () => ForestCompiler.Compile(split with { Head = Grown(13, 1, new Random(2)) }, rows, CircuitKind.ForestPrivate, random), Throws.InstanceOf<CircuitException>().With.Message.Contains("no set holds"));
        });
    }

    [Test]
    public void The_canonical_form_reads_back_and_nothing_else_does()
    {
        (CompiledForest compiled, _) = Compile(CircuitKind.ForestPrivate, depth: 3, trees: 3);
        byte[] canonical = compiled.Forest.ToCanonical();
        var random = new Random(4);
        Assert.That(IntegerForest.FromCanonical(canonical)!.ToCanonical(), Is.EqualTo(canonical));
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] changed = canonical[..random.Next(canonical.Length)];
            Assert.That(IntegerForest.FromCanonical(changed), Is.Null);
        }
    }

    private (CompiledForest Compiled, ReferenceRows Rows) Compile(CircuitKind kind, int depth, int trees)
    {
        (SplitModel split, ReferenceRows rows) = Heart(Grown(depth, trees, new Random(depth)));
        using IRandomSource random = randomness.Create();
        return (ForestCompiler.Compile(split, rows, kind, random), rows);
    }

    // Complete trees; a path asks for each of four features at most.
    private static TreeEnsembleHead Grown(int depth, int trees, Random random)
    {
        const int Features = 13;
        float[] values = [28.5f, 0.5f, 2.5f, 130, 245, 0.5f, 1.5f, 150, 0.5f, 1.2f, 1.5f, 0.5f, 4];
        return new TreeEnsembleHead(Features, [.. Enumerable.Range(0, trees).Select(_ => Tree(depth, values, random))], [0.125]);
    }

    private static DecisionTree Tree(int depth, float[] values, Random random)
    {
        int inner = (1 << depth) - 1;
        int[] features = [.. Enumerable.Range(0, depth).Select(_ => random.Next(values.Length)).Distinct()];
        while (features.Length < depth)
        {
            features = [.. features, random.Next(values.Length)];
            features = [.. features.Distinct()];
        }

        TreeNode[] nodes = [.. Enumerable.Range(0, inner).Select(n =>
        {
            int feature = features[System.Numerics.BitOperations.Log2((uint)(n + 1))];
            int first = (2 * n) + 1;
            return new TreeNode(
                feature,
                values[feature] * (1 + ((float)random.NextDouble() / 8)),
                first < inner ? first : ~(first - inner),
                first + 1 < inner ? first + 1 : ~(first + 1 - inner));
        })];
        return new DecisionTree([.. nodes], [.. Enumerable.Range(0, inner + 1).Select(_ => random.NextDouble() - 0.5)]);
    }

    private static (SplitModel Split, ReferenceRows Rows) Heart(ModelHead head)
    {
        (IPlainModel any, RowBatch rows) = ReadHeart();
        return (new SplitModel(any.Split!.Features, head, null, new DecisionRule.Above(false, 0)), new ReferenceRows(any.Split, rows));
    }

    private static (IPlainModel Model, RowBatch Rows) ReadHeart()
    {
        IPlainModel model = ModelReader.Read(SharedFolder.Require("vectors", "mlnet", "heart-ap", "model.zip"));
        string[] lines = [.. File.ReadLines(SharedFolder.Require("vectors", "mlnet", "heart-ap", "input.csv")).Take(61)];
        return (model, RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema));
    }
}
