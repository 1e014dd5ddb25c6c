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

    /// <summary>Holds the checkpoints against the keys.</summary>
    public void Check(IReadOnlyList<OpenedCheckpoint> checkpoints, VerificationReport report)
    {
        foreach (OpenedCheckpoint opened in checkpoints)
        {
            long size = opened.Checkpoint!.Size;
            foreach (VerifierKey key in opened.Signatures.Where(signature => signature.Time is null).Select(signature => signature.Key))
            {
                CheckSignature(key, size, report);
            }
        }

        foreach ((string name, KeySpan span) in spans.Where(pair => pair.Value is { RetiredIndex: not null }))
        {
            bool overlaps = checkpoints.Any(opened => opened.Signatures.Count(signature => signature.Time is null) > 1 && opened.Signatures.Any(signature => signature.Key.ToString() == name));
            if (span.Succeeded && !overlaps)
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

    private void CheckSignature(VerifierKey key, long size, VerificationReport report)
    {
        if (!spans.TryGetValue(key.ToString(), out KeySpan? span))
        {
            if (HasGenesis)
            {
                report.Add(FindingSeverity.Error, "key-unannounced", null, $"the checkpoint of {size} entries is signed with the key {key.Label}, which no entry of the log adds");
            }

            return;
        }

        if (!span.IsFirst && size < span.FirstSize)
        {
            report.Add(FindingSeverity.Error, "key-unannounced", span.Index, $"the checkpoint of {size} entries is signed with the key {key.Label}, which was added later");
        }

        if (span.RetiredIndex is not null && size > span.LastSize)
        {
            report.Add(FindingSeverity.Error, "key-retired", span.RetiredIndex, $"the checkpoint of {size} entries is signed with a key that was retired at {span.LastSize}");
        }
    }

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
