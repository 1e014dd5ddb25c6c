using System.Buffers;
using Google.Protobuf;
using Subnet.Health.Rpc.ScoringV1;

namespace Subnet.Health.Scoring;

/// <summary>Scoring messages as chunks of <c>scoring.proto</c>, and back.</summary>
internal static class ScoringChunks
{
    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkBytes = 256 << 10;

    /// <summary>Cuts messages into chunks.</summary>
    public static IEnumerable<ScoringChunk> Split(IEnumerable<ScoringMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (ScoringMessage message in messages)
        {
            ScoringHead head = new()
            {
                Domain = message.Signed.Domain,
                Statement = UnsafeByteOperations.UnsafeWrap(message.Signed.Statement),
                Signer = UnsafeByteOperations.UnsafeWrap(message.Signed.Signer),
                Signature = UnsafeByteOperations.UnsafeWrap(message.Signed.Signature),
            };
            head.Attachments.AddRange(message.Attachments.Select(attachment => (uint)attachment.Length));
            yield return new ScoringChunk { Head = head };
            foreach (ReadOnlyMemory<byte> attachment in message.Attachments)
            {
                for (int at = 0; at < attachment.Length; at += ChunkBytes)
                {
                    yield return new ScoringChunk { Data = UnsafeByteOperations.UnsafeWrap(attachment.Slice(at, Math.Min(ChunkBytes, attachment.Length - at))) };
                }
            }
        }
    }
}

/// <summary>
/// Joins chunks to messages. A head is believed only as far as the limit goes, memory is taken as bytes arrive, and a head without a good signature ends it before any attachment is kept:
/// a stranger cannot fill memory. Not safe for concurrent use.
/// </summary>
/// <param name="limitBytes">Bytes of all attachments of a stream, at most.</param>
/// <param name="isAllowed">Whether a signer may send here at all.</param>
internal sealed class ScoringAssembler(long limitBytes, Func<ReadOnlyMemory<byte>, bool> isAllowed)
{
    private readonly List<ScoringMessage> messages = [];
    private readonly List<ReadOnlyMemory<byte>> attachments = [];
    private SignedStatement? head;
    private uint[] lengths = [];
    private ArrayBufferWriter<byte> current = new();
    private long total;

    /// <summary>The messages that are whole.</summary>
    public IReadOnlyList<ScoringMessage> Messages => messages;

    /// <summary>Whether no message is half there.</summary>
    public bool IsComplete => head is null;

    /// <summary>Takes a chunk; false where it does not fit, and then nothing of the stream counts.</summary>
    public bool TryTake(ScoringChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        bool fits = chunk.PartCase switch
        {
            ScoringChunk.PartOneofCase.Head => head is null && TryBegin(chunk.Head),
            ScoringChunk.PartOneofCase.Data => head is not null && chunk.Data.Length is > 0 and <= ScoringChunks.ChunkBytes && TryAppend(chunk.Data.Span),
            _ => false,
        };
        if (fits)
        {
            FinishFull();
        }

        return fits;
    }

    private bool TryBegin(ScoringHead begun)
    {
        SignedStatement signed = new(begun.Domain, begun.Statement.Memory, begun.Signer.Memory, begun.Signature.Memory);
        total += begun.Attachments.Sum(length => length);
        if (total > limitBytes || begun.Attachments.Any(length => length > int.MaxValue) || !isAllowed(signed.Signer) || !signed.IsSigned)
        {
            return false;
        }

        head = signed;
        lengths = [.. begun.Attachments];
        attachments.Clear();
        return true;
    }

    private bool TryAppend(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            FinishFull();
            if (head is null)
            {
                return false;
            }

            int taken = (int)Math.Min(data.Length, lengths[attachments.Count] - current.WrittenCount);
            current.Write(data[..taken]);
            data = data[taken..];
        }

        return true;
    }

    private void FinishFull()
    {
        while (head is not null)
        {
            if (attachments.Count == lengths.Length)
            {
                messages.Add(new ScoringMessage(head, [.. attachments]));
                head = null;
                return;
            }

            if (current.WrittenCount < lengths[attachments.Count])
            {
                return;
            }

            attachments.Add(current.WrittenSpan.ToArray());
            current = new ArrayBufferWriter<byte>();
        }
    }
}
