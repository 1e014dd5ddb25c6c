using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet model card FILE</c>: checks a card as a client does and shows it readably.</summary>
internal sealed class ModelCardCommand : SubnetCommand
{
    private readonly Argument<string> file = new("FILE") { Description = "A card.json." };

    public ModelCardCommand()
        : base("card", "Check a model card and show it readably.", new CommandExample("model card heart/card.json", "a card"))
    {
        Arguments.Add(file);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelCardDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.ExistingFile(context.Get(file));
        if (new FileInfo(path).Length > CardReader.MaxBytes)
        {
            throw new CircuitException($"the card has more than {CardReader.MaxBytes} bytes; ask the miner for a smaller model.");
        }

        ReadCard card = CardReader.Read(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
        ModelCardDocument document = new(
            [.. card.Hash],
            card.Text.Id,
            card.Text.Title,
            card.Text.IntendedUse,
            card.Text.Limits,
            card.Text.Data,
            [.. card.Text.Claims.Select(claim => new CardClaimEntry(claim.Name, claim.Value.ToString(CultureInfo.InvariantCulture)))],
            card.Text.Output,
            card.Task.ToString().ToLowerInvariant(),
            RestWords.Link(card.Rest),
            RestWords.Calibration(card.Rest),
            RestWords.Decision(card.Rest),
            card.Cost,
            card.Quantisation,
            card.Exactness.FailureProbability,
            card.Exactness.EncryptionLoss,
            card.Keyless?.UploadBytes ?? card.Forest!.UploadBytes,
            card.Keyless?.ReplyBytes ?? card.Forest!.ReplyBytes,
            card.Forest?.KeyBytes ?? 0,
            CircuitWords.Of(card.Circuit),
            card.PrivatePart,
            card.ClassLabels,
            [.. card.Inputs.SelectMany(CardInputEntry.Of)],
            card.Keyless is CardQuery query ? CardQueryEntry.Of(query) : null,
            card.Forest is CardForest forest ? CardForestEntry.Of(forest) : null);
        context.Output.Document(document, console => Render(console, document));
        return ExitCode.Done;
    }

    private static void Render(IAnsiConsole console, ModelCardDocument card)
    {
        console.WriteLine($"{card.Id}: {card.Title}");
        console.WriteLine($"card {Convert.ToHexStringLower(card.Card)}");
        console.WriteLine($"for: {card.IntendedUse}");
        console.WriteLine($"not for: {card.Limits}");
        console.WriteLine($"data: {card.Data}");
        if (card.Claims.Count > 0)
        {
            console.WriteLine($"claimed: {string.Join(", ", card.Claims.Select(claim => $"{claim.Name} {claim.Value}"))}");
        }

        console.WriteLine($"answers: {card.Output} ({card.Task}{(card.ClassLabels.Count > 0 ? $"; classes {string.Join(", ", card.ClassLabels)}" : "")})");
        console.WriteLine($"link: {card.Link}; calibration: {card.Calibration}; label: {card.Decision}");
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"bytes: keys {card.KeyBytes} once an epoch, upload {card.UploadBytes}, reply {card.ReplyBytes}; failure probability {card.FailureProbability}; loss by encryption {card.EncryptionLoss}"));
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loss by rounding, as the miner measured it on {card.Quantisation.Rows} rows: error {card.Quantisation.RelativeError:P3} of the scores' deviation, {card.Quantisation.LabelsChanged} labels changed, {(card.Quantisation is { Auc: double auc, AucInteger: double rounded } ? $"AUC {auc:F5} and {rounded:F5} after rounding" : "AUC not measured")}; target {(card.Quantisation.TargetMet ? "met" : "MISSED")}"));
        if (card.Cost is CardCost cost)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"takes: {cost.EncryptMs} ms to encrypt, {cost.EvaluateMs} ms to answer, {cost.DecryptMs} ms to decrypt, on one core of the miner's machine"));
        }

        console.WriteLine($"circuit: {card.Circuit}; private: {card.PrivatePart}");
        Table inputs = new Table().AddColumns("input", "type", "range", "missing", "feature", "unit", "codes", "words");
        foreach (CardInputEntry input in card.Inputs)
        {
            string range = input.Lowest is double lowest ? string.Create(CultureInfo.InvariantCulture, $"{lowest:G6} to {input.Highest:G6}") : "any";
            inputs.AddRow(
                new Text(input.Name), new Text(input.Kind), new Text(range), new Text(input.Missing), new Text(input.Feature ?? ""), new Text(input.Unit ?? ""), new Text(string.Join(' ', input.Codes)), new Text(string.Join(' ', input.Words)));
        }

        console.Write(inputs);
        if (card.Query is CardQueryEntry query)
        {
            console.Write(new Table()
                .AddColumns("set", "plain bits", "scale bits", "features", "classes", "bound", "rounding")
                .AddRow(query.Set, $"{query.PlainBits}", $"{query.ScaleBits}", $"{query.Features}", $"{query.Classes}", $"{query.Bound}", query.Rounding.ToString("G3", CultureInfo.InvariantCulture)));
            console.WriteLine($"commitment {query.Commitment}");
        }

        if (card.Forest is CardForestEntry forest)
        {
            console.Write(new Table()
                .AddColumns("set", "bits", "public edges", "rotation keys", "keys", "bound", "rounding")
                .AddRow(forest.Set, $"{forest.Bits}", $"{forest.Edges}", $"{forest.RotationKeys}", $"{forest.KeyBytes} B", $"{forest.Bound}", forest.Rounding.ToString("G3", CultureInfo.InvariantCulture)));
            console.WriteLine($"commitment {forest.Commitment}");
        }
    }
}

