using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>Transformers that only rearrange slots and columns; no arithmetic, mostly no stage at all.</summary>
internal static class ColumnTransforms
{
    /// <summary>ConcatTransform: inputs end to end.</summary>
    public static void Concatenate(ModelComponent component, PipelineScope scope)
    {
        int outputs = component.Count(8, "outputs");
        component.Require(outputs > 0, "no columns are listed");
        var made = new List<BoundColumn>();
        for (int i = 0; i < outputs; i++)
        {
            string output = component.ColumnName();
            int inputs = component.Count(8, "inputs");
            component.Require(inputs > 0, $"the column {output} is made of nothing");
            var parts = new List<BoundColumn>();
            for (int j = 0; j < inputs; j++)
            {
                parts.Add(scope.Get(component, component.ColumnName()));
                component.OptionalString();
            }

            made.Add(Join(component, scope, output, parts));
        }

        component.Finish();
        made.ForEach(scope.Set);
    }

    /// <summary>CopyTransform: output = input.</summary>
    public static void Copy(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        component.Finish();
        BoundColumn[] made = [.. pairs.Select(pair => scope.Get(component, pair.Input) with { Name = pair.Output })];
        Array.ForEach(made, scope.Set);
    }

    /// <summary>SelectColumnsTransform: keeps or drops columns by name.</summary>
    public static void Select(ModelComponent component, PipelineScope scope)
    {
        bool keep = component.Bool8();
        component.Bool8();
        component.Bool8();
        int count = component.Count(4, "columns");
        var named = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            named.Add(component.ColumnName());
        }

        component.Finish();
        foreach (string name in scope.Names.Where(name => named.Contains(name) != keep).ToArray())
        {
            scope.Remove(name);
        }
    }

    /// <summary>DropSlotsTransform: what is kept closes up; nothing kept leaves one slot of 0.</summary>
    public static void DropSlots(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            int[] first = component.CountedInt32s("ranges");
            int[] last = component.Int32s(first.Length);
            BoundColumn column = scope.Get(component, input);
            made.Add(Drop(component, scope, column, output, first, last));
        }

        component.Finish();
        made.ForEach(scope.Set);
    }

    private static BoundColumn Join(ModelComponent component, PipelineScope scope, string output, List<BoundColumn> parts)
    {
        BoundColumn first = parts[0];
        if (parts is [{ IsVector: true }])
        {
            return first with { Name = output };
        }

        foreach (BoundColumn part in parts)
        {
            if (part.Kind != first.Kind)
            {
                throw component.Damaged($"columns of different types are joined: {first.Name} is {first.Describe()}, {part.Name} is {part.Describe()}");
            }
        }

        Slot[] slots = [.. parts.SelectMany(part => part.Slots)];
        string[] names = [.. parts.SelectMany(part => part.IsVector ? part.SlotNames.Select(name => Qualify(part.Name, name)) : [part.Name])];
        if (slots.Any(slot => slot.Explicit is not null))
        {
            slots = Densify(scope, slots);
        }

        return new BoundColumn(output, first.Kind, true, slots, names, first.KeyCount, parts.Count == 1 ? first.Vocabulary : null);
    }

    private static string Qualify(string column, string slot) =>
        slot.StartsWith(column, StringComparison.Ordinal) ? slot : $"{column}.{slot}";

    private static Slot[] Densify(PipelineScope scope, Slot[] slots)
    {
        Lane[] masks = scope.Builder.NewLanes(LaneKind.Single, slots.Count(slot => slot.Explicit is not null));
        scope.Builder.Add(new JoinedRowStage(slots.Length, [.. slots.Where(slot => slot.Explicit is not null).Select(slot => slot.Explicit!.Value)], masks));
        int next = 0;
        return [.. slots.Select(slot => slot.Explicit is null ? slot : slot with { Explicit = masks[next++] })];
    }

    private static BoundColumn Drop(
        ModelComponent component, PipelineScope scope, BoundColumn column, string output, int[] first, int[] last)
    {
        bool[] dropped = new bool[column.Slots.Length];
        int next = 0;
        for (int r = 0; r < first.Length; r++)
        {
            component.Require(first[r] >= next && last[r] >= first[r], $"range {r} of dropped slots overlaps or is reversed");
            next = last[r] == int.MaxValue ? int.MaxValue : last[r] + 1;
            for (int slot = first[r]; slot <= Math.Min(last[r], dropped.Length - 1); slot++)
            {
                dropped[slot] = true;
            }
        }

        if (dropped.All(slot => slot))
        {
            Lane[] zero = scope.Builder.NewLanes(LaneKind.Single, 1);
            if (column.Kind != ColumnKind.Single)
            {
                throw component.Unsupported($"all slots of {column.Name} ({column.Describe()}) are dropped", "leave the column out of the pipeline");
            }

            scope.Builder.Add(new ConstantStage(0, zero[0]));
            return column with { Name = output, Slots = [new Slot(zero[0])], SlotNames = [output] };
        }

        return column with
        {
            Name = output,
            Slots = [.. column.Slots.Where((_, j) => !dropped[j])],
            SlotNames = [.. column.SlotNames.Where((_, j) => !dropped[j])],
        };
    }
}
