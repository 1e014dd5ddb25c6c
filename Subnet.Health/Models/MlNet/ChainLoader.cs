namespace Subnet.Health.Models.MlNet;

/// <summary>Reads a chain of transformers and each of its children in order.</summary>
internal static class ChainLoader
{
    private const int AllScopes = 7;

    /// <summary>Reads any transformer, a chain included, and adds its effect to the scope.</summary>
    /// <exception cref="ModelFormatException">Damaged or not supported.</exception>
    public static void Load(ModelComponent component, PipelineScope scope)
    {
        switch (component.Signature)
        {
            case "TransformerChain":
                LoadChain(component, scope);
                break;
            case "ConcatTransform":
                ColumnTransforms.Concatenate(component, scope);
                break;
            case "CopyTransform":
                ColumnTransforms.Copy(component, scope);
                break;
            case "SelectColumnsTransform":
                ColumnTransforms.Select(component, scope);
                break;
            case "DropSlotsTransform":
                ColumnTransforms.DropSlots(component, scope);
                break;
            case "ConvertTransform":
                NumberTransforms.Convert(component, scope);
                break;
            case "NAReplaceTransform":
                NumberTransforms.ReplaceMissing(component, scope);
                break;
            case "NaIndicatorTransform":
                NumberTransforms.IndicateMissing(component, scope);
                break;
            case "GcnTransform":
                NumberTransforms.NormaliseRows(component, scope);
                break;
            case "Normalizer":
                NormalizerLoader.Load(component, scope);
                break;
            case "TermTransform":
                KeyTransforms.ValueToKey(component, scope);
                break;
            case "KeyToVectorTransform":
                KeyTransforms.KeyToVector(component, scope);
                break;
            case "KeyToBinaryTransform":
                KeyTransforms.KeyToBinary(component, scope);
                break;
            case "KeyToValueTransform":
                KeyTransforms.KeyToValue(component, scope);
                break;
            case "HashTransform":
                KeyTransforms.Hash(component, scope);
                break;
            case "BinaryPredXfer" or "RegressionPredXfer" or "RankingPredXfer" or "MulticlassPredXfer" or "ClusteringPredXfer":
                PredictionLoader.Load(component, scope);
                break;
            case "PlattCalibratTransf" or "NaiveCalibratTransf" or "PavCalibratTransf":
                PredictionLoader.LoadCalibration(component, scope);
                break;
            default:
                throw component.Damaged("this component is not a transformer");
        }
    }

    private static void LoadChain(ModelComponent component, PipelineScope scope)
    {
        int count = component.Count(sizeof(int), "transformers");
        for (int i = 0; i < count; i++)
        {
            int scopes = component.Int32();
            component.Require((scopes & ~AllScopes) == 0, $"the scope of transformer {i} is {scopes}");
        }

        component.Finish();
        for (int i = 0; i < count; i++)
        {
            Load(component.OpenChild(scope.Archive, $"Transform_{i:D3}"), scope);
        }
    }
}
