using System.Diagnostics;
using Subnet.Tests.Support;

namespace Subnet.Tests.Architecture;

/// <summary>The counting part of the gate, on results files made for the test: it must not let a bad run pass.</summary>
[TestFixture]
internal sealed class GateTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        if (!File.Exists("/bin/bash"))
        {
            Assert.Ignore("there is no bash");
        }

        folder = new TemporaryFolder();
    }

    [TearDown]
    public void RemoveFolder() => folder?.Dispose();

    [Test]
    public async Task Results_of_several_files_are_added_up()
    {
        await WriteResults("a.trx", total: 3, executed: 3, passed: 3);
        await WriteResults("b.trx", total: 2, executed: 2, passed: 2);
        Assert.That(await Count(), Is.EqualTo((0, "5 passed, 0 failed, 0 skipped")));
    }

    [Test]
    public async Task Failed_test_fails_the_gate()
    {
        await WriteResults("a.trx", total: 3, executed: 3, passed: 2);
        Assert.That(await Count(), Is.EqualTo((1, "2 passed, 1 failed, 0 skipped")));
    }

    [Test]
    public async Task Run_without_any_test_fails_the_gate()
    {
        Assert.That(await Count(), Is.EqualTo((1, "0 passed, 0 failed, 0 skipped")));
        await WriteResults("crashed.trx", total: 0, executed: 0, passed: 0);
        Assert.That(await Count(), Is.EqualTo((1, "0 passed, 0 failed, 0 skipped")));
    }

    [Test]
    public async Task Skip_is_printed_with_its_reason_and_fails_the_gate_only_in_ci()
    {
        const string Skipped = """
            <UnitTestResult testName="Oracle_of(&quot;x&quot;)" outcome="NotExecuted"><Output><ErrorInfo>
            <Message>there is no Node</Message></ErrorInfo></Output></UnitTestResult>
            """;
        await WriteResults("a.trx", total: 2, executed: 1, passed: 1, Skipped);
        (int code, string output) = await Run("");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("skipped Oracle_of(\"x\"): there is no Node\n").And.EndsWith("1 passed, 0 failed, 1 skipped\n"));
        Assert.That((await Run("true")).Code, Is.EqualTo(1));
    }

    private Task WriteResults(string name, int total, int executed, int passed, string results = "") => File.WriteAllTextAsync(
        folder.Combine(name),
        $"""
        <TestRun><Results>{results}</Results><ResultSummary outcome="Completed">
        <Counters total="{total}" executed="{executed}" passed="{passed}" failed="0" notExecuted="0" />
        </ResultSummary></TestRun>
        """);

    private async Task<(int Code, string LastLine)> Count()
    {
        (int code, string output) = await Run("true");
        return (code, output.Trim().Split('\n')[^1]);
    }

    private async Task<(int Code, string Output)> Run(string ci)
    {
        ProcessStartInfo start = new("/bin/bash", [Path.Combine(RepositoryFolder.Find(), ".ci", "count"), folder.Path]) { RedirectStandardOutput = true };
        start.Environment["CI"] = ci;
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
