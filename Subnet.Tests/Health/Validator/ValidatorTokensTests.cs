using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Validator;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>An examiner has tokens at any time: what went bad does not count as stock.</summary>
[TestFixture]
internal sealed class ValidatorTokensTests
{
    [Test]
    public async Task Stock_is_bought_anew_in_each_access_epoch_before_the_old_tokens_go_bad_and_bad_ones_are_forgotten()
    {
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using SigningKey hotkey = InProcessLedger.SigningKeyOf("miner-hot");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "validator", random);
        TokenWallet wallet = new(Path.Combine(network.Folder, "validator-tokens.db"), atRest);
        IssuerChannels issuers = new(_ => network.IssuerAddress, new GrpcChannelOptions(), TimeProvider.System);
        await using ValidatorTokens tokens = new(
            wallet, new TokenPurchase(wallet, key, network.Ledger.Client, issuers, TimeProvider.System, random), network.Ledger.Client, ulong.MaxValue >> 16, TimeSpan.Zero, TimeProvider.System);
        byte[] miner = hotkey.PublicKey.ToArray();

        await tokens.EnsureAsync(network.Netuid, miner, 1, 2, CancellationToken.None);
        await tokens.EnsureAsync(network.Netuid, miner, 1, 2, CancellationToken.None);
        Assert.That(await ReadyAsync(wallet), Is.EqualTo(2), "a full stock buys nothing");

        // The old two are still good and are used first; two more are there for the epoch after.
        await network.BeginNextEpochAsync();
        await tokens.EnsureAsync(network.Netuid, miner, 1, 2, CancellationToken.None);
        Assert.That(await ReadyAsync(wallet), Is.EqualTo(4));

        // Nobody bought in this one and the next: all are bad, and counted before as a full stock for ever.
        await network.BeginNextEpochAsync();
        await network.BeginNextEpochAsync();
        Assert.That(await tokens.TakeAsync(network.Netuid, miner, 1, CancellationToken.None), Is.Null);
        await tokens.EnsureAsync(network.Netuid, miner, 1, 2, CancellationToken.None);
        Assert.That(await ReadyAsync(wallet), Is.EqualTo(2));
        Assert.That(await tokens.TakeAsync(network.Netuid, miner, 1, CancellationToken.None), Is.Not.Null);
    }

    private static async Task<int> ReadyAsync(TokenWallet wallet) => (await wallet.BudgetAsync(DateTimeOffset.UtcNow.AddDays(1))).Sum(budget => budget.Ready);
}
