using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// <c>subnet model predict MODEL --input rows.csv [--encrypted]</c>: predictions in the clear, as the trainer's own program gives them, or
/// through card, encryption and decryption on this machine, as a clinic gets them.
/// </summary>
internal sealed class ModelPredictCommand : SubnetCommand
{
    private readonly Argument<string> model = ModelArguments.Model();
    private readonly Option<string> input = ModelArguments.Input();

    private readonly Option<bool> encrypted = new("--encrypted")
    {
        Description = "Through encryption, as a clinic gets them. Rows with a missing or far away value are refused.",
    };

    private readonly Option<string> output = new("--output") { Description = "Write the predictions to this file; it must not exist.", HelpName = "out.csv" };

    public ModelPredictCommand()
        : base(
            "predict",
            "Predict rows in the clear, or through encryption.",
            new CommandExample("model predict samples/models/wdbc-lbfgs-vector.zip --input samples/data/wdbc.csv"),
            new CommandExample("model predict heart.zip --input rows.csv --output out.csv", "the same, into a file"),
            new CommandExample("model predict samples/models/heart-fasttree.zip --input samples/data/heart-cleveland.csv --encrypted"))
    {
        Arguments.Add(model);
        Options.Add(input);
        Options.Add(encrypted);
        Options.Add(output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ModelPredictDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IPlainModel read = ModelArguments.ReadModel(context, model);
        RowBatch batch = ModelArguments.ReadRows(context, input, read);
        (string[] columns, string[][] rows) = context.Get(encrypted)
            ? await EncryptedPredictions.MakeAsync(context, read, batch, cancellationToken).ConfigureAwait(false)
            : Plain(read.Predict(batch, cancellationToken));
        string? path = context.Get(output) is string named ? context.FullPath(named) : null;
        if (path is not null)
        {
            await WriteFileAsync(path, columns, rows, cancellationToken).ConfigureAwait(false);
            context.Output.Say($"{rows.Length} predictions written to {path}");
        }

        ModelPredictDocument document = new(columns, rows, path);
        context.Output.Document(document, _ =>
        {
            if (path is null)
            {
                context.Output.Raw(Table(columns, rows));
            }
        });
        return ExitCode.Done;
    }

    private static (string[] Columns, string[][] Rows) Plain(PredictionBatch predictions) => (
        [.. predictions.Outputs.SelectMany(Columns)], [.. Enumerable.Range(0, predictions.Rows).Select(row => Row(predictions, row))]);

    private static IEnumerable<string> Columns(OutputColumn output) =>
        output is NumberOutput { IsVector: true } ? Enumerable.Range(0, output.Width).Select(slot => $"{output.Name}.{slot}") : [output.Name];

    private static string[] Row(PredictionBatch predictions, int row) =>
        [.. predictions.Outputs.SelectMany(output => Enumerable.Range(0, output.Width).Select(slot => output.Format(row, slot)))];

    private static async Task WriteFileAsync(string path, string[] columns, string[][] rows, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            throw new CommandException(ErrorCodes.FileExists, $"The file '{path}' exists.", "Choose another name or remove it.");
        }

        // Written beside it first: a full disk or Ctrl-C leaves nothing half-written under the name that was asked for.
        string partial = path + ".partial";
        try
        {
            await File.WriteAllTextAsync(partial, Table(columns, rows), cancellationToken).ConfigureAwait(false);
            File.Move(partial, path);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static string Table(string[] columns, string[][] rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var writer = new CsvWriter(text, new CsvHelper.Configuration.CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        foreach (string[] record in rows.Prepend(columns))
        {
            foreach (string field in record)
            {
                writer.WriteField(field);
            }

            writer.NextRecord();
        }

        writer.Flush();
        return text.ToString();
    }
}

/// <summary>The answer of <c>subnet model predict</c>: numbers as texts in the shortest form that reads back to the same value.</summary>
internal sealed record ModelPredictDocument(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Output) : Document(FormatName)
{
    public const string FormatName = "subnet/model-predict/1";
}
