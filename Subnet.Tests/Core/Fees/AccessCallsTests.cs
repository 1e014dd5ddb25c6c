using Subnet.Core.Fees;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Fees;

[TestFixture]
internal sealed class AccessCallsTests
{
    private const ulong Price = 16_000_000;

    private static readonly byte[] Key = [7, 7, 7];

    [Test]
    public void Fee_waits_in_escrow_and_is_divided_when_the_miner_settles()
    {
        using TestLedger ledger = Ready(out ushort netuid, out ulong epoch);
        ulong carol = ledger.BalanceOf("carol");
        BlockOutcome bought = ledger.Block(("carol", new PurchaseAccessCall(netuid, epoch, 16, 10, Price)));
        Assert.That(carol - ledger.BalanceOf("carol"), Is.EqualTo((10 * Price) + bought.Receipts[1].Fee));
        Assert.That((ulong)ledger.State.TotalEscrow, Is.EqualTo(10 * Price));

        (ulong burned, ulong alice, ulong bob) = (ledger.State.Global[default].Burned, ledger.BalanceOf("alice"), ledger.BalanceOf("bob"));
        ledger.Do("bob-hot", new SettleAccessCall(netuid, epoch, 16, Tokens(netuid, 1, 2, 3)));
        ulong fee = 3 * Price;
        ulong part = fee * 6_554 / 65_535;
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.Global[default].Burned - burned, Is.EqualTo(part));
            Assert.That(ledger.BalanceOf("alice") - alice, Is.EqualTo(part));
            Assert.That(ledger.BalanceOf("bob") - bob, Is.EqualTo(fee - part - part));
            Assert.That((ulong)ledger.State.TotalEscrow, Is.EqualTo(7 * Price));
            Assert.That(ledger.State.IssuerKeys[new IssuerKeyId(netuid, epoch, 16)].Settled, Is.EqualTo(3UL));
        });
    }

    [Test]
    public void Token_settles_once_and_never_more_than_were_sold()
    {
        using TestLedger ledger = Ready(out ushort netuid, out ulong epoch);
        ledger.Do("carol", new PurchaseAccessCall(netuid, epoch, 16, 3, Price));
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.NotAMiner, "nobody", Tokens(netuid, 1));
            Is_(RejectionReason.CountInvalid, "bob-hot", []);
            Is_(RejectionReason.TokensUnsorted, "bob-hot", Tokens(netuid, 2, 1));
            Is_(RejectionReason.TokensUnsorted, "bob-hot", Tokens(netuid, 1, 1));
            Is_(RejectionReason.TokenInvalid, "bob-hot", [new TokenBytes(new byte[] { 1 })]);
            Is_(RejectionReason.TokenInvalid, "bob-hot", Tokens((ushort)(netuid + 1), 1));
            Is_(RejectionReason.None, "bob-hot", Tokens(netuid, 1));
            Is_(RejectionReason.TokenSpent, "bob-hot", Tokens(netuid, 1, 2));
            Is_(RejectionReason.MoreSettledThanSold, "bob-hot", Tokens(netuid, 2, 3, 4));
            Is_(RejectionReason.None, "bob-hot", Tokens(netuid, 2, 3));
        });
        Assert.That(ledger.State.SettledTokens.Count, Is.EqualTo(3));

        void Is_(RejectionReason expected, string signer, TokenBytes[] tokens) =>
            Assert.That(ledger.Submit(signer, new SettleAccessCall(netuid, epoch, 16, tokens)), Is.EqualTo(expected));
    }

    [Test]
    public void Wrong_keys_and_purchases_are_refused_with_their_reason()
    {
        using TestLedger ledger = Ready(out ushort netuid, out ulong epoch);
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.IssuerKeyExists, "alice", new PublishIssuerKeyCall(netuid, epoch, 16, Key));
            Is_(RejectionReason.NotSubnetOwner, "bob", new PublishIssuerKeyCall(netuid, epoch, 1, Key));
            Is_(RejectionReason.SubnetNotFound, "bob", new PublishIssuerKeyCall(99, epoch, 1, Key));
            Is_(RejectionReason.DenominationInvalid, "alice", new PublishIssuerKeyCall(netuid, epoch, 2, Key));
            Is_(RejectionReason.EpochNotFuture, "alice", new PublishIssuerKeyCall(netuid, 0, 1, Key));
            Is_(RejectionReason.IssuerKeyInvalid, "alice", new PublishIssuerKeyCall(netuid, epoch, 1, new byte[] { 1 }));
            Is_(RejectionReason.IssuerKeyNotFound, "carol", new PurchaseAccessCall(netuid, epoch, 1, 1, Price));
            Is_(RejectionReason.CountInvalid, "carol", new PurchaseAccessCall(netuid, epoch, 16, 0, Price));
            Is_(RejectionReason.PriceAboveLimit, "carol", new PurchaseAccessCall(netuid, epoch, 16, 1, Price - 1));
            Is_(RejectionReason.InsufficientBalance, "carol", new PurchaseAccessCall(netuid, epoch, 16, 1_000_000, Price));
        });

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Unsettled_fees_are_burned_when_nobody_can_settle_them_any_more()
    {
        using TestLedger ledger = Ready(out ushort netuid, out ulong epoch);
        ledger.Do("carol", new PurchaseAccessCall(netuid, epoch, 16, 4, Price));
        ledger.Do("bob-hot", new SettleAccessCall(netuid, epoch, 16, Tokens(netuid, 1)));
        ulong burned = ledger.State.Global[default].Burned;
        while (ledger.Engine.Height < ((epoch + 3) * 30) - 1)
        {
            ledger.Skip(1);
        }

        Assert.That(
            ledger.Submit("carol", new PurchaseAccessCall(netuid, epoch, 16, 1, Price)), Is.EqualTo(RejectionReason.IssuerKeyNotFound));
        Assert.Multiple(() =>
        {
            Assert.That(ledger.State.Global[default].Burned - burned, Is.EqualTo(3 * Price));
            Assert.That((ledger.State.IssuerKeys.Count, ledger.State.SettledTokens.Count, ledger.State.Purchases.Count), Is.EqualTo((0, 0, 0)));
        });
    }

    private static TokenBytes[] Tokens(ushort netuid, params byte[] serials) =>
        [.. serials.Select(s => new TokenBytes(new byte[] { 0xaa, (byte)netuid, s }))];

    private static TestLedger Ready(out ushort netuid, out ulong epoch)
    {
        TestLedger ledger = new(TestLedger.Quick with { AccessEpochBlocks = 30 }, services: new LedgerServices(new HashSignatureVerifier(), new ThreeByteTokens()), taoEach: 10_000);
        netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        epoch = ledger.Genesis.Parameters.AccessEpochAt(ledger.Engine.Height) + 1;
        ledger.Do("alice", new PublishIssuerKeyCall(netuid, epoch, 16, Key));
        return ledger;
    }

    /// <summary>A token of this test is 0xaa, subnet, serial: the token protocol has tests of its own.</summary>
    private sealed class ThreeByteTokens : IAccessTokenVerifier
    {
        public bool IsPublicKey(ReadOnlySpan<byte> publicKey) => publicKey.SequenceEqual(Key);

        public bool Verify(ReadOnlySpan<byte> publicKey, ushort netuid, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> token, out Hash256 nonce)
        {
            nonce = Hash256.Of(token);
            return publicKey.SequenceEqual(Key) && token.Length == 3 && token[0] == 0xaa && token[1] == netuid;
        }
    }
}
