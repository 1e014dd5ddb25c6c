using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Wallets;

namespace Subnet.Tests.Support;

/// <summary>Keystores for commands that run as processes or in this one, at the lowest cost that there is.</summary>
internal static class TestWallets
{
    /// <summary>Puts a key of <see cref="InProcessLedger.SigningKeyOf"/> into a wallet.</summary>
    /// <param name="home">The state folder.</param>
    /// <param name="wallet">The wallet.</param>
    /// <param name="hotkey">Name of the hotkey; null for the coldkey.</param>
    /// <param name="person">Whose key it is.</param>
    /// <param name="password">Password of the keystore.</param>
    public static void Write(string home, string wallet, string? hotkey, string person, string password)
    {
        using SigningKey key = InProcessLedger.SigningKeyOf(person);
        Write(home, wallet, hotkey, key, password);
    }

    /// <summary>The same with a key of the caller's.</summary>
    public static void Write(string home, string wallet, string? hotkey, SigningKey key, string password)
    {
        using OperatingSystemRandomSource random = new();
        new WalletFolder(home).Write(
            wallet, hotkey, KeystoreFile.Seal(key, hotkey is null ? KeyRole.Coldkey : KeyRole.Hotkey, Encoding.UTF8.GetBytes(password), ScryptCost.Minimum, random));
    }
}
