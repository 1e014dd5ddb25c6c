using System.Text.Json;
using System.Text.Json.Nodes;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>Cases of kind <c>fn</c>: one function, its arguments and its answer.</summary>
internal static class FunctionCase
{
    private static readonly Dictionary<string, Func<VectorObject, JsonNode?>> s_functions = new(
        [.. ConsensusFunctions.All, .. EmissionFunctions.All, .. StakeFunctions.All], StringComparer.Ordinal);

    public static Difference? Run(JsonElement element)
    {
        VectorObject one = new("the case", element);
        string name = one.Text("fn");
        if (!s_functions.TryGetValue(name, out Func<VectorObject, JsonNode?>? function))
        {
            throw new VectorFormatException($"unknown function '{name}'");
        }

        VectorObject arguments = one.Object("args");
        JsonElement expected = one.Take("expect");
        one.RequireAllTakenButRemarks();
        JsonNode? actual = function(arguments);
        arguments.RequireAllTaken();
        return Difference.Between(name, expected, actual);
    }
}
