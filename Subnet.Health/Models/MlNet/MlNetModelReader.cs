using System.Collections.Immutable;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>
/// Reads what <c>mlContext.Model.Save</c> writes (a zip, also named .mlnet). No class named by the file is loaded and
/// nothing is run: components are told apart by their loader signatures, from a closed list.
/// </summary>
internal static class MlNetModelReader
{
    private static readonly string[] OutputNames = ["PredictedLabel", "Score", "Probability"];

    private const string Resave = "save it with mlContext.Model.Save and an input schema";

    /// <summary>Reads a model from a file.</summary>
    /// <exception cref="ModelFormatException">Damaged, hostile or not supported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IPlainModel Read(string path, ModelLimits? limits = null)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(Path.GetFileName(path), stream, limits);
    }

    /// <summary>Reads a model from a seekable stream, which stays open.</summary>
    /// <param name="name">What to call the file in messages.</param>
    /// <param name="stream">The zip.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <exception cref="ModelFormatException">Damaged, hostile or not supported.</exception>
    public static IPlainModel Read(string name, Stream stream, ModelLimits? limits = null)
    {
        using ModelArchive archive = ModelArchive.Open(name, stream, limits ?? ModelLimits.Default);
        try
        {
            return Read(name, archive);
        }
        catch (TooManyLanesException fault)
        {
            throw new ModelFormatException(name, null, fault.Message, "use fewer categories or hash bits", fault);
        }
    }

    private static MlNetModel Read(string name, ModelArchive archive)
    {
        var builder = new LaneProgramBuilder();
        var scope = new PipelineScope(archive, builder);
        var declared = new List<ModelColumn>();
        IReadOnlyList<ModelColumn> inputs = ReadInputs(name, archive);
        foreach (ModelColumn input in inputs)
        {
            Slot[] slots = [.. builder.AddInput(input).Select(lane => new Slot(lane))];
            string[] names = [.. slots.Select((_, j) => input.IsVector ? $"{input.Name}.{j}" : input.Name)];
            scope.Declare(new BoundColumn(input.Name, input.Kind, input.IsVector, slots, names));
            declared.Add(input);
        }

        ChainLoader.Load(ModelComponent.Open(archive, "TransformerChain/", 1), scope);
        archive.CheckAllUsed();
        PredictionParts parts = scope.Prediction
            ?? throw new ModelFormatException(name, null, "the pipeline ends without a prediction", "save the whole fitted pipeline, with its trainer");
        return Assemble(scope, parts, declared);
    }

    private static List<ModelColumn> ReadInputs(string name, ModelArchive archive)
    {
        if (archive.Contains("Schema"))
        {
            return ColumnsOf("Schema", archive);
        }

        if (!archive.Contains("Model.key"))
        {
            // Early releases wrote no input schema; the columns the trainer saw begin with the inputs.
            return archive.FindLast("TrainSchema") is string trained
                ? ColumnsOf(trained, archive)
                : throw new ModelFormatException(name, null, "the archive has neither an input schema nor a loader", Resave);
        }

        ModelComponent root = ModelComponent.Open(archive, "", 0);
        root.Require(root.Signature == "CompositeLoader", "the root component is not a loader");
        root.Finish();
        ModelComponent loader = root.OpenChild(archive, "Loader");
        return loader.Signature == "TextLoader"
            ? [.. LoaderColumns.Read(loader)]
            : throw loader.Unsupported("the model is saved with a loader that is not a text loader", Resave);
    }

    private static List<ModelColumn> ColumnsOf(string entry, ModelArchive archive)
    {
        var columns = new List<ModelColumn>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string column, Codec type) in DataViewHeader.Read(entry, archive.Read(entry)))
        {
            int width = type.VectorSize ?? 1;
            bool isKey = type.KeyCount is not null || type.Inner?.KeyCount is not null;
            if (!isKey && type.ItemKind is ColumnKind kind && width > 0 && names.Add(column))
            {
                columns.Add(new ModelColumn(column, kind, width, type.VectorSize is not null));
            }
        }

        return columns;
    }

    private static MlNetModel Assemble(PipelineScope scope, PredictionParts parts, List<ModelColumn> declared)
    {
        BoundColumn[] outputs = [.. OutputNames.Select(scope.Find).OfType<BoundColumn>()];
        LaneProgram predict = scope.Builder.Build(outputs.SelectMany(output => output.Values));
        ModelColumn[] marked = [.. declared.Select((column, i) => column with { IsUsed = predict.UsedInputs.Contains(i) })];
        ImmutableArray<ModelColumn> inputs = [.. marked.Where(column => column.IsUsed || !scope.WasMade(column.Name))];
        var schema = new ModelSchema(
            parts.Task, inputs, [.. outputs.Select(output => output.Name)], [.. parts.ClassLabels]);
        var features = new LaneFeatureMap(scope.Builder.Build(parts.Features.Values), parts.Features.Values, parts.Features.SlotNames);
        var split = new SplitModel(features, parts.Head, parts.Calibration, parts.Decision);
        return new MlNetModel(schema, split, predict, outputs, features);
    }
}
