using System.Diagnostics.CodeAnalysis;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Commitments;

/// <summary>
/// C = sum w_i G_i + r H, a Pedersen commitment to a vector of integers: 33 bytes (SEC 1 compressed). It hides the vector perfectly and binds to it under the
/// discrete logarithm; infinity, uncompressed and unreduced encodings are refused. Immutable.
/// </summary>
public sealed class VectorCommitment : IEquatable<VectorCommitment>
{
    /// <summary>Length of the encoding.</summary>
    public const int ByteCount = AffinePoint.ByteCount;

    private readonly byte[] bytes;

    internal VectorCommitment(in AffinePoint point)
    {
        Point = point;
        bytes = point.ToBytes();
    }

    /// <summary>The encoding.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    internal AffinePoint Point { get; }

    /// <summary>Reads 33 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out VectorCommitment? commitment)
    {
        commitment = AffinePoint.TryRead(encoded, out AffinePoint point) ? new VectorCommitment(point) : null;
        return commitment is not null;
    }

    /// <inheritdoc/>
    public bool Equals(VectorCommitment? other) => other is not null && bytes.AsSpan().SequenceEqual(other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VectorCommitment);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(bytes, 1);

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(bytes);
}
