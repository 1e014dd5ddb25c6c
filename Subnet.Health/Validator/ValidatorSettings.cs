using System.Net;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Validator;

/// <summary>How a validator works.</summary>
/// <param name="Home">Its folder: store, transparency log, witness memory.</param>
/// <param name="Netuids">The subnets it validates.</param>
internal sealed record ValidatorSettings(string Home, IReadOnlyList<ushort> Netuids)
{
    /// <summary>Where its gRPC services listen; port 0 takes a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The address that it announces on the ledger; null announces where it listens.</summary>
    public Uri? PublicAddress { get; init; }

    /// <summary>Queries to each miner in an epoch.</summary>
    public ChallengeBudget Budget { get; init; } = ChallengeBudget.Default;

    /// <summary>Whether it sends challenges at all; one that does not can only copy or guess.</summary>
    public bool Challenges { get; init; } = true;

    /// <summary>Epochs of a subnet that it plans at most, for one that works for a time only; null for no end.</summary>
    public int? MostPlans { get; init; }

    /// <summary>Whether it only computes what it would set, and compares it with the ledger, without setting anything.</summary>
    public bool Shadow { get; init; }

    /// <summary>Which clinics it scores batches of patients for, by their key; open batches are bounded whoever asks.</summary>
    public Func<ReadOnlyMemory<byte>, bool> IsClinicAdmitted { get; init; } = static _ => true;

    /// <summary>Longest wait for an answer to a query.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for a proof each time that a miner is asked, and for a co-validator.</summary>
    public TimeSpan ProofTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the epoch a miner that does not answer is asked for its proof (protocol 4).</summary>
    public TimeSpan ProofAllowance { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is left of an epoch for co-validators to sign when a miner was asked for the last time.</summary>
    public TimeSpan SigningTime { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Queries to one miner that are under way at a time.</summary>
    public int Parallel { get; init; } = 2;

    /// <summary>Version of the weights, see <c>weights_version_key</c>.</summary>
    public ulong WeightsVersion { get; init; } = 1;
}
