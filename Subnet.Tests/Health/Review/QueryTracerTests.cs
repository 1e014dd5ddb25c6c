using System.Text.Json.Nodes;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Commands.Audit;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>One query from consent to emission: all links there, each of them missing, each of them contradicted.</summary>
[TestFixture]
internal sealed class QueryTracerTests
{
    private static readonly string[] All = ["clinic", "miner", "validator"];

    private TraceNetwork network = null!;

    [SetUp]
    public void Create() => network = new TraceNetwork();

    [TearDown]
    public void Remove() => network.Dispose();

    [Test]
    public async Task Query_is_followed_from_consent_to_emission()
    {
        await network.WriteAsync();
        QueryTrace trace = await network.TraceAsync(network.Ledger(), All);
        Assert.That(trace.IsSound && trace.IsComplete, string.Join('\n', trace.Links.Select(link => $"{link.Step} {link.Status} {link.Why}")));
        Assert.That(
            trace.Links.Select(link => link.Step),
            Is.EqualTo(new[]
            {
                "consent", "query-sent", "query-served", "receipt", "result-received", "result-viewed", "outcome-reported", "model-card", "model-registered", "plan", "verdict",
                "score", "weight", "emission", "checkpoint", "checkpoint", "checkpoint",
            }));
        Assert.That(trace.Links.Single(link => link.Step == "emission").Height, Is.EqualTo(1400), "the first epoch with the weight in force");
    }

    [TestCase("clinic", "query-sent")]
    [TestCase("miner", "query-served")]
    public async Task Party_whose_log_is_not_given_makes_its_links_missing_and_nothing_wrong(string absent, string missing)
    {
        await network.WriteAsync();
        QueryTrace trace = await network.TraceAsync(network.Ledger(), [.. All.Where(party => party != absent)]);
        Assert.That((trace.IsSound, trace.IsComplete), Is.EqualTo((true, false)));
        Assert.That(Status(trace, missing), Is.EqualTo(TraceStatus.Missing));
        Assert.That(Status(trace, "receipt"), Is.EqualTo(TraceStatus.Verified), "the other party has it");
    }

    [Test]
    public async Task Without_validators_and_ledger_what_follows_is_unavailable()
    {
        await network.WriteAsync();
        QueryTrace trace = await network.TraceAsync(null, "clinic", "miner");
        foreach (string step in (string[])["model-registered", "plan", "verdict", "score", "weight", "emission"])
        {
            Assert.That(Status(trace, step), Is.EqualTo(TraceStatus.Unavailable), step);
        }

        Assert.That(trace.IsSound);
    }

    [TestCase("query.sent", "in", "query-served")]
    [TestCase("query.served", "out", "receipt")]
    [TestCase("result.received", "out", "receipt")]
    public async Task Bytes_that_differ_between_the_parties_fail_the_link(string type, string member, string failed)
    {
        await network.WriteAsync((entry, members) =>
        {
            if (entry == type)
            {
                members[member] = new CanonicalObject { { "hash", TestLog.Hash("other") }, { "bytes", 13_000 } };
            }
        });
        QueryTrace trace = await network.TraceAsync(network.Ledger(), All);
        Assert.That(Status(trace, failed), Is.EqualTo(TraceStatus.Failed));
        Assert.That(trace.IsSound, Is.False);
    }

    [Test]
    public async Task Receipt_of_another_miner_fails()
    {
        await network.WriteAsync((entry, members) =>
        {
            if (entry is "query.sent" or "result.received")
            {
                members["peer"] = new CanonicalObject { { "kind", "miner" }, { "id", network.Validator.Address } };
            }
        });
        QueryTrace trace = await network.TraceAsync(null, "clinic", "miner");
        Assert.That(Status(trace, "receipt"), Is.EqualTo(TraceStatus.Failed));
    }

    [Test]
    public async Task Consent_that_was_withdrawn_before_or_never_granted_is_said()
    {
        await network.WriteAsync((entry, members) =>
        {
            if (entry == "consent.granted")
            {
                members["consent"] = new CanonicalObject { { "ref", "c-other" }, { "ver", 1 } };
            }
        });
        Assert.That(Status(await network.TraceAsync(null, "clinic"), "consent"), Is.EqualTo(TraceStatus.Missing));
    }

    [Test]
    public async Task Verdict_with_a_signature_that_is_not_one_of_its_signers_fails()
    {
        await network.WriteAsync((entry, members) =>
        {
            if (entry == "verdict")
            {
                CanonicalList signatures = (CanonicalList)members["signatures"];
                ((CanonicalObject)signatures[2])["key"] = ((CanonicalObject)signatures[1])["key"];
            }
        });
        QueryTrace trace = await network.TraceAsync(network.Ledger(), All);
        Assert.That(Status(trace, "verdict"), Is.EqualTo(TraceStatus.Failed));
    }

