using System.Collections.Immutable;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>A predictor that was read.</summary>
/// <param name="Signature">Its loader signature.</param>
/// <param name="Head">From features to scores.</param>
/// <param name="Calibration">From score to probability, or null.</param>
internal sealed record Predictor(string Signature, ModelHead Head, Calibration? Calibration);

/// <summary>Reads predictors: the private part of a model.</summary>
internal static class PredictorLoader
{
    private const int MaxClasses = 1 << 12;
    private const int MaxFeatures = 1 << 20;
    private const int MaxWeights = 1 << 22;

    /// <summary>Any predictor, with its calibration where it has one.</summary>
    /// <exception cref="ModelFormatException">Damaged or not supported.</exception>
    public static Predictor Load(ModelComponent component, ModelArchive archive)
    {
        switch (component.Signature)
        {
            case "CaliPredExec" or "FeatWCaliPredExec" or "PMixCaliPredExec" or "SchemaBindableCalibrated":
                component.Finish();
                Predictor inner = Load(component.OpenChild(archive, "Predictor"), archive);
                component.Require(inner.Head.ScoreCount == 1, $"a calibrator stands over {inner.Signature}, which has several scores");
                return inner with { Calibration = CalibratorLoader.Load(component.OpenChild(archive, "Calibrator")) };
            default:
                ModelHead head = LoadHead(component, archive);
                component.Finish();

                // Older releases put the calibrator into the folder of the predictor itself.
                Calibration? calibration = component.HasChild(archive, "Calibrator")
                    ? CalibratorLoader.Load(component.OpenChild(archive, "Calibrator"))
                    : null;
                return new Predictor(component.Signature, head, calibration);
        }
    }

    private static ModelHead LoadHead(ModelComponent component, ModelArchive archive)
    {
        switch (component.Signature)
        {
            case "Linear2CExec" or "LinearRegressionExec":
                return Linear(component, ScoreLink.Identity);
            case "PoissonRegressionExec":
                return Linear(component, ScoreLink.Exponential);
            case "OlsLinearRegressionExec":
                return LeastSquares(component);
            case "MultiClassLRExec":
                return Multiclass(component, ScoreLink.Softmax);
            case "MulticlassLinear":
                return Multiclass(component, ScoreLink.Identity);
            case "OVAExec":
                return OneVersusAll(component, archive);
            case "PKPDExec":
                return Pairwise(component, archive);
            case "MultiClassNaiveBayesPred":
                return NaiveBayes(component);
            case "PriorPredictor":
                component.FloatSize();
                float probability = component.Single();
                component.Require(probability is >= 0 and <= 1, "the probability lies outside 0 to 1");
                return new ConstantHead(0, probability);
            case "KMeansPredictor":
                return KMeans(component);
            case "LDSVMBinaryPredictor":
                return LocalDeep(component);
            case "BinaryClassGamPredictor" or "RegressionGamPredictor":
                return GamLoader.Load(component);
            default:
                return TreeEnsembleLoader.TryLoad(component) ?? throw component.Damaged("this component is not a predictor");
        }
    }

    private static LinearHead Linear(ModelComponent component, ScoreLink link)
    {
        component.FloatSize();
        float bias = component.FiniteSingle("bias");
        int length = component.Int32();
        component.Require(length is > 0 and <= MaxFeatures, $"the weight vector has {length} slots");
        int listed = component.Count(4, "indices");
        component.Require(listed < length, $"{listed} of {length} slots are listed");
        int[] indices = component.Int32s(listed);
        int stored = component.Count(4, "weights");
        bool dense = listed == 0 && stored == length;
        component.Require(dense || stored == listed, $"{stored} weights are given for {listed} listed of {length} slots");
        float[] values = component.FiniteSingles(stored, "weight");
        float[] weights = dense ? values : Scatter(component, indices, values, length);
        return new LinearHead([.. weights], bias, link, StoredSparse: !dense);
    }

    private static LinearHead LeastSquares(ModelComponent component)
    {
        LinearHead head = Linear(component, ScoreLink.Identity);
        component.Double();
        component.Double();
        if (component.Bool8())
        {
            // Standard errors, t-statistics and p-values of each weight and the bias: not needed for scoring.
            component.Bytes(3 * sizeof(double) * (head.FeatureCount + 1));
        }

        return head;
    }

