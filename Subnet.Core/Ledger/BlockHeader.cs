using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// What the sequencer signs of a block: its place, and the hashes of what went in, what came of it and the state after it. The
/// encoding, signature included, is the block's leaf in the sequencer's transparency log.
/// </summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Height">Number of the block; genesis is 0 and has no header.</param>
/// <param name="Previous">Id of the block before; the genesis hash for block 1.</param>
/// <param name="TimeMs">When it was made, milliseconds since 1970 UTC; never before its predecessor.</param>
/// <param name="Transactions">Tree hash (RFC 6962) of the transactions.</param>
/// <param name="Receipts">Tree hash of results and events.</param>
/// <param name="State">Hash of the state after it.</param>
public sealed record BlockHeader(
    string Network, ulong Height, Hash256 Previous, ulong TimeMs, Hash256 Transactions, Hash256 Receipts, Hash256 State)
{
    /// <summary>Version of the encoding.</summary>
    public const byte CurrentVersion = 1;

    /// <summary>The bytes that are signed: <c>subnet-block/1 LF || genesis hash || header</c>.</summary>
    public byte[] SigningMessage(Hash256 genesisHash)
    {
        CanonicalWriter writer = new();
        writer.Raw("subnet-block/1\n"u8);
        writer.Digest(genesisHash);
        Write(writer);
        return writer.ToArray();
    }

    internal void Write(CanonicalWriter writer)
    {
        writer.U8(CurrentVersion);
        writer.Text(Network);
        writer.U64(Height);
        writer.Digest(Previous);
        writer.U64(TimeMs);
        writer.Digest(Transactions);
        writer.Digest(Receipts);
        writer.Digest(State);
    }

    internal static BlockHeader Read(ref CanonicalReader reader)
    {
        byte version = reader.U8();
        return version == CurrentVersion
            ? new BlockHeader(
                reader.Text(Genesis.MaxNetworkLength),
                reader.U64(),
                reader.Digest(),
                reader.U64(),
                reader.Digest(),
                reader.Digest(),
                reader.Digest())
            : throw new LedgerFormatException($"block version {version} is not known; this build reads version {CurrentVersion}");
    }
}
