using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>Reads prediction transformers and calibrators that follow one: they write Score, Probability and PredictedLabel.</summary>
internal static class PredictionLoader
{
    private const string ScoreName = "Score";
    private const string ProbabilityName = "Probability";
    private const string LabelName = "PredictedLabel";
    private const uint NamedOutputs = 0x00010002;

    /// <summary>BinaryPredXfer, RegressionPredXfer, RankingPredXfer, MulticlassPredXfer, ClusteringPredXfer.</summary>
    public static void Load(ModelComponent component, PipelineScope scope)
    {
        string? featureName = component.OptionalString();
        if (scope.Archive.Contains(component.Folder + "TrainSchema"))
        {
            DataViewHeader.Read(component.Folder + "TrainSchema", scope.Archive.Read(component.Folder + "TrainSchema"));
        }

        var settings = Settings.Read(component);
        component.Finish();
        Predictor predictor = PredictorLoader.Load(component.OpenChild(scope.Archive, "Model"), scope.Archive);
        BoundColumn features = Features(component, scope, featureName, predictor.Head);
        CheckTask(component, predictor);
        Lane[] scores = HeadEmitter.Emit(scope.Builder, predictor.Head, features.Slots);
        switch (component.Signature)
        {
            case "BinaryPredXfer":
                FinishBinary(component, scope, features, predictor, scores, settings);
                break;
            case "MulticlassPredXfer":
                FinishMulticlass(component, scope, features, predictor, scores, settings);
                break;
            case "ClusteringPredXfer":
                FinishClustering(scope, features, predictor, scores);
                break;
            default:
                scope.Set(Column(ScoreName, ColumnKind.Single, false, scores));
                scope.Prediction = new PredictionParts(
                    ModelTask.Regression, features, predictor.Head, null, new DecisionRule.None(), scores, []);
                break;
        }
    }

    /// <summary>PlattCalibratTransf, NaiveCalibratTransf, PavCalibratTransf: adds Probability, leaves the rest alone.</summary>
    public static void LoadCalibration(ModelComponent component, PipelineScope scope)
    {
        string scoreName = component.Version >= NamedOutputs || component.Remaining > 0 ? component.ColumnName() : ScoreName;
        component.Finish();
        Calibration calibration = CalibratorLoader.Load(component.OpenChild(scope.Archive, "Calibrator"));
        BoundColumn score = scope.Get(component, scoreName);
        if (score is not { Kind: ColumnKind.Single, Slots.Length: 1 })
        {
            throw component.Damaged($"the column {scoreName} ({score.Describe()}) is not a score to calibrate");
        }

        Lane probability = scope.Builder.NewLane(LaneKind.Single);
        scope.Builder.Add(new CalibrationStage(calibration, score.Slots[0].Value, probability));
        scope.Set(Column(ProbabilityName, ColumnKind.Single, false, [probability]));
        if (scope.Prediction is PredictionParts parts && parts.Scores is [Lane known] && known == score.Slots[0].Value)
        {
            scope.Prediction = parts with { Calibration = calibration };
        }
    }

    private static BoundColumn Features(ModelComponent component, PipelineScope scope, string? name, ModelHead head)
    {
        if (head.FeatureCount == 0)
        {
            return name is not null && scope.Find(name) is { Kind: ColumnKind.Single } any
                ? any with { Slots = [], SlotNames = [] }
                : new BoundColumn(name ?? "Features", ColumnKind.Single, true, [], []);
        }

        BoundColumn features = scope.Get(component, name ?? throw component.Damaged("the feature column has no name"));
        if (features.Kind != ColumnKind.Single)
        {
            throw component.Damaged($"the features {name} ({features.Describe()}) are not numbers");
        }

        if (features.Slots.Length != head.FeatureCount)
        {
            throw component.Damaged($"the model has {head.FeatureCount} features where the column {name} has {features.Slots.Length}");
        }

        return features;
    }

    private static void CheckTask(ModelComponent component, Predictor predictor)
    {
        bool manyScores = predictor.Head is MulticlassLinearHead or OneVersusAllHead or PairwiseCouplingHead or NaiveBayesHead;
        bool fits = component.Signature switch
        {
            "MulticlassPredXfer" => manyScores,
            "ClusteringPredXfer" => predictor.Head is CentroidHead,
            _ => !manyScores && predictor.Head is not CentroidHead,
        };
        component.Require(fits, $"the predictor {predictor.Signature} does not belong to this transformer");
    }

