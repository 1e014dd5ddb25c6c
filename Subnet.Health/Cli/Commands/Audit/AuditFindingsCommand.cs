using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Journal;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>
/// <c>subnet audit findings ACTION [ID]</c>: what reviewers found, who has it, how it was closed. Each step is a signed record in a chain, and its
/// hash is in the reviewer's own log before the record is stored.
/// </summary>
internal sealed class AuditFindingsCommand : StateChangingCommand
{
    private static readonly string[] Actions = ["list", "show", "open", "note", "assign", "sign-off", "reopen"];

    private readonly Argument<string> action = new("ACTION") { Description = "list, show, open, note, assign, sign-off or reopen.", DefaultValueFactory = _ => "list" };
    private readonly Argument<string?> id = new("ID") { Description = "The finding, 32 hexadecimal digits; not for list and open.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> log = new("--log") { Description = "Opening: name of the log that it is about." };
    private readonly Option<long?> entry = new("--entry") { Description = "Opening: index of the entry that it is about." };
    private readonly Option<string?> code = new("--code") { Description = "Opening: the word that 'audit verify' gives it, or one of your own." };
    private readonly Option<string> severity = new("--severity") { Description = "Opening: error, warning or info.", DefaultValueFactory = _ => "warning" };
    private readonly Option<string?> to = new("--to") { Description = "Assigning: pseudonym or key of the one who shall work on it." };
    private readonly Option<string?> resolution = new("--resolution") { Description = "Signing off: fixed, explained, accepted or mistaken." };
    private readonly Option<string?> text = new("--text") { Description = "What you have to say; it stays with the reviewers and never goes into a log." };

    public AuditFindingsCommand()
        : base(
            "findings",
            "Keeps reviewers' findings: open, note, assign, sign off, each step signed and chained; exit code 1 if a chain does not hold.",
            new CommandExample("audit findings list"),
            new CommandExample("audit findings open --log audit.example/clinic-7 --entry 17 --code seq-gap --severity error --text \"entry 16 is missing\"", "it changes the home's findings"),
            new CommandExample("audit findings sign-off 5f2c... --resolution explained --text \"restored from the replica\"", "a finding"))
    {
        severity.AcceptOnlyFromAmong([.. FindingCase.Severities]);
        Arguments.Add(action);
        Arguments.Add(id);
        foreach (Option option in (Option[])[log, entry, code, severity, to, resolution, text])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditFindingsDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        FindingStore store = new(Path.Combine(ReviewJournal.FolderIn(context.Home), "findings"));
        string wanted = context.Get(action);
        if (!Actions.Contains(wanted))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{wanted}' is no action.", "Choose " + string.Join(", ", Actions) + ".");
        }

        try
        {
            return wanted switch
            {
                "list" => Print(context, [.. store.Ids().Select(each => store.Find(each)!)]),
                "show" => Print(context, [Existing(context, store)]),
                _ => await ActAsync(context, store, ActOf(wanted), cancellationToken).ConfigureAwait(false),
            };
        }
        catch (AuditEntryException malformed)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The finding cannot be read or written: {malformed.Message}.", "Check the command, or bring the finding's file back from a copy.");
        }
    }

    private static FindingAct ActOf(string word) => Enum.GetValues<FindingAct>().Single(act => FindingRecord.Word(act) == word);

    private async Task<ExitCode> ActAsync(CommandContext context, FindingStore store, FindingAct act, CancellationToken cancellationToken)
    {
        FindingCase? before = act == FindingAct.Open ? null : Existing(context, store);
        if (before?.Fault() is { } fault)
        {
            throw new CommandException(ErrorCodes.FindingRefused, $"The finding's chain does not hold: {fault}.", "Bring its file back from a copy; nothing is added to it.");
        }

        if ((before ?? new FindingCase([])).Refusal(act) is { } refusal)
        {
            throw new CommandException(ErrorCodes.FindingRefused, $"This cannot be done: {refusal}.", "See 'subnet audit findings show ID'.");
        }

        CanonicalObject details = Details(context, act);
        string finding = before?.Id ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        if (context.Get(DryRun))
        {
            context.Output.Say($"would record '{FindingRecord.Word(act)}' of {(before is null ? "a new finding" : $"finding {finding}")}: {Encoding.UTF8.GetString(CanonicalJsonWriter.Write(details))}");
            return ExitCode.Done;
        }

        ReviewJournal journal = await ReviewJournal.OpenAsync(context.Home, context.Time, cancellationToken).ConfigureAwait(false);
        await using (journal.ConfigureAwait(false))
        {
            FindingRecord record = FindingRecord.Create(
                journal.Key, finding, before?.Records.Count ?? 0, before?.Records[^1].Hash ?? new string('0', 64), act, context.Time.GetUtcNow(), details);
            await journal.FindingAsync(finding, FindingRecord.Word(act), record.Hash, record.Statement.Length).ConfigureAwait(false);
            store.Append(before, record);
        }

        return Print(context, [store.Find(finding)!]);
    }

    private CanonicalObject Details(CommandContext context, FindingAct act)
    {
        CanonicalObject details = [];
        Add("text", context.Get(text), act == FindingAct.Note, "--text");
        Add("log", act == FindingAct.Open ? context.Get(log) : null, act == FindingAct.Open, "--log");
        Add("code", act == FindingAct.Open ? context.Get(code) : null, act == FindingAct.Open, "--code");
        Add("to", act == FindingAct.Assign ? context.Get(to) : null, act == FindingAct.Assign, "--to");
        Add("resolution", act == FindingAct.SignOff ? context.Get(resolution) : null, act == FindingAct.SignOff, "--resolution");
        if (act == FindingAct.Open)
        {
            details.Add("severity", context.Get(severity)!);
            if (context.Get(entry) is { } index)
            {
                details.Add("index", index);
            }
        }

        return details.TextOrNull("resolution") is { } closed && !FindingCase.Resolutions.Contains(closed)
            ? throw new CommandException(ErrorCodes.Usage, $"'{closed}' is no resolution.", "Choose " + string.Join(", ", FindingCase.Resolutions) + ".")
            : details;

        void Add(string name, string? value, bool needed, string option)
        {
            if (value is { Length: > 0 })
            {
                details.Add(name, value);
            }
            else if (needed)
            {
                throw new CommandException(ErrorCodes.Usage, $"The option {option} is missing.", "See the command's --help.");
            }
        }
    }

    private FindingCase Existing(CommandContext context, FindingStore store) =>
        store.Find(context.Get(id) ?? throw new CommandException(ErrorCodes.Usage, "Which finding is not said.", "Give its id; 'subnet audit findings list' shows them."))
            ?? throw new CommandException(ErrorCodes.FindingNotFound, $"There is no finding '{context.Get(id)}' here.", "'subnet audit findings list' shows all.");

    private static ExitCode Print(CommandContext context, IReadOnlyList<FindingCase> findings)
    {
        AuditFindingsDocument document = AuditFindingsDocument.Of(findings);
        context.Output.Document(document, _ =>
        {
            StringBuilder lines = new();
            foreach (FindingDocument finding in document.Findings)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{finding.Id} {finding.Status} {finding.Severity} {finding.Code} {finding.Log}{(finding.Entry is { } at ? string.Create(CultureInfo.InvariantCulture, $" entry {at}") : "")}\n");
                foreach (FindingStepDocument step in document.Findings.Count == 1 ? finding.Steps : [])
                {
                    lines.Append(CultureInfo.InvariantCulture, $"  {EntryTime.Format(step.Time)} {step.Act} by {step.By[..16]}{(step.To is null ? "" : $" to {step.To}")}{(step.Resolution is null ? "" : $": {step.Resolution}")} {step.Text}\n");
                }

                lines.Append(finding.Fault is null ? "" : $"  NOT sound: {finding.Fault}\n");
            }

            context.Output.Raw(lines.ToString());
        });
        context.Output.Say(string.Create(CultureInfo.InvariantCulture, $"{findings.Count} findings, {findings.Count(finding => !finding.IsClosed)} not closed"));
        return document.Findings.All(finding => finding.Fault is null) ? ExitCode.Done : ExitCode.No;
    }
}
