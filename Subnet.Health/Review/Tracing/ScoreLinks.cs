using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Tracing;

/// <summary>
/// The validators' part of a trace and what follows from it on the ledger: the plan fixed before the query, the verdict with three signatures
/// after it, the score, the weight in force at the end of an epoch, the emission. Links of each validator by itself.
/// </summary>
internal static class ScoreLinks
{
    private const int EpochsLookedAt = 16;
    private const string PlanTitle = "The epoch's audits were fixed before it";
    private const string VerdictTitle = "The miner's proof was judged by three validators";
    private const string ScoreTitle = "The validator scored the miner";
    private const string WeightTitle = "The score became the validator's weight on the ledger";
    private const string EmissionTitle = "The weights became emission";

    public static async Task<IEnumerable<TraceLink>> OfAsync(QueryEvidence evidence, TraceSources sources, CancellationToken cancellationToken)
    {
        FoundEntry[] scoring = [.. evidence.Models.Where(entry => entry.Type == "score.assigned")];
        if (evidence.Miner is not { } miner || !EntryTime.TryParse(evidence.Time ?? "", out DateTimeOffset asked) || scoring.Length == 0)
        {
            const string Why = "no validator's log that was looked at speaks of this miner";
            return
            [
                new TraceLink("plan", PlanTitle, TraceStatus.Unavailable, Why), new TraceLink("verdict", VerdictTitle, TraceStatus.Unavailable, Why),
                new TraceLink("score", ScoreTitle, TraceStatus.Unavailable, Why), new TraceLink("weight", WeightTitle, TraceStatus.Unavailable, Why),
                new TraceLink("emission", EmissionTitle, TraceStatus.Unavailable, Why),
            ];
        }

        List<TraceLink> links = [];
        FoundEntry? first = null;
        foreach (IGrouping<string, FoundEntry> validator in scoring.GroupBy(entry => entry.ActorId))
        {
            (FoundEntry? Plan, FoundEntry? Verdict, FoundEntry? Score) epoch = EpochOf([.. validator], asked);
            links.Add(Plan(epoch.Plan, validator.Key, asked));
            links.Add(Verdict(epoch.Verdict, epoch.Plan, evidence, validator.Key));
            links.Add(Score(epoch.Score, epoch.Verdict, evidence, validator.Key));
            if (epoch.Score is { } score)
            {
                first = first is null || QueryTracer.TimeOf(score) < QueryTracer.TimeOf(first) ? score : first;
                links.Add(await WeightAsync(score, miner, sources, cancellationToken).ConfigureAwait(false));
            }
        }

        links.Add(await EmissionAsync(first, miner, sources, cancellationToken).ConfigureAwait(false));
        return links;
    }

    /// <summary>The epoch that the query fell into: the newest plan before it, then the verdict and score of that plan's epoch.</summary>
    private static (FoundEntry? Plan, FoundEntry? Verdict, FoundEntry? Score) EpochOf(FoundEntry[] entries, DateTimeOffset asked)
    {
        // A validator plans for every subnet it works in; the miner's own entries say which one it is.
        long? netuid = entries.Where(entry => entry.Text("code") != ScoreEntries.PlanCode).Select(entry => entry.Members.IntegerOrNull("netuid")).FirstOrDefault(number => number is not null);
        FoundEntry? plan = entries
            .Where(entry => entry.Text("code") == ScoreEntries.PlanCode && (netuid is null || entry.Members.IntegerOrNull("netuid") == netuid) && QueryTracer.TimeOf(entry) <= asked)
            .MaxBy(QueryTracer.TimeOf);
        long? epoch = plan?.Members.IntegerOrNull("epoch");
        FoundEntry[] after = [.. entries.Where(entry => QueryTracer.TimeOf(entry) >= asked && (epoch is null || entry.Members.IntegerOrNull("epoch") == epoch))];
        return (plan, First(ScoreEntries.VerdictCode), First(ScoreEntries.ScoreCode));

        FoundEntry? First(string code) => after.Where(entry => entry.Text("code") == code).MinBy(QueryTracer.TimeOf);
    }

