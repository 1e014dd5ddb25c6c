using System.Collections.Immutable;
using Subnet.Crypto.Forests;

namespace Subnet.Health.Circuits.Forests;

/// <summary>The query of a forest's card, as a client sees it.</summary>
/// <param name="Set">The set.</param>
/// <param name="Layout">How bits and leaves share slots; null for a batch.</param>
/// <param name="Edges">From the feature vector to bits.</param>
/// <param name="Scale">An answer over it is the raw score.</param>
/// <param name="Bound">No answer is larger.</param>
/// <param name="Rounding">How far a raw score can be from the float model's.</param>
/// <param name="Commitment">32 bytes.</param>
internal sealed record CardForest(
    ForestSet Set, ForestLayout? Layout, ForestEdges Edges, double Scale, long Bound, double Rounding, ImmutableArray<byte> Commitment)
{
    /// <summary>The chance of a wrong decryption, as computed from set and bounds.</summary>
    public required ExactnessClaim Exactness { get; init; }

    /// <summary>Bytes of a key bundle.</summary>
    public long KeyBytes => ForestKeyBundle.ByteCount(Set, Elements.Count);

    /// <summary>Bytes of a query.</summary>
    public int UploadBytes => ForestQuery.ByteCount(Set, IsBatch ? Edges.Bits : 1);

    /// <summary>Bytes of a reply.</summary>
    public int ReplyBytes => ForestReply.ByteCount(Set, IsBatch);

    /// <summary>Whether a query holds many patients.</summary>
    public bool IsBatch => Layout is null;

    /// <summary>The Galois elements of the keys that a clinic uploads.</summary>
    public IReadOnlyList<int> Elements => Layout?.Elements ?? [];
}
