using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Circuits;

[TestFixture]
internal sealed class CardClientTests
{
    private static readonly byte[] Password = "a long password"u8.ToArray();

    private RandomSourceFactory randomness = null!;

    [OneTimeSetUp]
    public void Open() => randomness = RandomSourceFactory.FromSeed(new byte[64]);

    [OneTimeTearDown]
    public void Close() => randomness.Dispose();

    [TestCase("heart-lbfgs-minmax", 1)]
    [TestCase("heart-lbfgs-minmax", 16)]
    [TestCase("derm-ova-fasttree", 1)]
    [TestCase("heart-gam", 7)]
    public void Rows_go_through_card_and_private_file_to_the_models_own_scores(string name, int count)
    {
        (byte[] card, byte[] file, IPlainModel model, RowBatch batch) = Publish(name);
        using ServedCircuit served = ServedCircuit.Load(card, file, Password, randomness);
        CardClient client = CardClient.Open(card);
        PreparedRows rows = client.Prepare(batch).Take(0, count);
        using PendingQuery pending = client.Encrypt(rows, Master(1));

        Assert.That(served.TryAnswer(pending.Query.Span, out byte[]? reply, CancellationToken.None), Is.EqualTo(KeylessRefusal.None));
        ScoredRow[] scored = pending.Decrypt(reply);

        PredictionBatch plain = model.Predict(batch);
        int width = plain.Score!.Width;
        Assert.That(scored, Has.Length.EqualTo(count));
        Assert.That(pending.RowClass, Is.GreaterThanOrEqualTo(count));
        for (int row = 0; row < count; row++)
        {
            for (int k = 0; k < width; k++)
            {
                Assert.That(scored[row].Scores[k], Is.EqualTo(plain.Score.Values[(row * width) + k]).Within(0.02));
            }

            Assert.That(scored[row].IsWithinRounding || scored[row].LabelText == plain.PredictedLabel!.Values[row]);
        }
    }

    [Test]
    public void Every_fault_of_every_row_is_named_and_no_value_is_told()
    {
        (byte[] card, _, IPlainModel model, _) = Publish("heart-lbfgs-minmax");
        using StreamReader text = File.OpenText(SharedFolder.Require("vectors", "mlnet", "heart-lbfgs-minmax", "input.csv"));
        RowBatch all = RowFileReader.Read(text, model.Schema);
        CardClient client = CardClient.Open(card);

        RowsRefusedException refused = Assert.Throws<RowsRefusedException>(() => client.Prepare(all))!;

        Assert.Multiple(() =>
        {
            Assert.That(refused.Rows.Select(row => row.Row).Distinct().Count(), Is.GreaterThan(2));
            Assert.That(refused.Rows.Select(row => row.Reason), Has.Some.Contains("missing").And.Some.Contains("outside"));
            Assert.That(refused.Message, Does.Contain("nothing was sent").And.Not.Contain("1E+06").And.Not.Contain("1000000"));
        });
    }

    [Test]
    public void A_private_file_serves_its_own_card_only()
    {
        (byte[] card, byte[] file, _, _) = Publish("heart-gam");
        (byte[] other, _, _, _) = Publish("heart-lbfgs-minmax");
        Assert.Multiple(() =>
        {
            Assert.That(() => ServedCircuit.Load(other, file, Password, randomness), Throws.InstanceOf<CircuitException>().With.Message.Contains("another card"));
            Assert.That(() => ServedCircuit.Load(card, file, "no"u8, randomness), Throws.InstanceOf<CircuitException>());
        });
    }

    [Test]
    public void A_query_that_is_cancelled_is_not_answered_and_memory_is_stated()
    {
        (byte[] card, byte[] file, _, _) = Publish("heart-gam");
        using ServedCircuit served = ServedCircuit.Load(card, file, Password, randomness);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Multiple(() =>
        {
            Assert.That(() => served.TryAnswer(new byte[10], out _, cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(served.MemoryBytes(4) - served.MemoryBytes(3), Is.GreaterThan(300_000).And.LessThan(2_000_000));
        });
    }

    [Test]
    public void Columns_of_the_catalogue_carry_their_codes_and_others_only_what_the_miner_says()
    {
        (_, _, IPlainModel model, RowBatch batch) = Publish("fram-lbfgs-typical");
        FeatureMapping mapping = FeatureMapping.Read("""
            {"format": "subnet/features/1", "columns": {"sysBP": {"feature": "sbp"}, "male": {"feature": "sex", "words": {"male": "1", "female": "0"}}}}
            """u8.ToArray());

        CardInput[] inputs = [.. CardSchema.Of(model.Split!, batch, mapping)];

        CardSource? Source(string column) => inputs.Single(input => input.Name == column).Slots[0].Source;
        Assert.Multiple(() =>
        {
            Assert.That(Source("sysBP")!.Unit, Is.EqualTo("mm[Hg]"));
            Assert.That(Source("sysBP")!.Codes, Does.Contain(new CardCode("http://loinc.org", "8480-6")));
            Assert.That(Source("male")!.Words, Does.Contain(new CardWord("female", "0")));
            Assert.That(Source("glucose")!.Feature, Is.EqualTo("glucose"));
            Assert.That(Source("totChol"), Is.Null);
            Assert.That(() => FeatureMapping.Read("{\"format\": \"subnet/features/1\", \"columns\": {\"a\": {\"feature\": \"luck\"}}}"u8.ToArray()), Throws.InstanceOf<CircuitException>());
        });
    }

    internal static byte[] Master(byte first) => [first, .. new byte[31]];

    private (byte[] Card, byte[] File, IPlainModel Model, RowBatch Batch) Publish(string name)
    {
        const int Rows = 60;
        IPlainModel model = ModelReader.Read(SharedFolder.Require("vectors", "mlnet", name, "model.zip"));
        string[] lines = [.. File.ReadLines(SharedFolder.Require("vectors", "mlnet", name, "input.csv")).Take(Rows + 1)];
        RowBatch batch = RowFileReader.Read(new StringReader(string.Join('\n', lines)), model.Schema);
        CompiledModel compiled = CircuitCompiler.Compile(model.Split!, new ReferenceRows(model.Split!, batch));
        using IRandomSource random = randomness.Create();
        CommitmentOpening opening = CommitmentOpening.Create(compiled.Form.Weights, random);
        byte[] commitment = opening.Commit(GeneratorSet.Create(compiled.Form.Weights.Length)).Bytes.ToArray();
        var words = new CardText("m1", "a model", "adults", "not children", "vectors");
        byte[] card = ModelCard.Write(compiled, model.Schema, CardSchema.Of(compiled.Model, batch, FeatureMapping.Default), words, commitment);
        using var secret = new PrivateCircuit(ModelCard.Hash(card), [.. compiled.Form.Weights], opening);
        return (card, CircuitFile.Seal(secret, Password, ScryptCost.Minimum, random), model, batch);
    }
}
