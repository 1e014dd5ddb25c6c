using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Health.Wallets;

namespace Subnet.Health.Scoring;

/// <summary>What a party of organic scoring did or received, in order, each on the disk before anything that follows from it leaves.</summary>
internal interface IScoringJournal
{
    /// <summary>What was there when the journal was opened.</summary>
    IReadOnlyList<ScoringJournalEntry> Entries { get; }

    /// <summary>Adds an entry; when it returns, the entry is on the disk.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    void Append(byte kind, DateTimeOffset time, ReadOnlySpan<byte> content);
}

/// <summary>An entry of a journal.</summary>
/// <param name="Kind">What happened, in its party's numbers.</param>
/// <param name="Time">When, by the party's clock.</param>
/// <param name="Content">The message or state that goes with it.</param>
internal readonly record struct ScoringJournalEntry(byte Kind, DateTimeOffset Time, ReadOnlyMemory<byte> Content);

/// <summary>
/// A journal in one file: "subnet-score-journal/1" LF, then be32 length || entry || first 8 bytes of SHA-256(length || entry) for each; an entry is u8 kind || be64 ticks || content, sealed
/// where the party has a key for it. A clinic's journal holds patients' outcomes and the batch's secrets, so it has one. A tail that a crash left half written is cut off: what was in
/// it had not been acted upon. Not safe for concurrent use.
/// </summary>
internal sealed class ScoringJournal : IScoringJournal, IDisposable
{
    private const int DigestBytes = 8;
    private const int HeadBytes = sizeof(byte) + sizeof(long);

    private readonly FileStream file;
    private readonly AtRestKey? key;
    private readonly List<ScoringJournalEntry> entries = [];
    private long count;
    private bool isTorn;

    /// <summary>Opens a journal or begins one; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">Seals entries; null keeps them in the clear. Stays the caller's.</param>
    /// <exception cref="IOException">The file cannot be opened, another process has it, or it is no journal of this key.</exception>
    public ScoringJournal(string path, AtRestKey? key)
        : this(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), key)
    {
    }

    /// <summary>Opens a journal in an open file.</summary>
    /// <param name="file">The file, without a buffer of its own, or bytes that the disk refused would come again later; becomes the journal's.</param>
    /// <param name="key">Seals entries; null keeps them in the clear. Stays the caller's.</param>
    /// <exception cref="IOException">It is no journal of this key.</exception>
    internal ScoringJournal(FileStream file, AtRestKey? key)
    {
        ArgumentNullException.ThrowIfNull(file);
        this.key = key;
        this.file = file;
        try
        {
            Read(file.Name);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ScoringJournalEntry> Entries => entries;

    private static ReadOnlySpan<byte> Magic => "subnet-score-journal/1\n"u8;

    /// <inheritdoc/>
    public void Append(byte kind, DateTimeOffset time, ReadOnlySpan<byte> content)
    {
        byte[] entry = new byte[HeadBytes + content.Length];
        entry[0] = kind;
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(1), time.UtcTicks);
        content.CopyTo(entry.AsSpan(HeadBytes));
        byte[] stored = key is null ? entry : key.Seal(entry, Place(count));
        byte[] record = new byte[sizeof(int) + stored.Length + DigestBytes];
        BinaryPrimitives.WriteInt32BigEndian(record, stored.Length);
        stored.CopyTo(record, sizeof(int));
        SHA256.HashData(record.AsSpan(..^DigestBytes)).AsSpan(0, DigestBytes).CopyTo(record.AsSpan(^DigestBytes));
        if (key is not null)
        {
            CryptographicOperations.ZeroMemory(entry);
        }

        long whole = file.Position;
        try
        {
            CutOff();
            file.Write(record);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            isTorn = true;
            file.Position = whole;
            TryCutOff();
            throw;
        }

        count++;
    }

    // What a full disk left of an entry goes, at the latest before the next one is written: behind it the journal could not be read any more.
    private void CutOff()
    {
        if (isTorn)
        {
            file.SetLength(file.Position);
            isTorn = false;
        }
    }

    private void TryCutOff()
    {
        try
        {
            CutOff();
        }
        catch (IOException)
        {
            // The caller is told what came before this, and the next entry tries again.
            return;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private void Read(string path)
    {
        byte[] head = new byte[Magic.Length];
        int read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (!Magic.StartsWith(head.AsSpan(0, read)))
        {
            throw new IOException($"'{path}' is no journal of a scoring batch; move it away");
        }

        if (read < Magic.Length)
        {
            file.SetLength(0);
            file.Position = 0;
            file.Write(Magic);
            file.Flush(flushToDisk: true);
            return;
        }

        long whole = file.Position;
        while (TryReadRecord() is { } stored)
        {
            byte[] entry = (key is null ? stored : key.Open(stored, Place(count)))
                ?? throw new IOException($"'{path}' was written under another key, or changed; it cannot be continued");
            if (entry.Length < HeadBytes)
            {
                throw new IOException($"'{path}' has an entry that is too short; it cannot be continued");
            }

            entries.Add(new ScoringJournalEntry(entry[0], new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(entry.AsSpan(1)), TimeSpan.Zero), entry.AsMemory(HeadBytes)));
            count++;
            whole = file.Position;
        }

        file.SetLength(whole);
        file.Position = whole;
    }

    private byte[]? TryReadRecord()
    {
        byte[] length = new byte[sizeof(int)];
        if (file.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
        {
            return null;
        }

        int size = BinaryPrimitives.ReadInt32BigEndian(length);
        if (size < 0 || size > file.Length - file.Position - DigestBytes)
        {
            return null;
        }

        byte[] rest = new byte[size + DigestBytes];
        file.ReadExactly(rest);
        byte[] digest = SHA256.HashData([.. length, .. rest.AsSpan(0, size)]);
        if (digest.AsSpan(0, DigestBytes).SequenceEqual(rest.AsSpan(size)))
        {
            return rest[..size];
        }

        // Only the last write can be torn; anything else was acted upon and must not be forgotten.
        return file.Position == file.Length
            ? null
            : throw new IOException("the journal was changed in the middle; what followed cannot be trusted and the batch not continued");
    }

    private static byte[] Place(long number)
    {
        byte[] place = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(place, number);
        return place;
    }
}
