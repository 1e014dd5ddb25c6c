using System.Buffers;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Scoring;

/// <summary>Lists that a statement names by the hash of their canonical JSON.</summary>
internal static class ScoringList
{
    /// <summary>The canonical JSON of a list.</summary>
    public static byte[] Write(CanonicalList list)
    {
        ArrayBufferWriter<byte> output = new();
        CanonicalJsonWriter.Write(list, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The hash of a list's bytes, as statements have it.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> list) => SHA256.HashData(list);

    /// <summary>Reads a list; null where the bytes are not one in canonical JSON.</summary>
    public static CanonicalList? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // The reader takes objects: the list is put into one.
            byte[] wrapped = [.. "{\"list\":"u8, .. bytes, (byte)'}'];
            CanonicalObject read = CanonicalJsonReader.Read(wrapped);
            return read.Count == 1 ? read["list"] as CanonicalList : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}