    private static TraceLink Plan(FoundEntry? plan, string validator, DateTimeOffset asked)
    {
        if (plan is null)
        {
            return new TraceLink("plan", PlanTitle, TraceStatus.Missing, $"the log of validator {validator} has no plan before {EntryTime.Format(asked)}") { Party = validator };
        }

        bool good = IsSigned(plan, 1, out CanonicalObject? statement) && statement!.TextOrNull("validator") == KeyOf(validator);
        return QueryTracer.Link(
            "plan", PlanTitle, good ? TraceStatus.Verified : TraceStatus.Failed,
            good ? $"the root of epoch {statement!.IntegerOrNull("epoch")} was logged before the query, signed by the validator" : "the plan is not signed by this validator", plan,
            QueryTracer.Facts(("root", statement?.TextOrNull("root")))) with
        {
            Signatures = SignaturesOf(plan),
        };
    }

    private static TraceLink Verdict(FoundEntry? verdict, FoundEntry? plan, QueryEvidence evidence, string validator)
    {
        if (verdict is null)
        {
            return new TraceLink("verdict", VerdictTitle, TraceStatus.Open, $"validator {validator} has no verdict on this miner after the query: the epoch is not over, or none was made") { Party = validator };
        }

        if (!IsSigned(verdict, 3, out CanonicalObject? statement))
        {
            return QueryTracer.Link("verdict", VerdictTitle, TraceStatus.Failed, "it does not have three good signatures of three keys", verdict);
        }

        string? fault =
            statement!.TextOrNull("validator") != KeyOf(validator) ? "it is another validator's"
            : statement.TextOrNull("miner") != KeyOf(evidence.Miner!) ? "it is on another miner"
            : statement.TextOrNull("card") != evidence.Card ? "it is on another card than the one that answered"
            : plan is not null && statement.IntegerOrNull("epoch") != plan.Members.IntegerOrNull("epoch") ? "it is of another epoch than the plan"
            : null;
        string result = $"{statement.TextOrNull("result")} ({statement.TextOrNull("code")}) on {statement.IntegerOrNull("count")} audits, signed by the validator and two others";
        return QueryTracer.Link(
            "verdict", VerdictTitle, fault is null ? TraceStatus.Verified : TraceStatus.Failed, fault ?? result, verdict,
            QueryTracer.Facts(
                ("commitment", statement.TextOrNull("commitment")), ("audits", statement.TextOrNull("audits")),
                ("form", statement.TextOrNull("form")), ("proof", statement.TextOrNull("proof")))) with
        {
            Signatures = SignaturesOf(verdict),
        };
    }

    private static TraceLink Score(FoundEntry? score, FoundEntry? verdict, QueryEvidence evidence, string validator)
    {
        if (score is null)
        {
            return new TraceLink("score", ScoreTitle, TraceStatus.Open, $"validator {validator} has not scored this miner after the query") { Party = validator };
        }

        bool failedProof = verdict?.Members.ObjectOrNull("statement")?.TextOrNull("result") == "fail";
        long value = score.Members.IntegerOrNull("value") ?? 0;
        string? fault =
            score.Members.TextOrNull("card") is { } card && card != evidence.Card ? "it is for another card than the one that answered"
            : score.Members.TextOrNull("ref") is { } rests && verdict is not null && rests != verdict.Text("event") ? "it rests on another verdict"
            : failedProof && value > 0 ? "it is above zero although the verdict is a fail"
            : null;
        return QueryTracer.Link(
            "score", ScoreTitle, fault is null ? TraceStatus.Verified : TraceStatus.Failed,
            fault ?? string.Create(CultureInfo.InvariantCulture, $"score {(double)value / ScoreEntries.ValueScale:0.######}, weight {score.Members.IntegerOrNull("weight")} of 65535"), score);
    }

