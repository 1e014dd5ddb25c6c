using System.Net;

namespace Subnet.Health.Miner;

/// <summary>What a program needs to run a miner with <see cref="MinerHost.ConnectAsync"/>.</summary>
/// <param name="Node">Base address of a ledger node's gRPC service; plaintext on loopback only.</param>
/// <param name="Netuid">The subnet on which the hotkey is registered.</param>
/// <param name="Folder">The miner's state folder; made if it is not there.</param>
/// <param name="KeystoreFile">The hotkey, as <c>subnet wallet create</c> wrote it.</param>
/// <param name="KeystorePassword">Opens the keystore; not kept.</param>
/// <param name="ModelFolders">Folders that <c>subnet model compile</c> wrote.</param>
/// <param name="ModelPassword">Opens the private circuits; not kept.</param>
public sealed record MinerOptions(
    Uri Node,
    ushort Netuid,
    string Folder,
    string KeystoreFile,
    ReadOnlyMemory<byte> KeystorePassword,
    IReadOnlyList<string> ModelFolders,
    ReadOnlyMemory<byte> ModelPassword)
{
    /// <summary>The miner's name in its log.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Where it listens; port 0 lets the system choose.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>A folder of <c>subnet certs create</c>, needed beyond loopback.</summary>
    public string? CertificatesFolder { get; init; }

    /// <summary>Queries at one time.</summary>
    public int Running { get; init; } = 16;

    /// <summary>Queries that wait; more are told that the miner is busy.</summary>
    public int Waiting { get; init; } = 64;

    /// <summary>
    /// Access epochs that a version of a model is served, the one of its registration included: every answer is an equation of its weights, so a version ends some time. Null for no end.
    /// </summary>
    public ulong? VersionEpochs { get; init; } = VersionAge.DefaultEpochs;

    /// <summary>Memory for models and queries, in bytes.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;
}
