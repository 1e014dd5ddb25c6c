using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>
/// What is signed and hashed in organic scoring, byte for byte as protocol 5 and 8.2 name it. The canonical texts stand here in full; hashes without a text are of a second reference, written
/// from the documents alone.
/// </summary>
[TestFixture]
internal sealed class ScoringStatementTests
{
    private static readonly byte[] Batch = SHA256.HashData("batch"u8);
    private static readonly byte[] Miner = SHA256.HashData("miner"u8);
    private static readonly byte[] Slot = SHA256.HashData("slot"u8);

    private SigningKey key = null!;

    [SetUp]
    public void Start() => key = SigningKey.FromSeed(SHA256.HashData("key"u8));

    [TearDown]
    public void Stop() => key.Dispose();

    [Test]
    public void Seed_is_stated_as_its_hash_and_then_as_it_is()
    {
        byte[] seed = SHA256.HashData("seed"u8);
        Check(
            ScoreSeed.SignCommitment(key, Slot, seed), "subnet-score-seed/1", $$"""{"hash":"ebe925faf333cf0413ea1d96f25c738845377cc43c7461a4cc4fc1221bfad68c","slot":"{{Hex(Slot)}}"}""");
        Check(ScoreSeed.SignOpening(key, Slot, seed), "subnet-score-seed/1", $$"""{"seed":"{{Hex(seed)}}","slot":"{{Hex(Slot)}}"}""");
    }

    [Test]
    public void Outputs_commitment_and_opening_are_stated_under_their_domains()
    {
        byte[] outputs = [1, 2, 3];
        Check(
            ScoreOutputsMessage.Sign(key, Batch, Miner, outputs),
            "subnet-score-out/1",
            $$"""{"batch":"{{Hex(Batch)}}","miner":"{{Hex(Miner)}}","outputs":"{{Hex(SHA256.HashData(outputs))}}"}""");
        byte[] commitment = SHA256.HashData("C"u8);
        byte[] one = SHA256.HashData("one"u8);
        byte[] two = SHA256.HashData("two"u8);
        string validators = Hex(SHA256.HashData(Encoding.ASCII.GetBytes($"""["{Hex(one)}","{Hex(two)}"]""")));
        Check(
            new ScoreCommitMessage(Batch, Miner, commitment, [one, two]).Sign(key),
            "subnet-score/1",
            $$"""{"batch":"{{Hex(Batch)}}","commitment":"{{Hex(commitment)}}","miner":"{{Hex(Miner)}}","validators":"{{validators}}"}""");
        byte[] words = Convert.FromHexString("00000000000000010000010000000000");
        Check(
            new ScoreOpenMessage(Batch, Miner, one, two, [1, 1UL << 40]).Sign(key),
            "subnet-score/1",
            $$"""{"batch":"{{Hex(Batch)}}","eta":"{{Hex(two)}}","miner":"{{Hex(Miner)}}","nonce":"{{Hex(one)}}","outputs":"{{Hex(SHA256.HashData(words))}}"}""");
    }

    [Test]
    public void Public_score_states_its_grid_or_its_epsilon()
    {
        Check(
            PublicScore.Sign(key, Batch, Miner, 61, ScorePublication.Rounded), "subnet-score-public/1", $$"""{"batch":"{{Hex(Batch)}}","grid":64,"miner":"{{Hex(Miner)}}","value":61}""");
        Check(
            PublicScore.Sign(key, Batch, Miner, 4711, new ScorePublication(500)),
            "subnet-score-public/1",
            $$"""{"batch":"{{Hex(Batch)}}","epsilon":500,"miner":"{{Hex(Miner)}}","value":4711}""");
    }

