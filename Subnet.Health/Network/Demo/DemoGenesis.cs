using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Network.Demo;

/// <summary>The ledger's beginning: everybody's money, and waits short enough for a demonstration.</summary>
internal static class DemoGenesis
{
    /// <summary>One TAO in rao.</summary>
    public const ulong Tao = 1_000_000_000;

    /// <summary>Blocks of an access epoch: set-up fits into the first, the demonstration into the second.</summary>
    public const ulong AccessEpochBlocks = 220;

    /// <summary>The genesis file.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="keys">Everybody's keys.</param>
    /// <param name="time">The clock.</param>
    /// <param name="blockTimeMs">Time between blocks, in milliseconds.</param>
    /// <param name="accessEpochBlocks">Blocks of an access epoch.</param>
    public static byte[] Create(string network, DemoKeys keys, TimeProvider time, uint blockTimeMs, ulong accessEpochBlocks) => GenesisFile.Write(new Genesis(
        network,
        new AccountId(keys.Cold(DemoKeys.Sequencer).PublicKey),
        new AccountId(keys.Cold(DemoKeys.Owner).PublicKey),
        (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
        blockTimeMs,
        GlobalParameters.Default with
        {
            StartDelay = 0,
            NetworkRateLimit = 0,
            NetworkMinLockCost = 1_000 * Tao,
            LockReductionInterval = 1,
            MinTempo = 1,
            MaxEpochsPerBlock = 8,
            ServingRateLimit = 0,
            SubnetMovingAlpha = (Int128)1 << 30,
            MovingPriceHalving = 1,
            AccessEpochBlocks = accessEpochBlocks,
        },
        [
            .. DemoKeys.Wallets.Where(wallet => wallet != DemoKeys.Sequencer)
                .Select(wallet => new GenesisBalance(new AccountId(keys.Cold(wallet).PublicKey), BalanceOf(wallet) * Tao))
                .OrderBy(static balance => balance.Account),
        ]));

    private static ulong BalanceOf(string wallet) => wallet == DemoKeys.Owner ? 20_000UL : wallet.StartsWith("validator-", StringComparison.Ordinal) ? 3_000UL : 1_000UL;
}
