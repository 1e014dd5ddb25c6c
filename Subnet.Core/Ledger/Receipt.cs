using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>What came of a transaction, or of the block itself where the id is zero.</summary>
/// <param name="Transaction">Id of the transaction; zero for what the block step did.</param>
/// <param name="Reason">None, or why its call was refused (its fee was paid all the same).</param>
/// <param name="Fee">Paid by the signer, in rao.</param>
/// <param name="Events">What happened, in order.</param>
public sealed record Receipt(Hash256 Transaction, RejectionReason Reason, ulong Fee, IReadOnlyList<LedgerEvent> Events)
{
    internal void Write(CanonicalWriter writer)
    {
        writer.Digest(Transaction);
        writer.U16((ushort)Reason);
        writer.U64(Fee);
        writer.U32((uint)Events.Count);
        foreach (LedgerEvent item in Events)
        {
            item.Write(writer);
        }
    }

    internal static Receipt Read(ref CanonicalReader reader)
    {
        Hash256 id = reader.Digest();
        RejectionReason reason = (RejectionReason)reader.U16();
        ulong fee = reader.U64();
        LedgerEvent[] events = new LedgerEvent[reader.Count32(1 << 24, 83)];
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = LedgerEvent.Read(ref reader);
        }

        return new Receipt(id, reason, fee, events);
    }

    /// <summary>Encodes all receipts of a block.</summary>
    internal static byte[] EncodeAll(IReadOnlyList<Receipt> receipts)
    {
        CanonicalWriter writer = new();
        writer.U32((uint)receipts.Count);
        foreach (Receipt receipt in receipts)
        {
            receipt.Write(writer);
        }

        return writer.ToArray();
    }

    /// <summary>Reads the receipts that a <see cref="StoredBlock"/> carries.</summary>
    /// <exception cref="LedgerFormatException">Anything else.</exception>
    public static IReadOnlyList<Receipt> DecodeAll(ReadOnlySpan<byte> bytes)
    {
        CanonicalReader reader = new(bytes);
        Receipt[] receipts = new Receipt[reader.Count32(Block.MaxTransactions + 1, 46)];
        for (int i = 0; i < receipts.Length; i++)
        {
            receipts[i] = Read(ref reader);
        }

        reader.End();
        return receipts;
    }

    /// <summary>The hash that a block's header commits to them with.</summary>
    public static Hash256 RootOf(IReadOnlyList<Receipt> receipts)
    {
        CanonicalWriter writer = new();
        ReadOnlyMemory<byte>[] leaves = new ReadOnlyMemory<byte>[receipts.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            writer.Clear();
            receipts[i].Write(writer);
            leaves[i] = writer.ToArray();
        }

        return MerkleRoot.Of(leaves);
    }
}
