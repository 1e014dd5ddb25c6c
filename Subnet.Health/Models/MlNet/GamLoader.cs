using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>Reads generalised additive models.</summary>
internal static class GamLoader
{
    private const int MaxFeatures = 1 << 20;

    /// <summary>BinaryClassGamPredictor, RegressionGamPredictor.</summary>
    public static AdditiveHead Load(ModelComponent component)
    {
        int shapes = component.Count(sizeof(int), "shapes");
        int features = component.Int32();
        component.Require(features is >= 0 and <= MaxFeatures, $"there are {features} features");
        double intercept = component.FiniteDouble("intercept");
        double[][] effects = new double[shapes][];
        for (int s = 0; s < shapes; s++)
        {
            int bins = component.Count(sizeof(double), "bins");
            component.Require(bins > 0, $"shape {s} has no bin");
            effects[s] = component.FiniteDoubles(bins, "effect");
        }

        double[][] bounds = [.. effects.Select((shape, s) => Bounds(component, shape.Length, s))];
        int mapped = component.Count(2 * sizeof(int), "mapped features");
        var functions = new List<ShapeFunction>();
        var seenFeatures = new HashSet<int>();
        var seenShapes = new HashSet<int>();
        for (int i = 0; i < mapped; i++)
        {
            int feature = component.Int32();
            int shape = component.Int32();
            component.Require(feature >= 0 && feature < features && seenFeatures.Add(feature), $"feature {feature} is out of range or mapped twice");
            component.Require(shape >= 0 && shape < shapes && seenShapes.Add(shape), $"shape {shape} is out of range or used twice");
            functions.Add(new ShapeFunction(feature, [.. bounds[shape]], [.. effects[shape]]));
        }

        return new AdditiveHead(features, intercept, [.. functions]);
    }

    private static double[] Bounds(ModelComponent component, int count, int shape)
    {
        double[] bounds = component.Doubles(count);
        component.Require(double.IsPositiveInfinity(bounds[^1]), $"the last bin of shape {shape} is not open");
        for (int i = 1; i < count; i++)
        {
            component.Require(bounds[i] > bounds[i - 1], $"the bins of shape {shape} do not ascend");
        }

        return bounds;
    }
}
