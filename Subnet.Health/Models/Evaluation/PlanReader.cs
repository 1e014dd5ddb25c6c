using System.Collections.Frozen;
using System.Globalization;

namespace Subnet.Health.Models.Evaluation;

/// <summary>Turns the steps of a public plan back into stages.</summary>
internal sealed class PlanReader(LaneProgramBuilder builder, ModelColumn[] inputs)
{
    private const int MaxHashBits = 31;

    private readonly Dictionary<string, Lane> written = new(StringComparer.Ordinal);

    /// <summary>The lanes of these names, all of one kind and written before.</summary>
    public Lane[] Read(LaneKind kind, string[] names) => [.. names.Select(name => Find(name, kind))];

    /// <summary>Adds one step.</summary>
    /// <exception cref="PlanFormatException">It is unknown or does not fit together.</exception>
    public void Add(PlanObject step)
    {
        string operation = step.Text("op");
        if (operation == "input")
        {
            AddInput(step);
            return;
        }

        builder.Add(operation switch
        {
            "affine" => Affine(step),
            "distribution" => Distribution(step),
            "bins" => Bins(step),
            "replace_missing" => OneToOne(step, LaneKind.Single, LaneKind.Single, (from, to) =>
                new ReplaceMissingStage(from, to, Sized(step.Singles("value"), from.Length))),
            "replace_missing_double" => OneToOne(step, LaneKind.Double, LaneKind.Double, (from, to) =>
                new ReplaceMissingDoubleStage(from, to, Sized(step.Doubles("value"), from.Length))),
            "missing" => OneToOne(step, KindOf(step), LaneKind.Single, (from, to) => new MissingIndicatorStage(from, to)),
            "row_norm" => RowNormOf(step),
            "rebuilt_row" => OneToOne(step, LaneKind.Single, LaneKind.Single, (from, to) => new RebuiltRowStage(from, to)),
            "indicator_row" => OneToOne(step, LaneKind.Single, LaneKind.Single, (from, to) => new IndicatorRowStage(from, to)),
            "joined_row" => OneToOne(step, LaneKind.Single, LaneKind.Single, (from, to) =>
                new JoinedRowStage((int)One(step.Integers("slots"), from.Length, LaneProgramBuilder.MaxLanes), from, to)),
            "convert" => Convert(step),
            "text_keys" => OneToOne(step, LaneKind.Text, LaneKind.Key, (from, to) =>
                new TextTermStage(from, to, Places(step.Texts("term"), StringComparer.Ordinal))),
            "number_keys" => OneToOne(step, KindOf(step), LaneKind.Key, (from, to) => new NumberTermStage(from, to, Places(step.Doubles("term"), EqualityComparer<double>.Default))),
            "integer_keys" => OneToOne(step, LaneKind.Integer, LaneKind.Key, (from, to) => new IntegerTermStage(from, to, Places(step.Integers("term"), EqualityComparer<long>.Default))),
            "indicators" => Indicators(step),
            "binary" => Binary(step),
            "key_texts" => OneToOne(step, LaneKind.Key, LaneKind.Text, (from, to) => new KeyToTextStage(from, to, step.Texts("value"))),
            "key_numbers" => OneToOne(step, LaneKind.Key, LaneKind.Single, (from, to) =>
                new KeyToNumberStage(from, to, step.Singles("value"), Sized(step.Singles("missing"), 1)[0])),
            "key_doubles" => OneToOne(step, LaneKind.Key, LaneKind.Double, (from, to) => new KeyToDoubleStage(from, to, step.Doubles("value"))),
            "key_integers" => OneToOne(step, LaneKind.Key, LaneKind.Integer, (from, to) => new KeyToIntegerStage(from, to, step.Integers("value"))),
            "bag_row" => BagRow(step),
            "replaced_row" => ReplacedRow(step),
            "hash" => Hash(step),
            "combined_hash" => CombinedHash(step),
            "constant" => new ConstantStage(Sized(step.Singles("value"), 1)[0], Write(LaneKind.Single, step.Texts("to"), 1)[0]),
            _ => throw new PlanFormatException($"the step '{operation}' is unknown"),
        });
    }

    private static T[] Sized<T>(T[] values, int count)
    {
        PlanObject.Require(values.Length == count, $"a step has {count} constants for {count} lanes");
        return values;
    }

