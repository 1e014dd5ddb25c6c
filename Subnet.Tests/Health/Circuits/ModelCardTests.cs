using System.Text;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

[TestFixture]
internal sealed class ModelCardTests
{
    private static readonly CardText Words = new("m1", "Heart disease", "adults \"18+\"", "not children", "Cleveland");

    private static readonly string[] Cases =
    [
        "heart-lbfgs-minmax", "heart-types-loader", "heart-indicator-lbfgs", "heart-binning-lbfgs", "db130-keys-bag", "db130-hash-lbfgs",
        "db130-onehot-cdf-sparse", "wdbc-lpnorm-lbfgs", "wdbc-ap-isotonic", "wdbc-ap-naive", "heart-gam", "heart-fasttree-small", "wbc-lightgbm",
        "derm-naivebayes", "derm-ova-lbfgs", "derm-ova-fasttree", "wdbc-kmeans", "hf-prior", "nmes-tweedie", "legacy-taxi-sdca",
    ];

    [TestCaseSource(nameof(Cases))]
    public void A_client_with_the_card_alone_gets_the_miners_integers_and_the_models_answers(string name)
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, int usable) = Compile(name);
        ReadCard card = CardReader.Read(Write(model, compiled, batch));
        float[] features = compiled.Model.Features.Names.Count == 0 ? [] : compiled.Model.Features.Evaluate(batch);
        float[] again = card.Features.Names.Count == 0 ? [] : card.Features.Evaluate(batch);
        PredictionBatch plain = model.Predict(batch);
        int width = compiled.Model.Features.Names.Count;
        long[] answers = new long[compiled.Classes];

        Assert.That(again, Is.EqualTo(features), "the plan gives the features to the bit, on extreme rows too");
        for (int row = 0; row < usable; row++)
        {
            ReadOnlySpan<float> x = features.AsSpan(row * width, width);
            if (compiled.TryEvaluate(x, answers) is not null)
            {
                continue;
            }

            long[] expected = new long[compiled.Form.Features];
            long[] actual = new long[card.Query.Encoding.Length];
            compiled.Form.Encoding.TryEncode(x, expected);
            Assert.That(card.Query.Encoding.TryEncode(x, actual), Is.Null);
            Assert.That(actual, Is.EqualTo(expected));

            FinishedScore mine = ScoreFinish.Finish(card.Rest, compiled.RawScores(answers), x);
            FinishedScore exact = ScoreFinish.Finish(card.Rest, ExactScores.Of(compiled.Model.Head, x), x);
            float[] scores = plain.Score!.Values;
            for (int k = 0; k < exact.Scores.Length; k++)
            {
                float want = scores[(row * exact.Scores.Length) + k];
                Assert.That(exact.Scores[k], Is.EqualTo(want).Within(1e-4f * Math.Max(1, Math.Abs(want))), $"row {row}");
            }

            Assert.That(mine.Scores, Has.Length.EqualTo(exact.Scores.Length));
        }
    }

    [Test]
    public void Any_change_to_a_card_is_refused_or_another_card()
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, _) = Compile("heart-fasttree-small");
        byte[] card = Write(model, compiled, batch);
        byte[] hash = [.. CardReader.Read(card).Hash];
        var random = new Random(9);
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] changed = [.. card];
            changed[random.Next(changed.Length)] = (byte)"0123456789-\"[]{}az,.:"[random.Next(21)];
            try
            {
                ReadCard read = CardReader.Read(changed);
                Assert.That(changed.AsSpan().SequenceEqual(card) || !read.Hash.AsSpan().SequenceEqual(hash));
                long[] phi = new long[read.Query.Encoding.Length];
                read.Query.Encoding.TryEncode(read.Features.Evaluate(batch).AsSpan(0, read.Features.Names.Count), phi);
            }
            catch (Exception refusal) when (refusal is CircuitException or RowFormatException)
            {
                Assert.That(refusal.Message, Is.Not.Empty);
            }
        }
    }

    [Test]
    public void A_card_whose_set_does_not_admit_its_bound_is_refused()
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, _) = Compile("heart-gam");
        string card = Encoding.UTF8.GetString(Write(model, compiled, batch));
        string bound = compiled.Choice.DeclaredBound.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.That(
            () => CardReader.Read(Encoding.UTF8.GetBytes(card.Replace($"\"bound\":\"{bound}\"", "\"bound\":\"99999999999999\"", StringComparison.Ordinal))),
            Throws.InstanceOf<CircuitException>().With.Message.Contains("admits"));
    }

    [TestCase("\"failure_probability\":\"0\"", "\"failure_probability\":\"below 2^-300\"", "failure probability")]
    [TestCase("\"encryption_loss\":\"0\"", "\"encryption_loss\":\"-1\"", "loss by encryption")]
    [TestCase("\"upload_bytes\":102585", "\"upload_bytes\":1000", "a query has the bytes")]
    [TestCase("\"set_name\":\"k4096-100\"", "\"set_name\":\"k9999\"", "name is that of the set")]
    [TestCase("\"private\":\"shape", "\"private\":\"all shape", "keeps private")]
    [TestCase("\"labels_changed\":0", "\"labels_changed\":7", "judged by its numbers")]
    public void A_card_that_claims_what_does_not_follow_from_its_numbers_is_refused(string claim, string changed, string rule)
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, _) = Compile("heart-gam");
        string card = Encoding.UTF8.GetString(Write(model, compiled, batch));
        Assert.That(card, Does.Contain(claim));
        Assert.That(
            () => CardReader.Read(Encoding.UTF8.GetBytes(card.Replace(claim, changed, StringComparison.Ordinal))),
            Throws.InstanceOf<CircuitException>().With.Message.Contains(rule));
    }

    [Test]
    public void An_answer_means_what_the_miner_says_or_what_follows_from_the_task()
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, _) = Compile("heart-gam");
        byte[] own = ModelCard.Write(
            compiled, model.Schema, CardSchema.Of(compiled.Model, batch, FeatureMapping.Default), Words with { Output = "narrowed arteries" }, new byte[33]);
        Assert.Multiple(() =>
        {
            Assert.That(CardReader.Read(own).Text.Output, Is.EqualTo("narrowed arteries"));
            Assert.That(CardReader.Read(Write(model, compiled, batch)).Text.Output, Does.StartWith("yes or no (1 is yes)").And.Contain("probability"));
        });
    }

    [Test]
    public void The_card_holds_no_weight()
    {
        (IPlainModel model, CompiledModel compiled, RowBatch batch, _) = Compile("heart-gam");
        string card = Encoding.UTF8.GetString(Write(model, compiled, batch));
        long[] telling = [.. compiled.Form.Weights.Where(weight => Math.Abs(weight) > 999).Distinct()];

        Assert.Multiple(() =>
        {
            Assert.That(telling, Is.Not.Empty);
            Assert.That(telling.Where(weight => card.Contains($"\"{weight}\"", StringComparison.Ordinal)), Is.Empty);
        });
    }

    [Test]
    public void The_private_circuit_opens_with_its_password_only_and_unchanged()
    {
        byte[] password = "a long password"u8.ToArray();
        using var random = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        using var circuit = new PrivateCircuit(new byte[32], [3, -5, 7], CommitmentOpening.Create([3, -5, 7], random));
        byte[] file = CircuitFile.Seal(circuit, password, ScryptCost.Minimum, random);
        using PrivateCircuit read = CircuitFile.Unseal(file, password);
        byte[] changed = [.. file];
        changed[^1] ^= 1;

        Assert.Multiple(() =>
        {
            Assert.That(read.Weights, Is.EqualTo(new long[] { 3, -5, 7 }));
            Assert.That(() => CircuitFile.Unseal(file, "another"u8), Throws.InstanceOf<CircuitException>());
            Assert.That(() => CircuitFile.Unseal(changed, password), Throws.InstanceOf<CircuitException>());
            Assert.That(() => CircuitFile.Unseal(file.AsSpan(0, 40), password), Throws.InstanceOf<CircuitException>());
        });
    }

    private static byte[] Write(IPlainModel model, CompiledModel compiled, RowBatch batch) =>
        ModelCard.Write(compiled, model.Schema, CardSchema.Of(compiled.Model, batch, FeatureMapping.Default), Words, new byte[33]);

    private static (IPlainModel Model, CompiledModel Compiled, RowBatch Batch, int Usable) Compile(string name)
    {
        IPlainModel model = ModelReader.Read(SharedFolder.Require("vectors", "mlnet", name, "model.zip"));
        using StreamReader text = File.OpenText(SharedFolder.Require("vectors", "mlnet", name, "input.csv"));
        RowBatch batch = RowFileReader.Read(text, model.Schema);
        const int Usable = 50;
        ReferenceRows rows = new ReferenceRows(model.Split!, batch).Take([.. Enumerable.Range(0, Usable)]);
        return (model, CircuitCompiler.Compile(model.Split!, rows), batch, Usable);
    }
}
