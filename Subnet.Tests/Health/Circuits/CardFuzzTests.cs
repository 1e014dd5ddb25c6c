using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

/// <summary>What strangers send: cards of graphs, mapping files, key bundles, queries, replies. Damage is refused, never a crash.</summary>
[TestFixture]
internal sealed class CardFuzzTests
{
    private const string Letters = "0123456789-\"[]{}az,.:";

    [TestCase("onnx", "mlp-relu-sigmoid")]
    [TestCase("onnx", "treecls-binary-mixed-logistic")]
    [TestCase("mlnet", "wdbc-kmeans")]
    public void A_damaged_card_of_a_graph_is_refused_or_another_card(string suite, string name)
    {
        IPlainModel model = ModelReader.Read(SharedFolder.Require("vectors", suite, name, "model.onnx"));
        string[] lines = [.. File.ReadLines(SharedFolder.Require("vectors", suite, name, "input.csv")).Take(13)];
        RowBatch rows = RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema);
        CompiledModel compiled = CircuitCompiler.Compile(model.Split!, new ReferenceRows(model.Split!, rows));
        byte[] card = ModelCard.Write(
            compiled, model.Schema, CardSchema.Of(compiled.Model, rows, FeatureMapping.Default), new CardText("m", "", "", "", ""), new byte[33]);
        Assert.That(CardClient.Open(card).Prepare(rows).Count, Is.EqualTo(12));
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] changed = [.. card];
            changed[random.Next(changed.Length)] = (byte)Letters[random.Next(Letters.Length)];
            try
            {
                CardClient client = CardClient.Open(changed);
                Assert.That(changed.AsSpan().SequenceEqual(card) || !client.Hash.SequenceEqual(ModelCard.Hash(card)));
                client.Prepare(rows).Dispose();
            }
            catch (Exception refusal) when (refusal is CircuitException or RowFormatException or RowsRefusedException)
            {
                Assert.That(refusal.Message, Is.Not.Empty);
            }
        }
    }

    [Test]
    public void A_damaged_mapping_file_is_refused_or_read()
    {
        byte[] file = """{"format": "subnet/features/1", "columns": {"a": {"feature": "sbp", "factor": "0.1"}, "b": {"feature": "sex", "words": {"male": "1"}}}}"""u8.ToArray();
        var random = new Random(8);
        for (int trial = 0; trial < 500; trial++)
        {
            byte[] changed = [.. file];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                Assert.That(FeatureMapping.Read(changed).Find("nothing"), Is.Null);
            }
            catch (CircuitException refusal)
            {
                Assert.That(refusal.Message, Is.Not.Empty);
            }
        }
    }

    [Test]
    public void Damaged_bundles_queries_and_replies_of_forests_are_refused_or_read()
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        ForestSet set = ForestSet.Small;
        using var reader = new ForestReader(set, [], randomness);
        using var forest = new BatchForest(new byte[32], set, 2, [new BatchTree.Node(0, new BatchTree.Leaf(1), new BatchTree.Leaf(5))], 7, randomness);
        byte[] query = reader.Encrypt(new byte[32], 2, 2, [[0, 1], [1, 1]]);
        byte[] request = System.Security.Cryptography.SHA256.HashData(query);
        Assert.That(ForestKeyBundle.TryRead(set, [], reader.Bundle.Span, out ForestKeyBundle? keys), Is.EqualTo(ForestRefusal.None));
        Assert.That(forest.TryAnswer(keys!, query, out byte[]? reply), Is.EqualTo(ForestRefusal.None));
        long[] answers = new long[2];
        Assert.That(reader.TryDecrypt(reply, request, 100, answers), Is.EqualTo(ForestRefusal.None));
        Assert.That(answers, Is.EqualTo(new long[] { 8, 12 }));

        var random = new Random(9);
        byte[] bundle = reader.Bundle.ToArray();
        for (int trial = 0; trial < 12; trial++)
        {
            ForestKeyBundle.TryRead(set, [], Damage(bundle, random), out _);
            forest.TryAnswer(keys!, Damage(query, random), out _);
            reader.TryDecrypt(Damage(reply!, random), request, 100, answers);
        }

        foreach (int length in (int[])[0, 14, 100, 130, reply!.Length - 1])
        {
            Assert.Multiple(() =>
            {
                Assert.That(ForestKeyBundle.TryRead(set, [], bundle.AsSpan(0, length), out _), Is.Not.EqualTo(ForestRefusal.None));
                Assert.That(forest.TryAnswer(keys!, query.AsSpan(0, length), out _), Is.Not.EqualTo(ForestRefusal.None));
                Assert.That(reader.TryDecrypt(reply.AsSpan(0, length), request, 100, answers), Is.Not.EqualTo(ForestRefusal.None));
            });
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        changed[random.Next(2) == 0 ? random.Next(150) : random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return changed;
    }
}