    private static async Task<TraceLink> WeightAsync(FoundEntry score, string miner, TraceSources sources, CancellationToken cancellationToken)
    {
        if (sources.Ledger is not { } ledger || QueryTracer.TimeOf(score) is not { } scored)
        {
            return new TraceLink("weight", WeightTitle, TraceStatus.Unavailable, "the ledger was not given") { Party = score.ActorId };
        }

        int netuid = (int)(score.Members.IntegerOrNull("netuid") ?? 0);
        long weight = score.Members.IntegerOrNull("weight") ?? 0;
        IReadOnlyList<TracedEpoch> epochs = await ledger.EpochsAfterAsync(netuid, miner, scored, EpochsLookedAt, cancellationToken).ConfigureAwait(false);
        TracedEpoch? with = epochs.FirstOrDefault(epoch => epoch.Weights.GetValueOrDefault(score.ActorId) == weight);
        return with is not null
            ? new TraceLink(
                "weight", WeightTitle, TraceStatus.Verified,
                string.Create(CultureInfo.InvariantCulture, $"the row in force at the end of epoch {with.Index} gives the miner {weight}"))
            {
                Place = ledger.Name, Height = with.Height, Party = score.ActorId,
                Facts = [new TraceFact("block", with.Block), new TraceFact("weight", weight.ToString(CultureInfo.InvariantCulture))],
            }
            : epochs.Count < EpochsLookedAt
                ? new TraceLink("weight", WeightTitle, TraceStatus.Open, "no epoch that ended since has this weight in force: commit and reveal take their time") { Place = ledger.Name, Party = score.ActorId }
                : new TraceLink("weight", WeightTitle, TraceStatus.Failed, $"none of the {EpochsLookedAt} epochs since has the weight that the validator logged") { Place = ledger.Name, Party = score.ActorId };
    }

    private static async Task<TraceLink> EmissionAsync(FoundEntry? score, string miner, TraceSources sources, CancellationToken cancellationToken)
    {
        if (sources.Ledger is not { } ledger || score is null || QueryTracer.TimeOf(score) is not { } scored)
        {
            return new TraceLink("emission", EmissionTitle, sources.Ledger is null ? TraceStatus.Unavailable : TraceStatus.Open, "the ledger was not given, or there is no score yet");
        }

        int netuid = (int)(score.Members.IntegerOrNull("netuid") ?? 0);
        long weight = score.Members.IntegerOrNull("weight") ?? 0;
        IReadOnlyList<TracedEpoch> epochs = await ledger.EpochsAfterAsync(netuid, miner, scored, EpochsLookedAt, cancellationToken).ConfigureAwait(false);
        return epochs.FirstOrDefault(epoch => epoch.Weights.GetValueOrDefault(score.ActorId) == weight) is { } paid
            ? new TraceLink(
                "emission", EmissionTitle, TraceStatus.Verified,
                string.Join("; ", paid.Explanation.Prepend(string.Create(CultureInfo.InvariantCulture, $"epoch {paid.Index}: incentive {paid.Incentive:0.######}, {paid.EmissionRao} rao"))))
            {
                Place = ledger.Name, Height = paid.Height, Party = miner,
                Facts = [new TraceFact("block", paid.Block), new TraceFact("emission_rao", paid.EmissionRao.ToString(CultureInfo.InvariantCulture))],
            }
            : new TraceLink("emission", EmissionTitle, TraceStatus.Open, "no epoch since has ended with this weight in force") { Place = ledger.Name, Party = miner };
    }

    private static bool IsSigned(FoundEntry entry, int signers, out CanonicalObject? statement)
    {
        statement = entry.Members.ObjectOrNull("statement");
        try
        {
            return ScoreEntries.Read(entry.Members) is { } signed && signed.Signatures.Count == signers
                && ScoreEntries.AllGood(signed.Domain, signed.Statement, signed.Signatures)
                && Convert.ToHexStringLower(signed.Signatures[0].Key.Span) == statement?.TextOrNull("validator");
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static IReadOnlyList<TraceSignature> SignaturesOf(FoundEntry entry)
    {
        try
        {
            return ScoreEntries.Read(entry.Members) is { } signed
                ? [.. signed.Signatures.Select(signature => new TraceSignature(signed.Domain, signed.Statement, signature.Key, signature.Bytes))]
                : [];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    private static string KeyOf(string address) => Ss58Address.TryDecode(address, out byte[]? key, out _) ? Convert.ToHexStringLower(key) : "";
}
