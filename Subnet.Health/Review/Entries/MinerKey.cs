using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Entries;

/// <summary>The receipt key of a miner: its hotkey itself, named by its address.</summary>
internal static class MinerKey
{
    /// <summary>The verifier key of a hotkey.</summary>
    public static VerifierKey Of(ReadOnlySpan<byte> hotkey) => new(Ss58Address.Encode(hotkey), SignatureType.Ed25519, hotkey);

    /// <summary>The address of the hotkey behind a receipt key, whatever name the key goes by.</summary>
    public static string AddressOf(VerifierKey key) => Ss58Address.Encode(key.PublicKey);
}