    [Test]
    public async Task Score_above_zero_on_a_failed_proof_and_weight_that_never_came_are_seen()
    {
        await network.WriteAsync((entry, members) =>
        {
            if (entry == "score")
            {
                members["weight"] = 7;
            }
        });
        ScriptedLedger ledger = network.Ledger();
        Assert.That(Status(await network.TraceAsync(ledger, All), "weight"), Is.EqualTo(TraceStatus.Open), "three epochs are not long");
        ledger.Epochs = [.. Enumerable.Range(13, 20).Select(index => ScriptedLedger.Of(index, TraceNetwork.Weight, network))];
        Assert.That(Status(await network.TraceAsync(ledger, All), "weight"), Is.EqualTo(TraceStatus.Failed));
    }

    [Test]
    public async Task Ledger_that_contradicts_is_seen()
    {
        await network.WriteAsync();
        ScriptedLedger ledger = network.Ledger();
        TracedModel good = ledger.Model!;
        foreach ((TracedModel? model, TraceStatus status) in ((TracedModel?, TraceStatus)[])
            [
                (null, TraceStatus.Missing),
                (good with { Miner = network.Validator.Address }, TraceStatus.Failed),
                (good with { Time = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero) }, TraceStatus.Failed),
                (good with { RetiredTime = new DateTimeOffset(2026, 2, 2, 0, 0, 0, TimeSpan.Zero) }, TraceStatus.Failed),
            ])
        {
            ledger.Model = model;
            Assert.That(Status(await network.TraceAsync(ledger, All), "model-registered"), Is.EqualTo(status));
        }

        ledger.Model = good;
        ITraceLog clinic = network.Log("clinic");
        ledger.Anchor = new TracedAnchor(clinic.Checkpoint.Size, TestLog.Hash("another root"), 880);
        QueryTrace trace = await network.TraceAsync(ledger, "clinic");
        Assert.That(Status(trace, "checkpoint"), Is.EqualTo(TraceStatus.Failed), "two histories of one size");
    }

    [Test]
    public async Task Trace_from_bundles_says_what_is_withheld_and_fails_nothing()
    {
        await network.WriteAsync();
        ITraceLog clinic = network.Log("clinic");
        VerifiedLog verified = VerifiedLog.Open(new FolderLogSource(network.LogFolder("clinic")), clinic.Checkpoint.Origin, Policy(clinic.Checkpoint.Origin));
        AuditBundle bundle = verified.Bundle(0, clinic.Checkpoint.Size, entry => entry.Members.TextOrNull("type") is "query.sent" or "result.received");
        BundleTraceLog disclosed = new(BundleVerification.Verify(bundle, clinic.Checkpoint.Origin, Policy(clinic.Checkpoint.Origin)));
        QueryTrace trace = await new QueryTracer(new TraceSources([disclosed, network.Log("miner")], null, _ => null)).TraceAsync(network.Event, CancellationToken.None);
        Assert.That(trace.IsSound);
        Assert.That((Status(trace, "query-sent"), Status(trace, "receipt"), Status(trace, "consent")), Is.EqualTo((TraceStatus.Verified, TraceStatus.Verified, TraceStatus.Unavailable)));
    }

    [Test]
    public async Task Command_traces_from_a_state_folder_and_prints_the_document()
    {
        await network.WriteAsync();
        await File.WriteAllBytesAsync(Path.Combine(network.Home, "miner", "one", "card.json"), network.Card);
        CommandRun run = await CommandRun.Of(network.Home, ["audit", "trace", network.Event, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonNode document = JsonNode.Parse(run.Output)!;
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(AuditTraceDocument)))!, document), Is.Empty);
        Dictionary<string, string> statuses = document["links"]!.AsArray().GroupBy(link => link!["step"]!.GetValue<string>())
            .ToDictionary(group => group.Key, group => group.First()!["status"]!.GetValue<string>());
        Assert.That((statuses["query-sent"], statuses["model-card"], statuses["verdict"], statuses["emission"]), Is.EqualTo(("verified", "verified", "verified", "unavailable")));
        CommandRun text = await CommandRun.Of(network.Home, ["audit", "trace", network.Event]);
        Assert.That(text.Output, Does.Contain("verified    receipt").And.Contain("nothing contradicts, not complete"));
        CommandRun unknown = await CommandRun.Of(network.Home, ["audit", "trace", new string('0', 32)]);
        Assert.That(unknown.ExitCode, Is.EqualTo(1));
        Assert.That((await CommandRun.Of(network.Home, ["audit", "trace", "xyz"])).ExitCode, Is.EqualTo(2));
        using TemporaryFolder empty = new();
        Assert.That((await CommandRun.Of(empty.Path, ["audit", "trace", network.Event])).ExitCode, Is.EqualTo(2));
    }

    private static TrustPolicy Policy(string origin) => TrustPolicy.Threshold([LogName.KeyOf(origin)!], Array.Empty<VerifierKey>(), 0);

    private static TraceStatus Status(QueryTrace trace, string step) => trace.Links.First(link => link.Step == step).Status;
}
