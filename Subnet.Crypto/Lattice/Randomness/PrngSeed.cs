using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// A 64-byte seed that stands for a public stream: whoever holds it expands the same uniform polynomial. It is meant to be
/// published; secrets and noise must never be drawn from the stream of such a seed.
/// </summary>
public sealed class PrngSeed : IEquatable<PrngSeed>
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int ByteCount = 64;

    private readonly byte[] bytes;

    /// <summary>Copies 64 seed bytes.</summary>
    /// <exception cref="ArgumentException">The seed has not 64 bytes, or the type is unknown.</exception>
    public PrngSeed(PrngType type, ReadOnlySpan<byte> seed)
    {
        if (type is not (PrngType.Blake2Xb or PrngType.Shake256))
        {
            throw new ArgumentException($"generator type {(byte)type} is unknown; use 1 (Blake2xb) or 2 (SHAKE256)", nameof(type));
        }

        if (seed.Length != ByteCount)
        {
            throw new ArgumentException($"a seed has {ByteCount} bytes, not {seed.Length}", nameof(seed));
        }

        Type = type;
        bytes = seed.ToArray();
    }

    /// <summary>The function that expands the seed.</summary>
    public PrngType Type { get; }

    /// <summary>The 64 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>A stream that starts at the beginning of what this seed stands for.</summary>
    public SeededRandomSource Expand() => new(Type, bytes);

    /// <inheritdoc/>
    public bool Equals(PrngSeed? other) =>
        other is not null && Type == other.Type && CryptographicOperations.FixedTimeEquals(bytes, other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PrngSeed);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, BitConverter.ToInt64(bytes, 0));
}
