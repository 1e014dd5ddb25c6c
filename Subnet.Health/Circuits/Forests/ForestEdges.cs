using System.Collections.Immutable;

namespace Subnet.Health.Circuits.Forests;

/// <summary>On which side of every edge a missing value lies.</summary>
internal enum MissingSide
{
    /// <summary>Trees disagree: the row is refused.</summary>
    Refused,

    /// <summary>Below every edge.</summary>
    Below,

    /// <summary>Above every edge.</summary>
    Above,
}

/// <summary>The public edges of one feature: those that trees split at, and decoys among them.</summary>
/// <param name="Feature">Place in the feature vector.</param>
/// <param name="Edges">Ascending.</param>
/// <param name="Missing">What a missing value is.</param>
internal sealed record FeatureEdges(int Feature, ImmutableArray<float> Edges, MissingSide Missing);

/// <summary>
/// From a feature vector to bits: for each public edge whether the value lies above it, compared in single precision as the trainer does.
/// Immutable.
/// </summary>
internal sealed class ForestEdges
{
    private readonly ImmutableArray<FeatureEdges> features;

    /// <summary>Takes edges.</summary>
    /// <param name="features">Each feature at most once.</param>
    /// <param name="bits">n; bits beyond the edges are 0.</param>
    public ForestEdges(ImmutableArray<FeatureEdges> features, int bits)
    {
        this.features = features;
        Bits = bits;
    }

    /// <summary>n.</summary>
    public int Bits { get; }

    /// <summary>The edges by feature.</summary>
    public ImmutableArray<FeatureEdges> Features => features;

    /// <summary>The bit of an edge.</summary>
    public int BitOf(int feature, float edge)
    {
        int at = 0;
        foreach (FeatureEdges own in features)
        {
            if (own.Feature == feature)
            {
                int place = own.Edges.BinarySearch(edge);
                return place >= 0 ? at + place : throw new ArgumentException($"feature {feature} has no edge {edge}", nameof(edge));
            }

            at += own.Edges.Length;
        }

        throw new ArgumentException($"feature {feature} has no edges", nameof(feature));
    }

    /// <summary>Whether bits are those of some value: of each feature ones for the edges below it, then zeros, and zeros beyond all edges.</summary>
    /// <param name="bits">Untrusted.</param>
    public bool IsEncoded(ReadOnlySpan<long> bits)
    {
        if (bits.Length != Bits || bits.ContainsAnyExceptInRange(0, 1))
        {
            return false;
        }

        int at = 0;
        foreach (FeatureEdges own in features)
        {
            ReadOnlySpan<long> above = bits.Slice(at, own.Edges.Length);
            int ones = above.IndexOf(0);
            if (ones >= 0 && above[ones..].Contains(1))
            {
                return false;
            }

            at += own.Edges.Length;
        }

        return !bits[at..].Contains(1);
    }

    /// <summary>Encodes one row.</summary>
    /// <param name="x">The feature vector.</param>
    /// <param name="names">Names of the features, for the message.</param>
    /// <param name="bits">Takes n bits.</param>
    /// <returns>Null, or why the row is refused.</returns>
    public string? TryEncode(ReadOnlySpan<float> x, IReadOnlyList<string> names, Span<byte> bits)
    {
        bits.Clear();
        int at = 0;
        foreach (FeatureEdges own in features)
        {
            float value = x[own.Feature];
            if (float.IsNaN(value) && own.Missing == MissingSide.Refused)
            {
                return $"{names[own.Feature]} is missing, and the model needs it";
            }

            foreach (float edge in own.Edges)
            {
                bits[at++] = (byte)(float.IsNaN(value) ? own.Missing == MissingSide.Above ? 1 : 0 : value > edge ? 1 : 0);
            }
        }

        return null;
    }
}
