using System.Buffers.Binary;
using Subnet.Crypto.Transparency.Merkle;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The file <c>state/tree</c>: be64 size, 32 bytes root, the hashes of the right edge largest first, be32 CRC-32C of what precedes.
/// Written after the tiles of that size are durable.
/// </summary>
internal static class TreeStateFile
{
    private const int FixedBytes = 8 + TreeHash.ByteCount + 4;

    public static byte[] Write(TreeFrontier frontier)
    {
        TreeHash[] edge = frontier.Edge();
        byte[] bytes = new byte[FixedBytes + (edge.Length * TreeHash.ByteCount)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, frontier.Size);
        frontier.Root().CopyTo(bytes.AsSpan(8));
        for (int i = 0; i < edge.Length; i++)
        {
            edge[i].CopyTo(bytes.AsSpan(8 + TreeHash.ByteCount + (i * TreeHash.ByteCount)));
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    public static TreeFrontier Read(byte[] bytes)
    {
        if (bytes.Length < FixedBytes || (bytes.Length - FixedBytes) % TreeHash.ByteCount != 0
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - 4)) != Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)))
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "state/tree is damaged; restore it or rebuild it from the tiles by hand");
        }

        TreeHash[] edge = new TreeHash[(bytes.Length - FixedBytes) / TreeHash.ByteCount];
        for (int i = 0; i < edge.Length; i++)
        {
            edge[i] = new TreeHash(bytes.AsSpan(8 + TreeHash.ByteCount + (i * TreeHash.ByteCount), TreeHash.ByteCount));
        }

        TreeFrontier frontier;
        try
        {
            frontier = new TreeFrontier(BinaryPrimitives.ReadInt64BigEndian(bytes), edge);
        }
        catch (TransparencyException malformed)
        {
            throw new LogStoreException(LogStoreFault.Corrupt, "state/tree contradicts itself", malformed);
        }

        return frontier.Root() == new TreeHash(bytes.AsSpan(8, TreeHash.ByteCount))
            ? frontier
            : throw new LogStoreException(LogStoreFault.Corrupt, "the root in state/tree is not that of its right edge");
    }
}
