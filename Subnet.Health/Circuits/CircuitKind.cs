namespace Subnet.Health.Circuits;

/// <summary>The keyless circuits of protocol 2. All are one private linear form over public integer features.</summary>
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
}
