using System.IO.Compression;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// The state after a block as bytes: version, genesis hash, height, block id and time, 32 bit length, then the tables under DEFLATE. It proves
/// itself: its state hash must be that of the signed header at its height.
/// </summary>
internal static class StateSnapshot
{
    private const byte Version = 1;

    /// <summary>DEFLATE expands at most 1,032-fold (RFC 1951): a claim beyond that is refused before anything is allocated.</summary>
    private const int MaxExpansion = 1_032;

    public static byte[] Write(LedgerState state, Hash256 genesisHash, ulong height, Hash256 blockId, ulong timeMs)
    {
        CanonicalWriter tables = new();
        state.WriteAll(tables);
        CanonicalWriter header = new();
        header.U8(Version);
        header.Digest(genesisHash);
        header.U64(height);
        header.Digest(blockId);
        header.U64(timeMs);
        header.U32((uint)tables.Length);
        using MemoryStream stream = new();
        stream.Write(header.Written);
        using (DeflateStream deflate = new(stream, CompressionLevel.Fastest))
        {
            deflate.Write(tables.Written);
        }

        return stream.ToArray();
    }

    /// <exception cref="LedgerFormatException">Not a snapshot of this ledger.</exception>
    public static (LedgerState State, Hash256 BlockId, ulong TimeMs) Read(StoredSnapshot snapshot, Hash256 genesisHash)
    {
        CanonicalReader reader = new(snapshot.Data.Span);
        if (reader.U8() != Version || reader.Digest() != genesisHash || reader.U64() != snapshot.Height)
        {
            throw new LedgerFormatException($"the snapshot at {snapshot.Height} is of another version, network or height");
        }

        Hash256 blockId = reader.Digest();
        ulong timeMs = reader.U64();
        uint length = reader.U32();
        if (length > StoredSnapshot.MaxSize || length > (long)reader.Remaining * MaxExpansion)
        {
            throw new LedgerFormatException($"the snapshot at {snapshot.Height} claims {length} bytes, more than {reader.Remaining} can expand to");
        }

        LedgerState state = new();
        try
        {
            byte[] tables = Inflate(reader.Raw(reader.Remaining), (int)length);
            CanonicalReader content = new(tables);
            state.ReadAll(ref content);
            content.End();
            return (state, blockId, timeMs);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static byte[] Inflate(ReadOnlySpan<byte> data, int length)
    {
        try
        {
            using MemoryStream input = new(data.ToArray());
            using DeflateStream inflate = new(input, CompressionMode.Decompress);
            byte[] output = new byte[length];
            inflate.ReadExactly(output);
            return inflate.ReadByte() < 0 ? output : throw new LedgerFormatException("a snapshot is longer than it says");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new LedgerFormatException("a snapshot does not decompress", e);
        }
    }
}
