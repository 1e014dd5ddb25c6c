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
        for (int i = 0; i < 5_000; i++)
        {
            byte[] mutated = Mutation.Apply(bytes, random);
            try
            {
                Assert.That(Block.Decode(mutated).Encode(), Is.EqualTo(mutated));
            }
            catch (LedgerFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }
    }

    private static Block Make(int transactions)
    {
        List<Transaction> list = [];
        for (int i = 0; i < transactions; i++)
        {
            list.Add(Transaction.Create(HashSigner.Named("alice"), GenesisHash, "net", (ulong)i, new TransferCall(Sequencer.Account, (ulong)i)));
        }

        BlockHeader header = new("net", 7, Hash256.Of("previous"u8), 123, Block.RootOf(list), Hash256.Of("receipts"u8), Hash256.Of("state"u8));
        return Block.Create(header, list, Sequencer, GenesisHash);
    }
}
