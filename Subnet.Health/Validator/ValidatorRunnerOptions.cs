using System.Net;

namespace Subnet.Health.Validator;

/// <summary>What a validator needs to run.</summary>
/// <param name="Folder">Its state: store, log, witness memory, tokens.</param>
/// <param name="Node">The node to ask: https, or http on this machine.</param>
/// <param name="Netuids">The subnets it validates; its hotkey is registered in each.</param>
/// <param name="HotkeySeed">The 32-byte seed of its hotkey; copied, and wiped when the validator stops.</param>
/// <param name="IssuerOf">Where a subnet's token issuer answers.</param>
public sealed record ValidatorRunnerOptions(
    string Folder, Uri Node, IReadOnlyList<ushort> Netuids, ReadOnlyMemory<byte> HotkeySeed, Func<ushort, Uri> IssuerOf)
{
    /// <summary>Keystore file of its hotkey, which then stands for <see cref="HotkeySeed"/>; null for the seed.</summary>
    public string? KeystoreFile { get; init; }

    /// <summary>Password of the keystore file, as UTF-8.</summary>
    public ReadOnlyMemory<byte> KeystorePassword { get; init; }

    /// <summary>Tables of rows with known outcomes (column <c>label</c>, 1 or 0) by subnet, comma separated with a header; without one a subnet's miners are audited and not scored.</summary>
    public IReadOnlyDictionary<ushort, string> LabelledTables { get; init; } = new Dictionary<ushort, string>();

    /// <summary>Where its services listen; port 0 takes a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Whether it only computes what it would set and compares it with the ledger.</summary>
    public bool Shadow { get; init; }

    /// <summary>The highest price of a row that is paid, in rao.</summary>
    public ulong MostPerRow { get; init; } = 10_000_000;

    /// <summary>Mean of the random while between buying a token and using it; zero on a local network only.</summary>
    public TimeSpan TokenDelay { get; init; } = TimeSpan.FromHours(1);
}
