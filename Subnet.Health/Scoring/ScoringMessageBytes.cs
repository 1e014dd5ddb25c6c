using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Scoring;

/// <summary>
/// A message in a file: u8 length || domain || be32 length || statement || signer 32 || signature 64 || be32 number of attachments || be32 length || attachment ... Read by
/// <see cref="ScoringCursor"/>.
/// </summary>
internal static class ScoringMessageBytes
{
    /// <summary>The parts in order; attachments are not copied.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Parts(ScoringMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        byte[] domain = Encoding.ASCII.GetBytes(message.Signed.Domain);
        yield return new[] { (byte)domain.Length };
        yield return domain;
        yield return Number(message.Signed.Statement.Length);
        yield return message.Signed.Statement;
        yield return message.Signed.Signer;
        yield return message.Signed.Signature;
        yield return Number(message.Attachments.Count);
        foreach (ReadOnlyMemory<byte> attachment in message.Attachments)
        {
            yield return Number(attachment.Length);
            yield return attachment;
        }
    }

    /// <summary>Messages one after another.</summary>
    public static byte[] Write(params IEnumerable<ScoringMessage> messages)
    {
        using MemoryStream bytes = new();
        foreach (ReadOnlyMemory<byte> part in messages.SelectMany(Parts))
        {
            bytes.Write(part.Span);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads messages one after another; null where the bytes do not end with one.</summary>
    public static IReadOnlyList<ScoringMessage>? Read(ReadOnlyMemory<byte> bytes)
    {
        ScoringCursor cursor = new(bytes);
        List<ScoringMessage> messages = [];
        while (!cursor.IsAtEnd && !cursor.IsBroken)
        {
            messages.Add(cursor.TakeMessage());
        }

        return cursor.IsBroken ? null : messages;
    }

    private static byte[] Number(int number)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
