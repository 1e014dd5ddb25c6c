using System.Security.Cryptography;
using Google.Protobuf;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

/// <summary>Forests of private structure through gateway, network and miner: keys are uploaded once under a throw-away pseudonym.</summary>
[TestFixture]
internal sealed class PrivateForestQueryTests
{
    private RoleNetwork network = null!;
    private ForestSample forest = null!;
    private IPlainModel plain = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        forest = new ForestSample();
        plain = forest.Plain;
        network = await RoleNetwork.StartWithAsync(
            (name, randomness) => forest.Publish(name == "miner" ? CircuitKind.ForestPrivate : CircuitKind.ForestBatch, randomness), "miner", "second-miner");
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 1, 8);
        await network.Clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("second-miner"), 16, 2);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task A_patients_risk_is_the_plain_forests_and_later_queries_use_the_same_keys()
    {
        ClinicAnswer first = await network.Clinic.QueryAsync(Query(CircuitKind.ForestPrivate, 0, 1));
        ClinicAnswer second = await network.Clinic.QueryAsync(Query(CircuitKind.ForestPrivate, 1, 1));

        float[] expected = Probabilities(0, 2);
        Assert.Multiple(() =>
        {
            Assert.That(first.Scores.Single().Probability, Is.EqualTo(expected[0]).Within(0.001));
            Assert.That(second.Scores.Single().Probability, Is.EqualTo(expected[1]).Within(0.001));
            Assert.That(KeysOf(second), Is.EqualTo(KeysOf(first)));
            Assert.That(KeysOf(first), Is.Not.EqualTo(Convert.ToHexStringLower(SHA256.HashData([]))));
        });
    }

    [Test]
    public async Task Many_patients_share_the_slots_of_one_query()
    {
        ClinicAnswer answer = await network.Clinic.QueryAsync(Query(CircuitKind.ForestBatch, 3, 5));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Queries, Has.Count.EqualTo(1));
            Assert.That(answer.Scores.Select(score => score.Probability!.Value), Is.EqualTo(Probabilities(3, 5)).Within(0.001f));
        });
    }

    [Test]
    public async Task Models_and_plan_say_what_keys_tell()
    {
        IReadOnlyList<ClinicModel> models = await network.Clinic.ModelsAsync(network.Netuid);
        LeakSheet sheet = await network.Clinic.PlanAsync(Query(CircuitKind.ForestPrivate, 0, 1));
        Assert.Multiple(() =>
        {
            Assert.That(models.Select(model => model.Circuit), Is.EquivalentTo(new[] { "forest-private", "forest-batch" }));
            Assert.That(sheet.Learns.Any(line => line.Contains("one key bundle of", StringComparison.Ordinal)));
            Assert.That(sheet.DoesNotLearn, Does.Not.Contain("which queries belong to one patient or one clinic"));
        });
    }

    [Test]
    public async Task Keys_of_one_epoch_are_not_used_in_the_next()
    {
        ClinicAnswer before = await network.Clinic.QueryAsync(Query(CircuitKind.ForestPrivate, 2, 1));
        await network.BeginNextEpochAsync();
        ClinicAnswer after = await network.Clinic.QueryAsync(Query(CircuitKind.ForestPrivate, 2, 1));
        Assert.Multiple(() =>
        {
            Assert.That(after.Scores.Single().Probability, Is.EqualTo(Probabilities(2, 1)[0]).Within(0.001));
            Assert.That(KeysOf(after), Is.Not.EqualTo(KeysOf(before)));
        });
    }

    [Test]
    public async Task A_miner_refuses_other_keys_other_cards_and_other_sizes_and_retires_keys_after_eight_refusals()
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using TemporaryFolder folder = new();
        using var model = (ForestServedModel)forest.Publish(CircuitKind.ForestPrivate, randomness);
        KeyBundleStore store = new(folder.Path, [model], 1L << 30, TimeProvider.System);
        store.BeginEpoch(1);
        model.UseKeys(store);
        CardClient card = CardClient.OpenAny(model.Card.Span);
        using ForestReader keys = card.CreateKeys(randomness);
        using PendingQuery pending = card.Encrypt(card.Prepare(Rows(0, 1)), keys);
        byte[] query = pending.Query.ToArray();
        int? before = model.RowsOf(query);
        await store.PutAsync(Chunks(keys.Bundle, keys.Digest, model.CardHash), CancellationToken.None);
        byte[] damaged = [.. query];
        damaged.AsSpan(^200).Fill(0xFF);
        byte[]? good = await model.AnswerAsync(query, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(model.KeyBundleBytes, Is.EqualTo(keys.Bundle.Length).And.EqualTo(card.Card.Forest!.KeyBytes));
            Assert.That(before, Is.Null, "no keys, no query: nothing is spent");
            Assert.That(model.RowsOf(query), Is.EqualTo(1));
            Assert.That(model.RowsOf(query.AsSpan(1)), Is.Null);
            Assert.That(pending.Decrypt(good).Single().Probability, Is.EqualTo(Probabilities(0, 1)[0]).Within(0.001));
        });
        for (int i = 0; i < KeyBundleStore.MostRefusals; i++)
        {
            Assert.That(await model.AnswerAsync(damaged, CancellationToken.None), Is.Null);
        }

        Assert.That(model.RowsOf(query), Is.Null, "the keys are retired");
    }

    // The log says under which keys a query was sent.
    private string KeysOf(ClinicAnswer answer)
    {
        network.Clinic.Log.FlushAsync().GetAwaiter().GetResult();
        AuditEntry sent = network.Clinic.Log.Read().Select(item => item.Entry).Single(entry => entry.Type == "query.sent" && entry.Event == answer.Queries[0].Event);
        return sent.Members.ObjectOrNull("he")!.TextOrNull("keys")!;
    }

    private ClinicQuery Query(CircuitKind kind, int first, int count) =>
        new(network.Netuid, CircuitWords.Of(kind), ClinicInput.FromCsv(new StringReader(ForestSample.Table(first, count))));

    private float[] Probabilities(int first, int count) => plain.Predict(Rows(first, count)).Find("Probability") is NumberOutput output ? output.Values : [];

    private RowBatch Rows(int first, int count) => forest.Rows(first, count);

    private static async IAsyncEnumerable<KeyChunk> Chunks(ReadOnlyMemory<byte> bundle, ReadOnlyMemory<byte> digest, ReadOnlyMemory<byte> card)
    {
        for (int at = 0; at < bundle.Length; at += KeyBundleStore.MostChunkBytes)
        {
            await Task.Yield();
            yield return new KeyChunk
            {
                Digest = ByteString.CopyFrom(digest.Span),
                Model = ByteString.CopyFrom(card.Span),
                TotalBytes = bundle.Length,
                Offset = at,
                Data = ByteString.CopyFrom(bundle.Span.Slice(at, Math.Min(KeyBundleStore.MostChunkBytes, bundle.Length - at))),
            };
        }
    }
}