/// <summary>The answer of <c>subnet model card</c>.</summary>
internal sealed record ModelCardDocument(
    byte[] Card,
    string Id,
    string Title,
    string IntendedUse,
    string Limits,
    string Data,
    IReadOnlyList<CardClaimEntry> Claims,
    string Output,
    string Task,
    string Link,
    string Calibration,
    string Decision,
    CardCost? Cost,
    CardQuantisation Quantisation,
    string FailureProbability,
    string EncryptionLoss,
    int UploadBytes,
    int ReplyBytes,
    long KeyBytes,
    string Circuit,
    string PrivatePart,
    IReadOnlyList<string> ClassLabels,
    IReadOnlyList<CardInputEntry> Inputs,
    CardQueryEntry? Query,
    CardForestEntry? Forest) : Document(FormatName)
{
    public const string FormatName = "subnet/model-card/1";
}

/// <summary>A metric that the miner claims.</summary>
internal sealed record CardClaimEntry(string Name, string Value);

/// <summary>The query of a card.</summary>
internal sealed record CardQueryEntry(
    string Set, int PlainBits, int ScaleBits, int Features, int Classes, long Bound, double Rounding, string Commitment)
{
    /// <summary>Describes a query.</summary>
    public static CardQueryEntry Of(CardQuery query) => new(
        query.Parameters.Set.Name,
        query.Parameters.PlainBits,
        query.ScaleBits,
        query.Encoding.Length,
        query.Classes,
        query.Bound,
        query.Rounding,
        Convert.ToHexStringLower(query.Commitment.AsSpan()));
}

/// <summary>The query of a forest under keys.</summary>
internal sealed record CardForestEntry(
    string Set, int Bits, int Edges, int RotationKeys, long KeyBytes, long Bound, double Rounding, string Commitment)
{
    /// <summary>Describes a forest.</summary>
    public static CardForestEntry Of(CardForest forest) => new(
        forest.Set.Name,
        forest.Edges.Bits,
        forest.Edges.Features.Sum(own => own.Edges.Length),
        forest.Elements.Count,
        forest.KeyBytes,
        forest.Bound,
        forest.Rounding,
        Convert.ToHexStringLower(forest.Commitment.AsSpan()));
}

/// <summary>One value that a card asks for.</summary>
internal sealed record CardInputEntry(
    string Name, string Kind, double? Lowest, double? Highest, string Missing, string? Feature, string? Unit, IReadOnlyList<string> Codes, IReadOnlyList<string> Words)
{
    /// <summary>Describes the slots of an input.</summary>
    public static IEnumerable<CardInputEntry> Of(CardInput input) => input.Slots.Select((slot, j) => new CardInputEntry(
        input.NameOf(j),
        input.Column.Kind.ToString().ToLowerInvariant(),
        slot.Lowest,
        slot.Highest,
        slot.Missing.ToString().ToLowerInvariant(),
        slot.Source?.Feature,
        slot.Source?.Unit,
        [.. slot.Source?.Codes.Select(code => $"{code.System}|{code.Code}") ?? []],
        [.. slot.Source?.Words.Select(word => $"{word.Word}={word.Value}") ?? []]));
}
