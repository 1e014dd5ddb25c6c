using System.CommandLine;
using Spectre.Console;
using Subnet.Health.Circuits;
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
            CircuitWords.Of(card.Circuit),
            CircuitWords.PrivatePart(card.Circuit),
            card.ClassLabels,
            [.. card.Features.Program.Inputs.Select(input => input.Name)],
            [.. card.Parts.Select(part => new CardPartEntry(
                part.Parameters.Set.Name, part.Parameters.PlainBits, part.ScaleBits, part.Encoding.Length, part.Classes, part.Bound, Convert.ToHexStringLower(part.Commitment.AsSpan())))]);
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
        console.WriteLine($"circuit: {card.Circuit}; private: {card.PrivatePart}");
        console.WriteLine($"needs: {string.Join(", ", card.Inputs)}");
        Table table = new Table().AddColumns("set", "plain bits", "scale bits", "features", "classes", "bound", "commitment");
        foreach (CardPartEntry part in card.Parts)
        {
            table.AddRow(part.Set, $"{part.PlainBits}", $"{part.ScaleBits}", $"{part.Features}", $"{part.Classes}", $"{part.Bound}", part.Commitment);
        }

        console.Write(table);
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
    string Circuit,
    string PrivatePart,
    IReadOnlyList<string> ClassLabels,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<CardPartEntry> Parts) : Document(FormatName)
{
    public const string FormatName = "subnet/model-card/1";
}

/// <summary>One query of a card.</summary>
internal sealed record CardPartEntry(string Set, int PlainBits, int ScaleBits, int Features, int Classes, long Bound, string Commitment);
