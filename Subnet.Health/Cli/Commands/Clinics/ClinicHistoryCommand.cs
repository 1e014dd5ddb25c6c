using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic history</c>: the queries of this gateway, decrypted for its own people.</summary>
internal sealed class ClinicHistoryCommand : SubnetCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<int> last = new("--last") { Description = "So many, the newest first.", HelpName = "N", DefaultValueFactory = _ => 20 };

    public ClinicHistoryCommand()
        : base(
            "history",
            "Show this gateway's past queries with results and outcomes; the file is encrypted at rest.",
            new CommandExample("clinic history --last 5 --wallet-name clinic --password-file password.txt", "a gateway that asked something"))
    {
        clinic.AddTo(this);
        Options.Add(last);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicHistoryDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        const int MostShown = 100_000;
        if (context.Get(last) is < 1 or > MostShown)
        {
            throw new CommandException(ErrorCodes.Usage, $"{context.Get(last)} queries cannot be shown.", $"Give --last 1 to {MostShown}.");
        }

        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            IReadOnlyList<ClinicRecord> records = await access.Client.HistoryAsync(context.Get(last)).ConfigureAwait(false);
            context.Output.Document(new ClinicHistoryDocument([.. records.Select(ClinicRecordEntry.Of)]), console => console.Write(Table(records)));
            return ExitCode.Done;
        }
    }

    private static Table Table(IReadOnlyList<ClinicRecord> records)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("time", "event", "subnet", "model", "patient", "risk", "outcome", "miner");
        foreach (ClinicRecord record in records)
        {
            table.AddRow(
                record.Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                record.Event,
                record.Netuid.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(record.Model),
                Markup.Escape(record.Patient ?? Quantity.Of(record.Rows, "patient")),
                string.Join(' ', record.Scores.Take(3).Select(score => score.Probability?.ToString("P1", CultureInfo.InvariantCulture) ?? score.Label)),
                string.Join(' ', record.Scores.Where(score => score.Outcome is not null).Select(score => score.Outcome == true ? "yes" : "no")),
                record.Miner);
        }

        return table;
    }
}

/// <summary>A past score.</summary>
internal sealed record ClinicRecordScoreEntry(int Row, float? Probability, string? Label, bool? Outcome);

/// <summary>A past query.</summary>
internal sealed record ClinicRecordEntry(
    string Event, DateTimeOffset Time, int Netuid, string Model, string Card, string Miner, int Rows, string? Patient, IReadOnlyList<ClinicRecordScoreEntry> Scores)
{
    public static ClinicRecordEntry Of(ClinicRecord record) => new(
        record.Event,
        record.Time,
        record.Netuid,
        record.Model,
        record.Card,
        record.Miner,
        record.Rows,
        record.Patient,
        [.. record.Scores.Select(score => new ClinicRecordScoreEntry(score.Row, score.Probability, score.Label.Length == 0 ? null : score.Label, score.Outcome))]);
}

/// <summary>The answer of <c>subnet clinic history</c>.</summary>
internal sealed record ClinicHistoryDocument(IReadOnlyList<ClinicRecordEntry> Queries) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-history/1";
}