    private static MulticlassLinearHead Multiclass(ModelComponent component, ScoreLink link)
    {
        component.FloatSize();
        int features = component.Int32();
        int classes = component.Int32();
        component.Require(features is >= 1 and <= MaxFeatures && classes is >= 1 and <= MaxClasses, $"there are {features} features and {classes} classes");
        component.Require((long)features * classes <= MaxWeights, $"{features} features by {classes} classes are more than {MaxWeights} weights");
        float[] biases = component.FiniteSingles(classes, "bias");
        int starts = component.Int32();
        if (starts == 0)
        {
            component.Require(component.Int32() == 0, "a dense matrix lists indices");
            int total = component.Count(4, "weights");
            component.Require(total == features * classes, $"{total} weights are given for {classes} x {features}");
            return new MulticlassLinearHead([.. component.FiniteSingles(total, "weight")], [.. biases], link);
        }

        component.Require(starts == classes + 1, $"{starts} row starts are given for {classes} classes");
        int[] rows = component.Int32s(starts);
        int entries = component.Count(4, "indices");
        component.Require(rows[0] == 0 && rows[^1] == entries, "the rows do not cover the indices");
        int[] columns = component.Int32s(entries);
        int valueCount = component.Count(4, "weights");
        component.Require(valueCount == entries, $"{valueCount} weights are given for {entries} indices");
        float[] values = component.FiniteSingles(entries, "weight");
        float[] weights = new float[features * classes];
        for (int k = 0; k < classes; k++)
        {
            component.Require(rows[k + 1] >= rows[k] && rows[k + 1] <= entries, $"row {k} ends before it begins");
            int[] own = columns[rows[k]..rows[k + 1]];
            Scatter(component, own, values[rows[k]..rows[k + 1]], features).CopyTo(weights, k * features);
        }

        return new MulticlassLinearHead([.. weights], [.. biases], link, StoredSparse: true);
    }

    private static OneVersusAllHead OneVersusAll(ModelComponent component, ModelArchive archive)
    {
        component.FloatSize();
        byte formula = component.Byte();
        component.Require(formula <= (byte)OneVersusAllFormula.Softmax, $"output formula {formula} is unknown");
        int classes = component.Int32();
        component.Require(classes is > 0 and <= MaxClasses, $"there are {classes} classes");
        component.Finish();
        var members = new List<MemberModel>();
        for (int i = 0; i < classes; i++)
        {
            members.Add(Member(component, archive, $"SubPredictor_{i:D3}", formula == (byte)OneVersusAllFormula.Normalised));
        }

        CheckMembers(component, members);
        return new OneVersusAllHead([.. members], (OneVersusAllFormula)formula);
    }

    private static PairwiseCouplingHead Pairwise(ModelComponent component, ModelArchive archive)
    {
        component.FloatSize();
        int classes = component.Int32();
        component.Require(classes is > 0 and <= MaxClasses, $"there are {classes} classes");
        component.Finish();
        var members = new List<MemberModel>();
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j < i; j++)
            {
                members.Add(Member(component, archive, $"SubPredictor_{i:D3}_{j:D3}", needsProbability: true));
            }

