using System.Globalization;
using Spectre.Console;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Output;
using Subnet.Health.Scoring;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary><c>subnet validator aborts</c>: how often clinics and validators left batches of organic scoring, as this validator counted and publishes it.</summary>
internal sealed class ValidatorAbortsCommand : SubnetCommand
{
    private readonly ValidatorStores stores = new();

    public ValidatorAbortsCommand()
        : base("aborts", "Show how often each pair of clinic and validator left a batch.", new CommandExample("validator aborts --validator-name north", "a validator's store"))
    {
        Options.Add(stores.Name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ValidatorAbortsDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = stores.Find(context, "scoring.db", "has scored no batch");
        using OperatingSystemRandomSource random = new();
        using SqliteScoringStore store = new(path, random);
        ValidatorAbortsDocument document = new(context.Get(stores.Name)!, [.. store.Read().Select(ValidatorAbortEntry.Of)]);
        context.Output.Document(document, console =>
        {
            Table table = new Table().Border(TableBorder.Minimal).AddColumns("clinic", "validator", "scores", "left by the clinic", "left by the validator");
            foreach (ValidatorAbortEntry pair in document.Pairs)
            {
                table.AddRow(pair.Clinic, pair.Validator, Count(pair.Scores, pair.Scores), Count(pair.NotOpened, pair.Scores), Count(pair.NotSeeded, pair.Scores));
            }

            console.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static string Count(long count, long of) => count == of || of == 0
        ? count.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{count} ({100.0 * count / of:F1} %)");
}

/// <summary>The answer of <c>subnet validator aborts</c>.</summary>
/// <param name="Name">The validator that counted.</param>
/// <param name="Pairs">Sorted by clinic and validator.</param>
internal sealed record ValidatorAbortsDocument(string Name, IReadOnlyList<ValidatorAbortEntry> Pairs) : Document(FormatName)
{
    public const string FormatName = "subnet/validator-aborts/1";
}

/// <summary>One pair.</summary>
/// <param name="Clinic">The clinic.</param>
/// <param name="Validator">A validator that was drawn for its batches.</param>
/// <param name="Scores">Scores of miners that were to come.</param>
/// <param name="NotOpened">Of these, left by the clinic: not opened, or opened wrongly.</param>
/// <param name="NotSeeded">Of these, left by the validator: its seed kept back, or outputs that were not the function's.</param>
internal sealed record ValidatorAbortEntry(string Clinic, string Validator, long Scores, long NotOpened, long NotSeeded)
{
    /// <summary>A pair as commands show it.</summary>
    public static ValidatorAbortEntry Of(AbortRate rate) =>
        new(Ss58Address.Encode(rate.Clinic.Span), Ss58Address.Encode(rate.Validator.Span), rate.Scores, rate.NotOpened, rate.NotSeeded);
}
