using System.Diagnostics.Metrics;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Validator;

/// <summary>
/// A validator's counters, read by OpenTelemetry. Its queries are counted when their epoch is over: earlier, whoever reads the figures could tell which of the queries that a miner
/// gets are an examiner's. No figure names a miner. Safe for concurrent use.
/// </summary>
internal sealed class ValidatorMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Subnet.Validator";

    private readonly Meter meter;
    private readonly KeyValuePair<string, object?> validator;
    private readonly Counter<long> challenges;
    private readonly Histogram<double> duration;
    private readonly Counter<long> proofs;
    private readonly Counter<long> weights;
    private readonly Counter<long> organic;

    /// <param name="address">The validator's address, a label of every figure.</param>
    public ValidatorMetrics(string address)
    {
        validator = new("validator", address);

        // A collector takes meters of one name and equal tags for one: the figures of all would end with the first that is disposed.
        meter = new Meter(MeterName, null, [validator]);
        challenges = meter.CreateCounter<long>(
            "subnet.validator.challenges", "{query}", "Planned queries of epochs that are over, by outcome: answered, refused, late (sent and never answered), unsent.");
        duration = meter.CreateHistogram(
            "subnet.validator.challenge.duration",
            "s",
            "Time until the answer to a query, of epochs that are over.",
            null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] });
        proofs = meter.CreateCounter<long>("subnet.validator.proofs", "{proof}", "Audits judged, by outcome (verified, failed) and the verdict's code.");
        weights = meter.CreateCounter<long>("subnet.validator.weights", "{row}", "Rows of weights, by step: committed, revealed, expired (refused, or not revealed in time).");
        organic = meter.CreateCounter<long>("subnet.validator.organic.batches", "{batch}", "Batches of patients with known outcomes that were scored to their end.");
    }

    /// <summary>The epoch of a plan is over.</summary>
    public void Closed(ushort netuid, IEnumerable<Challenge> planned)
    {
        ArgumentNullException.ThrowIfNull(planned);
        KeyValuePair<string, object?> subnet = SubnetOf(netuid);
        foreach (Challenge challenge in planned)
        {
            challenges.Add(1, validator, subnet, new("outcome", challenge.State switch
            {
                ChallengeState.Answered => "answered",
                ChallengeState.Failed => "refused",
                ChallengeState.Sent => "late",
                _ => "unsent",
            }));
            if (challenge.State == ChallengeState.Answered)
            {
                duration.Record(challenge.LatencyMs / 1000, validator, subnet);
            }
        }
    }

    /// <summary>A proof was judged.</summary>
    public void Judged(ushort netuid, bool passes, string code) => proofs.Add(1, validator, SubnetOf(netuid), new("outcome", passes ? "verified" : "failed"), new("code", code));

    /// <summary>The ledger holds a commit.</summary>
    public void Committed(ushort netuid) => weights.Add(1, validator, SubnetOf(netuid), new("step", "committed"));

    /// <summary>The ledger holds a reveal.</summary>
    public void Revealed(ushort netuid) => weights.Add(1, validator, SubnetOf(netuid), new("step", "revealed"));

    /// <summary>A row will not count.</summary>
    public void Expired(ushort netuid) => weights.Add(1, validator, SubnetOf(netuid), new("step", "expired"));

    /// <summary>So many batches were concluded.</summary>
    public void Scored(int batches) => organic.Add(batches, validator);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static KeyValuePair<string, object?> SubnetOf(ushort netuid) => new("netuid", (int)netuid);
}
