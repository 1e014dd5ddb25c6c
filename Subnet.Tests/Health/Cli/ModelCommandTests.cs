using System.Text.Json.Nodes;
using Subnet.Health.Cli;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

[TestFixture]
internal sealed class ModelCommandTests
{
    private static string Model(string name) => SharedFolder.Require("vectors", "mlnet", name, "model.zip");

    private static string Rows(string name) => SharedFolder.Require("vectors", "mlnet", name, "input.csv");

    [Test]
    public async Task Predict_prints_a_table_with_the_expected_columns()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["model", "predict", Model("heart-fasttree"), "--input", Rows("heart-fasttree")]);
        string[] lines = run.Output.Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(lines[0], Is.EqualTo("PredictedLabel,Score,Probability"));
            Assert.That(lines, Has.Length.EqualTo(115));
        });
    }

    [Test]
    public async Task Predict_writes_a_file_once_and_refuses_to_overwrite_it()
    {
        using TemporaryFolder home = new();
        string output = Path.Combine(home.Path, "out.csv");
        string[] arguments = ["model", "predict", Model("derm-ova-lbfgs"), "--input", Rows("derm-ova-lbfgs"), "--output", output];
        CommandRun first = await CommandRun.Of(home.Path, arguments);
        CommandRun second = await CommandRun.Of(home.Path, arguments);
        Assert.Multiple(() =>
        {
            Assert.That(first.ExitCode, Is.Zero, first.Error);
            Assert.That(File.ReadLines(output).First(), Does.StartWith("PredictedLabel,Score.0,Score.1"));
            Assert.That(second.ExitCode, Is.EqualTo((int)ExitCode.CouldNot));
            Assert.That(second.Error, Does.Contain("exists"));
        });
    }

    [Test]
    public async Task Inspect_names_the_circuit_and_its_parameters()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["model", "inspect", Model("heart-gam"), "--input", Rows("heart-gam"), "--json"]);
        JsonNode document = JsonNode.Parse(run.Output)!;
        Assert.Multiple(() =>
        {
            Assert.That((string?)document["format"], Is.EqualTo("subnet/model-inspect/1"));
            Assert.That((string?)document["circuit"], Is.EqualTo("additive"));
            Assert.That((int?)document["query"]!["upload_bytes"], Is.EqualTo(102_585));
        });
    }

    [Test]
    public async Task Predict_encrypted_gives_the_plain_answers_within_the_stated_margin()
    {
        using TemporaryFolder home = new();
        string rows = Path.Combine(home.Path, "rows.csv");
        await File.WriteAllLinesAsync(rows, File.ReadLines(Rows("heart-fasttree-small")).Take(21));
        JsonNode plain = JsonNode.Parse((await CommandRun.Of(home.Path, ["model", "predict", Model("heart-fasttree-small"), "--input", rows, "--json"])).Output)!;
        CommandRun run = await CommandRun.Of(home.Path, ["model", "predict", Model("heart-fasttree-small"), "--input", rows, "--encrypted", "--json"]);
        JsonNode encrypted = JsonNode.Parse(run.Output)!;
        int Column(JsonNode document, string name) => document["columns"]!.AsArray().Select(column => (string?)column).ToList().IndexOf(name);
        float Value(JsonNode document, int row, string name) => float.Parse((string)document["rows"]![row]![Column(document, name)]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(encrypted["rows"]!.AsArray(), Has.Count.EqualTo(20));
        Assert.That(run.Error, Does.Contain("predicted for a query"));
        for (int row = 0; row < 20; row++)
        {
            Assert.That(Value(encrypted, row, "Score"), Is.EqualTo(Value(plain, row, "Score")).Within(Value(encrypted, row, "Margin") + 1e-5));
        }
    }

    [Test]
    public async Task Verify_ends_with_done_when_every_row_is_equal()
    {
        using TemporaryFolder home = new();
        string rows = Path.Combine(home.Path, "rows.csv");
        await File.WriteAllLinesAsync(rows, File.ReadLines(Rows("heart-fasttree-small")).Take(9));
        CommandRun run = await CommandRun.Of(home.Path, ["model", "verify", Model("heart-fasttree-small"), "--input", rows]);
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(run.Output, Does.Contain("8 rows equal, 0 different"));
        });
    }

    [TestCase("inspect")]
    [TestCase("verify")]
    public async Task A_label_column_gives_the_area_under_the_curve_before_and_after_rounding(string command)
    {
        using TemporaryFolder home = new();
        string rows = Path.Combine(home.Path, "rows.csv");
        await File.WriteAllLinesAsync(rows, File.ReadLines(Rows("heart-lbfgs-minmax")).Take(61));
        CommandRun run = await CommandRun.Of(home.Path, ["model", command, Model("heart-lbfgs-minmax"), "--input", rows, "--label", "label", "--json"]);
        JsonNode loss = JsonNode.Parse(run.Output)!["quantisation"]!;
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That((double)loss["auc"]!, Is.InRange(0.8, 1));
            Assert.That((double)loss["auc_integer"]!, Is.EqualTo((double)loss["auc"]!).Within(0.002));
            Assert.That((bool)loss["target_met"]!);
        });
    }

    [Test]
    public async Task A_label_column_that_is_not_there_or_has_no_numbers_ends_with_usage()
    {
        using TemporaryFolder home = new();
        string rows = Path.Combine(home.Path, "rows.csv");
        string[] lines = [.. File.ReadLines(Rows("heart-lbfgs-minmax")).Take(41)];
        await File.WriteAllLinesAsync(rows, [lines[0] + ",outcome", .. lines.Skip(1).Select(line => line + (line.EndsWith('1') ? ",ill" : ",well"))]);
        string[] arguments = ["model", "inspect", Model("heart-lbfgs-minmax"), "--input", rows, "--json", "--label"];
        CommandRun absent = await CommandRun.Of(home.Path, [.. arguments, "nothing"]);
        CommandRun words = await CommandRun.Of(home.Path, [.. arguments, "outcome"]);
        CommandRun yes = await CommandRun.Of(home.Path, [.. arguments, "outcome=ill"]);
        Assert.Multiple(() =>
        {
            Assert.That(absent.ExitCode, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(absent.Output + absent.Error, Does.Contain("no column 'nothing'"));
            Assert.That(words.ExitCode, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(words.Output + words.Error, Does.Contain("--label outcome="));
            Assert.That(yes.ExitCode, Is.Zero, yes.Error);
            Assert.That((double)JsonNode.Parse(yes.Output)!["quantisation"]!["auc"]!, Is.GreaterThan(0.8));
        });
    }

    [Test]
    public async Task A_card_is_shown_with_everything_that_a_clinic_decides_by()
    {
        using TemporaryFolder home = new();
        string folder = Path.Combine(home.Path, "heart");
        string rows = Path.Combine(home.Path, "rows.csv");
        await File.WriteAllLinesAsync(rows, File.ReadLines(Rows("heart-ap-platt")).Take(61));
        Dictionary<string, string> password = new() { ["SUBNET_MODEL_PASSWORD"] = "a long password" };
        CommandRun compile = await CommandRun.Of(
            home.Path,
            [
                "model", "compile", Model("heart-ap-platt"), "--input", rows, "--output", folder, "--id", "m1", "--label", "label", "--title", "Arteries", "--intended-use", "adults",
                "--limits", "not children", "--data", "Cleveland", "--claim", "auc=0.9", "--output-meaning", "narrowed arteries",
            ],
            password);
        CommandRun card = await CommandRun.Of(home.Path, ["model", "card", Path.Combine(folder, "card.json")]);
        CommandRun twice = await CommandRun.Of(home.Path, ["model", "compile", Model("heart-ap-platt"), "--input", rows, "--output", folder + "2", "--claim", "good"], password);
        Assert.That(compile.ExitCode, Is.Zero, compile.Error);
        Assert.That(card.ExitCode, Is.Zero, card.Error);
        Assert.That(twice.ExitCode, Is.EqualTo((int)ExitCode.Usage));
        string shown = string.Join(' ', card.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Multiple(() =>
        {
            foreach (string part in (string[])[
                "m1: Arteries", "for: adults", "not for: not children", "data: Cleveland", "auc 0.9", "narrowed arteries", "1 / (1 + exp(", "failure probability 0", "loss by encryption 0",
                "upload 102585", "reply ", "AUC 0.", "target met", "weights", "age", "refused", "commitment ", "to answer", "circuit: linear"])
            {
                Assert.That(shown, Does.Contain(part));
            }
        });
    }

    [Test]
    public async Task Ranges_too_wide_for_the_target_are_said_to_miss_it()
    {
        using TemporaryFolder home = new();

        // The table's last rows are made up: values of a million, which leave ordinary ones a few steps.
        CommandRun run = await CommandRun.Of(home.Path, ["model", "inspect", Model("heart-ap-platt"), "--input", Rows("heart-ap-platt"), "--label", "label"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.ReplaceLineEndings(" "), Does.Contain("TARGET MISSED").And.Contain("AUC"));
    }

    [Test]
    public async Task A_damaged_model_and_rows_that_do_not_fit_end_with_one_sentence_and_could_not()
    {
        using TemporaryFolder home = new();
        CommandRun model = await CommandRun.Of(home.Path, ["model", "inspect", SharedFolder.Require("vectors", "mlnet-malformed", "tree-cycle.zip")]);
        CommandRun rows = await CommandRun.Of(home.Path, ["model", "predict", Model("heart-ap"), "--input", Rows("derm-ova-lbfgs")]);
        Assert.Multiple(() =>
        {
            Assert.That(model.ExitCode, Is.EqualTo((int)ExitCode.CouldNot));
            Assert.That(model.Error, Does.Contain("FastTree").And.Contain("reached twice"));
            Assert.That(rows.ExitCode, Is.EqualTo((int)ExitCode.CouldNot));
            Assert.That(rows.Error, Does.Contain("no column age"));
        });
    }

    [Test]
    public async Task Predict_without_rows_ends_with_usage()
    {
        using TemporaryFolder home = new();
        CommandRun run = await CommandRun.Of(home.Path, ["model", "predict", Model("heart-ap")]);
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.EqualTo((int)ExitCode.Usage));
            Assert.That(run.Error, Does.Contain("--input"));
        });
    }

    [Test]
    public async Task Compile_writes_a_card_that_the_card_command_shows_and_a_circuit_under_a_password()
    {
        using TemporaryFolder home = new();
        string folder = Path.Combine(home.Path, "heart");
        Dictionary<string, string> password = new() { ["SUBNET_MODEL_PASSWORD"] = "a long password" };
        string[] arguments = ["model", "compile", Model("heart-gam"), "--input", Rows("heart-gam"), "--output", folder, "--id", "m1"];
        CommandRun compile = await CommandRun.Of(home.Path, arguments, password);
        CommandRun again = await CommandRun.Of(home.Path, arguments, password);
        CommandRun card = await CommandRun.Of(home.Path, ["model", "card", Path.Combine(folder, "card.json"), "--json"]);
        CommandRun broken = await CommandRun.Of(home.Path, ["model", "card", Path.Combine(folder, "circuit.bin")]);
        Assert.Multiple(() =>
        {
            Assert.That(compile.ExitCode, Is.Zero, compile.Error);
            Assert.That(again.ExitCode, Is.EqualTo((int)ExitCode.CouldNot));
            Assert.That(card.ExitCode, Is.Zero, card.Error);
            Assert.That((string?)JsonNode.Parse(card.Output)!["circuit"], Is.EqualTo("additive"));
            Assert.That(compile.Output, Does.Contain((string?)JsonNode.Parse(card.Output)!["card"]));
            Assert.That(broken.ExitCode, Is.EqualTo((int)ExitCode.CouldNot));
        });
    }
}
