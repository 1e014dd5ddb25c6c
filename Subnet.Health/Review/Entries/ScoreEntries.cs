using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Review.Entries;

/// <summary>One signature under a statement of protocol 8.2.</summary>
/// <param name="Key">Who signed, 32 bytes.</param>
/// <param name="Bytes">The Ed25519 signature, 64 bytes.</param>
internal sealed record StatementSignature(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// The members of a validator's <c>score.assigned</c> entries, which carry what a reviewer needs to follow a query from the epoch's plan to the
/// weight: the signed statements themselves (all hashes, nothing of a row), not only their hashes. <c>code</c> says which step it is.
/// </summary>
internal static class ScoreEntries
{
    /// <summary>Type of every entry here.</summary>
    public const string TypeName = "score.assigned";

    /// <summary>Code of the entry that fixes the audits of an epoch before it begins.</summary>
    public const string PlanCode = "plan";

    /// <summary>Code of the entry with a verdict and its three signatures.</summary>
    public const string VerdictCode = "verdict";

    /// <summary>Code of the entry with a miner's score and the weight that follows from it.</summary>
    public const string ScoreCode = "score";

    /// <summary>Scores are written as whole millionths: entries have no fractions.</summary>
    public const int ValueScale = 1_000_000;

    /// <summary>Domains of the statements that entries carry, by code.</summary>
    public static string? DomainOf(string? code) => code switch
    {
        PlanCode => "subnet-plan/1",
        VerdictCode => "subnet-verdict/1",
        _ => null,
    };

    /// <summary>The plan of an epoch: <c>{netuid, epoch, validator, root}</c> with the validator's signature.</summary>
    public static CanonicalObject Plan(ReadOnlySpan<byte> statement, StatementSignature signature) => Statement(PlanCode, null, statement, [signature]);

    /// <summary>A verdict with the signatures of its validator and both co-validators.</summary>
    /// <param name="miner">SS58 address of the miner.</param>
    /// <param name="statement">The verdict's canonical statement.</param>
    /// <param name="signatures">Three signatures, the validator's first.</param>
    public static CanonicalObject Verdict(string miner, ReadOnlySpan<byte> statement, IReadOnlyList<StatementSignature> signatures) =>
        Statement(VerdictCode, miner, statement, signatures);

    /// <summary>A miner's score in an epoch.</summary>
    /// <param name="miner">SS58 address of the miner.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="card">Hash of the card that was scored, 64 hexadecimal digits.</param>
    /// <param name="score">Between 0 and 1.</param>
    /// <param name="weight">The weight that follows, 0 to 65535.</param>
    /// <param name="verdict">Event of the verdict it rests on, or null where there was none.</param>
    public static CanonicalObject Score(string miner, int netuid, long epoch, string card, double score, int weight, string? verdict)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(score);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(score, 1);
        CanonicalObject members = new()
        {
            { "code", ScoreCode },
            { "peer", new CanonicalObject { { "kind", "miner" }, { "id", miner } } },
            { "netuid", netuid },
            { "epoch", epoch },
            { "card", card },
            { "value", (long)Math.Round(score * ValueScale, MidpointRounding.ToEven) },
            { "weight", weight },
        };
        if (verdict is not null)
        {
            members.Add("ref", verdict);
        }

        return members;
    }

    /// <summary>The signed statement in an entry: domain, canonical bytes and who signed; null where there is none.</summary>
    public static (string Domain, byte[] Statement, IReadOnlyList<StatementSignature> Signatures)? Read(CanonicalObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (DomainOf(entry.TextOrNull("code")) is not { } domain || entry.ObjectOrNull("statement") is not { } statement
            || !entry.TryGet("signatures", out CanonicalValue? list) || list is not CanonicalList signatures)
        {
            return null;
        }

        return (domain, CanonicalJsonWriter.Write(statement), [.. signatures.Cast<CanonicalObject>().Select(ReadSignature)]);
    }

    /// <summary>Whether every signature in the list is good and no key is there twice.</summary>
    public static bool AllGood(string domain, ReadOnlyMemory<byte> statement, IReadOnlyList<StatementSignature> signatures) =>
        signatures.Count > 0
        && signatures.DistinctBy(signature => Convert.ToHexStringLower(signature.Key.Span)).Count() == signatures.Count
        && signatures.All(signature => DomainSignature.Verify(signature.Key.Span, domain, statement.Span, signature.Bytes.Span));

    private static CanonicalObject Statement(string code, string? miner, ReadOnlySpan<byte> statement, IReadOnlyList<StatementSignature> signatures)
    {
        CanonicalObject read = CanonicalJsonReader.Read(statement);
        CanonicalList signed = [];
        foreach (StatementSignature signature in signatures)
        {
            signed.Add(new CanonicalObject
            {
                { "key", Convert.ToHexStringLower(signature.Key.Span) },
                { "sig", Convert.ToBase64String(signature.Bytes.Span) },
            });
        }

        CanonicalObject members = new()
        {
            { "code", code },
            { "netuid", read.IntegerOrNull("netuid") ?? throw new AuditEntryException("the statement names no subnet") },
            { "epoch", read.IntegerOrNull("epoch") ?? throw new AuditEntryException("the statement names no epoch") },
            { "statement", read },
            { "signatures", signed },
        };
        if (miner is not null)
        {
            members.Add("peer", new CanonicalObject { { "kind", "miner" }, { "id", miner } });
        }

        return members;
    }

    private static StatementSignature ReadSignature(CanonicalObject signature)
    {
        byte[] bytes = new byte[66];
        int length = Convert.TryFromBase64String(signature.TextOrNull("sig") ?? "", bytes, out int written) ? written : 0;
        return new StatementSignature(Convert.FromHexString(signature.TextOrNull("key") ?? ""), bytes.AsMemory(0, length));
    }
}
