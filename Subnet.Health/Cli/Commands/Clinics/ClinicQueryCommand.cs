using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Clinic;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic query</c>: patients' risks from models that never see them.</summary>
internal sealed class ClinicQueryCommand : StateChangingCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<string[]> model = new("--model") { Description = "Identifier of a model, or the first digits of a card; NETUID:ID for another subnet. Several are asked at the same time.", HelpName = "ID", Required = true };
    private readonly Option<ushort?> netuid = new("--netuid") { Description = "The subnet of models without one.", HelpName = "NETUID" };
    private readonly Option<string?> fhir = new("--fhir") { Description = "One patient's FHIR R4 record: bundle, list, resource or NDJSON.", HelpName = "FILE" };
    private readonly Option<string?> csv = new("--csv") { Description = "Patients as comma separated values with a header.", HelpName = "FILE" };
    private readonly Option<string[]> set = new("--set") { Description = "A value that the clinic enters: NAME=VALUE; of several models each takes what it asks for.", HelpName = "NAME=VALUE" };
    private readonly Option<string> purpose = new("--purpose") { Description = "Purpose of use, an HL7 ActReason code.", HelpName = "CODE", DefaultValueFactory = _ => "TREAT" };
    private readonly Option<string?> basis = new("--basis") { Description = "Legal basis (default: hipaa-tpo, or consent where one is named).", HelpName = "CODE" };
    private readonly Option<string?> consent = new("--consent") { Description = "Reference of the consent; REF@VERSION for another version than 1.", HelpName = "REF" };
    private readonly Option<bool> part2 = new("--part2-consent") { Description = "The consent covers records protected by 42 CFR part 2." };
    private readonly Option<int> agree = new("--agree") { Description = "So many miners must give the same exact answer.", HelpName = "K", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> patient = new("--patient") { Description = "The patient's reference in the clinic, for a pseudonym that lasts a quarter (default: the record's).", HelpName = "REF" };
    private readonly Option<string?> asOf = new("--as-of") { Description = "The day as of which a record is read (default: today).", HelpName = "YYYY-MM-DD" };
    private readonly Option<string?> user = new("--user") { Description = "Pseudonym of the member of the workforce who asks.", HelpName = "ID" };
    private readonly Option<string?> role = new("--role") { Description = "That person's role.", HelpName = "ROLE" };

    public ClinicQueryCommand()
        : base(
            "query",
            "Ask models for patients' risks: values are encrypted here and decrypted here. With --dry-run: the leak sheet.",
            new CommandExample("clinic query --netuid 1 --model heart --csv patients.csv --wallet-name clinic --password-file password.txt", "tokens and a network"),
            new CommandExample("clinic query --model 1:heart --model 2:diabetes --fhir bundle.json --set cp=4 --purpose TREAT", "two models of two subnets"))
    {
        clinic.AddTo(this);
        foreach (Option option in new Option[] { model, netuid, fhir, csv, set, purpose, basis, consent, part2, agree, patient, asOf, user, role })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicQueryDocument), typeof(ClinicLeakSheetDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        List<ClinicQuery> queries = await ReadQueriesAsync(context, cancellationToken).ConfigureAwait(false);
        ClinicAccess access = await clinic.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        await using (access.ConfigureAwait(false))
        {
            try
            {
                queries = await ShareEnteredAsync(access.Client, queries, cancellationToken).ConfigureAwait(false);
                if (context.Get(DryRun))
                {
                    List<LeakSheet> sheets = [];
                    foreach (ClinicQuery query in queries)
                    {
                        sheets.Add(await access.Client.PlanAsync(query, cancellationToken).ConfigureAwait(false));
                    }

                    context.Output.Document(new ClinicLeakSheetDocument([.. sheets.Select(LeakSheetEntry.Of)]), console => sheets.ForEach(sheet => Show(console, sheet)));
                    return ExitCode.Done;
                }

                IReadOnlyList<ClinicAnswer> answers = await access.Client.QueryAllAsync(queries, cancellationToken).ConfigureAwait(false);
                ClinicQueryDocument document = new([.. answers.Zip(queries, ClinicAnswerEntry.Of)]);
                context.Output.Document(document, console =>
                {
                    foreach (ClinicAnswer answer in answers)
                    {
                        Show(console, answer);
                    }
                });
                return ExitCode.Done;
            }
            catch (ClinicException refused) when (refused.Problems.Count > 0)
            {
                foreach (ClinicInputProblem problem in refused.Problems)
                {
                    context.Output.Say($"patient {problem.Row}: {problem.Input} {problem.Reason}");
                }

                throw;
            }
        }
    }

    private static void Show(IAnsiConsole console, LeakSheet sheet)
    {
        console.WriteLine($"{sheet.Model}: {Quantity.Of(sheet.Patients, "patient")} in {Quantity.Of(sheet.Queries, "query", "queries")} of {sheet.QueryBytes} bytes, each on a connection of its own; nothing was sent");
        console.WriteLine("encrypted: " + string.Join(' ', sheet.Inputs));
        if (sheet.Imputed.Count > 0)
        {
            console.WriteLine("a constant stands for: " + string.Join(' ', sheet.Imputed));
        }

        Show(console, sheet.Notes);
        foreach (LeakSheetMiner miner in sheet.Cards)
        {
            console.WriteLine($"may be asked: {miner.Miner} at {miner.Endpoint}, card {miner.Card[..12]}");
        }

        foreach (string item in sheet.Learns)
        {
            console.WriteLine("the miner learns " + item);
        }

        foreach (string item in sheet.DoesNotLearn)
        {
            console.WriteLine("it does not learn " + item);
        }
    }

    private static void Show(IAnsiConsole console, IReadOnlyList<ClinicInputNote> notes)
    {
        foreach (ClinicInputNote note in notes)
        {
            console.WriteLine($"{note.Input}: {note.Text}");
        }
    }

    private static void Show(IAnsiConsole console, ClinicAnswer answer)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("patient", answer.Model, "decision", "margin", "imputed", "event");
        foreach (ClinicScore score in answer.Scores)
        {
            string value = score.Probability is { } probability
                ? probability.ToString("P1", CultureInfo.InvariantCulture)
                : string.Join(' ', score.Scores.Select(item => item.ToString("G6", CultureInfo.InvariantCulture)));
            table.AddRow(
                score.Row.ToString(CultureInfo.InvariantCulture),
                value,
                Markup.Escape(score.IsWithinRounding ? score.Label + " (within rounding)" : score.Label),
                score.Margin.ToString("G2", CultureInfo.InvariantCulture),
                score.Imputed.Count.ToString(CultureInfo.InvariantCulture),
                score.Event);
        }

        console.Write(table);
        if (answer.Scores is [{ Imputed.Count: > 0 } only])
        {
            console.WriteLine("a constant from training stands for: " + string.Join(' ', only.Imputed));
        }

        Show(console, answer.Notes);
        foreach (ClinicEvidence query in answer.Queries)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{query.Miner} answered {query.Rows} in {query.Milliseconds:F1} ms, {query.QueryBytes} bytes up, {query.ReplyBytes} down, receipt of {query.ReceiptTime:HH:mm:ss.fff}, log index {query.LogIndex}"));
        }

        foreach (FailedAttempt attempt in answer.Failed)
        {
            console.WriteLine($"{attempt.Miner} did not answer ({attempt.Code}); logged as {attempt.Event}");
        }

        console.WriteLine("A risk model's output is no diagnosis; see the card for its intended use and limits.");
    }

    private async Task<List<ClinicQuery>> ReadQueriesAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Get(agree) < 1)
        {
            throw new CommandException(ErrorCodes.Usage, $"{context.Get(agree)} miners cannot agree.", "Give --agree 1 for one answer, or the number of miners that must give the same.");
        }

        if (context.Get(fhir) is not null && context.Get(csv) is not null)
        {
            throw new CommandException(ErrorCodes.Usage, "Both --fhir and --csv are given.", "Give one of them.");
        }

        Dictionary<string, string> entered = Entered(context.Get(set) ?? []);
        byte[]? record = context.Get(fhir) is { } recordFile ? await File.ReadAllBytesAsync(context.ExistingFile(recordFile), cancellationToken).ConfigureAwait(false) : null;
        string? table = context.Get(csv) is { } tableFile ? await File.ReadAllTextAsync(context.ExistingFile(tableFile), cancellationToken).ConfigureAwait(false) : null;
        List<ClinicQuery> queries = [];
        foreach (string named in context.Get(model)!)
        {
            (ushort subnet, string id) = Split(context, named);
            ClinicInput input = record is not null ? ClinicInput.FromFhir(record)
                : table is not null ? ClinicInput.FromCsv(new StringReader(table))
                : ClinicInput.FromValues(new Dictionary<string, string>());
            queries.Add(new ClinicQuery(subnet, id, input)
            {
                Purpose = context.Get(purpose)!,
                Basis = context.Get(basis),
                Consent = Consent(context.Get(consent)),
                IsPart2Consent = context.Get(part2),
                Patient = context.Get(patient),
                Set = entered,
                AsOf = AsOf(context.Get(asOf)),
                Agree = context.Get(agree),
                User = context.Get(user),
                Role = context.Get(role),
            });
        }

        return queries;
    }

    // Several models get of what is entered what each asks for; what none asks for is a mistake.
    private static async Task<List<ClinicQuery>> ShareEnteredAsync(ClinicClient client, List<ClinicQuery> queries, CancellationToken cancellationToken)
    {
        if (queries.Count == 1 || queries[0].Set.Count == 0)
        {
            return queries;
        }

        List<ClinicQuery> shared = [];
        foreach (ClinicQuery query in queries)
        {
            IReadOnlyList<ClinicModel> models = await client.ModelsAsync(query.Netuid, cancellationToken).ConfigureAwait(false);
            HashSet<string> inputs = [.. models.Where(item => ClinicClient.IsNamed(query.Model, item.Id, item.Card)).SelectMany(item => item.Inputs)];
            shared.Add(query with { Set = query.Set.Where(pair => inputs.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal) });
        }

        string[] unknown = [.. queries[0].Set.Keys.Where(name => !shared.Any(query => query.Set.ContainsKey(name)))];
        return unknown.Length == 0
            ? shared
            : throw new CommandException(
                ErrorCodes.Usage, $"None of the models has an input called {string.Join(", ", unknown)}; nothing was sent.", "'subnet clinic models --json' lists each model's inputs.");
    }

    private (ushort Netuid, string Id) Split(CommandContext context, string named)
    {
        int colon = named.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && ushort.TryParse(named.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out ushort own))
        {
            return (own, named[(colon + 1)..]);
        }

        return context.Get(netuid) is { } given
            ? (given, named)
            : throw new CommandException(ErrorCodes.Usage, $"The subnet of the model '{named}' is not named.", "Give --netuid, or --model NETUID:ID.");
    }

    private static Dictionary<string, string> Entered(string[] items)
    {
        Dictionary<string, string> entered = new(StringComparer.Ordinal);
        foreach (string item in items)
        {
            int equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !entered.TryAdd(item[..equals], item[(equals + 1)..]))
            {
                throw new CommandException(ErrorCodes.Usage, $"'{item}' is no NAME=VALUE, or the second one of its name.", "Give --set age=54 once for each input.");
            }
        }

        return entered;
    }

    private static ConsentReference? Consent(string? text)
    {
        if (text is null)
        {
            return null;
        }

        int at = text.IndexOf('@', StringComparison.Ordinal);
        string reference = at < 0 ? text : text[..at];
        if (reference.Length is 0 or > EntrySchema.MostConsentLetters || reference.AsSpan().ContainsAnyExcept(EntryAlphabets.Word))
        {
            throw new CommandException(
                ErrorCodes.Usage,
                $"'{reference}' cannot be a consent's reference: the log takes 1 to {EntrySchema.MostConsentLetters} of the letters a-z, 0-9, '-', '.' and '_', so that no name gets into it.",
                "Give the reference alone, such as --consent c-4711, or c-4711@2 for its second version.");
        }

        return at < 0 ? new ConsentReference(text, 1)
            : int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? new ConsentReference(text[..at], version)
            : throw new CommandException(ErrorCodes.Usage, $"'{text}' is no REF or REF@VERSION.", "Give --consent c-4711@2.");
    }

    private static DateOnly? AsOf(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is no day.", "Give --as-of as YYYY-MM-DD.");
}
