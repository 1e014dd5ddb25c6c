using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Models;
using Subnet.Health.Models.Evaluation;
using Subnet.Health.Models.Onnx;

namespace Subnet.Health.Circuits;

/// <summary>A public feature map as canonical JSON and back, whatever kind of model it comes from.</summary>
internal static class FeatureMapJson
{
    /// <summary>Writes a feature map.</summary>
    /// <exception cref="CircuitException">It has no public form.</exception>
    public static CanonicalObject Write(IFeatureMap map) => map switch
    {
        LaneFeatureMap lanes => new CanonicalObject { { "plan", PublicPlan.Write(lanes) } },
        OnnxFeatureMap graph => new CanonicalObject { { "graph", OnnxGraphJson.Write(graph) } },
        _ => throw new CircuitException("the feature map of the model has no public form; save the model with ML.NET or as ONNX."),
    };

    /// <summary>Reads a feature map.</summary>
    /// <exception cref="PlanFormatException">It is not one.</exception>
    public static IFeatureMap Read(PlanObject json) => json.Has("graph")
        ? OnnxGraphJson.ReadFeatures(json.Object("graph"))
        : PublicPlan.Read(json.Object("plan").Json);
}
