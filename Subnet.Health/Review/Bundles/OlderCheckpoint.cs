using Subnet.Crypto.Transparency;

namespace Subnet.Health.Review.Bundles;

/// <summary>An earlier checkpoint inside a bundle.</summary>
/// <param name="Checkpoint">The signed note.</param>
/// <param name="Proof">Consistency proof from it to the bundle's checkpoint.</param>
internal sealed record OlderCheckpoint(string Checkpoint, IReadOnlyList<TreeHash> Proof);