    private static void FinishBinary(
        ModelComponent component, PipelineScope scope, BoundColumn features, Predictor predictor, Lane[] scores, Settings settings)
    {
        scope.Set(Column(ScoreName, ColumnKind.Single, false, scores));
        Lane? probability = null;
        if (predictor.Calibration is not null || predictor.Head is ConstantHead)
        {
            probability = scope.Builder.NewLane(LaneKind.Single);
            scope.Builder.Add(predictor.Calibration is Calibration calibration
                ? new CalibrationStage(calibration, scores[0], probability.Value)
                : new ConstantStage(((ConstantHead)predictor.Head).Probability, probability.Value));
            scope.Set(Column(ProbabilityName, ColumnKind.Single, false, [probability.Value]));
        }

        bool onProbability = string.Equals(settings.ThresholdColumn, ProbabilityName, StringComparison.Ordinal);
        component.Require(onProbability || string.Equals(settings.ThresholdColumn, ScoreName, StringComparison.Ordinal), $"the threshold is on the column {settings.ThresholdColumn}");
        component.Require(!onProbability || probability is not null, "the threshold is on a probability that the model does not have");
        Lane label = scope.Builder.NewLane(LaneKind.Single);
        scope.Builder.Add(new ThresholdStage(settings.Threshold, onProbability ? probability!.Value : scores[0], label));
        scope.Set(Column(LabelName, ColumnKind.Boolean, false, [label]));
        scope.Prediction = new PredictionParts(
            ModelTask.Binary, features, predictor.Head, predictor.Calibration,
            new DecisionRule.Above(onProbability, settings.Threshold), scores, ["0", "1"]);
    }

    private static void FinishMulticlass(
        ModelComponent component, PipelineScope scope, BoundColumn features, Predictor predictor, Lane[] scores, Settings settings)
    {
        scope.Set(Column(settings.ScoreColumn, ColumnKind.Single, true, scores));
        Vocabulary? vocabulary = settings.LabelColumn is string name ? scope.Find(name)?.Vocabulary : null;
        component.Require(vocabulary is null || vocabulary.Count == scores.Length, $"the label has {vocabulary?.Count} values where the model has {scores.Length} classes");
        Lane label = scope.Builder.NewLane(LaneKind.Key);
        scope.Builder.Add(new BestScoreStage(smallest: false, scores, label));
        scope.Set(Column(settings.PredictedColumn, null, false, [label]) with { KeyCount = scores.Length, Vocabulary = vocabulary });
        scope.Prediction = new PredictionParts(
            ModelTask.Multiclass, features, predictor.Head, null, new DecisionRule.Largest(), scores, vocabulary?.Names ?? []);
    }

    private static void FinishClustering(PipelineScope scope, BoundColumn features, Predictor predictor, Lane[] scores)
    {
        scope.Set(Column(ScoreName, ColumnKind.Single, true, scores));
        Lane label = scope.Builder.NewLane(LaneKind.Key);
        scope.Builder.Add(new BestScoreStage(smallest: true, scores, label));
        scope.Set(Column(LabelName, null, false, [label]) with { KeyCount = scores.Length });
        scope.Prediction = new PredictionParts(
            ModelTask.Clustering, features, predictor.Head, null, new DecisionRule.Smallest(), scores, []);
    }

    private static BoundColumn Column(string name, ColumnKind? kind, bool isVector, Lane[] lanes) =>
        new(name, kind, isVector, [.. lanes.Select(lane => new Slot(lane))], [.. lanes.Select((_, j) => isVector ? $"{name}.{j}" : name)]);

    private sealed record Settings(
        float Threshold, string ThresholdColumn, string? LabelColumn, string ScoreColumn, string PredictedColumn)
    {
        public static Settings Read(ModelComponent component)
        {
            var none = new Settings(0, ScoreName, null, ScoreName, LabelName);
            switch (component.Signature)
            {
                case "BinaryPredXfer":
                    float threshold = component.Single();
                    component.Require(!float.IsNaN(threshold), "the threshold is not a number");
                    return none with { Threshold = threshold, ThresholdColumn = component.ColumnName() };
                case "MulticlassPredXfer":
                    string? label = component.OptionalString();
                    return component.Version < NamedOutputs
                        ? none with { LabelColumn = label }
                        : none with
                        {
                            LabelColumn = label,
                            ScoreColumn = component.OptionalString() ?? ScoreName,
                            PredictedColumn = component.OptionalString() ?? LabelName,
                        };
                default:
                    return none;
            }
        }
    }
}
