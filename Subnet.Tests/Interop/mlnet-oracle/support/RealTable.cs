using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetOracle;

/// <summary>A published table of patients, with what is predicted from it. Every fourth row is answered, the others are trained on.</summary>
internal sealed class RealTable
{
    private const int MostOrdinaryRows = 48;
    private const int MostRows = 1500;

    private static readonly (string Name, string Task, string Label, string[] LeaveOut)[] Known =
    [
        ("heart-cleveland", "binary", "label", ["num"]),
        ("wdbc", "binary", "label", []),
        ("diabetes130", "binary", "label", []),
        ("wbc-original", "binary", "label", []),
        ("pima-diabetes", "binary", "label", []),
        ("framingham", "binary", "label", []),
        ("heart-failure", "binary", "label", []),
        ("dermatology", "multiclass", "label", []),
        ("new-thyroid", "multiclass", "label", []),
        ("bodyfat", "regression", "class", ["Density"]),
        ("nmes-visits", "regression", "visits", ["nvisits", "ovisits", "novisits"]),
    ];

    private readonly List<string[]> train = [];
    private readonly List<string[]> test = [];
    private readonly string[] header;
    private readonly int labelAt;
    private readonly int[] used;

    private RealTable(string path, string name, string task, string label, string[] leaveOut)
    {
        string[][] rows = [.. File.ReadLines(path).Take(MostRows + 1).Select(line => line.Split(','))];
        (Name, Task, Label, header) = (name, task, label, rows[0]);
        labelAt = Array.IndexOf(header, label);
        used = [.. Enumerable.Range(0, header.Length).Where(at => at != labelAt && !leaveOut.Contains(header[at]))];
        Numbers = [.. used.Where(at => rows.Skip(1).All(row => row[at].Length == 0 || float.TryParse(row[at], CultureInfo.InvariantCulture, out _))).Select(at => header[at])];
        Words = [.. used.Select(at => header[at]).Except(Numbers)];
        Codes = [.. Numbers.Where(number => rows.Skip(1).Select(row => row[Array.IndexOf(header, number)]).Distinct().Count() is > 2 and <= 8)];
        HasMissing = rows.Skip(1).Any(row => used.Any(at => row[at].Length == 0));
        train.AddRange(rows.Skip(1).Where((_, row) => row % 4 != 3));
        test.AddRange(rows.Skip(1).Where((_, row) => row % 4 == 3).Take(MostOrdinaryRows));
        OrdinaryRows = test.Count;
        AddExtremes();
    }

    /// <summary>Name of the table.</summary>
    public string Name { get; }

    /// <summary>binary, regression or multiclass.</summary>
    public string Task { get; }

    /// <summary>The column to predict.</summary>
    public string Label { get; }

    /// <summary>Columns of numbers.</summary>
    public string[] Numbers { get; }

    /// <summary>Columns of text.</summary>
    public string[] Words { get; }

    /// <summary>Columns of numbers with few values, which may be codes.</summary>
    public string[] Codes { get; }

    /// <summary>Whether some field is empty.</summary>
    public bool HasMissing { get; }

    private int OrdinaryRows { get; }

    /// <summary>The tables of this list that are found below a folder.</summary>
    public static IEnumerable<RealTable> FindAll(string folder) =>
        from known in Known
        let path = Directory.EnumerateFiles(folder, $"{known.Name}.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal).FirstOrDefault()
        where path is not null
        select new RealTable(path, known.Name, known.Task, known.Label, known.LeaveOut);

    /// <summary>The rows through ML.NET's text loader, some columns as another type than Single.</summary>
    public BoundTable Bind(MLContext context, IReadOnlyDictionary<string, DataKind> kinds)
    {
        DataKind KindOf(string column) => kinds.TryGetValue(column, out DataKind kind) ? kind
            : column == Label && Task == "binary" ? DataKind.Boolean
            : Words.Contains(column) ? DataKind.String
            : DataKind.Single;
        string[] columns = [.. used.Select(at => header[at]), Label];
        TextLoader loader = context.Data.CreateTextLoader(new TextLoader.Options
        {
            HasHeader = true,
            Separators = [','],
            MissingRealsAsNaNs = true,
            Columns = [.. columns.Select(column => new TextLoader.Column(column, KindOf(column), Array.IndexOf(header, column)))],
        });
        InputColumn[] inputs = [.. columns.Select(column => new InputColumn(column, KindOf(column).ToString(), [column]))];
        return new BoundTable(Load(context, loader, train), Load(context, loader, test), Csv(test), inputs, Label, OrdinaryRows);
    }

    private string[] Csv(IEnumerable<string[]> rows) => [string.Join(',', header), .. rows.Select(row => string.Join(',', row))];

    // The loader reads files; what it read is kept, and the file goes.
    private IDataView Load(MLContext context, TextLoader loader, List<string[]> rows)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, Csv(rows));
            return context.Data.Cache(Materialised(context, loader.Load(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IDataView Materialised(MLContext context, IDataView view)
    {
        using var memory = new MemoryStream();
        context.Data.SaveAsBinary(view, memory);
        return context.Data.LoadFromBinary(new MultiStreamSource(memory.ToArray()));
    }

    // All missing, all zero with unseen text, ten times the maximum, below minus the maximum, the maxima, the minima, half missing, a million, one missing each.
    private void AddExtremes()
    {
        Dictionary<int, float[]> values = used.Where(at => Numbers.Contains(header[at])).ToDictionary(
            at => at, at => train.Where(row => row[at].Length > 0).Select(row => float.Parse(row[at], CultureInfo.InvariantCulture)).ToArray());
        Add((_, _) => "");
        Add((at, _) => values.ContainsKey(at) ? "0" : "unseen");
        Add((at, _) => values.TryGetValue(at, out float[]? column) ? Shown(column.Max() * 10) : "");
        Add((at, _) => values.TryGetValue(at, out float[]? column) ? Shown(-column.Max() - 1) : "");
        Add((at, field) => values.TryGetValue(at, out float[]? column) ? Shown(column.Max()) : field);
        Add((at, field) => values.TryGetValue(at, out float[]? column) ? Shown(column.Min()) : field);
        Add((at, field) => at % 2 == 0 ? "" : field);
        Add((at, field) => values.ContainsKey(at) ? "1000000" : field);
        foreach (int missing in used.Take(6))
        {
            Add((at, field) => at == missing ? "" : field);
        }
    }

    private static string Shown(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private void Add(Func<int, string, string> field)
    {
        string[] row = [.. train[test.Count % 7]];
        foreach (int at in used)
        {
            row[at] = field(at, row[at]);
        }

        test.Add(row);
    }

    private sealed class MultiStreamSource(byte[] bytes) : IMultiStreamSource
    {
        public int Count => 1;

        public string GetPathOrNull(int index) => null!;

        public Stream Open(int index) => new MemoryStream(bytes, writable: false);

        public TextReader OpenTextReader(int index) => new StreamReader(Open(index));
    }
}
