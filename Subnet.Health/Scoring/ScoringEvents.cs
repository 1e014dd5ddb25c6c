using System.Security.Cryptography;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>Orders that nobody chose: what a beacon decides follows from the block's hash and the things' own names (protocol 5, step 1).</summary>
internal static class ScoringEvents
{
    /// <summary>Whether this is an event's name: 32 lower-case hexadecimal digits.</summary>
    public static bool IsEvent(string? name) => name is { Length: 32 } && !name.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex);

    /// <summary>Cases in the order of H(beacon || event), the event being that of the panel's first miner.</summary>
    public static IReadOnlyList<ScoringCaseEvents> Order(ReadOnlyMemory<byte> beacon, IEnumerable<ScoringCaseEvents> cases) =>
        Order(beacon, cases, item => Convert.FromHexString(item.Key));

    /// <summary>Validators in the order of H(beacon || hotkey); the first k are drawn.</summary>
    public static IReadOnlyList<SeedCommitment> Draw(ReadOnlyMemory<byte> beacon, IEnumerable<SeedCommitment> committed, int count) =>
        [.. Order(beacon, committed, item => item.Validator.ToArray()).Take(count)];

    /// <summary>Anything in the order of H(beacon || name).</summary>
    public static IReadOnlyList<T> Order<T>(ReadOnlyMemory<byte> beacon, IEnumerable<T> items, Func<T, byte[]> nameOf)
    {
        (byte[] Rank, T Item)[] ranked = [.. items.Select(item => (SHA256.HashData([.. beacon.Span, .. nameOf(item)]), item))];
        Array.Sort(ranked, (a, b) => a.Rank.AsSpan().SequenceCompareTo(b.Rank));
        return [.. ranked.Select(pair => pair.Item)];
    }
}

/// <summary>The queries of one case: one event for each miner of the panel, in the panel's order.</summary>
/// <param name="Events">Names of 32 hexadecimal digits.</param>
internal sealed record ScoringCaseEvents(IReadOnlyList<string> Events)
{
    /// <summary>The name by which the beacon orders the case.</summary>
    public string Key => Events[0];
}

/// <summary>A miner of the panel: asked about every case of a window.</summary>
/// <param name="Miner">Hotkey, 32 bytes.</param>
/// <param name="Card">Hash of its card, 32 bytes.</param>
internal sealed record PanelMiner(ReadOnlyMemory<byte> Miner, ReadOnlyMemory<byte> Card);

/// <summary>A validator's hash of its seed for one slot, signed.</summary>
/// <param name="Validator">Hotkey, 32 bytes.</param>
/// <param name="Hash">H("subnet-score-seed/1" LF || seed).</param>
/// <param name="Signature">Over slot and hash.</param>
internal sealed record SeedCommitment(ReadOnlyMemory<byte> Validator, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Signature);
