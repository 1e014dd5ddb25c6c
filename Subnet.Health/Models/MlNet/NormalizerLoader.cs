using Subnet.Health.Models.Evaluation;

namespace Subnet.Health.Models.MlNet;

/// <summary>Reads a normaliser: for each column one of the affine, distribution or binning functions.</summary>
internal static class NormalizerLoader
{
    private const byte SingleKind = 9;
    private const byte DoubleKind = 10;
    private const uint TypesAsCodes = 0x00010002;

    /// <summary>Normalizer.</summary>
    public static void Load(ModelComponent component, PipelineScope scope)
    {
        (string Output, string Input)[] pairs = PipelineScope.ReadPairs(component);
        foreach ((string _, string input) in pairs)
        {
            CheckType(component, scope.Get(component, input));
        }

        component.Finish();
        var made = new List<BoundColumn>();
        for (int i = 0; i < pairs.Length; i++)
        {
            BoundColumn column = scope.Get(component, pairs[i].Input);
            ModelComponent function = component.OpenChild(scope.Archive, $"Normalizer_{i:D3}");
            Lane[] to = scope.Builder.NewLanes(LaneKind.Single, column.Slots.Length);
            scope.Builder.Add(function.Signature switch
            {
                "AffineNormExec" => Affine(function, column, to),
                "CdfNormalizeFunction" => Distribution(function, column, to),
                "BinNormalizeFunction" => Binning(function, scope, column, to),
                _ => throw function.Damaged("this component is not a normalising function"),
            });
            BoundColumn normal = column.With(pairs[i].Output, ColumnKind.Single, to);
            made.Add(column.IsVector
                ? NumberTransforms.WithMasks(scope, normal, (values, masks) => new RebuiltRowStage(values, masks))
                : normal);
        }

        made.ForEach(scope.Set);
    }

    private static void CheckType(ModelComponent component, BoundColumn column)
    {
        bool isVector = component.Bool8();
        byte kind;
        int size = 1;
        if (component.Version >= TypesAsCodes)
        {
            kind = component.Byte();
            if (isVector)
            {
                int[] dimensions = component.CountedInt32s("dimensions");
                size = (int)Math.Clamp(dimensions.Aggregate(1L, (product, d) => Math.Clamp(product * d, -1, int.MaxValue)), -1, int.MaxValue);
            }
        }
        else
        {
            size = component.Int32();
            kind = component.Byte();
        }

        component.Require(kind is SingleKind or DoubleKind, $"the column {column.Name} is of type {kind}");
        if (kind == DoubleKind || column.Kind != ColumnKind.Single)
        {
            throw component.Unsupported($"the column {column.Name} ({column.Describe()}) is normalised in another precision than Single", "convert the column to Single before it");
        }

        component.Require(isVector == column.IsVector, $"the normaliser and the column {column.Name} disagree on its being a vector");
        component.Require(!isVector || size == column.Slots.Length, $"the normaliser expects {size} slots of {column.Name}, which has {column.Slots.Length}");
    }

    private static AffineStage Affine(ModelComponent function, BoundColumn column, Lane[] to)
    {
        function.FloatSize();
        int features = function.Int32();
        function.Require(features == to.Length, $"the function has {features} slots where {column.Name} has {to.Length}");
        int listed = function.Int32();
        function.Require(listed >= -1 && listed < features, $"{listed} of {features} slots are listed");
        int[]? indices = listed < 0 ? null : function.Int32s(listed);
        float[] storedScales = function.CountedSingles("scales");
        float[] storedOffsets = function.CountedSingles("offsets");
        int expected = indices?.Length ?? features;
        function.Require(storedScales.Length == expected, $"{storedScales.Length} scales are given for {expected} slots");
        function.Require(storedOffsets.Length == 0 || storedOffsets.Length == expected, $"{storedOffsets.Length} offsets are given for {expected} slots");
        function.Require(!storedScales.Any(float.IsNaN), $"scale {Array.FindIndex(storedScales, float.IsNaN)} is not a number");
        function.Require(!storedOffsets.Any(float.IsNaN), $"offset {Array.FindIndex(storedOffsets, float.IsNaN)} is not a number");
        function.Finish();

        float[] scales = new float[features];
        float[] offsets = new float[features];
        Array.Fill(scales, 1);
        int previous = -1;
        for (int k = 0; k < expected; k++)
        {
            int slot = indices is null ? k : indices[k];
            function.Require(slot > previous && slot < features, "the listed slots do not increase");
            previous = slot;
            scales[slot] = storedScales[k];
            offsets[slot] = storedOffsets.Length == 0 || storedScales[k] == 0 ? 0 : storedOffsets[k];
        }

        return new AffineStage(column.Values, to, scales, offsets);
    }

    private static CdfStage Distribution(ModelComponent function, BoundColumn column, Lane[] to)
    {
        function.FloatSize();
        bool useLogarithm = function.Bool8();
        int count = function.Count(8, "slots");
        function.Require(count == to.Length, $"the function has {count} slots where {column.Name} has {to.Length}");
        float[] means = function.FiniteSingles(count, "mean");
        float[] deviations = function.FiniteSingles(count, "deviation");
        function.Finish();
        return new CdfStage(column.Slots, to, useLogarithm, means, deviations);
    }

    private static BinStage Binning(ModelComponent function, PipelineScope scope, BoundColumn column, Lane[] to)
    {
        bool keepZero = function.Bool8();
        function.Finish();
        ModelComponent bins = function.OpenChild(scope.Archive, "BinNormalizer");
        bins.Require(bins.Signature == "BinNormExec", "this component does not hold bins");
        bins.FloatSize();
        int features = bins.Count(4, "slots");
        bins.Require(features == to.Length, $"the function has {features} slots where {column.Name} has {to.Length}");
        float[][] bounds = new float[features][];
        for (int j = 0; j < features; j++)
        {
            bounds[j] = bins.CountedSingles("bounds");
            bins.Require(bounds[j].Length > 0 && float.IsPositiveInfinity(bounds[j][^1]), $"the last bin of slot {j} is not open");
            for (int k = 1; k < bounds[j].Length; k++)
            {
                bins.Require(bounds[j][k] > bounds[j][k - 1], $"the bins of slot {j} do not ascend");
            }
        }

        bins.Finish();
        return new BinStage(column.Slots, to, bounds, keepZero);
    }
}
