using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>Writes fields one after the other into an array of exactly the right size.</summary>
internal ref struct SealBuffer
{
    private readonly byte[] bytes;
    private int position;

    /// <summary>A buffer for an object of <paramref name="size"/> bytes, header included; the header is written.</summary>
    /// <exception cref="ArgumentException">The object does not fit an array.</exception>
    public SealBuffer(long size)
    {
        if (size > Array.MaxLength)
        {
            throw new ArgumentException($"an object of {size} bytes is larger than the {Array.MaxLength} that one array holds; write fewer keys at a time");
        }

        bytes = new byte[size];
        WriteHeader(size);
    }

    /// <summary>The finished, uncompressed object.</summary>
    /// <exception cref="InvalidOperationException">It is not finished.</exception>
    public readonly byte[] ToArray() => position == bytes.Length
        ? bytes
        : throw new InvalidOperationException($"{position} of {bytes.Length} bytes were written");

    /// <summary>The finished object, compressed as asked for; the uncompressed form is wiped where it is not what is returned.</summary>
    public readonly byte[] ToArray(SealCompression compression)
    {
        byte[] finished = ToArray();
        if (compression == SealCompression.None)
        {
            return finished;
        }

        try
        {
            ReadOnlySpan<byte> payload = finished.AsSpan(SealHeader.ByteCount);
            byte[] compressed = compression switch
            {
                SealCompression.Zlib => ZlibPayload.Compress(payload),
                _ => throw new ArgumentException($"compression mode {compression} can be read and not written; use none or zlib", nameof(compression)),
            };
            byte[] result = new byte[SealHeader.ByteCount + compressed.Length];
            SealHeader.Write(result, compression, (ulong)result.Length);
            compressed.CopyTo(result, SealHeader.ByteCount);
            CryptographicOperations.ZeroMemory(compressed);
            return result;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(finished);
        }
    }

    /// <summary>Writes the header of an uncompressed object of <paramref name="size"/> bytes.</summary>
    public void WriteHeader(long size) => SealHeader.Write(Take(SealHeader.ByteCount), SealCompression.None, (ulong)size);

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Writes a word.</summary>
    public void WriteWord(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>Writes a double.</summary>
    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);

    /// <summary>Writes an id.</summary>
    public void WriteParametersId(ParametersId id) => id.CopyTo(Take(ParametersId.ByteCount));

    /// <summary>Writes a modulus, a nested object.</summary>
    public void WriteModulus(ulong value)
    {
        WriteHeader(SealSize.Modulus);
        WriteWord(value);
    }

    /// <summary>Writes an array of words, a nested object.</summary>
    public void WriteArray(ReadOnlySpan<ulong> words)
    {
        WriteHeader(SealSize.ArrayHeader + ((long)sizeof(ulong) * words.Length));
        WriteWord((ulong)words.Length);
        Span<byte> destination = Take(words.Length * sizeof(ulong));
        MemoryMarshal.AsBytes(words).CopyTo(destination);
        if (!BitConverter.IsLittleEndian)
        {
            Span<ulong> swapped = MemoryMarshal.Cast<byte, ulong>(destination);
            BinaryPrimitives.ReverseEndianness(swapped, swapped);
        }
    }

    /// <summary>Writes a record of type and seed of a generator, a nested object.</summary>
    public void WriteSeed(PrngSeed seed)
    {
        WriteHeader(SealSize.Seed);
        WriteByte((byte)seed.Type);
        seed.Bytes.CopyTo(Take(PrngSeed.ByteCount));
    }

    private Span<byte> Take(int count)
    {
        Span<byte> taken = bytes.AsSpan(position, count);
        position += count;
        return taken;
    }
}
