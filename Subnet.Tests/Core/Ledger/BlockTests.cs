using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class BlockTests
{
    private static readonly Hash256 GenesisHash = Hash256.Of("genesis"u8);
    private static readonly HashSigner Sequencer = HashSigner.Named("sequencer");

    [Test]
    public void Encoding_reads_back_to_the_same_block()
    {
        Block block = Make(5);
        byte[] bytes = block.Encode();
        Block read = Block.Decode(bytes);
        Assert.Multiple(() =>
        {
            Assert.That(read.Header, Is.EqualTo(block.Header));
            Assert.That(read.Id, Is.EqualTo(block.Id));
            Assert.That(read.Encode(), Is.EqualTo(bytes));
            Assert.That(read.HasValidSignature(new HashSignatureVerifier(), Sequencer.Account, GenesisHash));
            Assert.That(read.HasValidSignature(new HashSignatureVerifier(), Sequencer.Account, Hash256.Of("other"u8)), Is.False);
        });
    }

    [Test]
    public void Block_whose_transactions_are_not_those_of_its_header_is_refused()
    {
        byte[] header = Make(2).SignedHeader.ToArray();
        byte[] other = Make(3).Encode();
        Assert.That(
            () => Block.Decode([.. header, .. other.AsSpan(header.Length)]),
            Throws.TypeOf<LedgerFormatException>().With.Message.Contains("does not hold the transactions"));
    }

    [Test]
    public void Mutated_bytes_are_refused_with_the_format_error_or_read_back_to_themselves()
    {
        Random random = new(8);
        byte[] bytes = Make(3).Encode();
        int accepted = 0;
        for (int i = 0; i < 5_000; i++)
        {
            accepted += ReadsBackOrIsRefused(Mutation.Apply(bytes, random)) ? 1 : 0;
        }

        Assert.That(accepted, Is.GreaterThan(100), "changes of the header alone are for the signature and the engine to notice");
    }

    /// <summary>Damages that the tree hash does not notice, since whoever made them computed it anew: any call, in any place of the block.</summary>
    [Test]
    public void Mutated_transactions_under_a_root_that_fits_are_refused_with_the_format_error_or_read_back()
    {
        Random random = new(9);
        Type[] types = [.. SampleCalls.Types];
        int accepted = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[][] transactions =
            [
                .. Enumerable.Range(0, 3).Select(n => Transaction.Create(
                    HashSigner.Named("alice"), GenesisHash, "net", (ulong)n, SampleCalls.Draw(types[(i + n) % types.Length], random)).Bytes.ToArray()),
            ];
            int changed = random.Next(transactions.Length);
            transactions[changed] = Mutation.Apply(transactions[changed], random);
            CanonicalWriter writer = new();
            Header(MerkleRoot.Of([.. transactions.Select(static t => (ReadOnlyMemory<byte>)t)])).Write(writer);
            writer.Raw(new byte[Transaction.SignatureSize]);
            writer.U32((uint)transactions.Length);
            foreach (byte[] transaction in transactions)
            {
                writer.Bytes(transaction);
            }

            accepted += ReadsBackOrIsRefused(writer.ToArray()) ? 1 : 0;
        }

        Assert.That(accepted, Is.InRange(500, 9_500));
    }

    [Test]
    public void Mutated_receipts_are_refused_with_the_format_error_or_read_back_to_themselves()
    {
        Random random = new(10);
        Receipt[] receipts =
        [
            new(default, RejectionReason.None, 0, []),
            new(Hash256.Of("one"u8), RejectionReason.None, 7, [Event(EventKind.WeightsCommitted), Event(EventKind.AccessSettled)]),
            new(Hash256.Of("two"u8), (RejectionReason)1, 7, [Event(EventKind.Voted)]),
        ];
        byte[] bytes = Receipt.EncodeAll(receipts);
        int accepted = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] mutated = Mutation.Apply(bytes, random);
            try
            {
                Assert.That(Receipt.EncodeAll(Receipt.DecodeAll(mutated)), Is.EqualTo(mutated));
                accepted++;
            }
            catch (LedgerFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }

        Assert.That(accepted, Is.InRange(500, 4_500));
    }

    private static bool ReadsBackOrIsRefused(byte[] bytes)
    {
        try
        {
            Assert.That(Block.Decode(bytes).Encode(), Is.EqualTo(bytes));
            return true;
        }
        catch (LedgerFormatException e)
        {
            Assert.That(e.Message, Is.Not.Empty);
            return false;
        }
    }

    private static Block Make(int transactions)
    {
        List<Transaction> list = [];
        for (int i = 0; i < transactions; i++)
        {
            list.Add(Transaction.Create(HashSigner.Named("alice"), GenesisHash, "net", (ulong)i, new TransferCall(Sequencer.Account, (ulong)i)));
        }

        return Block.Create(Header(Block.RootOf(list)), list, Sequencer, GenesisHash);
    }

    private static BlockHeader Header(Hash256 transactions) =>
        new("net", 7, Hash256.Of("previous"u8), 123, transactions, Hash256.Of("receipts"u8), Hash256.Of("state"u8));

    private static LedgerEvent Event(EventKind kind) => new(kind, 1, Sequencer.Account, default, 2, 3);
}
