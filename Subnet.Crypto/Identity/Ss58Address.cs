using System.Diagnostics.CodeAnalysis;
using Org.BouncyCastle.Crypto.Digests;

namespace Subnet.Crypto.Identity;

/// <summary>
/// Addresses of coldkeys and hotkeys in Substrate's SS58 form: base 58 of prefix 42 (generic Substrate), the 32-byte public key,
/// and the first two bytes of BLAKE2b-512("SS58PRE" || prefix || key). An address is public.
/// </summary>
public static class Ss58Address
{
    /// <summary>The network prefix, one byte.</summary>
    public const byte Prefix = 42;

    /// <summary>Length of a public key in bytes.</summary>
    public const int PublicKeyByteCount = 32;

    private const int ChecksumByteCount = 2;
    private const int ByteCount = 1 + PublicKeyByteCount + ChecksumByteCount;

    /// <summary>The address of a public key, 48 characters.</summary>
    /// <exception cref="ArgumentException">The key has not 32 bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeyByteCount)
        {
            throw new ArgumentException($"a public key has {PublicKeyByteCount} bytes, not {publicKey.Length}", nameof(publicKey));
        }

        Span<byte> bytes = stackalloc byte[ByteCount];
        bytes[0] = Prefix;
        publicKey.CopyTo(bytes[1..]);
        Checksum(bytes[..^ChecksumByteCount], bytes[^ChecksumByteCount..]);
        return Base58.Encode(bytes);
    }

    /// <summary>Reads an address; on failure <paramref name="error"/> says what is wrong with it.</summary>
    public static bool TryDecode(
        string? address, [NotNullWhen(true)] out byte[]? publicKey, [NotNullWhen(false)] out string? error)
    {
        publicKey = null;
        Span<byte> bytes = stackalloc byte[ByteCount];
        if (string.IsNullOrEmpty(address) || !Base58.TryDecode(address, bytes, out int written) || written != ByteCount)
        {
            error = "is not an SS58 address: expected 48 base-58 characters that begin with 5";
            return false;
        }

        if (bytes[0] != Prefix)
        {
            error = $"is an address of network prefix {bytes[0]}; this network uses {Prefix}";
            return false;
        }

        Span<byte> checksum = stackalloc byte[ChecksumByteCount];
        Checksum(bytes[..^ChecksumByteCount], checksum);
        if (!checksum.SequenceEqual(bytes[^ChecksumByteCount..]))
        {
            error = "has a wrong checksum: a character is mistyped";
            return false;
        }

        publicKey = bytes.Slice(1, PublicKeyByteCount).ToArray();
        error = null;
        return true;
    }

    private static void Checksum(ReadOnlySpan<byte> prefixed, Span<byte> destination)
    {
        Blake2bDigest digest = new(512);
        byte[] message = [.. "SS58PRE"u8, .. prefixed];
        byte[] hash = new byte[64];
        digest.BlockUpdate(message, 0, message.Length);
        digest.DoFinal(hash, 0);
        hash.AsSpan(0, ChecksumByteCount).CopyTo(destination);
    }
}
