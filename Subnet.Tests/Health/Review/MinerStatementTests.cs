using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Tests.Health.Review;

/// <summary>What a miner signs of a query, byte for byte: receipt (audit-log 6.2) and refusal (protocol 8.2), exactly as listed.</summary>
[TestFixture]
internal sealed class MinerStatementTests
{
    private static readonly string Event = new('a', 32);
    private static readonly string Model = new('b', 64);
    private static readonly string In = new('c', 64);
    private static readonly string Out = new('d', 64);
    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Test]
    public void Receipt_and_refusal_are_signed_under_their_domains_as_the_document_lists_them()
    {
        using SigningKey key = SigningKey.FromSeed(SHA256.HashData("miner"u8));
        byte[] id = SHA256.HashData([.. Encoding.ASCII.GetBytes(key.Address + "\n"), 1, .. key.PublicKey])[..4];
        string miner = $"{key.Address}+{Convert.ToHexStringLower(id)}+{Convert.ToBase64String([1, .. key.PublicKey])}";
        ReceiptStatement receipt = new(Event, Model, In, Out, Time, MinerKey.Of(key.PublicKey));
        RefusalStatement refusal = new(Event, In, "query-refused", Time, MinerKey.Of(key.PublicKey));
        string served = $$"""{"in":"{{In}}","miner":"{{miner}}","model":"{{Model}}","out":"{{Out}}","request":"{{Event}}","time":"2026-03-04T05:06:07.089Z"}""";
        string refused = $$"""{"code":"query-refused","in":"{{In}}","miner":"{{miner}}","request":"{{Event}}","time":"2026-03-04T05:06:07.089Z"}""";

        Assert.That(Encoding.UTF8.GetString(receipt.ToCanonical()), Is.EqualTo(served));
        Assert.That(Encoding.UTF8.GetString(refusal.ToCanonical()), Is.EqualTo(refused));
        Assert.That(Ed25519.Verify(key.PublicKey, Encoding.UTF8.GetBytes("audit-receipt/1\n" + served), receipt.Sign(key)), Is.True);
        Assert.That(Ed25519.Verify(key.PublicKey, Encoding.UTF8.GetBytes("subnet-refusal/1\n" + refused), refusal.Sign(key)), Is.True);
    }
}
