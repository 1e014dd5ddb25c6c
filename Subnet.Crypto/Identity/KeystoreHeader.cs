using System.Globalization;
using System.Text;

namespace Subnet.Crypto.Identity;

/// <summary>The clear part of a keystore file.</summary>
/// <param name="Role">Coldkey or hotkey.</param>
/// <param name="PublicKey">Ed25519 public key, 32 bytes.</param>
/// <param name="Cost">Price of deriving the key from the password.</param>
/// <param name="Salt">32 random bytes of this file alone.</param>
/// <param name="IsSeeded">Whether the key comes from a seed that others know, as in a demonstration: it keeps nothing secret.</param>
public sealed record KeystoreHeader(KeyRole Role, ReadOnlyMemory<byte> PublicKey, ScryptCost Cost, ReadOnlyMemory<byte> Salt, bool IsSeeded = false)
{
    /// <summary>The SS58 address of the key.</summary>
    public string Address { get; } = Ss58Address.Encode(PublicKey.Span);

    /// <summary>The word in the file.</summary>
    internal string RoleWord => Role == KeyRole.Coldkey ? "coldkey" : "hotkey";

    /// <summary>What the AEAD authenticates beside the seed: every clear member, in a fixed order.</summary>
    internal byte[] AssociatedData(string kdf, string cipher) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{KeystoreFile.Format}\n{RoleWord}\n{Convert.ToHexStringLower(PublicKey.Span)}\n{kdf}\n{Cost.N}\n{Cost.R}\n{Cost.P}\n{Convert.ToHexStringLower(Salt.Span)}\n{cipher}\n{(IsSeeded ? "seeded\n" : "")}"));
}
