using System.Globalization;
using System.Text;
using System.Text.Json;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>Replays entries, pseudonyms, receipts and bundles. Each method returns what differs, or null.</summary>
internal static class AuditCases
{
    public static string? Entries(TlogCase c)
    {
        byte[] bytes = c.Base64("bytes");
        CanonicalObject entry;
        try
        {
            entry = CanonicalJsonReader.Read(bytes);
        }
        catch (CanonicalJsonException refused)
        {
            return c.Boolean("ok") ? $"refused: {refused.Message}" : null;
        }

        if (!c.Boolean("ok"))
        {
            return "accepted";
        }

        return CanonicalJsonWriter.Write(entry).AsSpan().SequenceEqual(bytes)
            ? Compare(c.Text("leaf"), TreeHash.OfLeaf(bytes).ToString())
            : "the entry writes as other bytes";
    }

    public static string? SubjectsAndReceipts(TlogCase c)
    {
        if (c.Has("key"))
        {
            string subject = PatientPseudonym.Compute(c.Hex("key"), c.Text("origin"), c.Text("epoch"));
            return Compare(c.Text("want"), subject) ?? (PatientPseudonym.IsPseudonym(subject) ? null : "its own form is refused");
        }

        if (!c.Has("statement"))
        {
            throw new TlogCaseException("the case is neither a pseudonym nor a receipt");
        }

        CanonicalObject members = new();
        foreach (JsonProperty member in c.Member("statement").EnumerateObject())
        {
            members.Add(member.Name, member.Value.GetString() ?? throw TlogCase.Wrong("statement", "an object of texts"));
        }

        ReceiptStatement statement = ReceiptStatement.Parse(members);
        using SigningKey key = SigningKey.FromSeed(c.Hex("seed"));
        return Compare(c.Text("message"), Convert.ToBase64String(statement.ToMessage()))
            ?? Compare(c.Text("sig"), Convert.ToBase64String(statement.Sign(key)))
            ?? (statement.IsSignedBy(c.Base64("sig")) ? null : "the signature is refused");
    }

    public static string? Bundles(TlogCase c)
    {
        TrustPolicy policy = TrustPolicy.Threshold(c.Keys("log_vkeys"), c.Keys("witness_vkeys"), (int)c.RequiredInteger("quorum"));
        byte[] bytes = Encoding.UTF8.GetBytes(c.Member("bundle").GetRawText());
        BundleVerification verification = BundleVerification.Verify(bytes, c.Text("origin"), policy);
        if (!c.Boolean("ok"))
        {
            return Compare(c.Text("code"), verification.Code ?? "ok");
        }

        if (!verification.IsSound)
        {
            return $"{verification.Code}: {verification.Message}";
        }

        AuditBundle bundle = AuditBundle.Parse(bytes);
        using MemoryStream written = new();
        bundle.Write(written);
        if (!BundleVerification.Verify(written.ToArray(), c.Text("origin"), policy).IsSound)
        {
            return "written again the bundle is refused";
        }

        JsonElement result = c.Member("result");
        string shown = string.Join(',', verification.Entries.Select(entry => entry.Index.ToString(CultureInfo.InvariantCulture)));
        string got = string.Create(
            CultureInfo.InvariantCulture,
            $"{verification.Checkpoint!.Checkpoint!.Size} {bundle.Lo} {bundle.Lo + bundle.Items.Count} {shown} {verification.Withheld}");
        return Compare(
            $"{result.GetProperty("size")} {result.GetProperty("lo")} {result.GetProperty("hi")} {string.Join(',', result.GetProperty("shown").EnumerateArray())} {result.GetProperty("withheld")}",
            got);
    }

    private static string? Compare(string wanted, string got) => wanted == got ? null : $"{got} instead of {wanted}";
}
