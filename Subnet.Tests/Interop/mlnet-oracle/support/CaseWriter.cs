using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;

namespace MlNetOracle;

/// <summary>Trains a pipeline and writes its case: model.zip, input.csv, expected.csv, features.csv and about.json.</summary>
internal static class CaseWriter
{
    private const int MostFeatures = 120;

    private static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes one case. What is answered is the model as it was read back from its file.</summary>
    public static void Write(string folder, MLContext context, Pipeline pipeline, BoundTable table)
    {
        ITransformer trained = pipeline.Make().Fit(table.Train);
        Directory.CreateDirectory(folder);
        string zip = Path.Combine(folder, "model.zip");
        context.Model.Save(trained, table.Train.Schema, zip);
        IDataView answers = context.Model.Load(zip, out _).Transform(table.Test);

        var columns = new List<(string Name, string[] Rows)>();
        foreach (string name in (string[])["PredictedLabel", "Score", "Probability"])
        {
            if (answers.Schema.GetColumnOrNull(name) is { } column)
            {
                columns.AddRange(Read(answers, column));
            }
        }

        WriteTable(Path.Combine(folder, "expected.csv"), columns);
        int features = WriteFeatures(Path.Combine(folder, "features.csv"), answers, FeatureColumn(trained));
        File.WriteAllLines(Path.Combine(folder, "input.csv"), table.InputCsv);
        int rows = table.InputCsv.Count - 1;
        File.WriteAllText(Path.Combine(folder, "about.json"), JsonSerializer.Serialize(
            new
            {
                Case = pipeline.Name,
                pipeline.Task,
                table.Label,
                Mlnet = "Microsoft.ML 5.0.1, seed 1",
                InputColumns = table.Inputs,
                Outputs = columns.Select(column => column.Name),
                Rows = rows,
                table.EdgeRowsFrom,
                TieRowsFrom = rows,
                Features = features,
            },
            Camel));
    }

    /// <summary>A value as the schema wants it: single precision in shortest form, yes as 1.</summary>
    public static string Format(object value) => value switch
    {
        bool yes => yes ? "1" : "0",
        float single => single.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    // The vector that the last predictor looks at. A calibrator looks at a score.
    private static string? FeatureColumn(ITransformer transformer) => transformer switch
    {
        IEnumerable<ITransformer> chain => chain.Select(FeatureColumn).LastOrDefault(name => name is not null),
        ISingleFeaturePredictionTransformer<ICalibrator> => null,
        ISingleFeaturePredictionTransformer<object> predictor => predictor.FeatureColumnName,
        _ => null,
    };

    private static int WriteFeatures(string path, IDataView answers, string? name)
    {
        File.Delete(path);
        if (name is null || answers.Schema.GetColumnOrNull(name) is not { Type: VectorDataViewType { Size: > 0 and int size } type } column || type.ItemType != NumberDataViewType.Single)
        {
            return 0;
        }

        if (size <= MostFeatures)
        {
            WriteTable(path, [.. Read(answers, column).Select((slot, at) => ($"f{at}", slot.Rows))]);
        }

        return size;
    }

    private static void WriteTable(string path, IReadOnlyList<(string Name, string[] Rows)> columns) => File.WriteAllLines(
        path,
        [string.Join(',', columns.Select(column => column.Name)),
         .. Enumerable.Range(0, columns[0].Rows.Length).Select(row => string.Join(',', columns.Select(column => column.Rows[row])))]);

    private static IEnumerable<(string Name, string[] Rows)> Read(IDataView view, DataViewSchema.Column column)
    {
        Type type = column.Type.RawType;
        if (column.Type is VectorDataViewType)
        {
            string[][] rows = [.. Rows<VBuffer<float>>(view, column).Select(vector => vector.DenseValues().Select(slot => Format(slot)).ToArray())];
            return rows[0].Select((_, slot) => ($"{column.Name}.{slot}", rows.Select(row => row[slot]).ToArray()));
        }

        string[] values =
            type == typeof(bool) ? [.. Rows<bool>(view, column).Select(value => Format(value))]
            : type == typeof(float) ? [.. Rows<float>(view, column).Select(value => Format(value))]
            : type == typeof(double) ? [.. Rows<double>(view, column).Select(value => Format(value))]
            : type == typeof(int) ? [.. Rows<int>(view, column).Select(value => Format(value))]
            : type == typeof(long) ? [.. Rows<long>(view, column).Select(value => Format(value))]
            : type == typeof(byte) ? [.. Rows<byte>(view, column).Select(value => Format(value))]
            : type == typeof(uint) ? [.. Rows<uint>(view, column).Select(value => Format(value))]
            : type == typeof(ReadOnlyMemory<char>) ? [.. Rows<ReadOnlyMemory<char>>(view, column).Select(value => value.ToString())]
            : throw new NotSupportedException($"an answer of type {column.Type}");
        return [(column.Name, values)];
    }

    // A getter reuses its vector: each row is copied before the next is read.
    private static IEnumerable<T> Rows<T>(IDataView view, DataViewSchema.Column column)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<T> getter = cursor.GetGetter<T>(column);
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            yield return value;
        }
    }
}
