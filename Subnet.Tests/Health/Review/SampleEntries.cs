using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;

namespace Subnet.Tests.Health.Review;

/// <summary>Entries that the schema allows: of every type one that succeeded, bare and with all that may stand beside it, and one of each other outcome.</summary>
internal static class SampleEntries
{
    private static readonly string[] Beside = ["peer", "ref", "purpose", "basis", "consent", "subject", "model", "policy"];

    private static readonly Dictionary<string, string[]> Members = new(StringComparer.Ordinal)
    {
        ["log.genesis"] = ["origin", "keys", "build"],
        ["model.registered"] = ["model"],
        ["model.retired"] = ["model"],
        ["consent.granted"] = ["consent"],
        ["consent.withdrawn"] = ["consent"],
        ["query.sent"] = ["peer", "purpose", "basis", "consent", "subject", "model", "fset", "he", "in", "policy"],
        ["query.served"] = ["ref", "model", "in", "out", "receipt"],
        ["result.received"] = ["peer", "ref", "model", "in", "out", "receipt", "pred"],
        ["result.viewed"] = ["ref"],
        ["outcome.reported"] = ["ref"],
        ["score.assigned"] = ["peer", "value", "weight", "epoch", "netuid", "card"],
        ["access.denied"] = ["code"],
        ["breakglass"] = ["reason_code"],
        ["egress.blocked"] = ["code"],
        ["review.opened"] = ["origin", "size", "root", "lo", "hi"],
        ["review.exported"] = ["origin", "size", "root", "out"],
        ["key.added"] = ["key", "sig"],
        ["key.retired"] = ["key", "last_size"],
        ["policy.changed"] = ["policy"],
        ["subject.shredded"] = [],
        ["checkpoint.witnessed"] = ["size", "root", "witness"],
        ["gap"] = ["count", "from", "to", "gap_actor"],
        ["clock.step"] = ["from", "to"],
    };

    /// <summary>The entries.</summary>
    public static IEnumerable<CanonicalObject> OfEveryType()
    {
        Assert.That(Members.Keys, Is.EquivalentTo(EntrySchema.TypeNames), "a type of the schema has no sample");
        foreach ((string type, string[] members) in Members)
        {
            yield return Entry(type, "ok", members);
            yield return Entry(type, "ok", [.. members.Concat(Beside).Distinct()]);
            foreach (string outcome in (string[])["denied", "error", "timeout"])
            {
                yield return Entry(type, outcome, [.. members.Append("code").Distinct()]);
            }
        }
    }

    private static CanonicalObject Entry(string type, string outcome, string[] members)
    {
        CanonicalObject entry = new()
        {
            { "v", 1 },
            { "type", type },
            { "time", "2026-03-01T08:00:00.123Z" },
            { "event", Hash("event")[..32] },
            { "seq", 7 },
            { "actor", new CanonicalObject { { "kind", "clinic" }, { "id", "key:clinic7" }, { "user", "u-0007" }, { "role", "nurse" } } },
            { "outcome", outcome },
        };
        foreach (string member in members)
        {
            entry.Add(member, Value(member));
        }

        return AuditEntry.Create(entry).Members;
    }

    private static CanonicalValue Value(string member)
    {
        using SigningKey key = SigningKey.FromSeed(SHA256.HashData("sample"u8));
        VerifierKey verifier = new("audit.example/clinic-7", SignatureType.Ed25519, key.PublicKey);
        return member switch
        {
            "code" or "reason_code" => new CanonicalText("late"),
            "origin" => new CanonicalText("audit.example/clinic-7"),
            "build" => new CanonicalText("1.0.0"),
            "keys" => new CanonicalList { verifier.ToString() },
            "key" => new CanonicalText(verifier.ToString()),
            "witness" => new CanonicalText(new VerifierKey("w.example", SignatureType.Cosignature, key.PublicKey).ToString()),
            "sig" => new CanonicalText(Convert.ToBase64String(new byte[64])),
            "model" => new CanonicalObject { { "id", "m-17" }, { "ver", "1" }, { "commit", Hash("model") } },
            "consent" => new CanonicalObject { { "ref", "c-1" }, { "ver", 1 } },
            "peer" => new CanonicalObject { { "kind", "miner" }, { "id", "key:miner1" } },
            "gap_actor" => new CanonicalObject { { "kind", "clinic" }, { "id", "key:clinic7" } },
            "purpose" => new CanonicalText("TREAT"),
            "basis" => new CanonicalText("consent"),
            "subject" => new CanonicalText(PatientPseudonym.Compute(new byte[32], "audit.example/clinic-7", "2026Q1")),
            "fset" or "policy" or "pred" or "card" => new CanonicalText(Hash(member)),
            "he" => new CanonicalObject { { "scheme", "bfv" }, { "params", Hash("p") }, { "keys", Hash("k") } },
            "in" or "out" => new CanonicalObject { { "hash", Hash(member) }, { "bytes", 13_000 } },
            "ref" => new CanonicalText(Hash("other")[..32]),
            "receipt" => new CanonicalObject { { "key", verifier.ToString() }, { "sig", Convert.ToBase64String(new byte[64]) } },
            "root" => new CanonicalText(TreeHash.EmptyRoot.ToBase64()),
            "from" or "to" => new CanonicalText("2026-03-01T07:00:00.000Z"),
            "count" or "size" or "lo" or "hi" or "last_size" or "value" or "weight" or "epoch" or "netuid" => new CanonicalInteger(3),
            _ => throw new ArgumentException(member, nameof(member)),
        };
    }

    private static string Hash(string text) => TestLog.Hash(text);
}
