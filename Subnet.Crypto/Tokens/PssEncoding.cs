using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Subnet.Crypto.Tokens;

/// <summary>EMSA-PSS of RFC 8017 section 9.1 with SHA-384 for the message and for MGF1.</summary>
internal static class PssEncoding
{
    private const int HashByteCount = SHA384.HashSizeInBytes;

    /// <summary>Encodes a message into <paramref name="encodedBits"/> bits, big-endian in whole bytes.</summary>
    /// <exception cref="ArgumentException">The modulus is too short for hash and salt.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> message, ReadOnlySpan<byte> salt, int encodedBits)
    {
        byte[] encoded = new byte[(encodedBits + 7) / 8];
        int dataBytes = encoded.Length - HashByteCount - 1;
        if (dataBytes < salt.Length + 1)
        {
            throw new ArgumentException("the modulus is too short for SHA-384 and this salt", nameof(encodedBits));
        }

        Span<byte> data = encoded.AsSpan(0, dataBytes);
        Span<byte> hash = encoded.AsSpan(dataBytes, HashByteCount);
        HashWithSalt(message, salt, hash);
        data[^(salt.Length + 1)] = 1;
        salt.CopyTo(data[^salt.Length..]);
        Mask(hash, data);
        data[0] &= (byte)(0xFF >> ((8 * encoded.Length) - encodedBits));
        encoded[^1] = 0xBC;
        return encoded;
    }

    /// <summary>Whether <paramref name="encoded"/> is an encoding of the message with a salt of exactly that length.</summary>
    public static bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> encoded, int saltLength, int encodedBits)
    {
        int dataBytes = encoded.Length - HashByteCount - 1;
        int unused = (8 * encoded.Length) - encodedBits;
        if (encoded.Length != (encodedBits + 7) / 8 || dataBytes < saltLength + 1 || encoded[^1] != 0xBC || encoded[0] >> (8 - unused) != 0)
        {
            return false;
        }

        ReadOnlySpan<byte> hash = encoded.Slice(dataBytes, HashByteCount);
        byte[] data = encoded[..dataBytes].ToArray();
        Mask(hash, data);
        data[0] &= (byte)(0xFF >> unused);
        int padding = dataBytes - saltLength - 1;
        if (data.AsSpan(0, padding).ContainsAnyExcept((byte)0) || data[padding] != 1)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HashByteCount];
        HashWithSalt(message, data.AsSpan(padding + 1), expected);
        return CryptographicOperations.FixedTimeEquals(expected, hash);
    }

    private static void HashWithSalt(ReadOnlySpan<byte> message, ReadOnlySpan<byte> salt, Span<byte> destination)
    {
        Span<byte> messageHash = stackalloc byte[HashByteCount];
        SHA384.HashData(message, messageHash);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        hash.AppendData(stackalloc byte[8]);
        hash.AppendData(messageHash);
        hash.AppendData(salt);
        hash.GetHashAndReset(destination);
    }

    /// <summary>data ^= MGF1(seed).</summary>
    private static void Mask(ReadOnlySpan<byte> seed, Span<byte> data)
    {
        Span<byte> input = stackalloc byte[HashByteCount + sizeof(uint)];
        Span<byte> block = stackalloc byte[HashByteCount];
        seed.CopyTo(input);
        for (int offset = 0, counter = 0; offset < data.Length; offset += HashByteCount, counter++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input[HashByteCount..], counter);
            SHA384.HashData(input, block);
            for (int i = 0; i < Math.Min(HashByteCount, data.Length - offset); i++)
            {
                data[offset + i] ^= block[i];
            }
        }
    }
}
