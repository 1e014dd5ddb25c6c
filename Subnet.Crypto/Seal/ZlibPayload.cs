using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Subnet.Crypto.Seal;

/// <summary>A payload as one zlib stream (RFC 1950).</summary>
internal static class ZlibPayload
{
    private const int ChunkByteCount = 64 * 1024;
    private const int ChecksumByteCount = sizeof(uint);
    private const int StreamOverhead = 1024;
    private const uint AdlerModulus = 65521;

    // The most sums of bytes that fit 32 bits before a reduction (RFC 1950 9).
    private const int AdlerRun = 5552;

    /// <summary>Inflates the stream that fills <paramref name="compressed"/> exactly.</summary>
    /// <exception cref="SealFormatException">Corrupt, cut off, followed by other bytes, or larger than the output allows.</exception>
    public static void Decompress(ReadOnlySpan<byte> compressed, BoundedOutput output)
    {
        int start = output.Length;
        byte[] copy = compressed.ToArray();
        using MemoryStream source = new(copy, writable: false);
        using ZLibStream inflater = new(source, CompressionMode.Decompress);
        try
        {
            int read;
            do
            {
                Span<byte> chunk = output.Take(Math.Min(ChunkByteCount, output.Room));
                read = chunk.IsEmpty ? 0 : inflater.Read(chunk);
                output.Return(chunk.Length - read);
            }
            while (read > 0);

            if (output.Room == 0 && inflater.ReadByte() >= 0)
            {
                output.Take(1);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new SealFormatException("corrupt zlib stream", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }

        // The inflater is content with a stream that is cut off or followed by something: the checksum at the very end is not.
        if (compressed.Length < ChecksumByteCount
            || BinaryPrimitives.ReadUInt32BigEndian(compressed[^ChecksumByteCount..]) != Adler32(output.Written[start..]))
        {
            throw new SealFormatException("corrupt zlib stream: it does not end with the checksum of its content");
        }
    }

    /// <summary>Deflates at the default level. What it held meanwhile is wiped; the caller wipes the result if it is a secret.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> payload)
    {
        // Room for a payload that does not shrink, so that the stream never leaves a copy behind when it grows.
        using MemoryStream destination = new(payload.Length + (payload.Length / 1000) + StreamOverhead);
        using (ZLibStream deflater = new(destination, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(payload);
        }

        byte[] compressed = destination.ToArray();
        CryptographicOperations.ZeroMemory(destination.GetBuffer());
        return compressed;
    }

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        (uint a, uint b) = (1, 0);
        while (!bytes.IsEmpty)
        {
            int run = Math.Min(bytes.Length, AdlerRun);
            foreach (byte value in bytes[..run])
            {
                a += value;
                b += a;
            }

            a %= AdlerModulus;
            b %= AdlerModulus;
            bytes = bytes[run..];
        }

        return (b << 16) | a;
    }
}