    [Test]
    public async Task Batch_states_set_cards_height_events_keys_ciphertexts_and_eta_each_list_and_each_long_string_as_its_hash()
    {
        await using ScoringFixture fixture = new();
        ScoreBatchOpen batch = await fixture.OpenBatchAsync();
        IReadOnlyList<ReadOnlyMemory<byte>> parts = batch.Message.Attachments;
        string cases = $"[{string.Join(',', batch.Cases.Select(item => $"""["{item.Key}"]"""))}]";
        string seeds = $"[{string.Join(',', batch.Seeds.Select(seed => $$"""{"hash":"{{Hex(seed.Hash.Span)}}","sig":"{{Hex(seed.Signature.Span)}}","validator":"{{Hex(seed.Validator.Span)}}"}"""))}]";
        string panel = $$"""[{"card":"{{Hex(batch.Panel[0].Card.Span)}}","miner":"{{Hex(batch.Panel[0].Miner.Span)}}"}]""";
        string ciphertexts = $"[{string.Join(',', parts.Skip(4).Select(bytes => $"\"{Hex(SHA256.HashData(bytes.Span))}\""))}]";

        Check(
            batch.Message,
            "subnet-batch/1",
            $$"""{"batch":"{{Hex(batch.Batch.Span)}}","cards":"{{Hash(panel)}}","ciphertexts":"{{Hash(ciphertexts)}}","eta":"{{Hex(batch.EtaHash.Span)}}","events":"{{Hash(cases)}}","height":120,"keys":"{{Hex(SHA256.HashData(parts[3].Span))}}","publish":"grid-64","seeds":"{{Hash(seeds)}}","set":"score-8192/brier-8","time":"2026-03-01T08:00:00.000Z","validators":2,"window":"{{Hex(fixture.Clinic.Slot.Span)}}"}""");
        Check(
            fixture.Transcript[0],
            "subnet-score-window/1",
            $$"""{"cards":"{{Hash(panel)}}","clinic":"{{Hex(fixture.ClinicKey.PublicKey)}}","count":300,"events":"{{Hash(Encoding.ASCII.GetString(fixture.Transcript[0].Attachments[1].Span))}}","netuid":7,"set":"score-8192/brier-8","time":"2026-03-01T08:00:00.000Z"}""");
    }

    [Test]
    public void Prediction_event_order_and_session_of_a_later_block_are_those_of_the_reference()
    {
        PredictionCommitment prediction = new("000102030405060708090a0b0c0d0e0f", SHA256.HashData("salt"u8), new byte[] { 200 });
        Assert.That(Hex(prediction.Hash), Is.EqualTo("c953c85bba3f341cbc93959104a6d71f7045d9a4870ac68eaee1237a6a1c5f7d"));

        string[] events =
        [
            "00000000000000001234567890abcdf0", "000000000000000048d159e242af37be", "0000000000000000a3d70a3d160a3d6a", "0000000000000001234567890abcdef4",
            "0000000000000001c71c71c620c71c5c", "00000000000000028f5c28f45828f5a2", "00000000000000037c048d13b0e26ac6", "00000000000000048d159e242af37bc8",
        ];
        IReadOnlyList<ScoringCaseEvents> ordered = ScoringEvents.Order(SHA256.HashData("beacon"u8), events.Select(name => new ScoringCaseEvents([name])));
        Assert.That(ordered.Select(item => Array.IndexOf(events, item.Key)), Is.EqualTo(new[] { 4, 1, 0, 7, 3, 6, 5, 2 }));
    }

    [Test]
    public void Noise_of_publication_is_shared_by_the_miners_of_a_batch_and_stays_within_the_range()
    {
        // Scale 255² times three miners over epsilon 0.5; the reference draws these from eta and the two seeds.
        ScorePublication publication = new(500);
        using IRandomSource noise = ScoreRandomness.OpenNoise(Batch, Miner, SHA256.HashData("eta"u8), [.. SHA256.HashData("seed"u8), .. SHA256.HashData("seed 2"u8)]);
        ScoreRatio exact = new(400_000, 255L * 255 * 256);

        Assert.That(
            Enumerable.Range(0, 6).Select(_ => publication.Publish(ScoringKind.SquaredError, exact, 3, noise)),
            Is.EqualTo(new long[] { 0, 400_000 - 321_041, 400_000 - 227_287, 400_000 - 327_852, 401_443, 660_978 }));
    }

    [TestCase(0, 0)]
    [TestCase(1, 0)]
    [TestCase(2, 1)]
    [TestCase(253, 63)]
    [TestCase(254, 64)]
    [TestCase(256, 64)]
    public void Value_is_rounded_to_a_sixty_fourth_of_its_range_halves_up(long numerator, long expected)
    {
        using IRandomSource unused = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        Assert.That(ScorePublication.Rounded.Publish(ScoringKind.Counts, new ScoreRatio(numerator, 256), 1, unused), Is.EqualTo(expected));
    }

    private static void Check(ScoringMessage message, string domain, string statement)
    {
        Assert.That(message.Signed.Domain, Is.EqualTo(domain));
        Assert.That(Encoding.UTF8.GetString(message.Signed.Statement.Span), Is.EqualTo(statement));

        // Ed25519 over domain LF statement, and nothing around it.
        byte[] signed = [.. Encoding.ASCII.GetBytes(domain), (byte)'\n', .. message.Signed.Statement.Span];
        Assert.That(Ed25519.Verify(message.Signed.Signer.Span, signed, message.Signed.Signature.Span), Is.True);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Hash(string json) => Hex(SHA256.HashData(Encoding.ASCII.GetBytes(json)));
}