    private static long One(long[] values, long least, long most)
    {
        PlanObject.Require(values.Length == 1 && values[0] >= least && values[0] <= most, $"a constant lies between {least} and {most}");
        return values[0];
    }

    private static FrozenDictionary<T, int> Places<T>(T[] terms, IEqualityComparer<T> comparer)
        where T : notnull
    {
        var places = new Dictionary<T, int>(comparer);
        for (int i = 0; i < terms.Length; i++)
        {
            PlanObject.Require(places.TryAdd(terms[i], i + 1), "no term is listed twice");
        }

        return places.ToFrozenDictionary(comparer);
    }

    private static LaneKind KindOf(PlanObject step)
    {
        string first = step.Texts("from").FirstOrDefault() ?? "";
        int kind = first.Length == 0 ? -1 : PlanStep.Letters.IndexOf(first[0], StringComparison.Ordinal);
        PlanObject.Require(kind is (int)LaneKind.Single or (int)LaneKind.Double, "the step reads numbers");
        return (LaneKind)kind;
    }

    private void AddInput(PlanObject step)
    {
        long[] input = step.Numbers("input");
        ModelColumn column = inputs[One(input, 0, inputs.Length - 1)];
        PlanObject.Require(builder.Inputs.All(known => known.Name != column.Name), "no input is read twice");
        Lane[] lanes = builder.AddInput(column);
        Name(step.Texts("to"), lanes);
    }

    private Stage OneToOne(PlanObject step, LaneKind from, LaneKind to, Func<Lane[], Lane[], Stage> make)
    {
        Lane[] read = Read(from, step.Texts("from"));
        return make(read, Write(to, step.Texts("to"), read.Length));
    }

    private AffineStage Affine(PlanObject step)
    {
        Lane[] from = Read(LaneKind.Single, step.Texts("from"));
        return new AffineStage(
            from, Write(LaneKind.Single, step.Texts("to"), from.Length), Sized(step.Singles("scale"), from.Length), Sized(step.Singles("offset"), from.Length));
    }

    private CdfStage Distribution(PlanObject step)
    {
        Slot[] from = Slots(step);
        return new CdfStage(
            from,
            Write(LaneKind.Single, step.Texts("to"), from.Length),
            step.Flag("logarithm"),
            Sized(step.Singles("mean"), from.Length),
            Sized(step.Singles("deviation"), from.Length));
    }

    private BinStage Bins(PlanObject step)
    {
        Slot[] from = Slots(step);
        long[] counts = Sized(step.Integers("count"), from.Length);
        float[] all = step.Singles("bound");
        float[][] bounds = new float[counts.Length][];
        int at = 0;
        for (int j = 0; j < bounds.Length; j++)
        {
            PlanObject.Require(counts[j] > 0 && counts[j] <= all.Length - at, "every slot has its bins");
            bounds[j] = all[at..(at + (int)counts[j])];
            at += (int)counts[j];
        }

        PlanObject.Require(at == all.Length, "every bin has its slot");
        return new BinStage(from, Write(LaneKind.Single, step.Texts("to"), from.Length), bounds, step.Flag("keep_zero"));
    }

    private RowNormStage RowNormOf(PlanObject step)
    {
        Slot[] from = Slots(step);
        PlanObject.Require(from.Length > 0, "a row has slots");
        string[] masks = step.Texts("masks");
        return new RowNormStage(
            from,
            Write(LaneKind.Single, step.Texts("to"), from.Length),
            Write(LaneKind.Single, masks, masks.Length == 0 ? 0 : from.Length),
            step.Flag("centred"), step.Word<RowNorm>("norm"), Sized(step.Singles("scale"), 1)[0]);
    }

    private Stage Convert(PlanObject step)
    {
        ColumnKind kind = step.Word<ColumnKind>("kind");
        LaneKind from = kind switch
        {
            ColumnKind.Double => LaneKind.Double,
            ColumnKind.Integer or ColumnKind.Unsigned => LaneKind.Integer,
            ColumnKind.Text => LaneKind.Text,
            _ => LaneKind.Single,
        };
        return OneToOne(step, from, LaneKind.Single, (read, write) => new ConvertStage(kind, read, write));
    }

