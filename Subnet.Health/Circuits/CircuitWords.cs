namespace Subnet.Health.Circuits;

/// <summary>The words of the protocol for circuits.</summary>
internal static class CircuitWords
{
    /// <summary>The name of a circuit.</summary>
    public static string Of(CircuitKind kind) => kind switch
    {
        CircuitKind.ForestLeaves => "forest-leaves",
        CircuitKind.ForestPrivate => "forest-private",
        CircuitKind.ForestBatch => "forest-batch",
        CircuitKind.Additive => "additive",
        CircuitKind.Quadratic => "quadratic",
        _ => "linear",
    };

    /// <summary>What is kept private where the weights are declared public.</summary>
    public const string NothingPrivate = "nothing: the weights are declared public and anybody who asks can compute them";

    /// <summary>What the circuit keeps private.</summary>
    public static string PrivatePart(CircuitKind kind) => kind switch
    {
        CircuitKind.ForestPrivate or CircuitKind.ForestBatch => "which of the public edges are split at, the structure of the trees, leaf values",
        CircuitKind.ForestLeaves => "leaf values; the structure of the trees is public",
        CircuitKind.Quadratic => "the quadratic form",
        CircuitKind.Additive => "shape values; the edges of the bins are public",
        _ => "weights",
    };

    /// <summary>The circuit of a name, or null.</summary>
    public static CircuitKind? Parse(string word) => word switch
    {
        "forest-leaves" => CircuitKind.ForestLeaves,
        "additive" => CircuitKind.Additive,
        "quadratic" => CircuitKind.Quadratic,
        "linear" => CircuitKind.Linear,
        "forest-private" => CircuitKind.ForestPrivate,
        "forest-batch" => CircuitKind.ForestBatch,
        _ => null,
    };
}
