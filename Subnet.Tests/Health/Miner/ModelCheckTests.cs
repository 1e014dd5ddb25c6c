using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Miner;
using Subnet.Health.Miner.Check;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

[TestFixture]
internal sealed class ModelCheckTests
{
    private static readonly MinimumCompute Modest = new(1, 1, 1, 60_000, 60_000);

    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
    private readonly SigningKey hotkey = InProcessLedger.SigningKeyOf("miner-hot");

    [OneTimeTearDown]
    public void Close()
    {
        randomness.Dispose();
        hotkey.Dispose();
    }

    [Test]
    public async Task Honest_model_passes_challenges_proof_and_verdict()
    {
        using IServedModel model = CompiledSample.Heart.Publish(randomness, 1);
        IReadOnlyList<CheckFinding> findings = await NewCheck().RunAsync(model, Rows(model));
        Assert.That(findings.Select(finding => finding.IsGood), Is.All.True, string.Join("; ", findings));
    }

    [Test]
    public async Task Model_that_answers_with_other_weights_than_it_committed_to_fails_the_audit()
    {
        using IServedModel model = CompiledSample.Heart.Publish(randomness, 1);
        using IServedModel other = CompiledSample.Heart.Publish(randomness, 2);
        using SwappedOpening swapped = new(model, other);
        IReadOnlyList<CheckFinding> findings = await NewCheck().RunAsync(swapped, Rows(model));
        Assert.That(findings.Single(finding => finding.Name.EndsWith("audit", StringComparison.Ordinal)).IsGood, Is.False);
    }

    [Test]
    public void Host_that_has_less_than_is_needed_is_told_what_to_do()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<CheckFinding> findings = HostCheck.Run(new MinimumCompute(100_000, 1, 1, 60_000, 1), folder.Path, TimeProvider.System);
        Assert.That(findings.Where(finding => !finding.IsGood).Select(finding => finding.Name), Is.EqualTo(new[] { "cores" }));
        Assert.That(findings[0].Fix, Is.Not.Empty);
    }

    [TestCase("{}")]
    [TestCase("{\"format\":\"subnet/min-compute/1\",\"cores\":0,\"memory_mib\":1,\"disk_free_mib\":1,\"fsync_ms\":1,\"query_ms\":1}")]
    [TestCase("not json")]
    public void File_of_minimum_compute_that_is_none_is_refused(string json) =>
        Assert.That(() => MinimumCompute.Parse(System.Text.Encoding.UTF8.GetBytes(json)), Throws.InstanceOf<MinerException>());

    [Test]
    public void File_at_the_top_of_the_source_is_what_holds_without_one() =>
        Assert.That(MinimumCompute.Parse(File.ReadAllBytes(Path.Combine(RepositoryFolder.Find(), "min_compute.json"))), Is.EqualTo(MinimumCompute.Default));

    private ModelCheck NewCheck() => new(Modest, 1, hotkey, randomness, TimeProvider.System);

    private static List<long[]> Rows(IServedModel model)
    {
        CardClient card = CardClient.Open(model.Card.Span);
        using StringReader table = new(CompiledSample.Heart.Table(9));
        using PreparedRows prepared = card.Prepare(Subnet.Health.Models.Rows.RowFileReader.Read(table, CompiledSample.Heart.Plain.Schema));
        return [.. Enumerable.Range(0, 9).Select(row => prepared.Row(row).ToArray())];
    }

    /// <summary>Serves a model and holds the opening of another one.</summary>
    private sealed class SwappedOpening(IServedModel served, IServedModel committed) : IServedModel
    {
        public ReadOnlyMemory<byte> Card => served.Card;

        public ReadOnlyMemory<byte> CardHash => served.CardHash;

        public string Id => served.Id;

        public ReadOnlyMemory<byte> Commitment => served.Commitment;

        public CommitmentOpening? Opening => committed.Opening;

        public (long Resident, long PerQuery) MemoryBytes => served.MemoryBytes;

        public int LargestQueryBytes => served.LargestQueryBytes;

        public long KeyBundleBytes => 0;

        public int? RowsOf(ReadOnlySpan<byte> query) => served.RowsOf(query);

        public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken) => served.AnswerAsync(query, cancellationToken);

        public void Dispose()
        {
            // Both are the test's.
        }
    }
}
