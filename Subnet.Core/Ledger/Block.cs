using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>A signed header and the transactions it stands for.</summary>
public sealed class Block
{
    /// <summary>Most transactions a block can hold, whatever the network's parameters say.</summary>
    public const int MaxTransactions = 1 << 20;

    /// <summary>Largest encoding accepted, in bytes.</summary>
    public const int MaxSize = 1 << 28;

    private Block(BlockHeader header, byte[] signedHeader, IReadOnlyList<Transaction> transactions)
    {
        Header = header;
        SignedHeader = signedHeader;
        Transactions = transactions;
        Id = Hash256.Of(signedHeader);
    }

    /// <summary>The header.</summary>
    public BlockHeader Header { get; }

    /// <summary>Header and signature, encoded: the leaf of the transparency log.</summary>
    public ReadOnlyMemory<byte> SignedHeader { get; }

    /// <summary>SHA-256 of <see cref="SignedHeader"/>.</summary>
    public Hash256 Id { get; }

    /// <summary>In the order of execution.</summary>
    public IReadOnlyList<Transaction> Transactions { get; }

    /// <summary>Signs a header over its transactions.</summary>
    internal static Block Create(BlockHeader header, IReadOnlyList<Transaction> transactions, ILedgerSigner signer, Hash256 genesisHash)
    {
        CanonicalWriter writer = new();
        header.Write(writer);
        writer.Raw(signer.Sign(header.SigningMessage(genesisHash)));
        return new Block(header, writer.ToArray(), transactions);
    }

    /// <summary>The canonical encoding: signed header, 32 bit count, then each transaction with a 32 bit length.</summary>
    public byte[] Encode()
    {
        CanonicalWriter writer = new();
        writer.Raw(SignedHeader.Span);
        writer.U32((uint)Transactions.Count);
        foreach (Transaction transaction in Transactions)
        {
            writer.Bytes(transaction.Bytes);
        }

        return writer.ToArray();
    }

    /// <summary>Reads an encoding; signatures are not checked here.</summary>
    /// <exception cref="LedgerFormatException">Not a block, or another block's transactions.</exception>
    public static Block Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxSize)
        {
            throw new LedgerFormatException($"a block of {bytes.Length} bytes is longer than the {MaxSize} allowed");
        }

        CanonicalReader reader = new(bytes);
        BlockHeader header = BlockHeader.Read(ref reader);
        reader.Raw(Transaction.SignatureSize);
        byte[] signedHeader = bytes[..^reader.Remaining].ToArray();
        Transaction[] transactions = new Transaction[reader.Count32(MaxTransactions, 4)];
        for (int i = 0; i < transactions.Length; i++)
        {
            transactions[i] = Transaction.Decode(reader.Bytes(Transaction.MaxSize));
        }

        reader.End();
        return header.Transactions == RootOf(transactions)
            ? new Block(header, signedHeader, transactions)
            : throw new LedgerFormatException($"block {header.Height} does not hold the transactions its header names");
    }

    /// <summary>Whether the sequencer signed it for the network of this genesis hash.</summary>
    public bool HasValidSignature(ISignatureVerifier verifier, AccountId sequencer, Hash256 genesisHash) =>
        verifier.Verify(
            sequencer.ToArray(),
            Header.SigningMessage(genesisHash),
            SignedHeader.Span[^Transaction.SignatureSize..]);

    internal static Hash256 RootOf(IReadOnlyList<Transaction> transactions) =>
        MerkleRoot.Of([.. transactions.Select(static t => t.Memory)]);
}
