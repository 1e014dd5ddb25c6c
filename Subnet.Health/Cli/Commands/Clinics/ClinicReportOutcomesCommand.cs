using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic report-outcomes</c>: what became of patients, for scoring that nobody can see into.</summary>
internal sealed class ClinicReportOutcomesCommand : StateChangingCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<string?> queryEvent = new("--event") { Description = "The query's event.", HelpName = "EVENT" };
    private readonly Option<int> row = new("--row") { Description = "The patient's row in the query.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> outcome = new("--outcome") { Description = "Whether the condition was there: yes or no.", HelpName = "yes|no" };
    private readonly Option<string?> csv = new("--csv") { Description = "Many outcomes: columns event, row (optional) and outcome.", HelpName = "FILE" };

    public ClinicReportOutcomesCommand()
        : base(
            "report-outcomes",
            "Record patients' outcomes: that one is known goes into the log, what it is stays encrypted here.",
            new CommandExample("clinic report-outcomes --event 0123456789abcdef0123456789abcdef --outcome yes --wallet-name clinic --yes", "a gateway that asked something"))
    {
        clinic.AddTo(this);
        foreach (Option option in new Option[] { queryEvent, row, outcome, csv })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicReportOutcomesDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        List<(string Event, int Row, bool Outcome)> outcomes = Read(context);
        if (context.Get(DryRun))
        {
            Show(context, outcomes.Count, isDryRun: true);
            return ExitCode.Done;
        }

        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            foreach ((string name, int patient, bool was) in outcomes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await access.Client.ReportOutcomeAsync(name, was, patient).ConfigureAwait(false);
            }
        }

        Show(context, outcomes.Count, isDryRun: false);
        return ExitCode.Done;
    }

    private static void Show(CommandContext context, int count, bool isDryRun) => context.Output.Document(
        new ClinicReportOutcomesDocument(count, isDryRun), console => console.WriteLine($"{count} outcomes {(isDryRun ? "would be" : "are")} recorded"));

    private List<(string Event, int Row, bool Outcome)> Read(CommandContext context)
    {
        if (context.Get(csv) is { } file)
        {
            using StreamReader text = File.OpenText(context.ExistingFile(file));
            return ReadTable(text);
        }

        return context.Get(queryEvent) is { } name && context.Get(outcome) is { } word
            ? [(name, context.Get(row), Parse(word))]
            : throw new CommandException(ErrorCodes.Usage, "No outcome is given.", "Give --event and --outcome, or --csv FILE.");
    }

    private static List<(string Event, int Row, bool Outcome)> ReadTable(StreamReader text)
    {
        List<(string, int, bool)> outcomes = [];
        using CsvReader reader = new(text, CultureInfo.InvariantCulture);
        try
        {
            reader.Read();
            reader.ReadHeader();
            bool hasRows = reader.HeaderRecord?.Contains("row", StringComparer.Ordinal) == true;
            while (reader.Read())
            {
                outcomes.Add((reader.GetField("event")!, hasRows ? reader.GetField<int>("row") : 1, Parse(reader.GetField("outcome")!)));
            }
        }
        catch (CsvHelperException fault)
        {
            throw new CommandException(
                ErrorCodes.RowsUnreadable, $"The table of outcomes cannot be read: {fault.Message.Split('\n')[0].TrimEnd('.', '\r')}.", "Give columns event, outcome and, where queries have several patients, row.", fault);
        }

        return outcomes;
    }

    private static bool Parse(string word) => word.Trim() switch
    {
        "yes" or "true" or "1" => true,
        "no" or "false" or "0" => false,
        _ => throw new CommandException(ErrorCodes.Usage, $"'{word}' is no outcome.", "An outcome is yes or no."),
    };
}

/// <summary>The answer of <c>subnet clinic report-outcomes</c>.</summary>
internal sealed record ClinicReportOutcomesDocument(int Recorded, bool DryRun) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-report-outcomes/1";
}
