using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;

namespace Subnet.Health.Review.Bundles;

/// <summary>
/// Several bundles that together show one span of a log (design/audit-log.md section 8): all under one checkpoint, each range following the one
/// before it, so that nothing between two files was left out.
/// </summary>
internal static class BundleSeries
{
    /// <summary>Verifies each bundle, and that they join.</summary>
    /// <param name="files">The bundles' bytes, in any order, at least one.</param>
    /// <param name="origin">The log that is expected.</param>
    /// <param name="policy">Whom the reviewer trusts.</param>
    public static BundleVerification Verify(IReadOnlyList<byte[]> files, string origin, TrustPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(files);
        List<AuditBundle> bundles = [];
        foreach (byte[] file in files)
        {
            try
            {
                bundles.Add(AuditBundle.Parse(file));
            }
            catch (TransparencyException malformed)
            {
                return Failed("format", malformed.Message);
            }
        }

        bundles.Sort((a, b) => a.Lo.CompareTo(b.Lo));
        List<(long, CanonicalObject)> entries = [];
        BundleVerification? first = null;
        int withheld = 0;
        long next = bundles[0].Lo;
        foreach (AuditBundle bundle in bundles)
        {
            BundleVerification verified = BundleVerification.Verify(bundle, origin, policy);
            if (!verified.IsSound)
            {
                return verified;
            }

            first ??= verified;
            if (!verified.Checkpoint!.Checkpoint!.Equals(first.Checkpoint!.Checkpoint))
            {
                return Failed("checkpoint", "the bundles are under different checkpoints: they do not show one span of one tree");
            }

            if (bundle.Lo != next)
            {
                return Failed("range", $"the bundles do not join: one begins at entry {bundle.Lo}, where {next} follows");
            }

            next = bundle.Lo + bundle.Items.Count;
            withheld += verified.Withheld;
            entries.AddRange(verified.Entries);
        }

        return new BundleVerification(null, "", first!.Checkpoint, entries, withheld);
    }

    private static BundleVerification Failed(string code, string message) => new(code, message, null, [], 0);
}
