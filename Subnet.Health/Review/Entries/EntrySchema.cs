using System.Buffers;
using System.Runtime.CompilerServices;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Entries;

/// <summary>
/// The closed schema of entries (design/audit-log.md section 6): which members there are, which types need and allow them, and of what
/// letters and lengths their texts are. What is not listed is refused, so that names, numbers and free text cannot get into a log.
/// </summary>
internal static class EntrySchema
{
    /// <summary>Length of an entry in bytes, at most.</summary>
    public const int MaximumBytes = 16_384;

    private static readonly string[] Always = ["v", "type", "time", "event", "seq", "actor", "outcome"];
    /// <summary>Letters of a consent's reference at most.</summary>
    public const int MostConsentLetters = 64;

    private static readonly string[] Common = ["code", "peer", "ref", "purpose", "basis", "consent", "subject", "model", "policy"];
    private static readonly string[] ActorKinds = ["clinic", "miner", "validator", "reviewer", "service"];
    private static readonly string[] Outcomes = ["ok", "denied", "error", "timeout"];
    private static readonly string[] Purposes = ["TREAT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "ETREAT", "PATRQT"];
    private static readonly string[] Bases = ["hipaa-tpo", "hipaa-auth", "consent", "gdpr-9-2-h", "gdpr-9-2-a", "waiver"];

    /// <summary>Members beside the common ones that a type needs and those it may have.</summary>
    private static readonly Dictionary<string, (string[] Needed, string[] Allowed)> Types = new(StringComparer.Ordinal)
    {
        ["log.genesis"] = (["origin", "keys", "build"], []),
        ["model.registered"] = (["model"], []),
        ["model.retired"] = (["model"], []),
        ["consent.granted"] = (["consent"], []),
        ["consent.withdrawn"] = (["consent"], []),
        ["query.sent"] = (["peer", "purpose", "basis", "subject", "model", "fset", "he", "in", "policy"], ["count"]),
        ["query.served"] = (["ref", "model", "in", "out", "receipt"], ["he"]),
        ["result.received"] = (["peer", "ref", "model", "in", "out", "receipt"], ["he", "pred"]),
        ["result.viewed"] = (["ref"], []),
        ["outcome.reported"] = (["ref"], []),
        ["score.assigned"] = ([], ["in", "out", "epoch", "netuid", "card", "value", "weight", "count", "statement", "signatures"]),
        ["access.denied"] = (["code"], []),
        ["breakglass"] = (["reason_code"], []),
        ["egress.blocked"] = (["code"], ["in"]),
        ["review.opened"] = ([], ["finding", "from", "to", "lo", "hi", "origin", "size", "root", "out"]),
        ["review.exported"] = ([], ["out", "from", "to", "lo", "hi", "origin", "size", "root"]),
        ["key.added"] = (["key"], ["sig"]),
        ["key.retired"] = (["key", "last_size"], []),
        ["policy.changed"] = (["policy"], ["minimum_index"]),
        ["subject.shredded"] = ([], []),
        ["checkpoint.witnessed"] = (["size", "root"], ["witness"]),
        ["gap"] = (["count", "from", "to"], ["gap_actor"]),
        ["clock.step"] = (["from", "to"], []),
    };

    /// <summary>The fields of the signed statements that <c>score.assigned</c> carries, by its code (protocol 8.2).</summary>
    private static readonly Dictionary<string, string[]> Statements = new(StringComparer.Ordinal)
    {
        [ScoreEntries.PlanCode] = ["netuid", "epoch", "validator", "root"],
        [ScoreEntries.VerdictCode] =
            ["netuid", "epoch", "validator", "miner", "card", "commitment", "audits", "count", "form", "proof", "result", "code"],
    };

    /// <summary>The purposes that there are.</summary>
    public static IReadOnlyCollection<string> PurposeCodes => Purposes;

    /// <summary>The outcomes that there are.</summary>
    public static IReadOnlyCollection<string> OutcomeWords => Outcomes;

    /// <summary>The types that there are.</summary>
    public static IReadOnlyCollection<string> TypeNames => Types.Keys;

    /// <summary>Checks an entry.</summary>
    /// <exception cref="AuditEntryException">The first thing that the schema does not allow.</exception>
    public static void Check(CanonicalObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        foreach (string name in Always)
        {
            Require(entry.TryGet(name, out _), $"'{name}' is missing");
        }

        string type = Text(entry, "type");
        Require(Types.TryGetValue(type, out (string[] Needed, string[] Allowed) form), $"the type '{type}' is unknown");
        string outcome = Text(entry, "outcome");

        // What was refused or failed may lack what only success brings.
        string? missing = outcome == "ok" ? Array.Find(form.Needed, name => !entry.TryGet(name, out _)) : null;
        Require(missing is null, $"'{missing}' is missing in {type}");
        foreach ((string name, CanonicalValue value) in entry)
        {
            Require(
                Always.Contains(name) || Common.Contains(name) || form.Needed.Contains(name) || form.Allowed.Contains(name),
                $"'{name}' is not a member of {type}");
            CheckMember(name, value);
        }

        CheckStatement(entry);
        Require(type != "score.assigned" || entry.TryGet("peer", out _) || entry.TryGet("code", out _), $"'peer' or 'code' is missing in score.assigned");
        Require(Outcomes.Contains(outcome), $"'outcome' is ok, denied, error or timeout");
        Require(outcome == "ok" || entry.TryGet("code", out _), $"'code' is missing: an outcome that is not ok has one");
        Require(entry.TextOrNull("basis") != "consent" || entry.TryGet("consent", out _), $"'consent' is missing although it is the basis");
        Require(entry.TextOrNull("basis") is null || entry.TextOrNull("purpose") is not null, $"'purpose' is missing beside 'basis'");
    }

    private static void CheckMember(string name, CanonicalValue value)
    {
        switch (name)
        {
            case "v":
                Require(value is CanonicalInteger { Value: 1 }, $"'v' is 1");
                break;
            case "type" or "outcome":
                Require(value is CanonicalText, $"'{name}' is a text");
                break;
            case "time" or "from" or "to":
                Require(value is CanonicalText time && EntryTime.TryParse(time.Value, out _), $"'{name}' is a time in UTC with milliseconds, such as 2026-03-02T01:07:13.037Z");
                break;
            case "event" or "ref":
                CheckHex(name, value, 32);
                break;
            case "fset" or "pred" or "policy" or "card":
                CheckHex(name, value, 64);
                break;
            case "seq" or "count" or "size" or "last_size" or "minimum_index" or "lo" or "hi" or "epoch" or "netuid" or "value" or "weight":
                Require(value is CanonicalInteger { Value: >= 0 }, $"'{name}' is an integer of at least 0");
                break;
            case "actor" or "gap_actor":
                CheckParty(name, value, ["user", "role"]);
                break;
            case "peer":
                CheckParty(name, value, []);
                break;
            case "code" or "reason_code" or "finding":
                CheckText(name, value, EntryAlphabets.Word, 40);
                break;
            case "purpose":
                Require(value is CanonicalText purpose && Purposes.Contains(purpose.Value), $"'purpose' is one of {string.Join(' ', Purposes)}");
                break;
            case "basis":
                Require(value is CanonicalText basis && Bases.Contains(basis.Value), $"'basis' is one of {string.Join(' ', Bases)}");
                break;
            case "subject":
                Require(value is CanonicalText subject && PatientPseudonym.IsPseudonym(subject.Value), $"'subject' is a pseudonym: s1: and 43 letters");
                break;
            case "consent":
                CheckObject(name, value, ["ref", "ver"], []);
                CheckText("consent.ref", Member(value, "ref"), EntryAlphabets.Word, MostConsentLetters);
                Require(Member(value, "ver") is CanonicalInteger { Value: >= 0 }, $"'consent.ver' is an integer of at least 0");
                break;
            case "model":
                CheckObject(name, value, ["id", "ver", "commit"], []);
                CheckText("model.id", Member(value, "id"), EntryAlphabets.Identifier, 64);
                CheckText("model.ver", Member(value, "ver"), EntryAlphabets.Identifier, 32);
                CheckHex("model.commit", Member(value, "commit"), 64);
                break;
            case "he":
                CheckObject(name, value, ["scheme", "params", "keys"], []);
                CheckText("he.scheme", Member(value, "scheme"), EntryAlphabets.Word, 16);
                CheckHex("he.params", Member(value, "params"), 64);
                CheckHex("he.keys", Member(value, "keys"), 64);
                break;
            case "in" or "out":
                CheckObject(name, value, ["hash", "bytes"], ["count"]);
                CheckHex(name, Member(value, "hash"), 64, "hash");
                Require(Member(value, "bytes") is CanonicalInteger { Value: >= 0 }, $"'{name}.bytes' is an integer of at least 0");
                Require(Member(value, "count") is null or CanonicalInteger { Value: >= 0 }, $"'{name}.count' is an integer of at least 0");
                break;
            case "receipt":
                CheckObject(name, value, ["key", "sig"], ["time"]);
                CheckVerifierKey("receipt.key", Member(value, "key"));
                CheckText("receipt.sig", Member(value, "sig"), EntryAlphabets.Base64, 88);
                Require(
                    Member(value, "time") is null || (Member(value, "time") is CanonicalText served && EntryTime.TryParse(served.Value, out _)),
                    $"'receipt.time' is a time in UTC with milliseconds");
                break;
            case "keys":
                Require(value is CanonicalList { Count: > 0 and <= 16 }, $"'keys' is a list of 1 to 16 verifier keys");
                foreach (CanonicalValue key in (CanonicalList)value)
                {
                    CheckVerifierKey("keys", key);
                }

                break;
            case "signatures":
                Require(value is CanonicalList { Count: > 0 and <= 16 }, $"'signatures' is a list of 1 to 16 signatures");
                foreach (CanonicalValue signature in (CanonicalList)value)
                {
                    CheckObject("signatures", signature, ["key", "sig"], []);
                    CheckHex("signatures.key", Member(signature, "key"), 64);
                    CheckText("signatures.sig", Member(signature, "sig"), EntryAlphabets.Base64, 88);
                }

                break;
            case "statement":
                Require(value is CanonicalObject, $"'statement' is an object");
                break;
            case "key" or "witness":
                CheckVerifierKey(name, value);
                break;
            case "sig":
                CheckText(name, value, EntryAlphabets.Base64, 88);
                break;
            case "origin" or "build":
                CheckText(name, value, EntryAlphabets.Identifier, 128);
                break;
            case "root":
                Require(value is CanonicalText root && TreeHash.TryParseBase64(root.Value, out _), $"'root' is base64 of 32 bytes");
                break;
            default:
                throw new AuditEntryException($"'{name}' is not a member of an entry");
        }
    }

    /// <summary>A statement has the fields of its code and no others; its texts are hexadecimal digits and short words.</summary>
    private static void CheckStatement(CanonicalObject entry)
    {
        if (entry.ObjectOrNull("statement") is not { } statement)
        {
            Require(!entry.TryGet("signatures", out _), $"'signatures' stand beside a 'statement'");
            return;
        }

        Require(entry.TryGet("signatures", out _), $"'signatures' are missing beside 'statement'");
        Require(Statements.TryGetValue(entry.TextOrNull("code") ?? "", out string[]? fields), $"a 'statement' stands in an entry whose code has one: plan, verdict");
        CheckObject("statement", statement, fields!, []);
        foreach ((string name, CanonicalValue value) in statement)
        {
            Require(
                value is CanonicalInteger { Value: >= 0 }
                    || (value is CanonicalText { Value.Length: > 0 and <= 136 } text && !text.Value.AsSpan().ContainsAnyExcept(EntryAlphabets.Word)),
                $"'statement.{name}' is an integer of at least 0, hexadecimal digits or a short word");
        }
    }

    private static void CheckParty(string name, CanonicalValue value, string[] allowed)
    {
        CheckObject(name, value, ["kind", "id"], allowed);
        Require(Member(value, "kind") is CanonicalText kind && ActorKinds.Contains(kind.Value), $"'{name}.kind' is one of {string.Join(' ', ActorKinds)}");
        CheckText(name, Member(value, "id"), EntryAlphabets.Identifier, 128, "id");
        foreach (string part in allowed)
        {
            if (Member(value, part) is { } member)
            {
                CheckText(name, member, EntryAlphabets.Identifier, 64, part);
            }
        }
    }

    private static void CheckObject(string name, CanonicalValue value, string[] needed, string[] allowed)
    {
        Require(value is CanonicalObject, $"'{name}' is an object");
        CanonicalObject members = (CanonicalObject)value;
        foreach (string part in needed)
        {
            Require(members.TryGet(part, out _), $"'{name}' lacks '{part}'");
        }

        foreach ((string part, CanonicalValue _) in members)
        {
            Require(needed.Contains(part) || allowed.Contains(part), $"'{part}' is not a member of '{name}'");
        }
    }

    private static void CheckVerifierKey(string name, CanonicalValue? value)
    {
        CheckText(name, value, EntryAlphabets.VerifierKey, 256);
        try
        {
            VerifierKey.Parse(((CanonicalText)value!).Value);
        }
        catch (TransparencyException malformed)
        {
            throw new AuditEntryException($"'{name}' is a verifier key: {malformed.Message}");
        }
    }

    private static void CheckHex(string name, CanonicalValue? value, int length, string? part = null) => Require(
        value is CanonicalText text && text.Value.Length == length && !text.Value.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex),
        $"'{Named(name, part)}' is {length} lower-case hexadecimal digits");

    private static void CheckText(string name, CanonicalValue? value, SearchValues<char> letters, int maximum, string? part = null) => Require(
        value is CanonicalText { Value.Length: > 0 } text && text.Value.Length <= maximum && !text.Value.AsSpan().ContainsAnyExcept(letters),
        $"'{Named(name, part)}' is a text of 1 to {maximum} of the letters it may have, and none of them is a space");

    private static string Named(string name, string? part) => part is null ? name : $"{name}.{part}";

    private static CanonicalValue? Member(CanonicalValue value, string name) => ((CanonicalObject)value).TryGet(name, out CanonicalValue? member) ? member : null;

    private static string Text(CanonicalObject entry, string name) => entry.TextOrNull(name) ?? throw new AuditEntryException($"'{name}' is a text");

    /// <summary>Refuses an entry; the sentence is put together only then, since an entry is held against some fifty rules.</summary>
    private static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref RefusalText otherwise)
    {
        if (!holds)
        {
            throw new AuditEntryException(otherwise.ToString());
        }
    }
}
