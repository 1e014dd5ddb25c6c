using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Which keys may have signed a log at which size, as its own entries say: those of the genesis from the start, an added one after the entry
/// that adds it, a retired one up to its last size; and between being added and the retirement of its predecessor both sign at least once.
/// </summary>
internal sealed class KeyHistory
{
    private readonly Dictionary<string, KeySpan> spans = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeyUse> uses = new(StringComparer.Ordinal);
    private string origin = "";

    /// <summary>Whether the log's beginning was read; without it nothing is known of its first keys.</summary>
    public bool HasGenesis => origin.Length > 0;

    /// <summary>Takes an entry that names keys; others are passed over.</summary>
    public void Add(long index, AuditEntry entry, VerificationReport report)
    {
        switch (entry.Type)
        {
            case "log.genesis":
                origin = entry.Members.TextOrNull("origin") ?? "";
                foreach (CanonicalText key in ((CanonicalList)entry.Members["keys"]).OfType<CanonicalText>())
                {
                    spans.TryAdd(key.Value, new KeySpan(index, 0, true));
                }

                break;
            case "key.added":
                AddKey(index, entry, report);
                break;
            case "key.retired" when spans.TryGetValue(entry.Members.TextOrNull("key")!, out KeySpan? span):
                span.RetiredIndex = index;
                span.LastSize = entry.Members.IntegerOrNull("last_size")!.Value;
                break;
            case "key.retired":
                spans[entry.Members.TextOrNull("key")!] = new KeySpan(0, 0, true) { RetiredIndex = index, LastSize = entry.Members.IntegerOrNull("last_size")!.Value };
                break;
        }
    }

    /// <summary>Takes a checkpoint: which keys of the log signed it.</summary>
    public void Add(OpenedCheckpoint opened)
    {
        long size = opened.Checkpoint!.Size;
        VerifierKey[] signers = [.. opened.Signatures.Where(signature => signature.Time is null).Select(signature => signature.Key)];
        foreach (VerifierKey key in signers)
        {
            string name = key.ToString();
            KeyUse use = uses.GetValueOrDefault(name, new KeyUse(key, size, size, false));
            uses[name] = use with { Least = Math.Min(use.Least, size), Most = Math.Max(use.Most, size), BesideAnother = use.BesideAnother || signers.Length > 1 };
        }
    }

    /// <summary>Holds the checkpoints against the keys.</summary>
    public void Check(VerificationReport report)
    {
        foreach (KeyUse use in uses.Values.OrderBy(use => use.Least))
        {
            CheckUse(use, report);
        }

        foreach ((string name, KeySpan span) in spans.Where(pair => pair.Value is { RetiredIndex: not null }))
        {
            if (span.Succeeded && !(uses.TryGetValue(name, out KeyUse? use) && use.BesideAnother))
            {
                report.Add(
                    FindingSeverity.Warning, "key-overlap", span.RetiredIndex,
                    $"no kept checkpoint is signed by both the retired key {Label(name)} and another one that you trust: the change of keys cannot be followed");
            }
        }
    }

    private static string Label(string key) => VerifierKey.Parse(key).Label;

    private void AddKey(long index, AuditEntry entry, VerificationReport report)
    {
        VerifierKey added = VerifierKey.Parse(entry.Members.TextOrNull("key")!);
        VerifierKey[] current = [.. spans.Where(pair => pair.Value.RetiredIndex is null).Select(pair => VerifierKey.Parse(pair.Key))];
        if (HasGenesis && !KeyStatement.IsSignedBy(current, origin, added, entry.Members.TextOrNull("sig")))
        {
            report.Add(FindingSeverity.Error, "key-unsigned", index, $"the key {added.Label} is added without the signature of a key that the log had");
        }

        foreach (KeySpan span in spans.Values)
        {
            span.Succeeded = true;
        }

        spans[added.ToString()] = new KeySpan(index, index + 1, false);
    }

    private void CheckUse(KeyUse use, VerificationReport report)
    {
        string label = use.Key.Label;
        if (!spans.TryGetValue(use.Key.ToString(), out KeySpan? span))
        {
            if (HasGenesis)
            {
                report.Add(FindingSeverity.Error, "key-unannounced", null, $"the checkpoint of {use.Least} entries is signed with the key {label}, which no entry of the log adds");
            }

            return;
        }

        if (!span.IsFirst && use.Least < span.FirstSize)
        {
            report.Add(FindingSeverity.Error, "key-unannounced", span.Index, $"the checkpoint of {use.Least} entries is signed with the key {label}, which was added later");
        }

        if (span.RetiredIndex is not null && use.Most > span.LastSize)
        {
            report.Add(FindingSeverity.Error, "key-retired", span.RetiredIndex, $"the checkpoint of {use.Most} entries is signed with a key that was retired at {span.LastSize}");
        }
    }

    /// <summary>What checkpoints a key signed: the smallest, the largest, and whether another key of the log signed one of them too.</summary>
    private sealed record KeyUse(VerifierKey Key, long Least, long Most, bool BesideAnother);

    private sealed class KeySpan(long index, long firstSize, bool isFirst)
    {
        public long Index { get; } = index;

        public long FirstSize { get; } = firstSize;

        public bool IsFirst { get; } = isFirst;

        public long? RetiredIndex { get; set; }

        public long LastSize { get; set; }

        public bool Succeeded { get; set; }
    }
}
