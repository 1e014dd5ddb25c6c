using System.Net;
using System.Text;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Miner;
using Subnet.Health.Validator;

namespace Subnet.Health.Network.Demo;

/// <summary>A miner in this process.</summary>
internal sealed class DemoMinerParty : IDemoMiner
{
    private readonly DemoWorld world;
    private readonly MinerHost host;
    private readonly ValidatorTokens? tokens;

    private DemoMinerParty(DemoWorld world, MinerHost host, ValidatorTokens? tokens) => (this.world, this.host, this.tokens) = (world, host, tokens);

    /// <inheritdoc/>
    public int? Pid => null;

    /// <inheritdoc/>
    public Uri Address => host.Address;

    /// <inheritdoc/>
    public string LogOrigin => host.Log.Origin;

    /// <summary>Makes the miner's model, puts it on the ledger and serves it.</summary>
    public static async Task<DemoMinerParty> StartAsync(DemoMiner miner, DemoWorld world, CancellationToken cancellationToken)
    {
        RandomSourceFactory randomness = world.Place.RandomOf("miner/" + miner.Name);
        string folder = world.Place.FolderOf("miner", miner.Name);
        ValidatorTokens? tokens = miner.Conduct == MinerConduct.Relay ? world.TokensOf("miner-" + miner.Name, folder) : null;
        IServedModel model = world.Place.Models.Serve(
            miner, Path.Combine(folder, "model"), Encoding.UTF8.GetBytes(DemoKeys.Password), randomness, tokens is null ? null : VictimOf(miner, world, tokens, randomness));
        MinerHost host = await MinerHost.StartAsync(
            new MinerSettings(miner.Name, folder, miner.Netuid, new IPEndPoint(IPAddress.Loopback, 0)) { WitnessQuorum = DemoPolicy.Quorum(world.Place.Keys) },
            [model], world.Place.Keys.Hot("miner-" + miner.Name), world.Ledger, world.Place.Time, randomness, world.Place.Loggers, null, cancellationToken).ConfigureAwait(false);
        return new DemoMinerParty(world, host, tokens);
    }

    /// <inheritdoc/>
    public Task AnchorAsync(CancellationToken cancellationToken) => host.Log.AnchorAsync(cancellationToken);

    /// <inheritdoc/>
    public Task BuyAsync(DemoMiner miner, int rows, int count, CancellationToken cancellationToken) =>
        (tokens ?? throw new InvalidOperationException("only a relay asks other miners")).BuyAsync(miner.Netuid, world.HotkeyOf(miner), rows, count, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync().ConfigureAwait(false);
        if (tokens is not null)
        {
            await tokens.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static RelayVictim VictimOf(DemoMiner relay, DemoWorld world, ValidatorTokens tokens, RandomSourceFactory randomness)
    {
        DemoMiner victim = DemoPlan.HonestOf(relay.Netuid);
        byte[] card = File.ReadAllBytes(Path.Combine(world.Place.Home, "miner", victim.Name, "model", "card.json"));
        return new RelayVictim(
            world.HotkeyOf(victim), Circuits.ModelCard.Hash(card), relay.Netuid, () => world.Addresses.Miner(victim.Name), () => tokens, randomness.Create(), world.Place.Time);
    }
}
