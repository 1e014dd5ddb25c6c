using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Rpc.Client;

namespace Subnet.Health.Clinic;

/// <summary>How a clinic's gateway works.</summary>
/// <param name="Name">Its name in the home.</param>
/// <param name="Folder">Its state, such as <c>HOME/clinic/NAME</c>: tokens, history, log, all that is a patient's encrypted.</param>
/// <param name="IssuerOf">Where a subnet's token issuer serves.</param>
internal sealed record ClinicSettings(string Name, string Folder, Func<ushort, Uri> IssuerOf)
{
    /// <summary>What may be sent.</summary>
    public ClinicPolicy Policy { get; init; } = ClinicPolicy.Default;

    /// <summary>How miners and issuers are reached; on the query route no certificate of the clinic's is shown.</summary>
    public GrpcChannelOptions Channels { get; init; } = new();

    /// <summary>How issuers are reached, with the clinic's certificate; null for the same as miners.</summary>
    public GrpcChannelOptions? IssuerChannels { get; init; }

    /// <summary>The deadline of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the same bytes go to the same miner again when the transport failed.</summary>
    public int Retries { get; init; } = 1;

    /// <summary>How many miners are tried for a query.</summary>
    public int MostMiners { get; init; } = 3;

    /// <summary>Queries of one request that are under way at one time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Mean of the random while between buying tokens and using them; zero on a local network only.</summary>
    public TimeSpan TokenDelay { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The highest price of a row that is accepted, in rao.</summary>
    public ulong MostPerRow { get; init; } = 10_000_000;

    /// <summary>Tokens that are bought at once where none is left and the policy of this gateway is to buy when needed; 0 never buys by itself.</summary>
    public int BuyWhenEmpty { get; init; }

    /// <summary>Where the log's files are; the folder <c>log</c> unless a test gives its own.</summary>
    public ILogFiles? LogFiles { get; init; }

    /// <summary>Who is asked to cosign the log's checkpoints besides the ledger's validators.</summary>
    public IReadOnlyList<IWitnessClient> Witnesses { get; init; } = [];

    /// <summary>Which witnesses must have cosigned before a checkpoint is published; null publishes it with those that did.</summary>
    public TrustPolicy? WitnessQuorum { get; init; }
}
