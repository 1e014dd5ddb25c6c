using System.CommandLine;
using Subnet.Health.Circuits;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Commands;

/// <summary>What the model commands have in common.</summary>
internal static class ModelArguments
{
    /// <summary>The model file.</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "A saved model of ML.NET (.zip) or ONNX (.onnx)." };

    /// <summary>The rows.</summary>
    public static Option<string> Input() => new("--input")
    {
        Description = "Rows as comma separated values with a header.",
        HelpName = "rows.csv",
    };

    /// <summary>The circuit, where a model can have several.</summary>
    public static Option<string?> Circuit() => new("--circuit")
    {
        Description = "forest-private (structure private, one patient) or forest-batch (many patients) in place of the keyless circuit.",
        HelpName = "NAME",
    };

    /// <summary>The forest circuit that the command line names; null for the keyless one.</summary>
    /// <exception cref="CommandException">It names another.</exception>
    public static CircuitKind? ReadCircuit(CommandContext context, Option<string?> circuit) => context.Get(circuit) switch
    {
        null => null,
        string word when CircuitWords.Parse(word) is CircuitKind.ForestPrivate or CircuitKind.ForestBatch => CircuitWords.Parse(word),
        string word => throw new CommandException(ErrorCodes.Usage, $"The circuit '{word}' is not to be chosen.", "Give forest-private or forest-batch, or leave --circuit out: the keyless circuit follows from the model."),
    };

    /// <summary>Reads the model that the command line names.</summary>
    public static IPlainModel ReadModel(CommandContext context, Argument<string> model) =>
        ModelReader.Read(context.ExistingFile(context.Get(model)));

    /// <summary>Reads the rows that the command line names.</summary>
    /// <exception cref="CommandException">It names none.</exception>
    public static RowBatch ReadRows(CommandContext context, Option<string> input, IPlainModel model)
    {
        string path = context.Get(input)
            ?? throw new CommandException(ErrorCodes.Usage, "No rows are given.", "Give them with --input rows.csv.");
        using StreamReader text = File.OpenText(context.ExistingFile(path));
        return RowFileReader.Read(text, model.Schema);
    }

    /// <summary>The plain word for a private head.</summary>
    public static string HeadName(SplitModel? split) =>
        split is null ? "not linear" : split.Head.GetType().Name.Replace("Head", "", StringComparison.Ordinal);
}
