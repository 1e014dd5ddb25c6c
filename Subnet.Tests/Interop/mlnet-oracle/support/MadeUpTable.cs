using System.Reflection;
using Microsoft.ML;

namespace MlNetOracle;

/// <summary>Made-up rows from a fixed seed: some to train on, and rows to answer, the later ones extreme.</summary>
internal sealed class MadeUpTable
{
    private const int TrainRows = 320;
    private const int OrdinaryRows = 32;

    private static readonly string[] Codes = ["a", "bb", "ccc", "dd dd", "é", "日本", ""];

    // Text that is or is not a number to ML.NET's parser, in a row whose other text is unseen.
    private static readonly string[] OddTexts =
    [
        " -3.5 ", "Infinity", "+.5", "0x10", "naïve — ünïcödé", "   ", "😀x", "nan", "1e400", "5.", "1E-3", "inf", "-∞", "12abc", "\u00a01", "1e", "--1",
        "123456789012345678901234567890", "0.1000000000000000055511151231257827021181583404541015625", "1e-50", "3.4028236e38", "16777217",
    ];

    private readonly List<MadeUpRow> train = [];
    private readonly List<MadeUpRow> test = [];

    /// <summary>Makes the rows.</summary>
    public MadeUpTable()
    {
        var random = new Random(7);
        for (int i = 0; i < TrainRows; i++)
        {
            train.Add(Row(random, i));
        }

        test.AddRange(train.Take(OrdinaryRows).Select(row => row.Clone()));
        AddExtremes();
    }

    /// <summary>The rows as ML.NET reads them.</summary>
    public BoundTable Bind(MLContext context)
    {
        FieldInfo[] fields = typeof(MadeUpRow).GetFields();
        var inputs = fields.Select(field => new InputColumn(
            field.Name,
            (field.FieldType.GetElementType() ?? field.FieldType).Name,
            field.GetValue(train[0]) is Array slots ? [.. Enumerable.Range(0, slots.Length).Select(slot => $"{field.Name}.{slot}")] : [field.Name])).ToList();
        string[] csv =
        [
            string.Join(',', inputs.SelectMany(input => input.CsvColumns)),
            .. test.Select(row => string.Join(',', fields.SelectMany(field => Fields(field.GetValue(row)!)))),
        ];
        return new BoundTable(
            context.Data.LoadFromEnumerable(train), context.Data.LoadFromEnumerable(test), csv, inputs, nameof(MadeUpRow.Label), OrdinaryRows);
    }

    private static IEnumerable<string> Fields(object value) => value is Array slots ? slots.Cast<object>().Select(CaseWriter.Format) : [CaseWriter.Format(value)];

    private static MadeUpRow Row(Random random, int index)
    {
        float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        bool OneOf(int many) => random.Next(many) == 0;
        T[] Slots<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];

        var row = new MadeUpRow
        {
            A = OneOf(8) ? float.NaN : 50 + (12 * Normal()),
            B = OneOf(5) ? float.NaN : MathF.Exp(Normal()),
            C = OneOf(10) ? float.NaN : random.Next(0, 5),
            D = random.Next(0, 2),
            E = (Normal() * 0.01f) + 0.5f,
            Cons = 3,
            Neg = -MathF.Abs(Normal()) * 100,
            T = Codes[random.Next(Codes.Length)],
            U = $"k{random.Next(0, 12)}",
            TN = OneOf(3) ? "" : OneOf(2) ? "1.5" : "abc",
            V = Slots(8, slot => slot % 3 == 0 ? (OneOf(4) ? Normal() * 10 : 0) : Normal() * (slot + 1)),
            VN = Slots(6, _ => OneOf(5) ? float.NaN : MathF.Round(Normal() * 4)),
            VD = Slots(3, _ => OneOf(7) ? double.NaN : Math.Round(Normal() * 8) / 8),
            VT = Slots(3, _ => Codes[random.Next(Codes.Length)]),
            VB = Slots(3, _ => OneOf(2)),
            VI = Slots(3, _ => random.Next(-3, 4)),
            O = OneOf(2),
            I32 = random.Next(-5, 6),
            I64 = (random.Next(0, 4) * 10_000_000_000L) - 5,
            U8 = (byte)random.Next(0, 5),
            U64 = (ulong)random.Next(0, 3) + (OneOf(2) ? 18446744073709551610UL : 0),
            I8 = (sbyte)random.Next(-3, 3),
            I16 = (short)random.Next(-3, 3),
            U16 = (ushort)random.Next(0, 3),
            U32 = (uint)random.Next(0, 6),
            DB = OneOf(8) ? double.NaN : Math.Round(Normal() * 3) / 4,
            G = (uint)((index / 20) + 1),
        };
        float z = (float.IsNaN(row.A) ? 0 : (row.A - 50) / 12) + (row.D == 1 ? 1 : -1) + (float.IsNaN(row.B) ? 0.5f : MathF.Log(row.B))
            + (row.T == "bb" ? 1.5f : 0) + row.V[1] + Normal();
        row.Label = z > 0.3f;
        row.Y = z + 5;
        row.Count = MathF.Max(0, MathF.Round(MathF.Exp(z / 3)));
        row.M = z < -1 ? "low" : z < 1 ? "mid" : z < 3 ? "high" : "max";
        row.MF = z < -1 ? 3 : z < 1 ? 1 : 7.5f;
        row.MI = z < 0 ? 10 : z < 1 ? -2 : 5;
        row.Rel = z < -1 ? 0 : z < 1 ? 1 : 2;
        return row;
    }

    private void AddExtremes()
    {
        Add(float.NaN, "");
        Add(0, "unseen");
        Add(1000000, " bb ");
        Add(-1000000, "BB");
        Add(-1, "?");
        Add(1e-30f, "1e3");
        Add(-0f, "NaN");
        for (int i = 0; i < OddTexts.Length; i++)
        {
            Add(i + 1, OddTexts[i]);
        }

        // One missing each, in rows that are ordinary otherwise.
        Change(100, row => row.A = float.NaN);
        Change(101, row => row.B = float.NaN);
        Change(102, row => row.C = float.NaN);
        Change(103, row => row.V[2] = float.NaN);
        Change(104, row => row.V[0] = float.NaN);
        Change(105, row => row.Cons = row.D = float.NaN);

        // Vectors of zeros, with one entry, of equal entries, and infinities.
        Change(110, row => row.V = [0, 0, 0, 0, 5, 0, 0, 0]);
        Change(110, row => row.V = new float[8]);
        Change(110, row => row.V = [0, 0, 0, float.NaN, 0, 0, 0, 0]);
        Change(110, row => row.V = [1, 1, 1, 1, 1, 1, 1, 1]);
        Change(110, row => row.V = [float.PositiveInfinity, 1, 1, 1, 1, 1, 1, 1]);
        Change(110, row => (row.A, row.B, row.VN) = (float.PositiveInfinity, float.NegativeInfinity, [float.NegativeInfinity, 0, 0, 0, 0, 0]));
    }

    private void Add(float number, string text)
    {
        MadeUpRow row = train[0].Clone();
        row.A = row.B = row.C = row.D = row.E = row.Cons = row.Neg = number;
        row.T = row.U = row.TN = text;
        Array.Fill(row.V, number);
        Array.Fill(row.VN, number);
        Array.Fill(row.VD, number);
        Array.Fill(row.VT, text);
        row.DB = number;
        test.Add(row);
    }

    private void Change(int index, Action<MadeUpRow> change)
    {
        MadeUpRow row = train[index].Clone();
        change(row);
        test.Add(row);
    }
}
