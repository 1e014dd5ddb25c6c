using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>How often what one clinic and one validator owed each other in batches did not come.</summary>
/// <param name="Clinic">The clinic's key, 32 bytes.</param>
/// <param name="Validator">The validator's key, 32 bytes.</param>
/// <param name="Scores">Scores of miners that were to come of batches of this clinic in which this validator was drawn.</param>
/// <param name="NotOpened">Of these, so many the clinic left unopened or opened wrongly: each got the batch's median.</param>
/// <param name="NotSeeded">Of these, so many that the validator voided, by a seed kept back or outputs that were not the function's.</param>
internal sealed record AbortRate(ReadOnlyMemory<byte> Clinic, ReadOnlyMemory<byte> Validator, long Scores, long NotOpened, long NotSeeded);

/// <summary>
/// What a validator publishes of aborts (protocol 5): all pairs it knows, in a statement signed under a domain of its own, the list beside it by its hash. A clinic that hides the scores
/// it dislikes and a validator that voids them show here, whoever asks.
/// </summary>
/// <param name="Time">When, by the validator's clock.</param>
/// <param name="Rates">Pairs, sorted by clinic and validator.</param>
internal sealed record AbortRates(DateTimeOffset Time, IReadOnlyList<AbortRate> Rates)
{
    private const int KeyBytes = 32;

    /// <summary>Signs them.</summary>
    public ScoringMessage Sign(SigningKey validator)
    {
        byte[] list = ScoringList.Write([.. Rates.Select(rate => (CanonicalValue)new CanonicalObject
        {
            ["clinic"] = Convert.ToHexStringLower(rate.Clinic.Span),
            ["validator"] = Convert.ToHexStringLower(rate.Validator.Span),
            ["scores"] = rate.Scores,
            ["not_opened"] = rate.NotOpened,
            ["not_seeded"] = rate.NotSeeded,
        })]);
        return new ScoringMessage(
            SignedStatement.Sign(validator, ScoringDomains.Aborts, new CanonicalObject { ["rates"] = Convert.ToHexStringLower(ScoringList.Hash(list)), ["time"] = EntryTime.Format(Time) }),
            [list]);
    }

    /// <summary>Reads signed rates; null for anything that is none.</summary>
    public static AbortRates? TryRead(ScoringMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Open(ScoringDomains.Aborts) is not { } statement || message.Attachments is not [var list])
        {
            return null;
        }

        byte[] hash = statement.Bytes("rates", KeyBytes);
        DateTimeOffset time = statement.Time("time");
        if (!statement.IsComplete || !hash.AsSpan().SequenceEqual(ScoringList.Hash(list.Span)) || ScoringList.Read(list.Span) is not { } entries)
        {
            return null;
        }

        List<AbortRate> rates = [];
        foreach (CanonicalValue entry in entries)
        {
            StatementReader reader = new(entry as CanonicalObject ?? new CanonicalObject());
            AbortRate rate = new(
                reader.Bytes("clinic", KeyBytes), reader.Bytes("validator", KeyBytes), reader.Integer("scores"), reader.Integer("not_opened"), reader.Integer("not_seeded"));
            if (!reader.IsComplete || rate.NotOpened > rate.Scores || rate.NotSeeded > rate.Scores)
            {
                return null;
            }

            rates.Add(rate);
        }

        return new AbortRates(time, rates);
    }
}

/// <summary>Where a validator counts aborts, durably.</summary>
internal interface IAbortCounts
{
    /// <summary>Counts a batch that is over; the same batch again changes nothing.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="drawn">The validators drawn for it.</param>
    /// <param name="outcomes">What became of each miner's score.</param>
    /// <param name="findings">Who was at fault.</param>
    void Count(ScoreBatchOpen batch, IReadOnlyList<SeedCommitment> drawn, IReadOnlyList<OrganicOutcome> outcomes, IReadOnlyList<ScoringFinding> findings);

    /// <summary>All pairs.</summary>
    IReadOnlyList<AbortRate> Read();
}
