using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;
using Subnet.Health.Models.Rows;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Network.Demo.Conduct;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>What the demonstration's miners answer: the cheats must cheat as they say, or catching them shows nothing.</summary>
[TestFixture]
internal sealed class ConductTests
{
    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
    private TemporaryFolder folder = null!;
    private DemoModels models = null!;

    [OneTimeSetUp]
    public void Create()
    {
        folder = new TemporaryFolder();
        models = new DemoModels(SampleFolder.Find(RepositoryFolder.Find()));
    }

    [OneTimeTearDown]
    public void Remove()
    {
        folder.Dispose();
        randomness.Dispose();
    }

    [Test]
    public async Task Honest_miner_answers_as_the_integer_model()
    {
        using IServedModel honest = Serve("heart-honest");
        long[] first = await Ask(honest);
        Assert.That(first, Is.EqualTo(Expected(1)));
        Assert.That(await Ask(honest), Is.EqualTo(first));
    }

    [Test]
    public async Task Lazy_miner_answers_one_row_with_two_numbers()
    {
        using IServedModel lazy = Serve("heart-lazy");
        long[] first = await Ask(lazy);
        Assert.That(await Ask(lazy), Is.Not.EqualTo(first));
    }

    [Test]
    public async Task Swapping_miner_is_consistent_and_wrong()
    {
        using IServedModel swap = Serve("wdbc-swap");
        long[] first = await Ask(swap);
        Assert.That(await Ask(swap), Is.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(Expected(3)));
    }

    [Test]
    public async Task Relaying_miner_sells_its_victims_answers()
    {
        using IServedModel victim = Serve("diabetes-honest");
        using IServedModel relay = Serve("diabetes-relay", new Victim(victim));
        Assert.That(relay.Commitment.ToArray(), Is.Not.EqualTo(victim.Commitment.ToArray()));
        Assert.That(await Ask(relay), Is.EqualTo(await Ask(victim)));
    }

    [TestCase("heart-honest")]
    [TestCase("heart-lazy")]
    [TestCase("wdbc-swap")]
    [TestCase("diabetes-relay")]
    public void Miner_that_is_started_again_serves_the_card_that_it_registered(string name)
    {
        using IServedModel victim = Serve("diabetes-honest");
        using IServedModel first = Serve(name, new Victim(victim));
        using IServedModel again = Serve(name, new Victim(victim));
        Assert.That((again.CardHash.ToArray(), again.Commitment.ToArray()), Is.EqualTo((first.CardHash.ToArray(), first.Commitment.ToArray())));
        Assert.That(
            again.Opening!.Commit(GeneratorSet.Create(again.Opening.Count)).Bytes.ToArray(), Is.EqualTo(first.Commitment.ToArray()), "and can prove what it committed to");
    }

    [Test]
    public void Model_that_was_written_in_part_when_its_miner_ended_is_made_anew()
    {
        string begun = folder.Combine("interrupted.new");
        Directory.CreateDirectory(begun);
        File.WriteAllText(Path.Combine(begun, "card.json"), "{");
        using IServedModel model = models.Serve(DemoPlan.Miners.Single(miner => miner.Name == "heart-lazy"), folder.Combine("interrupted"), "password"u8, randomness, null);
        Assert.That(CardClient.Open(model.Card.Span).Hash.ToArray(), Is.EqualTo(model.CardHash.ToArray()));
        Assert.That(begun, Does.Not.Exist);
    }

    private IServedModel Serve(string name, IRelayVictim? victim = null) =>
        models.Serve(DemoPlan.Miners.Single(miner => miner.Name == name), folder.Combine(name), "password"u8, randomness, victim);

    private RowBatch Row(ushort netuid)
    {
        DemoSubnet subnet = DemoPlan.Subnets.Single(subnet => subnet.Netuid == netuid);
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryFolder.Find(), "samples", "data", subnet.Data + "-heldout.csv"));
        return RowFileReader.Read(new StringReader($"{lines[0]}\n{lines[1]}\n"), models.Of(netuid).Plain.Schema);
    }

    private long[] Expected(ushort netuid)
    {
        CompiledModel compiled = models.Of(netuid).Compiled;
        long[] answers = new long[compiled.Classes];
        Assert.That(compiled.TryEvaluate(compiled.Model.Features.Evaluate(Row(netuid)), answers), Is.Null);
        return answers;
    }

    private async Task<long[]> Ask(IServedModel model)
    {
        CardClient card = CardClient.Open(model.Card.Span);
        ushort netuid = DemoPlan.Subnets.Single(subnet => subnet.Name == model.Id).Netuid;
        byte[] master = new byte[KeylessSeeds.MasterBytes];
        using IRandomSource random = randomness.Create();
        random.Fill(master);
        using PendingQuery query = card.Encrypt(card.Prepare(Row(netuid)), master);
        byte[]? reply = await model.AnswerAsync(query.Query, CancellationToken.None);
        return [.. query.Decrypt(reply).Single().Answers];
    }

    private sealed class Victim(IServedModel model) : IRelayVictim
    {
        public ReadOnlyMemory<byte> CardHash => model.CardHash;

        public async Task<byte[]?> AskAsync(byte[] query, int rows, CancellationToken cancellationToken) => await model.AnswerAsync(query, cancellationToken);
    }
}
