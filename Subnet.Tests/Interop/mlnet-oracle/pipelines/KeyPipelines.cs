using Microsoft.ML;
using Microsoft.ML.Transforms;

namespace MlNetOracle;

using Estimator = IEstimator<ITransformer>;

/// <summary>Keys: made, mapped to vectors and bits, and back to values.</summary>
internal sealed class KeyPipelines(MLContext context) : PipelineGroup(context)
{
    public override IEnumerable<Pipeline> Pipelines()
    {
        yield return Binary(
            "key-bits",
            () => Chain(((string[])["U", "VT", "C"]).SelectMany(column => (Estimator[])[T.Conversion.MapValueToKey(column), T.Conversion.MapKeyToBinaryVector(column)])),
            () => Cat("U", "VT", "C"),
            () => Logistic());
        yield return Binary(
            "key-by-value",
            () => T.Conversion.MapValueToKey("U", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue),
            () => T.Conversion.MapValueToKey("U16", maximumNumberOfKeys: 2),
            () => T.Conversion.MapValueToKey("T", maximumNumberOfKeys: 3, addKeyValueAnnotationsAsText: true),
            () => Chain(((string[])["U", "U16", "T"]).Select(column => (Estimator)T.Conversion.MapKeyToVector(column))),
            () => Cat("U", "U16", "T"),
            () => Logistic());
        yield return Binary(
            "key-back-to-numbers",
            () => T.Conversion.MapValueToKey("K", "C"),
            () => T.Conversion.MapValueToKey("K2", "VN", maximumNumberOfKeys: 4),
            () => T.Conversion.MapValueToKey("K3", "DB"),
            () => T.Conversion.MapValueToKey("K4", "T", maximumNumberOfKeys: 3),
            () => Chain(((string[])["K", "K2", "K3", "K4"]).Select(column => (Estimator)T.Conversion.MapKeyToValue(column))),
            () => Single("K3"),
            () => Hot("K4"),
            () => Cat("K", "K2", "K3", "K4"),
            () => Trees());
        yield return Binary(
            "key-back-to-integers",
            () => T.Conversion.MapValueToKey("K", "I32"),
            () => T.Conversion.MapValueToKey("K2", "O"),
            () => T.Conversion.MapValueToKey("K3", "U64"),
            () => Chain(((string[])["K", "K2", "K3"]).Select(column => (Estimator)T.Conversion.MapKeyToValue(column))),
            () => Single("K", "K2", "K3"),
            () => Cat("K", "K2", "K3"),
            () => Trees());
        yield return Binary(
            "key-bag-and-ends",
            () => T.Conversion.MapValueToKey("K", "VT"),
            () => T.Conversion.MapKeyToVector("Bag", "K", outputCountVector: true),
            () => T.Conversion.MapKeyToVector("Ends", "K", outputCountVector: false),
            () => T.Conversion.MapValueToKey("T"),
            () => T.Conversion.MapKeyToVector("T", outputCountVector: true),
            () => Cat("Bag", "Ends", "T"),
            () => Logistic());
    }
}
