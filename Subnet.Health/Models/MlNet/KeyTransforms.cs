using System.Collections.Frozen;
using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>Transformers to, between and from keys.</summary>
internal static class KeyTransforms
{
    private const uint CombineFrom = 0x00010004;
    private const uint NoFloatSizeFrom = 0x00010002;

    /// <summary>TermTransform: a value to its place in a vocabulary.</summary>
    public static void ValueToKey(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        bool[] asText = [.. pairs.Select(_ => component.Bool8())];
        component.Finish();
        ModelComponent manager = component.OpenChild(scope.Archive, "Vocabulary");
        manager.Require(manager.Signature == "TermManager", "this component is not a vocabulary");
        int count = manager.Count(1, "vocabularies");
        manager.Require(count == pairs.Length, $"{count} vocabularies are given for {pairs.Length} columns");
        var made = new List<BoundColumn>();
        for (int i = 0; i < pairs.Length; i++)
        {
            made.Add(Lookup(manager, scope, scope.Get(component, pairs[i].Input), pairs[i].Output, asText[i]));
        }

        manager.Finish();
        made.ForEach(scope.Set);
    }

    /// <summary>KeyToVectorTransform: indicators, end to end or counted in one bag.</summary>
    public static void KeyToVector(ModelComponent component, PipelineScope scope)
    {
        if (component.Version < NoFloatSizeFrom)
        {
            component.FloatSize();
        }

        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        bool[] bags = [.. pairs.Select(_ => component.Bool8())];
        component.Finish();
        var made = new List<BoundColumn>();
        for (int i = 0; i < pairs.Length; i++)
        {
            BoundColumn column = Key(component, scope, pairs[i].Input);
            int values = KeyValues(component, column);
            bool bag = bags[i] || !column.IsVector;
            long slots = bag ? values : (long)values * column.Slots.Length;
            component.Require(slots <= LaneProgramBuilder.MaxLanes, $"the keys of {column.Name} make {slots} slots");
            Lane[] to = scope.Builder.NewLanes(LaneKind.Single, (int)slots);
            scope.Builder.Add(new KeyToVectorStage(column.Values, to, values, bag));
            string[] names = bag
                ? ValueNames(column, values)
                : [.. column.SlotNames.SelectMany(slot => ValueNames(column, values).Select(value => $"{slot}.{value}"))];
            var vector = new BoundColumn(
                pairs[i].Output, ColumnKind.Single, true, [.. to.Select(lane => new Slot(lane))], names);
            made.Add(slots == 1 ? vector
                : column.IsVector && bag ? NumberTransforms.WithMasks(scope, vector, (_, masks) => new BagRowStage(column.Values, masks))
                : WithIndicatorMasks(scope, vector, rebuilt: false));
        }

        made.ForEach(scope.Set);
    }

    /// <summary>KeyToBinaryTransform: key - 1 in binary.</summary>
    public static void KeyToBinary(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        component.Finish();
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            BoundColumn column = Key(component, scope, input);
            int bits = KeyToBinaryStage.BitsFor(KeyValues(component, column));
            Lane[] to = scope.Builder.NewLanes(LaneKind.Single, bits * column.Slots.Length);
            scope.Builder.Add(new KeyToBinaryStage(column.Values, to, bits));
            string[] names = [.. column.SlotNames.SelectMany(slot => Enumerable.Range(0, bits).Select(bit => $"{slot}.bit{bits - 1 - bit}"))];
            var vector = new BoundColumn(output, ColumnKind.Single, true, [.. to.Select(lane => new Slot(lane))], names);
            made.Add(WithIndicatorMasks(scope, vector, rebuilt: true));
        }

