using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Transparency;

/// <summary>A SHA-256 hash of a Merkle tree (RFC 6962 section 2.1): 32 bytes, a value. The default value is 32 zero bytes.</summary>
public readonly struct TreeHash : IEquatable<TreeHash>
{
    /// <summary>Length in bytes.</summary>
    public const int ByteCount = 32;

    /// <summary>Entries up to this length are hashed on the stack.</summary>
    private const int StackLimit = 2048;

    private readonly ulong a;
    private readonly ulong b;
    private readonly ulong c;
    private readonly ulong d;

    /// <summary>Reads a hash from its bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public TreeHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ByteCount)
        {
            throw new ArgumentException($"a tree hash has {ByteCount} bytes, not {bytes.Length}", nameof(bytes));
        }

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (a, b, c, d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The root of the tree without entries: the hash of no bytes.</summary>
    public static TreeHash EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <summary>The hash of an entry: H(0x00 || entry).</summary>
    public static TreeHash OfLeaf(ReadOnlySpan<byte> entry)
    {
        byte[]? rented = entry.Length < StackLimit ? null : ArrayPool<byte>.Shared.Rent(entry.Length + 1);
        Span<byte> input = rented ?? stackalloc byte[StackLimit];
        input[0] = 0;
        entry.CopyTo(input[1..]);
        TreeHash hash = Of(input[..(entry.Length + 1)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }

    /// <summary>The hash of an inner node: H(0x01 || left || right).</summary>
    public static TreeHash OfNode(in TreeHash left, in TreeHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * ByteCount)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + ByteCount)..]);
        return Of(input);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(destination[..ByteCount]);
        (words[0], words[1], words[2], words[3]) = (a, b, c, d);
    }

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[ByteCount];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Base64 with padding, 44 letters: the form in notes and proofs.</summary>
    public string ToBase64() => Convert.ToBase64String(ToArray());

    /// <summary>Reads the form of <see cref="ToBase64"/>, and no other spelling.</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out TreeHash hash) => StrictBase64.TryDecodeHash(text, out hash);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <inheritdoc/>
    public bool Equals(TreeHash other) => a == other.a && b == other.b && c == other.c && d == other.d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TreeHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(a, b);

    /// <summary>Whether the bytes are the same. Roots are public, so time does not matter.</summary>
    public static bool operator ==(in TreeHash left, in TreeHash right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(in TreeHash left, in TreeHash right) => !left.Equals(right);

    private static TreeHash Of(ReadOnlySpan<byte> input)
    {
        Span<byte> hash = stackalloc byte[ByteCount];
        SHA256.HashData(input, hash);
        return new TreeHash(hash);
    }
}
