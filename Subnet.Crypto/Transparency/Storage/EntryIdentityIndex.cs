using System.Buffers.Binary;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// Finds the index of an entry by its identity (an idempotency key of 16 random bytes) in a log of any length with flat memory. The newest
/// entries are in a dictionary; older ones in sorted files of 24 bytes an entry, <c>state/identities/FROM-TO</c>, which are merged when
/// the newer of two neighbours is no shorter, so that there are as many as the length has bits. Derived from the entries: what is missing is
/// read from them again. Not safe for concurrent use.
/// </summary>
internal sealed class EntryIdentityIndex
{
    /// <summary>Entries in the smallest file, unless a test wants smaller ones.</summary>
    public const int SegmentEntries = 16_384;

    private const string Folder = "state/identities";
    private const int RecordBytes = 24;

    private readonly ILogFiles files;
    private readonly DurableFiles durable;
    private readonly int segmentEntries;
    private readonly List<(long From, long To)> segments = [];
    private readonly Dictionary<UInt128, long> recent = [];

    public EntryIdentityIndex(ILogFiles files, DurableFiles durable, int segmentEntries = SegmentEntries)
    {
        this.files = files;
        this.durable = durable;
        this.segmentEntries = segmentEntries;
        durable.EnsureFolder(Folder);
        LoadSegments();
    }

    /// <summary>Entries below this index are in files or were added.</summary>
    public long Covered { get; private set; }

    /// <summary>The first index of an identity, or null.</summary>
    public long? Find(UInt128 identity)
    {
        if (recent.TryGetValue(identity, out long known))
        {
            return known;
        }

        for (int i = segments.Count - 1; i >= 0; i--)
        {
            if (Search(segments[i], identity) is { } index)
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>Adds the entry at <see cref="Covered"/>; entries without an identity only move the mark.</summary>
    public void Add(UInt128? identity)
    {
        if (identity is { } key)
        {
            recent.TryAdd(key, Covered);
        }

        Covered++;
    }

    /// <summary>Moves the dictionary into a file when it is full. Only for entries that are in tiles.</summary>
    public void Spill(long integratedSize)
    {
        long from = segments.Count == 0 ? 0 : segments[^1].To;
        while (integratedSize - from >= segmentEntries)
        {
            long to = from + segmentEntries;
            (UInt128 Key, long Index)[] records = [.. recent.Where(pair => pair.Value < to).Select(pair => (pair.Key, pair.Value)).OrderBy(record => record.Key)];
            byte[] bytes = new byte[records.Length * RecordBytes];
            for (int i = 0; i < records.Length; i++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(i * RecordBytes), records[i].Key);
                BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan((i * RecordBytes) + 16), records[i].Index);
                recent.Remove(records[i].Key);
            }

            durable.Replace(PathOf((from, to)), bytes);
            segments.Add((from, to));
            MergeNeighbours();
            from = to;
        }
    }

    private static string PathOf((long From, long To) segment) => $"{Folder}/{segment.From}-{segment.To}";

    private void LoadSegments()
    {
        Dictionary<long, long> longest = [];
        IReadOnlyList<string> names = files.List(Folder);
        foreach (string name in names)
        {
            string[] parts = name.Split('-');
            if (parts.Length == 2 && StrictDecimal.TryParse(parts[0], out long from) && StrictDecimal.TryParse(parts[1], out long to)
                && files.Length($"{Folder}/{name}") is { } length && length % RecordBytes == 0 && to > longest.GetValueOrDefault(from))
            {
                longest[from] = to;
            }
        }

        while (longest.TryGetValue(Covered, out long end))
        {
            segments.Add((Covered, end));
            Covered = end;
        }

        // What a crash left: parts of what is merged, and files that were not finished.
        HashSet<string> used = [.. segments.Select(PathOf)];
        foreach (string name in names.Where(name => !used.Contains($"{Folder}/{name}")))
        {
            files.Delete($"{Folder}/{name}");
        }
    }

    private void MergeNeighbours()
    {
        // After a crash between two merges the older of the last two can be the shorter one.
        while (segments.Count >= 2 && segments[^1].To - segments[^1].From >= segments[^2].To - segments[^2].From)
        {
            (long From, long To) left = segments[^2];
            (long From, long To) right = segments[^1];
            (long From, long To) merged = (left.From, right.To);
            IdentityMerge.Run(files, PathOf(left), PathOf(right), PathOf(merged), RecordBytes);
            segments.RemoveRange(segments.Count - 2, 2);
            segments.Add(merged);
            files.Delete(PathOf(left));
            files.Delete(PathOf(right));
        }
    }

    /// <summary>
    /// Identities are uniform, so where one is to be found follows from its value: the first read is some hundred records off at most, the second one is there. Of identities that
    /// are not uniform, halves are taken after some reads.
    /// </summary>
    private long? Search((long From, long To) segment, UInt128 identity)
    {
        const int Window = 128;
        const int Guesses = 6;
        string path = PathOf(segment);
        long low = 0;
        long high = (files.Length(path) ?? 0) / RecordBytes;
        double spacing = Math.Pow(2, 128) / Math.Max(1, high);
        Span<byte> window = stackalloc byte[Window * RecordBytes];
        double guess = (double)identity / spacing;
        for (int reads = 0; low < high; reads++)
        {
            double middle = reads < Guesses ? guess : (low + high) / 2.0;
            long start = (long)Math.Clamp(middle - (Window / 2), low, Math.Max(low, high - Window));
            int count = files.ReadAt(path, start * RecordBytes, window[..(int)(Math.Min(Window, high - start) * RecordBytes)]) / RecordBytes;
            if (count == 0)
            {
                return null;
            }

            UInt128 first = BinaryPrimitives.ReadUInt128BigEndian(window);
            UInt128 last = BinaryPrimitives.ReadUInt128BigEndian(window[((count - 1) * RecordBytes)..]);
            if (identity < first)
            {
                high = start;
                guess = start - ((double)(first - identity) / spacing);
            }
            else if (identity > last)
            {
                low = start + count;
                guess = low + ((double)(identity - last) / spacing);
            }
            else
            {
                return FindIn(window[..(count * RecordBytes)], identity);
            }
        }

        return null;
    }

    private static long? FindIn(ReadOnlySpan<byte> records, UInt128 identity)
    {
        int low = 0;
        int high = records.Length / RecordBytes;
        while (low < high)
        {
            int middle = (low + high) / 2;
            ReadOnlySpan<byte> record = records[(middle * RecordBytes)..];
            UInt128 there = BinaryPrimitives.ReadUInt128BigEndian(record);
            if (there == identity)
            {
                return BinaryPrimitives.ReadInt64BigEndian(record[16..]);
            }

            (low, high) = there < identity ? (middle + 1, high) : (low, middle);
        }

        return null;
    }
}
