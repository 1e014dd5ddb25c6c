using System.Text.Json.Nodes;
using Subnet.Core.Emission;
using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Yuma;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

[TestFixture]
internal sealed class EpochCommandTests
{
    private static string Sample => Path.Combine(RepositoryFolder.Find(), "samples", "epoch.json");

    [Test]
    public async Task Run_answers_in_the_form_of_the_vectors_so_that_they_can_be_replayed()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["epoch", "run", Sample, "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);

        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.Combine("case.json"), run.Output);
        ConformanceReport report = new();
        new YumaConformance().Run(folder.Path, report, CancellationToken.None);
        Assert.That(report.Summary, Is.EqualTo("1 passed, 0 failed, 0 skipped"));
    }

    [Test]
    public async Task Run_of_a_chain_continues_from_the_epochs_before()
    {
        string vectors = SharedFolder.Require("vectors", "yuma", "epoch_chains.json");
        using TemporaryFolder home = new();
        foreach (string step in new[] { "0", "3" })
        {
            CommandRun run = await CommandRun.Of(home.Path, ["epoch", "run", vectors, "--case", "chain_035", "--step", step]);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(run.Error, Does.Contain("The result is the expected one."));
        }
    }

    [Test]
    public async Task Run_ends_with_no_where_the_result_is_not_the_expected_one()
    {
        JsonNode file = JsonNode.Parse(await File.ReadAllTextAsync(Sample))!;
        file["cases"]![0]!["expect"]!["incentive"]![4] = 1;
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home.Combine("wrong.json"), file.ToJsonString());
        CommandRun run = await CommandRun.Of(home.Path, ["epoch", "run", "wrong.json"]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("incentive"));
    }

    [Test]
    public async Task Explanation_names_the_reasons_and_keeps_every_invariant()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["epoch", "run", Sample, "--explain", "--json"]);
        JsonNode document = JsonNode.Parse(run.Output)!;
        Assert.That(document["invariants"]!.AsArray().All(i => i!["holds"]!.GetValue<bool>()));
        Assert.That(document["neurons"]!.AsArray(), Has.Count.EqualTo(8));
        Assert.That(document["pairs"]!.AsArray().Select(p => p!["mask"]!.GetValue<string>()), Is.All.EqualTo("none"));
        CommandRun text = await CommandRun.Of(home.Path, ["epoch", "run", Sample, "--explain", "--validator", "2"]);
        Assert.That(text.Output, Does.Contain("2 -> 5: weight 65535 = 0.665094, clipped to 0.334568 (up to 16591 would have stood)"));
        Assert.That(text.Output, Does.Not.Contain("0 -> 4:"));
    }

    [TestCase(3, "epoch", "run", "absent.json")]
    [TestCase(3, "epoch", "run", "broken.json")]
    [TestCase(3, "epoch", "run", "other.json")]
    [TestCase(3, "epoch", "run", "SAMPLE", "--case", "nobody")]
    [TestCase(3, "epoch", "run", "SAMPLE", "--step", "0")]
    [TestCase(2, "epoch", "run", "SAMPLE", "--validator", "8")]
    [TestCase(2, "epoch", "what-if", "SAMPLE")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--set", "kappa")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--set", "kappa=70000")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--set", "lambda=1")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--set", "bonds_moving_average=1000001")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--cabal", "2")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--cabal", "2", "--miner", "8")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--cabal", "2", "--miner", "5", "--share", "1")]
    [TestCase(2, "epoch", "what-if", "SAMPLE", "--adversaries", "--epochs", "0")]
    [TestCase(2, "emission", "explain", "--share", "2")]
    public async Task Bad_input_ends_with_one_clear_sentence(int exitCode, params string[] arguments)
    {
        using TemporaryFolder home = new();
        await File.WriteAllTextAsync(home.Combine("broken.json"), "{");
        await File.WriteAllTextAsync(home.Combine("other.json"), """{"format":"else/1","kind":"epoch","cases":[]}""");
        CommandRun run = await CommandRun.Of(home.Path, [.. arguments.Select(a => a == "SAMPLE" ? Sample : a)]);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error.Trim().Split('\n'), Has.Length.EqualTo(1), run.Error);
    }

    [Test]
    public async Task What_if_shows_the_difference_of_a_changed_hyperparameter()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["epoch", "what-if", Sample, "--set", "kappa=45874", "--json"]);
        JsonNode document = JsonNode.Parse(run.Output)!;
        Assert.That(document["changes"]!.ToJsonString(), Is.EqualTo("""["kappa=45874"]"""));
        JsonNode miner = document["neurons"]!.AsArray().Single(n => n!["uid"]!.GetValue<int>() == 5)!;
        Assert.That(miner["before"]!["consensus"]!.GetValue<int>(), Is.GreaterThan(miner["after"]!["consensus"]!.GetValue<int>()));
        Assert.That(document["input_digest"]!.GetValue<string>(), Is.Not.EqualTo(document["changed_input_digest"]!.GetValue<string>()));
    }

    [TestCase]
    [TestCase("--share", "0.02", "--issuance", "10500000000000000")]
    [TestCase("--share", "0.02", "--issuance", "9000000000000000", "--tao-reserve", "25000000000000", "--alpha-reserve", "1100000000000000")]
    [TestCase("--tao-reserve", "18446744073709551615", "--alpha-reserve", "18446744073709551615")]
    [TestCase("--share", "0.337", "--alpha-issuance", "17000000000000001", "--root-tao", "123456789", "--owner-cut", "65535")]
    public async Task Emission_is_explained_without_a_ledger_and_every_part_adds_up(params string[] figures)
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["emission", "explain", .. figures, "--json"]);
        CommandRun text = await CommandRun.Of(home.Path, ["emission", "explain", .. figures]);
        JsonNode document = JsonNode.Parse(run.Output)!;
        ulong parts = Rao("owner_rao") + Rao("server_rao") + Rao("validator_rao") + Rao("root_rao");
        Assert.Multiple(() =>
        {
            Assert.That((run.ExitCode, text.ExitCode), Is.EqualTo((0, 0)), run.Error + text.Error);
            Assert.That(document["format"]!.GetValue<string>(), Does.StartWith("subnet/emission-explain"));
            Assert.That(Rao("alpha_out_rao"), Is.Positive);
            Assert.That(parts + Rao("dust_rao"), Is.EqualTo(Rao("alpha_out_rao")), "nothing of the alpha is missing or told twice");
            Assert.That(Rao("dust_rao"), Is.LessThan(4UL), "each of four parts is rounded down by less than one");
            Assert.That(Rao("tao_rao") - Rao("tao_in_rao") - Rao("excess_tao_rao"), Is.LessThan(2UL), "the subnet's TAO joins the pool or buys");
            Assert.That(Rao("tao_rao"), Is.LessThanOrEqualTo(Rao("block_emission_rao")));
            Assert.That(text.Output, Does.Contain($" {Rao("validator_rao")} ").And.Contain($" {Rao("alpha_out_rao")} "));
        });

        ulong Rao(string name) => ulong.Parse(document[name]!.GetValue<string>(), null);
    }

    [Test]
    public async Task Schedule_covers_the_curve_up_to_the_cap()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["emission", "schedule", "--json"]);
        JsonArray stages = JsonNode.Parse(run.Output)!["stages"]!.AsArray();
        ulong[] from = [.. stages.Select(s => ulong.Parse(s!["from_issuance_rao"]!.GetValue<string>(), null))];
        ulong[] perBlock = [.. stages.Select(s => ulong.Parse(s!["per_block_rao"]!.GetValue<string>(), null))];
        Assert.That(from.Take(3), Is.EqualTo(new ulong[] { 0, 10_500_000_000_000_000, 15_750_000_000_000_000 }));
        Assert.That(perBlock, Is.Ordered.Descending);
        for (int i = 1; i < from.Length; i++)
        {
            Assert.That(BlockEmission.AtIssuance(from[i]), Is.EqualTo(perBlock[i]));
            Assert.That(BlockEmission.AtIssuance(from[i] - 1), Is.EqualTo(perBlock[i - 1]));
        }
    }
}
