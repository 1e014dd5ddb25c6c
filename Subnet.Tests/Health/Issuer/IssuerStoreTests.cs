using Microsoft.Data.Sqlite;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Issuer;
using Subnet.Health.Wallets;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Issuer;

/// <summary>The issuer's counts on a disk that is full: a lot is counted whole or not at all.</summary>
[TestFixture]
internal sealed class IssuerStoreTests
{
    [Test]
    public async Task Full_disk_counts_nothing_of_the_lot_that_did_not_fit()
    {
        using TemporaryFolder folder = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("owner");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        await using IssuerStore store = new(folder.Combine("issuer.db"), atRest, BlindRsaSecretKey.Generate, maxPages: 12);
        byte[] buyer = new byte[32];
        Assert.That(await store.TryCountAsync(1, 1, buyer, Requests(0, 5), 1_000_000));
        Assert.That(() => store.TryCountAsync(1, 1, buyer, Requests(5, 2_000), 1_000_000), Throws.InstanceOf<SqliteException>());
        Assert.That(await store.CountAsync(1, 1), Is.EqualTo(5));
        Assert.That(await store.TryCountAsync(1, 1, buyer, Requests(0, 5), 5), "the lot that was counted is signed again, and counted once");
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Requests(int from, int count) =>
        Enumerable.Range(from, count).Select(i => (ReadOnlyMemory<byte>)BitConverter.GetBytes(i));
}
