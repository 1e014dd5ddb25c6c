using System.Net;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Miner;

/// <summary>How a miner runs.</summary>
/// <param name="Name">Its name in the home and in its logs.</param>
/// <param name="Folder">Its state, such as <c>HOME/miner/NAME</c>: spent tokens, keys of clients, log.</param>
/// <param name="Netuid">The subnet it serves.</param>
/// <param name="Endpoint">Where it listens; port 0 lets the system choose.</param>
internal sealed record MinerSettings(string Name, string Folder, ushort Netuid, IPEndPoint Endpoint)
{
    /// <summary>The address that the ledger announces, where it differs from the one listened at (a relay, another name); else null.</summary>
    public Uri? Announced { get; init; }

    /// <summary>The certificate; null for plaintext on loopback. Clients are not asked for one: who asks stays unknown.</summary>
    public GrpcServerTls? Tls { get; init; }

    /// <summary>Queries that run at one time. More than the cores, since most of a query's time is the disk's.</summary>
    public int Running { get; init; } = 16;

    /// <summary>Queries that wait for a place; more are told that the miner is busy.</summary>
    public int Waiting { get; init; } = 64;

    /// <summary>Memory for models and queries together, in bytes; a miner that could need more does not start.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Disk for clients' evaluation keys, in bytes.</summary>
    public long KeyBytes { get; init; } = 4L << 30;

    /// <summary>How long running queries may go on after a stop.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Access epochs that a version of a model is served, the one of its registration included; null for no end, where the owner says so.</summary>
    public ulong? VersionEpochs { get; init; }

    /// <summary>How validators are reached that witness the log; https only with trust.</summary>
    public GrpcChannelOptions WitnessChannels { get; init; } = new();

    /// <summary>Who is asked to cosign the log's checkpoints besides the ledger's validators.</summary>
    public IReadOnlyList<IWitnessClient> Witnesses { get; init; } = [];

    /// <summary>Which witnesses must have cosigned before a checkpoint is published; null publishes it with those that did.</summary>
    public TrustPolicy? WitnessQuorum { get; init; }

    /// <summary>Whether the models are registered and the endpoint announced on the ledger at the start.</summary>
    public bool Publishes { get; init; } = true;
}
