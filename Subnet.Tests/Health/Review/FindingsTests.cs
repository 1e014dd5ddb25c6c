using System.Text.Json.Nodes;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Commands.Audit;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Findings;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

[TestFixture]
internal sealed class FindingsTests
{
    private static readonly string[] Opening = ["open", "--log", "audit.example/clinic-7", "--entry", "17", "--code", "seq-gap", "--severity", "error", "--text", "entry 16 is missing"];

    [Test]
    public async Task Finding_goes_from_open_to_signed_off_and_each_step_is_in_the_reviewers_log()
    {
        using TemporaryFolder home = new();
        string id = await OpenAsync(home);
        Assert.That((await RunAsync(home, "note", id, "--text", "asked the operator")).ExitCode, Is.Zero);
        Assert.That((await RunAsync(home, "assign", id, "--to", "u-0042")).ExitCode, Is.Zero);
        CommandRun closed = await RunAsync(home, "sign-off", id, "--resolution", "explained", "--json");
        Assert.That(closed.ExitCode, Is.Zero, closed.Error);
        JsonNode document = JsonNode.Parse(closed.Output)!;
        Assert.That(SchemaCheck.Problems(JsonNode.Parse(DocumentSchema.Text(typeof(AuditFindingsDocument)))!, document), Is.Empty);
        JsonNode finding = document["findings"]![0]!;
        Assert.That(
            (finding["status"]!.GetValue<string>(), finding["resolution"]!.GetValue<string>(), finding["assignee"]!.GetValue<string>(), finding["steps"]!.AsArray().Count),
            Is.EqualTo(("closed", "explained", "u-0042", 4)));
        string log = await File.ReadAllTextAsync(Directory.EnumerateFiles(home.Combine("reviewer", "log", "tile", "entries"), "*", SearchOption.AllDirectories).Order().Last());
        foreach (JsonNode? step in finding["steps"]!.AsArray())
        {
            Assert.That(log, Does.Contain(step!["hash"]!.GetValue<string>()));
        }

        Assert.That(log, Does.Not.Contain("asked the operator"), "what reviewers say stays with them");
    }

    [Test]
    public async Task Step_that_is_not_possible_is_refused_and_leaves_nothing()
    {
        using TemporaryFolder home = new();
        string id = await OpenAsync(home);
        Assert.That((await RunAsync(home, "reopen", id)).ExitCode, Is.EqualTo(1));
        Assert.That((await RunAsync(home, "sign-off", id, "--resolution", "fixed")).ExitCode, Is.Zero);
        CommandRun late = await RunAsync(home, "note", id, "--text", "late");
        Assert.That((late.ExitCode, late.Error), Is.EqualTo((1, late.Error)));
        Assert.That(late.Error, Does.Contain("reopen it first"));
        Assert.That((await RunAsync(home, "show", id)).Output, Does.Not.Contain("late"));
        Assert.That((await RunAsync(home, "sign-off", new string('0', 32), "--resolution", "fixed")).ExitCode, Is.EqualTo(1), "no such finding");
        Assert.That((await RunAsync(home, "sign-off", id)).ExitCode, Is.EqualTo(1), "it is closed already");
        Assert.That((await RunAsync(home, "open")).ExitCode, Is.EqualTo(2), "what it is about is missing");
        Assert.That((await RunAsync(home, "close", id)).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync(home, "show", "../../key")).ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task Changed_left_out_or_moved_record_is_seen()
    {
        using TemporaryFolder home = new();
        string id = await OpenAsync(home);
        await RunAsync(home, "note", id, "--text", "first");
        await RunAsync(home, "note", id, "--text", "second");
        string path = home.Combine("reviewer", "findings", id + ".jsonl");
        string[] lines = await File.ReadAllLinesAsync(path);
        foreach (string[] tampered in (string[][])
            [
                [lines[0], lines[1].Replace("first", "other", StringComparison.Ordinal), lines[2]],
                [lines[0], lines[2]],
                [lines[0], lines[2], lines[1]],
                [lines[1], lines[2]],
            ])
        {
            await File.WriteAllLinesAsync(path, tampered);
            CommandRun shown = await RunAsync(home, "show", id);
            Assert.That(shown.ExitCode, Is.EqualTo(1), shown.Output);
            Assert.That(shown.Output, Does.Contain("NOT sound"));
            Assert.That((await RunAsync(home, "note", id, "--text", "on top")).ExitCode, Is.EqualTo(1), "nothing is added to a broken chain");
        }
    }

    [Test]
    public async Task Reviewer_who_was_given_the_file_signs_off_with_a_key_of_its_own_and_the_document_says_whether_that_is_independent()
    {
        using TemporaryFolder first = new(), second = new();
        string id = await OpenAsync(first);
        await RunAsync(first, "assign", id, "--to", "u-0042");
        Directory.CreateDirectory(second.Combine("reviewer", "findings"));
        File.Copy(first.Combine("reviewer", "findings", id + ".jsonl"), second.Combine("reviewer", "findings", id + ".jsonl"));
        JsonNode other = await SignOffAsync(second);
        JsonNode own = await SignOffAsync(first);
        Assert.That((other["independent"]!.GetValue<bool>(), own["independent"]!.GetValue<bool>()), Is.EqualTo((true, false)));
        Assert.That(other["steps"]![2]!["by"]!.GetValue<string>(), Is.Not.EqualTo(other["steps"]![0]!["by"]!.GetValue<string>()));

        async Task<JsonNode> SignOffAsync(TemporaryFolder home)
        {
            CommandRun run = await RunAsync(home, "sign-off", id, "--resolution", "explained", "--json");
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            return JsonNode.Parse(run.Output)!["findings"]![0]!;
        }
    }

    [Test]
    public async Task Record_in_the_name_of_another_key_is_refused_and_nothing_is_added_to_it()
    {
        using TemporaryFolder home = new();
        using SigningKey named = SigningKey.FromSeed(new byte[32]);
        using SigningKey signing = SigningKey.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);
        string id = await OpenAsync(home);
        string path = home.Combine("reviewer", "findings", id + ".jsonl");
        FindingCase before = new FindingStore(home.Combine("reviewer", "findings")).Find(id)!;
        FindingRecord honest = FindingRecord.Create(named, id, 1, before.Records[0].Hash, FindingAct.SignOff, DateTimeOffset.UnixEpoch, new() { { "resolution", "mistaken" } });
        FindingRecord theirs = FindingRecord.Create(signing, id, 1, before.Records[0].Hash, FindingAct.SignOff, DateTimeOffset.UnixEpoch, new() { { "resolution", "mistaken" } });
        string opening = await File.ReadAllTextAsync(path);
        new FindingStore(home.Combine("reviewer", "findings")).Append(before, FindingRecord.Read(honest.Statement, theirs.Signature));
        CommandRun shown = await RunAsync(home, "show", id);
        Assert.That((shown.ExitCode, shown.Output.Contains("NOT sound", StringComparison.Ordinal)), Is.EqualTo((1, true)), shown.Output);
        CommandRun reopened = await RunAsync(home, "reopen", id);
        Assert.That((reopened.ExitCode, reopened.Error.Contains("not signed", StringComparison.Ordinal)), Is.EqualTo((1, true)), reopened.Error);
        await File.WriteAllTextAsync(path, opening);
        foreach (string[] step in (string[][])[["note", "--text", "x"], ["assign", "--to", "u-1"], ["sign-off", "--resolution", "fixed"], ["reopen"]])
        {
            CommandRun unknown = await RunAsync(home, [step[0], new string('0', 32), .. step[1..]]);
            Assert.That((unknown.ExitCode, unknown.Error.Contains("There is no finding", StringComparison.Ordinal)), Is.EqualTo((1, true)), unknown.Error);
        }

        Assert.That((await RunAsync(home, "sign-off", id, "--resolution", "whatever")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync(home, "show", id, "--json")).Output, Does.Contain("\"open\""));
    }

