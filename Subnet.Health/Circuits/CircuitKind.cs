namespace Subnet.Health.Circuits;

/// <summary>
/// The circuits of protocol 2. The keyless ones are one private linear form over public integer features; the others need uploaded keys.
/// </summary>
internal enum CircuitKind
{
    /// <summary>Features are quantised reals or indicators; weights are private.</summary>
    Linear,

    /// <summary>Features are quantised reals and products of two of them; the quadratic form is private.</summary>
    Quadratic,

    /// <summary>Features are the bins that a row falls into; shape values are private.</summary>
    Additive,

    /// <summary>Features are the leaves that a row reaches in public trees; leaf values are private.</summary>
    ForestLeaves,

    /// <summary>Trees of which structure and leaves are private; one patient a query, under uploaded keys.</summary>
    ForestPrivate,

    /// <summary>The same with a patient a slot.</summary>
    ForestBatch,
}
