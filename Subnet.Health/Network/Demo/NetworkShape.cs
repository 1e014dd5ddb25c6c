namespace Subnet.Health.Network.Demo;

/// <summary>Name and pace of a network on this machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BlockTimeMs">Time between blocks, in milliseconds.</param>
/// <param name="Tempo">Blocks between epochs.</param>
/// <param name="AccessEpochBlocks">Blocks of an access epoch: tokens are bought in one and used from the next on.</param>
internal sealed record NetworkShape(string Name, uint BlockTimeMs, ushort Tempo, ulong AccessEpochBlocks)
{
    /// <summary>The demonstration's: blocks are made on demand.</summary>
    public static NetworkShape Demo { get; } = new(DemoPlan.Network, 1_000, DemoBudget.Tempo, DemoGenesis.AccessEpochBlocks);

    /// <summary>The local network's: a block each half second, an epoch each half minute, tokens for twenty minutes.</summary>
    public static NetworkShape Localnet { get; } = new("localnet", 500, 60, 2_400);
}
