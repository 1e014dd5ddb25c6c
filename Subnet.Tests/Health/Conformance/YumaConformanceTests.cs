using Subnet.Health.Conformance;
using Subnet.Health.Conformance.Yuma;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Conformance;

[TestFixture]
internal sealed class YumaConformanceTests
{
    private const string LoneNeuron = """
        {"name":"lone","input":{"n":1,"current_block":10,"tempo":360,"activity_cutoff_blocks":50,"last_mechanism_step_block":0,
        "last_update":[9],"block_at_registration":[1],"alpha_stake":[5],"tao_stake":[0],"tao_weight":0,"stake_threshold":0,
        "owner_uid":null,"validator_permit":[true],"weights":[[]],"bonds":[[]],"commit_reveal":{"enabled":false,"commit_block":[null]},
        "hyperparams":{"kappa":32767,"max_allowed_validators":4,"bonds_penalty":0,"bonds_moving_average":900000,"yuma3":true,
        "liquid_alpha":false,"alpha_low":1,"alpha_high":2,"alpha_sigmoid_steepness":1000},"rao_emission":100},
        "expect":{"incentive":[0],"validator_emission":[100]}}
        """;

    [Test]
    public void Every_case_of_the_outside_vectors_comes_out_exactly()
    {
        ConformanceReport report = Replay(SharedFolder.Require("vectors", "yuma"));
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Skips, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(2900));
    }

    [Test]
    public void Every_case_at_the_edges_comes_out_as_the_reference_computes_it()
    {
        ConformanceReport report = Replay(Path.Combine(RepositoryFolder.Find(), "Subnet.Tests", "Health", "Conformance", "YumaEdgeVectors"));
        Assert.That(report.Failures, Is.Empty);
        Assert.That(report.Passed, Is.GreaterThan(500));
    }

    [TestCase("""{"fn":"no_such","args":{},"expect":0,"source":"x"}""", "unknown function 'no_such'")]
    [TestCase("""{"fn":"ln","args":{"x":1,"y":2},"expect":0,"source":"x"}""", "unknown member 'y'")]
    [TestCase("""{"fn":"ln","args":{},"expect":0,"source":"x"}""", "no 'x'")]
    [TestCase("""{"fn":"ln","args":{"x":1.5},"expect":0,"source":"x"}""", "not a signed 64-bit integer")]
    [TestCase("""{"fn":"ln","args":{"x":0},"expect":0,"source":"x","tolerance":1}""", "unknown member 'tolerance'")]
    [TestCase("""{"fn":"split_mechanism_emission","args":{"amount":1,"count":2147483647,"split":null},"expect":[]}""", "'count' is 2147483647, outside 1 to 255")]
    [TestCase("""{"fn":"split_mechanism_emission","args":{"amount":1,"count":0,"split":null},"expect":[]}""", "'count' is 0")]
    [TestCase("""{"fn":"exp_safe","args":{"x":0},"expect":1,"source":"x"}""", "4294967296")]
    public void A_function_case_that_is_not_understood_or_not_met_is_a_failure(string one, string actual)
    {
        ConformanceReport report = Replay("fn", one);
        Assert.That(report.Summary, Is.EqualTo("0 passed, 1 failed, 0 skipped"));
        Assert.That(report.Failures[0].Actual, Does.Contain(actual));
    }

    [TestCase("no_such_kind", "{}")]
    [TestCase("fixed_op", """{"format":"I8F8","op":"mul","a":"1","b":"1","expect":"1"}""")]
    [TestCase("fixed_op", """{"format":"I32F32","op":"pow","a":"1","b":"1","expect":"1"}""")]
    [TestCase("fixed_op", """{"format":"I32F32","op":"add","a":"9223372036854775808","b":"1","expect":"1"}""")]
    [TestCase("fixed_op", """{"format":"I32F32","op":"add","a":"1","b":"1","expect":"3"}""")]
    public void An_unknown_kind_format_or_operation_is_a_failure(string kind, string one) =>
        Assert.That(Replay(kind, one).Summary, Is.EqualTo("0 passed, 1 failed, 0 skipped"));

    [TestCase("current_block", "block")]
    [TestCase("\"tempo\":360", "\"tempo\":360,\"tempa\":1")]
    [TestCase("\"kappa\":32767", "\"kappa\":32767,\"lambda\":1")]
    [TestCase("\"incentive\"", "\"incentives\"")]
    [TestCase("\"weights\":[[]]", "\"weights\":[[[1,5]]]")]
    [TestCase("\"weights\":[[]]", "\"weights\":[[[0,5],[0,5]]]")]
    [TestCase("\"owner_uid\":null", "\"owner_uid\":1")]
    [TestCase("\"alpha_stake\":[5]", "\"alpha_stake\":[5,5]")]
    [TestCase("\"expect\":{", "\"expect\":{\"emission\":[99],")]
    [TestCase("\"expect\":{", "\"expect\":{\"bond_cells\":[[0,1,1]],")]
    [TestCase("\"expect\":{", "\"expect\":{\"bits\":{\"surprise\":[0]},")]
    [TestCase("\"expect\":{", "\"expect\":{\"approx\":{\"dividends\":[0.5]},\"epsilon\":0.1,")]
    [TestCase("\"expect\":{", "\"expect\":{\"approx\":{\"dividends\":[0]},")]
    public void An_epoch_case_that_is_not_understood_or_not_met_is_a_failure(string good, string bad)
    {
        Assert.That(Replay("epoch", LoneNeuron).Summary, Is.EqualTo("1 passed, 0 failed, 0 skipped"));
        Assert.That(LoneNeuron, Does.Contain(good));
        Assert.That(Replay("epoch", LoneNeuron.Replace(good, bad, StringComparison.Ordinal)).Summary, Is.EqualTo("0 passed, 1 failed, 0 skipped"));
    }

    [Test]
    public void Remarks_are_read_over_and_everything_else_unknown_is_not()
    {
        Assert.That(Replay("fn", """{"fn":"ln","args":{"x":0},"expect":0,"note":"by hand"}""").Summary, Is.EqualTo("1 passed, 0 failed, 0 skipped"));
        Assert.That(Replay("fn", """{"fn":"ln","args":{"x":0},"expect":0,"note":["by hand"]}""").Summary, Is.EqualTo("0 passed, 1 failed, 0 skipped"));
    }

    [Test]
    public void Chain_may_append_neurons_but_not_lose_them()
    {
        string initial = LoneNeuron[LoneNeuron.IndexOf("{\"n\"", StringComparison.Ordinal)..LoneNeuron.IndexOf(",\n\"expect\"", StringComparison.Ordinal)];
        string chain = $$$"""
            {"name":"grows","initial":{{{initial}}},"steps":[{"set":{},"expect":{"validator_emission":[100]}},
            {"set":{"n":2,"current_block":400,"last_update":[399,399],"block_at_registration":[1,380],"alpha_stake":[5,0],"tao_stake":[0,0],
            "weights":[[[1,9]],[]]},"expect":{"server_emission":[0,50],"validator_permit":[true,false]}}]}
            """;
        Assert.That(Replay("epoch_chain", chain).Failures, Is.Empty);
        string shrinks = chain.Replace("\"n\":2", "\"n\":0", StringComparison.Ordinal);
        Assert.That(Replay("epoch_chain", shrinks).Failures[0].Actual, Does.Contain("'n' is 0 after 1"));
    }

    [Test]
    public void Medians_of_extreme_numbers_end()
    {
        string one = $$"""{"fn":"weighted_median","args":{"stake":[1,1,1],"score":[{{long.MinValue}},0,{{long.MaxValue}}],"minority":1},"expect":0}""";
        Assert.That(Replay("fn", one).Failures, Is.Empty);
    }

    [Test]
    public void A_file_of_another_kind_beside_the_vectors_is_a_failure()
    {
        using TemporaryFolder folder = new();
        Write(folder, "good.json", "fn", """{"fn":"exp_safe","args":{"x":0},"expect":4294967296,"source":"x"}""");
        File.WriteAllText(Path.Combine(folder.Path, "broken.json"), "{");
        File.WriteAllText(Path.Combine(folder.Path, "other.json"), """{"format":"else/1"}""");
        File.WriteAllText(Path.Combine(folder.Path, "README.md"), "read me");

        Assert.That(Replay(folder.Path).Summary, Is.EqualTo("1 passed, 2 failed, 0 skipped"));
    }

    [Test]
    public void A_folder_without_the_schema_leaves_the_report_empty()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(Path.Combine(folder.Path, "other.json"), """{"format":"else/1"}""");
        Assert.That(Replay(folder.Path).IsEmpty);
    }

    [Test]
    public void A_file_without_cases_is_a_failure()
    {
        using TemporaryFolder folder = new();
        Write(folder, "empty.json", "fn", "");
        Assert.That(Replay(folder.Path).Summary, Is.EqualTo("0 passed, 1 failed, 0 skipped"));
    }

    private static ConformanceReport Replay(string kind, string one)
    {
        using TemporaryFolder folder = new();
        Write(folder, "cases.json", kind, one);
        return Replay(folder.Path);
    }

    private static ConformanceReport Replay(string folder)
    {
        ConformanceReport report = new();
        new YumaConformance().Run(folder, report, CancellationToken.None);
        return report;
    }

    private static void Write(TemporaryFolder folder, string name, string kind, string cases) => File.WriteAllText(
        Path.Combine(folder.Path, name),
        $$"""{"format":"subnetstack-yuma/1","kind":"{{kind}}","source":"test","cases":[{{cases}}]}""");
}
