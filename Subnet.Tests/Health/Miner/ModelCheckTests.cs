using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Miner;
using Subnet.Health.Miner.Check;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Health.Validator;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

[TestFixture]
internal sealed class ModelCheckTests
{
    private static readonly MinimumCompute Modest = new(1, 1, 1, 60_000, 60_000);

    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
    private readonly SigningKey hotkey = InProcessLedger.SigningKeyOf("miner-hot");
    private readonly TemporaryFolder home = new();

    [OneTimeTearDown]
    public void Close()
    {
        randomness.Dispose();
        hotkey.Dispose();
        home.Dispose();
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

    [TestCase(CircuitKind.ForestPrivate)]
    [TestCase(CircuitKind.ForestBatch)]
    public async Task Honest_forest_under_keys_passes_its_repeats_and_labelled_rows(CircuitKind kind)
    {
        ForestSample sample = new();
        using IServedModel model = sample.Publish(kind, randomness);
        IReadOnlyList<CheckFinding> findings = await NewCheck().RunAsync(model, Rows(sample, model));
        Assert.Multiple(() =>
        {
            Assert.That(findings.Select(finding => finding.IsGood), Is.All.True, string.Join("; ", findings));
            Assert.That(findings.Single(finding => finding.Name.EndsWith("audit", StringComparison.Ordinal)).Found, Is.EqualTo("repeats-equal"));
            Assert.That(findings.Single(finding => finding.Name.EndsWith("labelled rows", StringComparison.Ordinal)).Found, Is.EqualTo("9 of 9 rows read"));
            Assert.That(Directory.Exists(KeyFolder), Is.False, "the keys are gone with the check");
        });
    }

    [Test]
    public async Task Forest_under_keys_that_answers_one_row_in_two_ways_fails_the_audit()
    {
        ForestSample sample = new();
        CompiledForest compiled = sample.Compile(CircuitKind.ForestPrivate, randomness);
        IModelUnderKeys Serve(int constant) => (IModelUnderKeys)sample.Publish(compiled, randomness, trees => trees with { Constant = trees.Constant + constant });
        using ExchangingMiner model = new(Serve(0), Serve);
        IReadOnlyList<CheckFinding> findings = await NewCheck().RunAsync(model, Rows(sample, model));
        CheckFinding audit = findings.Single(finding => !finding.IsGood);
        Assert.Multiple(() =>
        {
            Assert.That(audit.Name, Does.EndWith("audit"));
            Assert.That(audit.Found, Is.EqualTo("unequal-repeats"));
            Assert.That(audit.Fix, Is.Not.Empty);
        });
    }

    [Test]
    public async Task Forest_whose_file_does_not_take_the_keys_of_its_card_is_told_so()
    {
        ForestSample sample = new();
        using ExchangingMiner model = new((IModelUnderKeys)sample.Publish(CircuitKind.ForestPrivate, randomness), _ => new DeafForest());
        IReadOnlyList<CheckFinding> findings = await NewCheck().RunAsync(model, Rows(sample, model));
        Assert.That(
            findings.Where(finding => !finding.IsGood).Select(finding => (finding.Name[(finding.Name.IndexOf(':', StringComparison.Ordinal) + 2)..], finding.Found)),
            Is.EqualTo(new[] { ("answers", "0 of 17 challenges"), ("labelled rows", "0 of 9 rows read"), ("audit", "nothing-answered") }));
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

    private string KeyFolder => home.Combine("check-keys");

    private ModelCheck NewCheck() => new(Modest, 1, hotkey, randomness, TimeProvider.System, KeyFolder);

    private static List<long[]> Rows(ForestSample sample, IServedModel model)
    {
        using PreparedRows prepared = CardClient.OpenAny(model.Card.Span).Prepare(sample.Rows(0, 9));
        return [.. Enumerable.Range(0, 9).Select(row => prepared.Row(row).ToArray())];
    }

    private static List<long[]> Rows(IServedModel model)
    {
        CardClient card = CardClient.Open(model.Card.Span);
        using StringReader table = new(CompiledSample.Heart.Table(9));
        using PreparedRows prepared = card.Prepare(Subnet.Health.Models.Rows.RowFileReader.Read(table, CompiledSample.Heart.Plain.Schema));
        return [.. Enumerable.Range(0, 9).Select(row => prepared.Row(row).ToArray())];
    }

    /// <summary>A forest that answers nothing.</summary>
    private sealed class DeafForest : IModelUnderKeys
    {
        public ReadOnlyMemory<byte> Card => ReadOnlyMemory<byte>.Empty;

        public ReadOnlyMemory<byte> CardHash { get; } = new byte[32];

        public string Id => "deaf";

        public ReadOnlyMemory<byte> Commitment => ReadOnlyMemory<byte>.Empty;

        public CommitmentOpening? Opening => null;

        public (long Resident, long PerQuery) MemoryBytes => (0, 0);

        public int LargestQueryBytes => 0;

        public long KeyBundleBytes => 0;

        public void UseKeys(KeyBundleStore keys)
        {
            // It has no use for them.
        }

        public int? RowsOf(ReadOnlySpan<byte> query) => 1;

        public ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken) => ValueTask.FromResult<byte[]?>(null);

        public void Dispose()
        {
            // It holds nothing.
        }
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
