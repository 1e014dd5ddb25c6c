using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Heads;

namespace Subnet.Health.Models.MlNet;

/// <summary>The pieces a prediction transformer was made of, for cutting the model in two.</summary>
/// <param name="Task">What is answered.</param>
/// <param name="Features">The feature vector.</param>
/// <param name="Head">From features to scores.</param>
/// <param name="Calibration">From score to probability, or null.</param>
/// <param name="Decision">From scores to label.</param>
/// <param name="Scores">The score column as it left the transformer.</param>
/// <param name="ClassLabels">Names of the classes, empty where there are none.</param>
internal sealed record PredictionParts(
    ModelTask Task,
    BoundColumn Features,
    ModelHead Head,
    Calibration? Calibration,
    DecisionRule Decision,
    Lane[] Scores,
    string[] ClassLabels);