    private KeyToVectorStage Indicators(PlanObject step)
    {
        Lane[] from = Read(LaneKind.Key, step.Texts("from"));
        int keys = (int)One(step.Integers("keys"), 1, LaneProgramBuilder.MaxLanes);
        bool bag = step.Flag("bag");
        long slots = bag ? keys : (long)keys * from.Length;
        PlanObject.Require(slots <= LaneProgramBuilder.MaxLanes, "indicators fit in memory");
        return new KeyToVectorStage(from, Write(LaneKind.Single, step.Texts("to"), (int)slots), keys, bag);
    }

    private BagRowStage BagRow(PlanObject step)
    {
        Lane[] from = Read(LaneKind.Key, step.Texts("from"));
        string[] to = step.Texts("to");
        PlanObject.Require(to.Length is > 0 and <= LaneProgramBuilder.MaxLanes, "indicators fit in memory");
        return new BagRowStage(from, Write(LaneKind.Single, to, to.Length));
    }

    private ReplacedRowStage ReplacedRow(PlanObject step)
    {
        Slot[] from = Slots(step);
        bool[] zero = [.. Sized(step.Integers("zero"), from.Length).Select(value => value != 0)];
        return new ReplacedRowStage(from, zero, Write(LaneKind.Single, step.Texts("to"), from.Length));
    }

    private KeyToBinaryStage Binary(PlanObject step)
    {
        Lane[] from = Read(LaneKind.Key, step.Texts("from"));
        int bits = (int)One(step.Integers("bits"), 1, 32);
        return new KeyToBinaryStage(from, Write(LaneKind.Single, step.Texts("to"), bits * from.Length), bits);
    }

    private Lane[] Hashed(PlanObject step)
    {
        string[] names = step.Texts("from");
        PlanObject.Require(names.Length > 0 && names[0].Length > 0, "a hash reads something");
        int kind = PlanStep.Letters.IndexOf(names[0][0], StringComparison.Ordinal);
        PlanObject.Require(kind >= 0 && (LaneKind)kind != LaneKind.Integer, "text, numbers or keys are hashed");
        return Read((LaneKind)kind, names);
    }

    private CombinedHashStage CombinedHash(PlanObject step) => new(
        step.Flag("boolean") ? ColumnKind.Boolean : null,
        Hashed(step),
        Write(LaneKind.Key, step.Texts("to"), 1)[0],
        (int)One(step.Integers("bits"), 1, MaxHashBits),
        (uint)One(step.Integers("seed"), 0, uint.MaxValue));

    private HashStage Hash(PlanObject step)
    {
        Lane[] from = Hashed(step);
        return new HashStage(
            step.Flag("boolean") ? ColumnKind.Boolean : null,
            from,
            Write(LaneKind.Key, step.Texts("to"), from.Length),
            (int)One(step.Integers("bits"), 1, MaxHashBits),
            (uint)One(step.Integers("seed"), 0, uint.MaxValue),
            step.Flag("ordered"));
    }

    private Slot[] Slots(PlanObject step)
    {
        Lane[] values = Read(LaneKind.Single, step.Texts("from"));
        string[] masks = Sized(step.Texts("explicit"), values.Length);
        return [.. values.Select((value, j) => new Slot(value, masks[j].Length == 0 ? null : Find(masks[j], LaneKind.Single)))];
    }

    private Lane[] Write(LaneKind kind, string[] names, int count)
    {
        PlanObject.Require(names.Length == count, $"a step writes {count} lanes");
        Lane[] lanes = builder.NewLanes(kind, count);
        Name(names, lanes);
        return lanes;
    }

    private void Name(string[] names, Lane[] lanes)
    {
        PlanObject.Require(names.Length == lanes.Length, $"a step writes {lanes.Length} lanes");
        for (int i = 0; i < names.Length; i++)
        {
            bool known = names[i].Length > 1
                && names[i][0] == PlanStep.Letters[(int)lanes[i].Kind]
                && int.TryParse(names[i].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
            PlanObject.Require(known && written.TryAdd(names[i], lanes[i]), "every lane has a name of its kind and is written once");
        }
    }

    private Lane Find(string name, LaneKind kind)
    {
        PlanObject.Require(written.TryGetValue(name, out Lane lane) && lane.Kind == kind, "every lane is written before it is read, and of the kind that is read");
        return lane;
    }
}
