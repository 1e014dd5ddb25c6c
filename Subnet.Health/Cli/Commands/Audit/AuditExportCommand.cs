using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Export;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit export LOG --format F</c>: entries in the forms that other systems read, each leading back to its proof.</summary>
internal sealed class AuditExportCommand : AuditReadCommand
{
    private readonly EntryFilterOptions filter = new();

    private readonly Option<string> format = new("--format") { Description = "csv, fhir (AuditEvents as NDJSON), syslog or ndjson (entries as stored)." };

    private readonly Option<string?> output = new("--output", "-o") { Description = "File to write; else standard output." };

    private readonly Option<string> canonicalBase =
        OptionNames.Create<string>("--canonical-base", "Base of the deployment's own FHIR systems and extensions.");

    private readonly Option<string> host = new("--host") { Description = "Host name in syslog lines.", DefaultValueFactory = _ => "-" };

    private readonly Option<int> enterprise = new("--enterprise")
    {
        Description = "Private enterprise number in syslog lines; 32473 is the one for documentation.",
        DefaultValueFactory = _ => EntryExport.DocumentationEnterprise,
    };

    public AuditExportCommand()
        : base(
            "export",
            "Writes entries of a log as CSV, FHIR AuditEvents, syslog lines or NDJSON.",
            new CommandExample("audit export clinic/log --policy reviewer.policy --format csv --output march.csv --from 2026-03-01 --to 2026-04-01", "a log's folder and a policy file"))
    {
        canonicalBase.DefaultValueFactory = _ => EntryExport.DefaultCanonicalBase;
        format.AcceptOnlyFromAmong("csv", "fhir", "syslog", "ndjson");
        foreach (Option option in (Option[])[format, output, canonicalBase, host, enterprise, .. filter.All])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        EntryFilter wanted = filter.Read(context);
        Required(context, format);
        VerifiedLog log = OpenLog(context);
        await RecordExportedAsync(context, log.Checkpoint, log.FirstEntry, log.Checkpoint.Size, cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(
                () => WriteOutput(context, context.Get(output), writer => Write(context, log, log.Entries(log.FirstEntry).Where(entry => wanted.Matches(entry.Members)), writer)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        return ExitCode.Done;
    }

    private void Write(CommandContext context, VerifiedLog log, IEnumerable<LoggedEntry> entries, TextWriter writer)
    {
        switch (context.Get(format))
        {
            case "fhir":
                EntryExport.Fhir(log.Checkpoint, entries, context.Get(canonicalBase)!, writer);
                break;
            case "syslog":
                EntryExport.Syslog(entries, context.Get(host)!, context.Get(enterprise), writer);
                break;
            case { } word when EntryExport.Find(word) is { } export:
                export.Write(log.Checkpoint, entries, writer);
                break;
            default:
                throw new CommandException(ErrorCodes.Usage, "There is no such format.", "Choose csv, fhir, syslog or ndjson.");
        }
    }
}
