using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Logs;

/// <summary>
/// The name of a party's log, <c>subnet/NETWORK/ROLE/ADDRESS</c>, ADDRESS being the SS58 address of the key that signs it. The name itself
/// says which key must have signed: who knows a miner's hotkey from the ledger needs no key from the miner to check its log.
/// </summary>
internal static class LogName
{
    private const string First = "subnet";

    /// <summary>The name of a log.</summary>
    /// <param name="network">Name of the network, as its genesis file has it.</param>
    /// <param name="role">clinic, miner, validator, issuer, node, reviewer or witness.</param>
    /// <param name="publicKey">The key that signs, 32 bytes.</param>
    /// <exception cref="ArgumentException">A part cannot stand in a name.</exception>
    public static string Of(string network, string role, ReadOnlySpan<byte> publicKey)
    {
        string name = $"{First}/{network}/{role}/{Ss58Address.Encode(publicKey)}";
        return !network.Contains('/') && !role.Contains('/') && network.Length > 0 && role.Length > 0 && VerifierKey.IsName(name)
            ? name
            : throw new ArgumentException($"'{network}' and '{role}' cannot stand in the name of a log: no spaces, slashes or plus signs");
    }

    /// <summary>The key that signs the log of that name, or null where the name is of another form.</summary>
    public static VerifierKey? KeyOf(string name) => Read(name, SignatureType.Ed25519);

    /// <summary>The key that cosigns under that name, or null where the name is of another form.</summary>
    public static VerifierKey? WitnessKeyOf(string name) => Read(name, SignatureType.Cosignature);

    /// <summary>The keys that cosigned a note and whose names say them; the log's own signatures, whose names look alike, are not among them.</summary>
    public static VerifierKey[] CosignersOf(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        return [.. note.Signatures.Select(static line => WitnessKeyOf(line.Name) is { } key && key.Id == line.KeyId ? key : null).OfType<VerifierKey>().Distinct()];
    }

    /// <summary>The network, role and address in a name, or null where it is of another form.</summary>
    public static (string Network, string Role, string Address)? Parts(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Split('/') is [First, { Length: > 0 } network, { Length: > 0 } role, { Length: > 0 } address] && VerifierKey.IsName(name)
            ? (network, role, address)
            : null;
    }

    private static VerifierKey? Read(string name, SignatureType type) =>
        Parts(name) is { } parts && Ss58Address.TryDecode(parts.Address, out byte[]? key, out _) ? new VerifierKey(name, type, key) : null;
}
