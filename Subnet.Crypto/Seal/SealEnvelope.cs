using Subnet.Crypto.Seal.Zstd;

namespace Subnet.Crypto.Seal;

/// <summary>What is common to all objects: a header and a payload that may be compressed.</summary>
public static class SealEnvelope
{
    /// <summary>The same object without compression, byte for byte what SEAL writes for it in mode none.</summary>
    /// <param name="source">One object.</param>
    /// <param name="limit">The most bytes that the uncompressed object may have; derive it from the parameters.</param>
    /// <exception cref="SealFormatException">Not an object, corrupt, or larger than the limit.</exception>
    public static byte[] Uncompress(ReadOnlySpan<byte> source, long limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, SealHeader.ByteCount);
        SealHeader header = ReadHeader(source, allowTrailing: false);
        if (header.Compression == SealCompression.None)
        {
            return source.ToArray();
        }

        using BoundedOutput inflated = Inflate(header.Compression, source[SealHeader.ByteCount..], limit - SealHeader.ByteCount);
        byte[] plain = new byte[SealHeader.ByteCount + inflated.Length];
        SealHeader.Write(plain, SealCompression.None, (ulong)plain.Length);
        inflated.Written.CopyTo(plain.AsSpan(SealHeader.ByteCount));
        return plain;
    }

    /// <summary>Reads the header and checks its size against the bytes that are there.</summary>
    internal static SealHeader ReadHeader(ReadOnlySpan<byte> source, bool allowTrailing)
    {
        SealHeader header = SealHeader.Read(source);
        if (header.Size > (ulong)source.Length)
        {
            throw new SealFormatException($"the object claims {header.Size} bytes, only {source.Length} are there");
        }

        return allowTrailing || header.Size == (ulong)source.Length
            ? header
            : throw new SealFormatException($"{(ulong)source.Length - header.Size} bytes follow the object");
    }

    /// <summary>Inflates a compressed payload up to a limit. The caller disposes the output.</summary>
    internal static BoundedOutput Inflate(SealCompression compression, ReadOnlySpan<byte> payload, long limit)
    {
        BoundedOutput inflated = new((int)Math.Min(limit, Array.MaxLength));
        try
        {
            if (compression == SealCompression.Zlib)
            {
                ZlibPayload.Decompress(payload, inflated);
            }
            else
            {
                ZstdDecoder.Decompress(payload, inflated);
            }

            return inflated;
        }
        catch (SealFormatException)
        {
            inflated.Dispose();
            throw;
        }
    }
}
