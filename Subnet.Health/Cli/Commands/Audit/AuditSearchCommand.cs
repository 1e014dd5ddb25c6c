using System.CommandLine;
using System.Globalization;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>Options that choose entries, shared by search, export and bundle.</summary>
internal sealed class EntryFilterOptions
{
    private readonly Option<string?> type = new("--type") { Description = "Type of the entry, such as query.sent." };
    private readonly Option<string?> clinic = new("--clinic") { Description = "Id of the clinic, as the one who wrote or the other party." };
    private readonly Option<string?> miner = new("--miner") { Description = "Id of the miner, as the one who wrote or the other party." };
    private readonly Option<string?> model = new("--model") { Description = "Id or commitment of the model." };
    private readonly Option<string?> purpose = new("--purpose") { Description = "Purpose of use, such as TREAT." };
    private readonly Option<string?> outcome = new("--outcome") { Description = "ok, denied, error or timeout." };
    private readonly Option<string[]> subjects = new("--subject") { Description = "A pseudonym of the patient; once for each quarter." };
    private readonly Option<string?> name = new("--event") { Description = "The event, or the one that is answered." };
    private readonly Option<string?> from = new("--from") { Description = "Earliest time, such as 2026-03-01T00:00:00.000Z." };
    private readonly Option<string?> to = new("--to") { Description = "First time that is too late." };

    public IEnumerable<Option> All => [type, clinic, miner, model, purpose, outcome, subjects, name, from, to];

    public EntryFilter Read(CommandContext context) => new()
    {
        Type = OneOf("--type", context.Get(type), EntrySchema.TypeNames),
        Clinic = context.Get(clinic),
        Miner = context.Get(miner),
        Model = context.Get(model),
        Purpose = OneOf("--purpose", context.Get(purpose), EntrySchema.PurposeCodes),
        Outcome = OneOf("--outcome", context.Get(outcome), EntrySchema.OutcomeWords),
        Subjects = context.Get(subjects) is { Length: > 0 } pseudonyms ? pseudonyms.Select(Pseudonym).ToHashSet(StringComparer.Ordinal) : null,
        Event = context.Get(name) is { } wanted ? Name(wanted) : null,
        From = Time(context.Get(from)),
        To = Time(context.Get(to)),
    };

    // A word that no entry can have would find nothing and look like an answer.
    private static string? OneOf(string option, string? word, IReadOnlyCollection<string> words) => word is null || words.Contains(word)
        ? word
        : throw new CommandException(ErrorCodes.Usage, $"'{word}' is no value of {option}.", $"It is one of {string.Join(", ", words)}.");

    private static string Pseudonym(string text) => PatientPseudonym.IsPseudonym(text)
        ? text
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is no pseudonym.", "A pseudonym is s1: and 43 letters; the clinic lists a patient's.");

    private static string Name(string text) => text.Length == 32 && !text.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex)
        ? text
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is no event.", "An event has 32 lower-case hexadecimal digits.");

    private static DateTimeOffset? Time(string? text) => text is null ? null
        : EntryTime.TryParse(text, out DateTimeOffset time)
            || DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time) ? time
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not a time.", "Write it like 2026-03-01 or 2026-03-01T00:00:00.000Z.");
}

/// <summary><c>subnet audit search LOG</c>: the entries that match, each shown to be in the log, one a line.</summary>
internal sealed class AuditSearchCommand : AuditReadCommand
{
    private readonly EntryFilterOptions filter = new();

    public AuditSearchCommand()
        : base(
            "search",
            "Finds entries of a log by party, model, purpose, period, outcome or patient pseudonym, one a line.",
            new CommandExample("audit search clinic/log --policy reviewer.policy --type query.sent --from 2026-03-01", "a log's folder and a policy file"))
    {
        foreach (Option option in filter.All)
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditSearchDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        EntryFilter wanted = filter.Read(context);
        VerifiedLog log = OpenLog(context);
        await RecordOpenedAsync(context, log.Checkpoint, log.FirstEntry, log.Checkpoint.Size, cancellationToken).ConfigureAwait(false);
        long found = 0;
        try
        {
            await Task.Run(
                () =>
                {
                    foreach (LoggedEntry entry in log.Entries(log.FirstEntry).Where(entry => wanted.Matches(entry.Members)))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        found++;
                        context.Output.Line(
                            new AuditSearchDocument(entry.Index, entry.Leaf.ToString(), entry.Text),
                            string.Create(CultureInfo.InvariantCulture, $"{entry.Index} {entry.Text}"));
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        context.Output.Say(string.Create(CultureInfo.InvariantCulture, $"{found} of {log.Checkpoint.Size} entries"));
        return ExitCode.Done;
    }
}

/// <summary>One line of <c>subnet audit search</c>.</summary>
/// <param name="Index">Place in the log.</param>
/// <param name="Leaf">Hash of the entry, hexadecimal.</param>
/// <param name="Entry">The canonical text of the entry.</param>
internal sealed record AuditSearchDocument(long Index, string Leaf, string Entry) : Document(FormatName)
{
    public const string FormatName = "subnet/audit-search/1";
}
