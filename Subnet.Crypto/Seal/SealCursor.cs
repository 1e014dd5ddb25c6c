using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>Reads the fields of a payload one after the other; every read says what it was looking for when it fails.</summary>
internal ref struct SealCursor(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> rest = data;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => rest.Length;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte(string what) => Take(1, what)[0];

    /// <summary>Reads a word.</summary>
    public ulong ReadWord(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>Reads a double.</summary>
    public double ReadDouble(string what) => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double), what));

    /// <summary>Reads an id of parameters.</summary>
    public ParametersId ReadParametersId() => new(Take(ParametersId.ByteCount, "the parameters id"));

    /// <summary>Reads the header of a nested object: never compressed, and no longer than what is left.</summary>
    /// <returns>The bytes of its payload.</returns>
    public int ReadNestedHeader(string what)
    {
        SealHeader header = SealHeader.Read(Take(SealHeader.ByteCount, what));
        if (header.Compression != SealCompression.None)
        {
            throw new SealFormatException($"{what} is compressed inside of another object");
        }

        ulong payload = header.Size - SealHeader.ByteCount;
        if (payload > (ulong)rest.Length)
        {
            throw new SealFormatException($"{what} claims {payload} bytes, only {rest.Length} are left");
        }

        return (int)payload;
    }

    /// <summary>Checks that a nested object took the bytes that its header claims.</summary>
    /// <param name="before">Bytes that were left after its header.</param>
    /// <param name="claimed">Bytes of its payload.</param>
    /// <param name="what">Its name.</param>
    public readonly void EndNested(int before, int claimed, string what)
    {
        if (before - rest.Length != claimed)
        {
            throw new SealFormatException($"{what} claims {claimed} bytes and has {before - rest.Length}");
        }
    }

    /// <summary>Reads the header and the count of an array of words (seal-format 1.1).</summary>
    /// <param name="most">The largest count that the fields around it allow.</param>
    /// <param name="what">Its name.</param>
    /// <returns>The count; so many words follow.</returns>
    public int ReadArrayHeader(long most, string what)
    {
        int claimed = ReadNestedHeader(what);
        ulong count = ReadWord(what);
        if (count > (ulong)most)
        {
            throw new SealFormatException($"{what} has {count} words, at most {most} are allowed here");
        }

        if ((long)claimed != sizeof(ulong) + ((long)count * sizeof(ulong)))
        {
            throw new SealFormatException($"{what} of {count} words claims {claimed} bytes");
        }

        return (int)count;
    }

    /// <summary>Reads words.</summary>
    public void ReadWords(Span<ulong> destination, string what)
    {
        Take((long)destination.Length * sizeof(ulong), what).CopyTo(MemoryMarshal.AsBytes(destination));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(destination, destination);
        }
    }

    /// <summary>Passes over words.</summary>
    public void SkipWords(int count, string what) => Take((long)count * sizeof(ulong), what);

    /// <summary>Reads a record of type and seed of a generator (seal-format 5.1).</summary>
    public PrngSeed ReadSeed()
    {
        const string What = "the generator's seed";
        int claimed = ReadNestedHeader(What);
        int before = rest.Length;
        byte type = ReadByte(What);
        if (type is not ((byte)PrngType.Blake2Xb or (byte)PrngType.Shake256))
        {
            throw new SealFormatException($"generator type {type} cannot be expanded; 1 (Blake2xb) and 2 (SHAKE256) can");
        }

        PrngSeed seed = new((PrngType)type, Take(PrngSeed.ByteCount, What));
        EndNested(before, claimed, What);
        return seed;
    }

    private ReadOnlySpan<byte> Take(long byteCount, string what)
    {
        if (byteCount > rest.Length)
        {
            throw new SealFormatException($"the object ends inside of {what}: {byteCount} bytes are needed and {rest.Length} are left");
        }

        ReadOnlySpan<byte> taken = rest[..(int)byteCount];
        rest = rest[(int)byteCount..];
        return taken;
    }
}