            members.Add(Member(component, archive, $"SubPredictor_{i:D3}", needsProbability: true));
        }

        CheckMembers(component, members);
        return new PairwiseCouplingHead(classes, [.. members]);
    }

    private static MemberModel Member(ModelComponent component, ModelArchive archive, string name, bool needsProbability)
    {
        ModelComponent child = component.OpenChild(archive, name);
        Predictor predictor = Load(child, archive);
        component.Require(predictor.Head.ScoreCount == 1, $"the member {predictor.Signature} has several scores");
        if (needsProbability && predictor.Calibration is null && predictor.Head is not ConstantHead)
        {
            throw child.Unsupported("this member has no probability, and the model is made of them", "train the members with a calibrator");
        }

        return new MemberModel(predictor.Head, predictor.Calibration);
    }

    private static void CheckMembers(ModelComponent component, List<MemberModel> members)
    {
        int features = members.Max(member => member.Head.FeatureCount);
        component.Require(members.All(member => member.Head is ConstantHead || member.Head.FeatureCount == features), "the members have different numbers of features");
    }

    private static NaiveBayesHead NaiveBayes(ModelComponent component)
    {
        const uint LongCounts = 0x00010002;
        component.FloatSize();
        bool longs = component.Version >= LongCounts;
        int width = longs ? sizeof(long) : sizeof(int);
        long Next() => longs ? component.Int64() : component.Int32();
        int classes = component.Count(width, "classes");
        component.Require(classes is > 0 and <= MaxClasses, $"there are {classes} classes");
        long[] counts = [.. Enumerable.Range(0, classes).Select(_ => Next())];
        component.Require(counts.All(count => count >= 0), "the count of a class is negative");
        int features = component.Int32();
        component.Require(features is >= 1 and <= MaxFeatures && (long)features * classes <= MaxWeights, $"there are {features} features and {classes} classes");
        double total = counts.Sum(count => (double)count);
        component.Require(total > 0, "no class was ever seen");
        double[] weights = new double[classes * features];
        double[] bases = new double[classes];
        for (int k = 0; k < classes; k++)
        {
            if (counts[k] == 0)
            {
                bases[k] = double.NegativeInfinity;
                continue;
            }

            component.Require((long)features * width <= component.Remaining, $"the counts of class {k} are cut off");
            for (int f = 0; f < features; f++)
            {
                long present = Next();
                component.Require(present >= 0 && present <= counts[k], $"feature {f} is counted {present} times in class {k} of {counts[k]}");
                weights[(k * features) + f] = Math.Log(present + 1.0) - Math.Log(counts[k] - present + 1.0);
            }
        }

        double[] absent = component.Doubles(classes);
        for (int k = 0; k < classes; k++)
        {
            component.Require(counts[k] == 0 || double.IsFinite(absent[k]), $"the absence term of class {k} is not finite");
            bases[k] = counts[k] == 0 ? bases[k] : Math.Log(counts[k] / total) + absent[k];
        }

        return new NaiveBayesHead([.. weights], [.. bases]);
    }

    private static CentroidHead KMeans(ModelComponent component)
    {
        const uint SparseCentres = 0x00010002;
        component.FloatSize();
        int count = component.Int32();
        int features = component.Int32();
        component.Require(count is > 0 and <= MaxClasses && features is > 0 and <= MaxFeatures, $"there are {count} centres of {features} features");
        component.Require((long)count * features <= MaxWeights, $"{count} centres of {features} features are more than {MaxWeights} numbers");
        float[] centres = new float[count * features];
        for (int k = 0; k < count; k++)
        {
            int entries = component.Version >= SparseCentres ? component.Count(4, "entries") : features;
            component.Require(entries <= features, $"centre {k} has {entries} entries of {features}");
            int[]? indices = entries < features ? component.Int32s(entries) : null;
            float[] values = component.FiniteSingles(entries, "coordinate");
            float[] centre = indices is null ? values : Scatter(component, indices, values, features);
            centre.CopyTo(centres, k * features);
        }

        return new CentroidHead([.. centres], count);
    }

    private static LocalDeepHead LocalDeep(ModelComponent component)
    {
        component.FloatSize();
        int leaves = component.Int32();
        component.Require(leaves > 1 && int.IsPow2(leaves) && leaves <= 1 << 16, $"the tree has {leaves} leaves");
        int features = component.Int32();
        component.Require(features is > 0 and <= MaxFeatures && (long)leaves * 5 * features * sizeof(float) <= component.Remaining + (5L * features * sizeof(float)), $"{features} features by {leaves} leaves are announced where {component.Remaining} bytes are left");
        int nodes = (2 * leaves) - 1;
        float sigma = component.FiniteSingle("sigma");
        ImmutableArray<float> w = [.. component.FiniteSingles(nodes * features, "weight")];
        ImmutableArray<float> thetaPrime = [.. component.FiniteSingles(nodes * features, "weight")];
        ImmutableArray<float> theta = [.. component.FiniteSingles((leaves - 1) * features, "weight")];
        ImmutableArray<float> biasW = [.. component.FiniteSingles(nodes, "bias")];
        ImmutableArray<float> biasTheta = [.. component.FiniteSingles(leaves - 1, "bias")];
        ImmutableArray<float> biasThetaPrime = [.. component.FiniteSingles(nodes, "bias")];
        return new LocalDeepHead(features, leaves, sigma, w, thetaPrime, theta, biasW, biasTheta, biasThetaPrime);
    }

    private static float[] Scatter(ModelComponent component, int[] indices, float[] values, int length)
    {
        float[] dense = new float[length];
        int previous = -1;
        for (int i = 0; i < indices.Length; i++)
        {
            component.Require(indices[i] > previous && indices[i] < length, $"index {i} does not increase or passes {length}");
            previous = indices[i];
            dense[previous] = values[i];
        }

        return dense;
    }
}
