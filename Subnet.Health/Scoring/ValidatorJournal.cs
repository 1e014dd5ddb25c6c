using System.Buffers.Binary;

namespace Subnet.Health.Scoring;

/// <summary>The entries of a validator's journal of one slot.</summary>
internal static class ValidatorJournal
{
    /// <summary>be64 height of the window's anchor || the window.</summary>
    public const byte Begun = 1;

    /// <summary>be32 length || beacon in canonical JSON || the batch.</summary>
    public const byte Batch = 2;

    /// <summary>The clinic's commitments.</summary>
    public const byte Commits = 3;

    /// <summary>A drawn validator's opened seed.</summary>
    public const byte SeedOpening = 4;

    /// <summary>A drawn validator's outputs.</summary>
    public const byte Outputs = 5;

    /// <summary>The public score of a miner, signed here.</summary>
    public const byte Score = 6;

    /// <summary>u8 fault || u8 length || party || miner.</summary>
    public const byte Finding = 7;

    /// <summary>Nothing: the outputs for every miner were computed in time.</summary>
    public const byte Answered = 8;

    /// <summary>Writes a beginning.</summary>
    public static byte[] WriteBegun(long anchored, ScoringMessage window)
    {
        byte[] content = [.. new byte[sizeof(long)], .. ScoringMessageBytes.Write(window)];
        BinaryPrimitives.WriteInt64BigEndian(content, anchored);
        return content;
    }

    /// <summary>Reads a beginning.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static (long Anchored, ScoringMessage Window) ReadBegun(ReadOnlyMemory<byte> content) =>
        content.Length > sizeof(long) && ScoringMessageBytes.Read(content[sizeof(long)..]) is [var window]
            ? (BinaryPrimitives.ReadInt64BigEndian(content.Span), window)
            : throw new IOException("the journal of a slot does not begin with a window; it cannot be continued");

    /// <summary>Writes a batch.</summary>
    public static byte[] WriteBatch(ScoringBeacon beacon, ScoringMessage batch)
    {
        byte[] drawn = ScoringTranscript.WriteBeacon(beacon);
        byte[] content = [.. new byte[sizeof(int)], .. drawn, .. ScoringMessageBytes.Write(batch)];
        BinaryPrimitives.WriteInt32BigEndian(content, drawn.Length);
        return content;
    }

    /// <summary>Reads a batch.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static (ScoringBeacon Beacon, ScoringMessage Batch) ReadBatch(ReadOnlyMemory<byte> content)
    {
        int length = content.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32BigEndian(content.Span);
        return length >= 0 && length <= content.Length - sizeof(int)
            && ScoringTranscript.ReadBeacon(content.Slice(sizeof(int), length)) is { } beacon
            && ScoringMessageBytes.Read(content[(sizeof(int) + length)..]) is [var batch]
            && ScoreBatchOpen.TryRead(batch) is not null
                ? (beacon, batch)
                : throw new IOException("the journal of a slot holds a batch that is none; it cannot be continued");
    }

    /// <summary>Writes a finding.</summary>
    public static byte[] WriteFinding(ScoringFinding finding) => [(byte)finding.Fault, (byte)finding.Party.Length, .. finding.Party.Span, .. finding.Miner.Span];

    /// <summary>Reads a finding.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static ScoringFinding ReadFinding(ReadOnlyMemory<byte> content) =>
        content.Length >= 2 && content.Length >= 2 + content.Span[1] && Enum.IsDefined((ScoringFault)content.Span[0])
            ? new ScoringFinding((ScoringFault)content.Span[0], content.Slice(2, content.Span[1]), content[(2 + content.Span[1])..])
            : throw new IOException("the journal of a slot holds a finding that is none; it cannot be continued");
}