        made.ForEach(scope.Set);
    }

    /// <summary>KeyToValueTransform: back to what stands in the vocabulary.</summary>
    public static void KeyToValue(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        component.Finish();
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            BoundColumn column = Key(component, scope, input);
            Vocabulary vocabulary = column.Vocabulary
                ?? throw component.Unsupported($"the key column {input} has no vocabulary to map back to", "leave this step out");
            made.Add(BackToValues(scope, column, vocabulary, output));
        }

        made.ForEach(scope.Set);
    }

    /// <summary>HashTransform: text, number or key to a key of so many bits.</summary>
    public static void Hash(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            int bits = component.Int32();
            component.Require(bits is >= 1 and <= 31, $"the hash has {bits} bits");
            uint seed = component.UInt32();
            bool ordered = component.Bool8();
            bool combine = component.Version >= CombineFrom && component.Bool8();
            BoundColumn column = scope.Get(component, input);
            if (column.Kind is ColumnKind.Integer or ColumnKind.Unsigned)
            {
                throw component.Unsupported($"the integer column {input} is hashed", "read the column as text or as Single");
            }

            bool asOne = combine && column.IsVector;
            Lane[] to = scope.Builder.NewLanes(LaneKind.Key, asOne ? 1 : column.Slots.Length);
            scope.Builder.Add(asOne
                ? new CombinedHashStage(column.Kind, column.Values, to[0], bits, seed)
                : new HashStage(column.Kind, column.Values, to, bits, seed, ordered));
            BoundColumn keys = column.With(output, null, to) with { KeyCount = 1L << bits };
            made.Add(asOne ? keys with { IsVector = false, SlotNames = [output] } : keys);
        }

        // What hashed to each key, kept for people to look at.
        scope.Archive.Ignore($"{component.Folder}Vocabulary_");
        component.Finish();
        made.ForEach(scope.Set);
    }

    // The missing key is the missing value of the type: NaN or empty text, and 0 for types that have none.
    private static BoundColumn BackToValues(PipelineScope scope, BoundColumn column, Vocabulary vocabulary, string output)
    {
        ColumnKind kind = vocabulary.AsText ? ColumnKind.Text : vocabulary.Kind;
        Lane[] to = scope.Builder.NewLanes(LaneProgramBuilder.LaneOf(kind), column.Slots.Length);
        scope.Builder.Add(kind switch
        {
            ColumnKind.Text => new KeyToTextStage(column.Values, to, vocabulary.Names),
            ColumnKind.Double => new KeyToDoubleStage(column.Values, to, vocabulary.Numbers!),
            ColumnKind.Integer or ColumnKind.Unsigned => new KeyToIntegerStage(column.Values, to, vocabulary.Integers!),
            _ => new KeyToNumberStage(
                column.Values, to, [.. vocabulary.Numbers!.Select(number => (float)number)], kind == ColumnKind.Boolean ? 0 : float.NaN),
        });
        return column.With(output, kind, to);
    }

    private static BoundColumn Lookup(ModelComponent manager, PipelineScope scope, BoundColumn column, string output, bool asText)
    {
        bool typed = manager.Bool8();
        string[]? texts = null;
        double[]? numbers = null;
        long[]? integers = null;
        if (!typed)
        {
            int count = manager.Count(4, "terms");
            texts = [.. Enumerable.Range(0, count).Select(_ => manager.String())];
        }
        else
        {
            Codec codec = Codec.Read(manager);
            int count = manager.Count(codec.Name == "Boolean" ? 0 : 1, "terms");
            switch (codec.ItemKind)
            {
                case ColumnKind.Text:
                    texts = ValueBlock.Texts(manager, count);
                    break;
                case ColumnKind.Single or ColumnKind.Double:
                    numbers = ValueBlock.Numbers(manager, codec, count);
                    break;
                case ColumnKind.Integer or ColumnKind.Unsigned:
                    integers = ValueBlock.Integers(manager, codec, count);
                    break;
                case ColumnKind.Boolean:
                    manager.Require(count <= 2, $"{count} truth values are listed");
                    numbers = [.. ValueBlock.Booleans(manager, count).Select(value => value ? 1.0 : 0)];
                    break;
                default:
                    throw manager.Unsupported($"terms of type {codec.Name} are not supported", "make the keys from text or numbers");
            }
        }

        Lane[] to = scope.Builder.NewLanes(LaneKind.Key, column.Slots.Length);
        Stage stage = (column.Kind, texts, numbers, integers) switch
        {
            (ColumnKind.Text, not null, _, _) => new TextTermStage(column.Values, to, Places(manager, texts, StringComparer.Ordinal)),
            (ColumnKind.Single or ColumnKind.Double or ColumnKind.Boolean, _, not null, _) =>
                new NumberTermStage(column.Values, to, Places(manager, numbers, EqualityComparer<double>.Default)),
            (ColumnKind.Integer or ColumnKind.Unsigned, _, _, not null) =>
                new IntegerTermStage(column.Values, to, Places(manager, integers, EqualityComparer<long>.Default)),
            _ => throw manager.Damaged($"the vocabulary of {column.Name} is not of the type of the column ({column.Describe()})"),
        };
        scope.Builder.Add(stage);
        var vocabulary = new Vocabulary(column.Kind!.Value, texts, numbers, integers, asText && texts is null);
        return column.With(output, null, to) with { KeyCount = vocabulary.Count, Vocabulary = vocabulary };
    }

    private static FrozenDictionary<T, int> Places<T>(ModelComponent manager, T[] terms, IEqualityComparer<T> comparer)
        where T : notnull
    {
        var places = new Dictionary<T, int>(terms.Length, comparer);
        for (int i = 0; i < terms.Length; i++)
        {
            manager.Require(places.TryAdd(terms[i], i + 1), $"term {i + 1} is there twice");
        }

        return places.ToFrozenDictionary(comparer);
    }

    private static BoundColumn Key(ModelComponent component, PipelineScope scope, string input)
    {
        BoundColumn column = scope.Get(component, input);
        return column.Kind is null ? column : throw component.Damaged($"the column {input} ({column.Describe()}) is not a key");
    }

    private static int KeyValues(ModelComponent component, BoundColumn column)
    {
        component.Require(column.KeyCount > 0, $"the number of key values of {column.Name} is unknown");
        if (column.KeyCount > LaneProgramBuilder.MaxLanes)
        {
            throw component.Unsupported($"the keys of {column.Name} take {column.KeyCount} values", "use fewer categories or hash bits");
        }

        return (int)column.KeyCount;
    }

    private static string[] ValueNames(BoundColumn column, int values) =>
        column.Vocabulary is Vocabulary vocabulary && vocabulary.Count == values
            ? vocabulary.Names
            : [.. Enumerable.Range(1, values).Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    // An indicator row holds its non-zero slots; rows put together from several keys are written out once they are half full.
    private static BoundColumn WithIndicatorMasks(PipelineScope scope, BoundColumn column, bool rebuilt) => rebuilt
        ? NumberTransforms.WithMasks(scope, column, (values, masks) => new RebuiltRowStage(values, masks))
        : column with { Slots = [.. column.Slots.Select(slot => slot with { Explicit = slot.Value })] };
}
