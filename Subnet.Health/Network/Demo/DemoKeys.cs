using System.Text;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Wallets;

namespace Subnet.Health.Network.Demo;

/// <summary>
/// The wallets of the demonstration: for each party a coldkey that pays and a hotkey that works, from the network's seed, in key files of the home. The password is no secret
/// and the files say that the keys are none either.
/// </summary>
internal sealed class DemoKeys : IDisposable
{
    /// <summary>Password of every key file.</summary>
    public const string Password = "demo";

    /// <summary>The wallet that owns the subnets and administers the network.</summary>
    public const string Owner = "owner";

    /// <summary>The wallet that signs blocks.</summary>
    public const string Sequencer = "sequencer";

    private const string Hotkey = "default";

    private readonly NetworkSeed seed;
    private readonly WalletFolder wallets;
    private readonly Dictionary<string, SigningKey> keys = new(StringComparer.Ordinal);

    /// <summary>Derives keys from a seed and keeps them as wallets of a home.</summary>
    public DemoKeys(NetworkSeed seed, string home)
    {
        this.seed = seed;
        wallets = new WalletFolder(home);
    }

    /// <summary>Every wallet's name.</summary>
    public static IEnumerable<string> Wallets =>
    [
        Sequencer,
        Owner,
        .. DemoPlan.Miners.Select(miner => "miner-" + miner.Name),
        .. DemoPlan.Validators.Select(validator => "validator-" + validator.Name),
        .. DemoPlan.Clinics.Select(clinic => "clinic-" + clinic),
    ];

    /// <summary>The key that pays for a wallet.</summary>
    public SigningKey Cold(string wallet) => Get(wallet + "/coldkey");

    /// <summary>The key that a wallet's neurons work with.</summary>
    public SigningKey Hot(string wallet) => Get($"{wallet}/hotkey/{Hotkey}");

    /// <summary>The account of a hotkey.</summary>
    public AccountId Account(string wallet) => new(Hot(wallet).PublicKey);

    /// <summary>Writes every wallet's key files, marked as unfit for secrets where the seed is one that others know.</summary>
    public void WriteWallets()
    {
        using RandomSourceFactory randomness = seed.Random("wallets");
        using IRandomSource random = randomness.Create();
        byte[] password = Encoding.UTF8.GetBytes(Password);
        foreach (string wallet in Wallets)
        {
            wallets.Write(wallet, null, KeystoreFile.Seal(Cold(wallet), KeyRole.Coldkey, password, ScryptCost.Minimum, random, seed.IsShared));
            wallets.Write(wallet, Hotkey, KeystoreFile.Seal(Hot(wallet), KeyRole.Hotkey, password, ScryptCost.Minimum, random, seed.IsShared));
        }
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        foreach (SigningKey key in keys.Values)
        {
            key.Dispose();
        }
    }

    private SigningKey Get(string label)
    {
        lock (keys)
        {
            return keys.TryGetValue(label, out SigningKey? key) ? key : keys[label] = seed.Key(label);
        }
    }
}