    [Test]
    public void Sign_off_by_another_than_the_one_who_opened_is_independent()
    {
        using SigningKey first = SigningKey.FromSeed(new byte[32]);
        using SigningKey second = SigningKey.FromSeed([.. Enumerable.Repeat((byte)7, 32)]);
        string id = new('a', 32);
        DateTimeOffset time = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        FindingRecord opened = FindingRecord.Create(first, id, 0, new string('0', 64), FindingAct.Open, time, new() { { "log", "l" }, { "code", "c" } });
        FindingRecord own = FindingRecord.Create(first, id, 1, opened.Hash, FindingAct.SignOff, time, new() { { "resolution", "fixed" } });
        FindingRecord other = FindingRecord.Create(second, id, 1, opened.Hash, FindingAct.SignOff, time, new() { { "resolution", "fixed" } });
        Assert.That((new FindingCase([opened, own]).IsIndependent, new FindingCase([opened, other]).IsIndependent), Is.EqualTo((false, true)));
        Assert.That(new FindingCase([opened, other]).Fault(), Is.Null);
        FindingRecord forged = FindingRecord.Read(other.Statement, own.Signature);
        Assert.That(new FindingCase([opened, forged]).Fault(), Does.Contain("not signed"));
    }

    [Test]
    public void Record_with_members_that_are_unknown_or_malformed_is_refused()
    {
        using SigningKey key = SigningKey.FromSeed(new byte[32]);
        CanonicalObject good = FindingRecord.Create(key, new string('a', 32), 0, new string('0', 64), FindingAct.Open, default, new() { { "log", "l" } }).Members;
        foreach ((string name, CanonicalValue value) in ((string, CanonicalValue)[])
            [("more", new CanonicalText("x")), ("act", new CanonicalText("close")), ("prev", new CanonicalText("0")), ("seq", new CanonicalText("0")), ("time", new CanonicalText("now")), ("text", new CanonicalText(new string('x', 4001)))])
        {
            CanonicalObject bad = CanonicalJsonReader.Read(CanonicalJsonWriter.Write(good));
            bad[name] = value;
            Assert.That(() => FindingRecord.Read(CanonicalJsonWriter.Write(bad), new byte[64]), Throws.InstanceOf<AuditEntryException>(), name);
        }
    }

    private static async Task<string> OpenAsync(TemporaryFolder home)
    {
        CommandRun opened = await RunAsync(home, [.. Opening, "--json"]);
        Assert.That(opened.ExitCode, Is.Zero, opened.Error);
        return JsonNode.Parse(opened.Output)!["findings"]![0]!["id"]!.GetValue<string>();
    }

    private static Task<CommandRun> RunAsync(TemporaryFolder home, params string[] arguments) => CommandRun.Of(home.Path, ["audit", "findings", .. arguments]);
}
