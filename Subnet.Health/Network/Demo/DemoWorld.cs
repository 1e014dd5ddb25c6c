using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Validator;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Demo;

/// <summary>Where the demonstration's parties listen; an address is asked for when it is needed.</summary>
internal interface IDemoAddresses
{
    /// <summary>The token issuer of a subnet.</summary>
    Uri Issuer(ushort netuid);

    /// <summary>A miner.</summary>
    Uri Miner(string name);

    /// <summary>A validator.</summary>
    Uri Validator(string name);
}

/// <summary>What a party works with once the ledger is there.</summary>
/// <param name="Place">Folder, keys, models, clock.</param>
/// <param name="Ledger">The ledger: asked over gRPC, its blocks executed again.</param>
/// <param name="Addresses">The other parties.</param>
internal sealed record DemoWorld(DemoPlace Place, ILedgerClient Ledger, IDemoAddresses Addresses)
{
    private const ulong MostPerRow = 10_000_000;

    /// <summary>A party's tokens, kept in its folder.</summary>
    public ValidatorTokens TokensOf(string wallet, string folder)
    {
        IRandomSource random = Place.RandomOf(wallet + "/tokens").Create();
        TokenWallet kept = new(Path.Combine(folder, "tokens.db"), AtRestKey.Derive(Place.Keys.Hot(wallet), wallet, random));
        TokenPurchase purchase = new(kept, Place.Keys.Hot(wallet), Ledger, new IssuerChannels(Addresses.Issuer, new GrpcChannelOptions(), Place.Time), Place.Time, random);
        return new ValidatorTokens(kept, purchase, Ledger, MostPerRow, TimeSpan.Zero, Place.Time);
    }

    /// <summary>The hotkey of a miner.</summary>
    public ReadOnlyMemory<byte> HotkeyOf(DemoMiner miner) => Place.Keys.Hot("miner-" + miner.Name).PublicKey.ToArray();
}
