using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Network.Demo.Processes;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet demo</c>: a whole network on this machine, with real patients, real models, and cheats.</summary>
internal sealed class DemoCommand : SubnetCommand
{
    private readonly Option<ulong> seed = new("--seed") { Description = "Where every key comes from: the same seed gives the same result.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> folder = new("--folder") { Description = "Where the state is left (default: demo in the state folder; a demonstration that is there is replaced).", HelpName = "DIR" };
    private readonly Option<bool> small = new("--small") { Description = "The same steps with fewer patients and epochs." };

    private readonly Option<bool> processes = new("--processes") { Description = "Each party in a process of its own; the result is the same." };
    private readonly Option<string?> party = new("--party") { Description = "Be one party of a demonstration that runs elsewhere; what --processes starts.", HelpName = "ROLE/NAME", Hidden = true };

    public DemoCommand()
        : base(
            "demo",
            "Run a whole network on this machine and show what came of it.",
            new CommandExample("demo", "half a minute and two cores"),
            new CommandExample("demo --seed 7 --json", "half a minute and two cores"),
            new CommandExample("demo --processes", "a minute, two cores and memory for fourteen processes"))
    {
        Options.Add(seed);
        Options.Add(folder);
        Options.Add(small);
        Options.Add(processes);
        Options.Add(party);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(DemoDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string place = context.Get(folder) is { } named ? context.FullPath(named) : Path.Combine(context.Home, "demo");
        if (context.Get(party) is { } one)
        {
            return await PlayAsync(context, one, place, cancellationToken).ConfigureAwait(false);
        }

        Clear(place);
        DemoBudget budget = context.Get(small) ? DemoBudget.Small : DemoBudget.Full;
        if (context.IsVerbose)
        {
            context.Output.Say(
                $"budget: {budget.AuditedEpochs} audited epochs of {DemoBudget.Tempo} blocks, {budget.Tokens} tokens, {budget.Challenges.Queries} queries of each honest validator to each miner in an epoch, "
                + $"{budget.Patients + (budget.BatchQueries * DemoBudget.BatchRows)} patients for each model");
        }

        ulong number = context.Get(seed);
        DemoOptions options = new(place, number, budget, context.Environment.CurrentDirectory);
        if (context.Get(processes))
        {
            options = options with { CastOf = where => new ProcessCast(where, number, SharedArguments(context)) };
        }

        DemoReport report;
        try
        {
            report = await new DemoRun(options, context.Output.Say, context.Time, context.Loggers).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandException(ErrorCodes.FileNotFound, $"The demonstration cannot start: {e.Message}.", "Run it from the top of a checkout.", e);
        }
        catch (PartyProcessException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CommandException(ErrorCodes.DemoPartyFailed, $"The demonstration cannot go on: {e.Message}.", "Its errors are above; run it again, or without --processes.", e);
        }

        DemoDocument document = new(report.Folder, report.Result, report.Measured);
        context.Output.Document(document, console => DemoText.Write(console, report));
        context.Output.Say(
            $"Everything is left in {place}: try 'subnet metagraph 1', 'subnet audit trace {report.Measured.TracedEvent}' or 'subnet dashboard', each with --home {place}.");
        return report.Result.Claims.All(claim => claim.Holds) ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>One party of a demonstration that another process runs.</summary>
    private static async Task<ExitCode> PlayAsync(CommandContext context, string one, string place, CancellationToken cancellationToken)
    {
        string[] parts = one.Split('/');
        if (parts.Length != 2)
        {
            throw new CommandException(ErrorCodes.Usage, $"'{one}' is no ROLE/NAME.", "Run 'subnet demo --processes', which starts the parties itself.");
        }

        await new PartyHost(parts[0], parts[1], place, SampleFolder.Find(context.Environment.CurrentDirectory), context.Time, context.Loggers)
            .RunAsync(context.Environment.In, context.Environment.Out, cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>What the parties' processes need to read the same settings as this one.</summary>
    private static string[] SharedArguments(CommandContext context) =>
        [.. context.IsVerbose ? ["--verbose"] : Array.Empty<string>(), .. context.ConfigFile is { } file ? ["--config", file] : Array.Empty<string>(), "--home", context.Home];

    /// <summary>Makes room: only a folder that an earlier demonstration left is removed.</summary>
    private static void Clear(string place)
    {
        if (!Directory.Exists(place) || !Directory.EnumerateFileSystemEntries(place).Any())
        {
            return;
        }

        NetworkFile? earlier;
        try
        {
            earlier = NetworkFile.TryRead(place);
        }
        catch (NetworkFileException)
        {
            earlier = null;
        }

        if (earlier is not { Seeded: true, Name: DemoPlan.Network })
        {
            throw new CommandException(ErrorCodes.FileExists, $"'{place}' is there and was not left by a demonstration.", "Name another folder with --folder.");
        }

        Directory.Delete(place, recursive: true);
    }
}

/// <summary>The answer of <c>subnet demo</c>.</summary>
/// <param name="Folder">Where everything was left.</param>
/// <param name="Result">The same for every run of one seed.</param>
/// <param name="Measured">Depends on the machine.</param>
internal sealed record DemoDocument(string Folder, DemoResult Result, DemoMeasured Measured) : Document(FormatName)
{
    public const string FormatName = "subnet/demo/1";
}

/// <summary>A demonstration's report for people.</summary>
internal static class DemoText
{
    private const double Alpha = 1_000_000_000;

    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, DemoReport report)
    {
        DemoResult result = report.Result;
        Table patients = new Table().Border(TableBorder.Minimal).AddColumns("model", "patient", "decrypted risk", "plain risk", "difference", "outcome");
        foreach (DemoPatient patient in result.Patients)
        {
            patients.AddRow(
                NameOf(result, patient.Netuid), patient.Patient, Number(patient.Risk, 6), Number(patient.PlainRisk, 6), $"{patient.Difference}",
                patient.Outcome switch { true => "yes", false => "no", null => "" });
        }

        console.Write(patients);
        Table models = new Table().Border(TableBorder.Minimal).AddColumns("model", "patients", "AUC encrypted", "AUC plain", "query bytes", "reply bytes", "ms per query");
        for (int i = 0; i < result.Models.Count; i++)
        {
            DemoModelResult model = result.Models[i];
            models.AddRow(
                model.Name, $"{model.Patients}", Number(model.AucEncrypted, 4), Number(model.AucPlain, 4), $"{model.QueryBytes}", $"{model.ReplyBytes}",
                Number(report.Measured.QueryMs[i], 2));
        }

        console.Write(models);
        Table miners = new Table().Border(TableBorder.Minimal).AddColumns("miner", "what it did", "verdicts for / against", "caught by", "incentive", "alpha earned");
        foreach (DemoMinerResult miner in result.Miners)
        {
            miners.AddRow(
                miner.Name, miner.Conduct, $"{miner.ValidVerdicts} / {miner.FailedVerdicts}", string.Join(", ", miner.CaughtBy), Number(miner.Incentive, 4),
                Number(miner.EmissionAlpha / Alpha, 4));
        }

        console.Write(miners);
        Table validators = new Table().Border(TableBorder.Minimal).AddColumns("validator", "what it did", "stake", "plans", "trust", "alpha earned", "for each staked", "caught by");
        foreach (DemoValidatorResult validator in result.Validators)
        {
            validators.AddRow(
                validator.Name, validator.Conduct, validator.StakeShare.ToString("P0", CultureInfo.InvariantCulture), $"{validator.Plans}", Number(validator.Trust, 4),
                Number(validator.EmissionAlpha / Alpha, 4), Number(validator.PerStake, 6), string.Join(", ", validator.CaughtBy));
        }

        console.Write(validators);
        if (result.Organic is { } organic)
        {
            console.WriteLine(
                $"organic: {organic.Validators} of {result.Validators.Count} validators scored {organic.Miner} on {organic.Patients} patients' outcomes under encryption: "
                + $"{Number(organic.Quality, 4)} published, {Number(organic.PlainQuality, 4)} in the clear; {organic.Recomputed} outputs recomputed from the transcript");
        }

        Table trace = new Table().Border(TableBorder.Minimal).AddColumns($"query {report.Measured.TracedEvent}", "", "links");
        foreach (DemoTraceStep step in result.Trace)
        {
            trace.AddRow(step.Title, step.Status, $"{step.Links}");
        }

        console.Write(trace);
        foreach (DemoClaim claim in result.Claims)
        {
            console.WriteLine($"{(claim.Holds ? "yes" : "NO ")}  {claim.Sentence} ({claim.Detail})");
        }

        console.WriteLine(
            $"{report.Measured.Tokens} tokens, {report.Measured.ValidatorQueries} validators' queries, {report.Measured.LogEntries} log entries, "
            + $"{Number(report.Measured.TotalSeconds, 1)} s; fsync {Number(report.Measured.FsyncMs, 2)} ms; two models at once cost {Number(100 * report.Measured.CompositeOverhead, 1)} % over the slower one");
    }

    private static string NameOf(DemoResult result, ushort netuid) => result.Models.First(model => model.Netuid == netuid).Name;

    private static string Number(double value, int digits) => value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
