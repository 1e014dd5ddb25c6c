using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>Transformers of single numbers: conversion, imputation, missing-value indicators, row norms.</summary>
internal static class NumberTransforms
{
    private const byte SingleKind = 9;
    private const byte LastKind = 16;
    private const byte HasKeyCount = 0x80;
    private const uint KeyCountAlone = 0x00010004;

    /// <summary>ConvertTransform, to single precision.</summary>
    public static void Convert(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            byte kind = component.Byte();
            component.Require((kind & ~HasKeyCount) is > 0 and <= LastKind, $"target type {kind} is unknown");
            if ((kind & HasKeyCount) != 0)
            {
                SkipKeyCount(component);
            }

            BoundColumn column = scope.Get(component, input);
            if (kind != SingleKind || column.Kind is not ColumnKind from)
            {
                throw component.Unsupported(
                    $"{input} ({column.Describe()}) is converted to type {kind & ~HasKeyCount}, not to Single", "convert to Single");
            }

            made.Add(ToSingle(scope, column, from, output));
        }

        component.Finish();
        made.ForEach(scope.Set);
    }

    /// <summary>NAReplaceTransform: one value for all slots, or one for each.</summary>
    public static void ReplaceMissing(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            Codec codec = Codec.Read(component);
            BoundColumn column = scope.Get(component, input);
            if (column.Kind is not (ColumnKind.Single or ColumnKind.Double) || codec.ItemKind != column.Kind)
            {
                throw component.Unsupported($"missing values of {input} ({column.Describe()}) are replaced by {codec.Name}", "convert the column to Single first");
            }

            double[] stored = codec.Name == "VBuffer" ? ValueBlock.Vector(component, codec) : ValueBlock.Numbers(component, codec, 1);
            component.Require(stored.Length == 1 || stored.Length == column.Slots.Length, $"{stored.Length} replacement values are given for {column.Slots.Length} slots of {input}");
            component.Require(!stored.Any(double.IsNaN), $"a replacement value of {input} is itself missing");
            double[] values = stored.Length == column.Slots.Length ? stored : [.. column.Slots.Select(_ => stored[0])];
            Lane[] to = scope.Builder.NewLanes(column.Slots[0].Value.Kind, values.Length);
            scope.Builder.Add(column.Kind == ColumnKind.Single
                ? new ReplaceMissingStage(column.Values, to, [.. values.Select(value => (float)value)])
                : new ReplaceMissingDoubleStage(column.Values, to, values));
            made.Add(WithoutReplacedZeros(scope, column.WithValues(output, to), column.Slots, values));
        }

        component.Finish();
        made.ForEach(scope.Set);
    }

    /// <summary>NaIndicatorTransform: whether each slot is NaN.</summary>
    public static void IndicateMissing(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        component.Finish();
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            BoundColumn column = scope.Get(component, input);
            if (column.Kind is not (ColumnKind.Single or ColumnKind.Double))
            {
                throw component.Unsupported($"missing values of {input} ({column.Describe()}) are indicated", "convert the column to Single first");
            }

            Lane[] to = scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length);
            scope.Builder.Add(new MissingIndicatorStage(column.Values, to));
            BoundColumn indicator = column.With(output, ColumnKind.Boolean, to);
            made.Add(column.IsVector ? WithMasks(scope, indicator, (values, masks) => new IndicatorRowStage(values, masks)) : indicator);
        }

        made.ForEach(scope.Set);
    }

    /// <summary>GcnTransform: each row over its norm.</summary>
    public static void NormaliseRows(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        var made = new List<BoundColumn>();
        foreach ((string output, string input) in pairs)
        {
            bool subtractMean = component.Bool8();
            byte norm = component.Byte();
            component.Require(norm <= (byte)RowNorm.Infinity, $"norm {norm} is unknown");
            float scale = component.FiniteSingle("scale");
            component.Require(scale > 0, "the scale is not positive");
            BoundColumn column = scope.Get(component, input);
            if (column.Kind != ColumnKind.Single)
            {
                throw component.Unsupported($"the rows of {input} ({column.Describe()}) are normalised", "convert the column to Single first");
            }

            Lane[] to = scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length);
            bool masked = subtractMean && Array.Exists(column.Slots, slot => slot.Explicit is not null);
            Lane[] masks = masked ? scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length) : [];
            scope.Builder.Add(new RowNormStage(column.Slots, to, masks, subtractMean, (RowNorm)norm, scale));
            BoundColumn normal = column.WithValues(output, to);
            made.Add(masked ? normal with { Slots = [.. normal.Slots.Select((slot, j) => slot with { Explicit = masks[j] })] } : normal);
        }

        component.Finish();
        made.ForEach(scope.Set);
    }

    /// <summary>Gives every slot an "is explicit" lane.</summary>
    public static BoundColumn WithMasks(PipelineScope scope, BoundColumn column, Func<Lane[], Lane[], Stage> stage)
    {
        Lane[] masks = scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length);
        scope.Builder.Add(stage(column.Values, masks));
        return column with { Slots = [.. column.Slots.Select((slot, j) => slot with { Explicit = masks[j] })] };
    }

    private static BoundColumn WithoutReplacedZeros(PipelineScope scope, BoundColumn column, Slot[] from, double[] values)
    {
        bool[] becomesZero = [.. values.Select(value => value == 0)];
        return column.Kind == ColumnKind.Single && Array.Exists(from, slot => slot.Explicit is not null) && Array.Exists(becomesZero, zero => zero)
            ? WithMasks(scope, column, (_, masks) => new ReplacedRowStage(from, becomesZero, masks))
            : column;
    }

    private static BoundColumn ToSingle(PipelineScope scope, BoundColumn column, ColumnKind from, string output)
    {
        if (from is ColumnKind.Single or ColumnKind.Boolean)
        {
            return column with { Name = output, Kind = ColumnKind.Single };
        }

        Lane[] to = scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length);
        scope.Builder.Add(new ConvertStage(from, column.Values, to));
        return column.WithValues(output, to) with { Kind = ColumnKind.Single };
    }

    private static void SkipKeyCount(ModelComponent component)
    {
        if (component.Version >= KeyCountAlone)
        {
            component.Require(component.UInt64() > 0, "a key count is 0");
            return;
        }

        component.Require(component.UInt64() == 0, "keys do not begin at 0");
        component.UInt64();
        component.Require(component.Bool8(), "keys are not contiguous");
    }
}
