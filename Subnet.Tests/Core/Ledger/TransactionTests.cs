using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class TransactionTests
{
    private static readonly Hash256 GenesisHash = Hash256.Of("genesis"u8);
    private static readonly HashSigner Alice = HashSigner.Named("alice");
    private static readonly HashSignatureVerifier Verifier = new();

    [TestCaseSource(typeof(SampleCalls), nameof(SampleCalls.Types))]
    public void Every_call_reads_back_to_the_same_bytes(Type type)
    {
        Random random = new(type.Name.Length);
        for (int i = 0; i < 20; i++)
        {
            LedgerCall call = SampleCalls.Draw(type, random);
            Transaction transaction = Transaction.Create(Alice, GenesisHash, "test-net", (ulong)i, call, 77, 88);
            Transaction read = Transaction.Decode(transaction.Bytes);
            CanonicalWriter again = new();
            read.Call.Write(again);
            CanonicalWriter once = new();
            call.Write(once);
            Assert.Multiple(() =>
            {
                Assert.That(read.Call, Is.TypeOf(type));
                Assert.That(again.ToArray(), Is.EqualTo(once.ToArray()));
                Assert.That(read.Id, Is.EqualTo(transaction.Id));
                Assert.That(read.Signer, Is.EqualTo(Alice.Account));
                Assert.That(read.Nonce, Is.EqualTo((ulong)i));
                Assert.That((read.MaxFee, read.ValidUntil), Is.EqualTo((77UL, 88UL)));
                Assert.That(read.HasValidSignature(Verifier, GenesisHash));
            });
        }
    }

    [Test]
    public void Encoding_of_a_transfer_is_pinned()
    {
        Transaction transaction = Transaction.Create(Alice, GenesisHash, "n", 1, new TransferCall(Alice.Account, 2), 3, 4);
        string alice = Alice.Account.ToString();
        Assert.That(
            Convert.ToHexStringLower(transaction.Bytes[..^Transaction.SignatureSize]),
            Is.EqualTo($"01" + "00016e" + alice + "0000000000000001" + "0000000000000003" + "0000000000000004" + "01" + alice + "0000000000000002"));
    }

    [Test]
    public void Signature_of_another_network_or_after_any_change_is_not_valid()
    {
        Transaction transaction = Transaction.Create(Alice, GenesisHash, "test-net", 1, new TransferCall(Alice.Account, 2));
        Assert.That(transaction.HasValidSignature(Verifier, Hash256.Of("another genesis"u8)), Is.False);
        byte[] bytes = transaction.Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            if (TryDecode(changed) is { } read)
            {
                Assert.That(read.HasValidSignature(Verifier, GenesisHash), Is.False, $"byte {i}");
            }
        }
    }

    [Test]
    public void Mutated_bytes_are_refused_with_the_format_error_or_read_back_to_themselves()
    {
        Random random = new(6);
        Type[] types = [.. SampleCalls.Types];
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Transaction.Create(Alice, GenesisHash, "net", 1, SampleCalls.Draw(types[i % types.Length], random)).Bytes.ToArray();
            bytes = Mutation.Apply(bytes, random);
            if (TryDecode(bytes) is { } read)
            {
                accepted++;
                CanonicalWriter again = new();
                read.Call.Write(again);
                int start = bytes.Length - Transaction.SignatureSize - again.Length;
                Assert.That(bytes.AsSpan(start, again.Length).SequenceEqual(again.Written), $"{read.Call}");
            }
        }

        Assert.That(accepted, Is.GreaterThan(1_000));
    }

    [Test]
    public void Truncated_bytes_are_refused_at_every_length()
    {
        byte[] bytes = Transaction.Create(Alice, GenesisHash, "net", 1, new SetWeightsCall(1, new ushort[] { 1, 2 }, new ushort[] { 3, 4 }, 5)).Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(() => Transaction.Decode(bytes.AsSpan(0, length)), Throws.TypeOf<LedgerFormatException>());
        }
    }

    [Test]
    public void List_that_claims_more_than_there_is_allocates_nothing()
    {
        CanonicalWriter writer = new();
        writer.U32(int.MaxValue);
        byte[] bytes = writer.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () =>
            {
                CanonicalReader reader = new(bytes);
                reader.Count32(int.MaxValue, 1);
            },
            Throws.TypeOf<LedgerFormatException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000));
    }

    private static Transaction? TryDecode(byte[] bytes)
    {
        try
        {
            return Transaction.Decode(bytes);
        }
        catch (LedgerFormatException)
        {
            return null;
        }
    }
}
