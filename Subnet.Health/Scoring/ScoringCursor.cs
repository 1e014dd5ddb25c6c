using System.Buffers.Binary;
using System.Text;

namespace Subnet.Health.Scoring;

/// <summary>Walks the bytes; the first part that does not fit breaks it, and everything after is empty.</summary>
internal sealed class ScoringCursor(ReadOnlyMemory<byte> rest)
{
    /// <summary>Whether a part did not fit.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether nothing is left.</summary>
    public bool IsAtEnd => rest.IsEmpty;

    /// <summary>Four bytes big-endian, from 0 to a bound.</summary>
    public int TakeNumber(int most)
    {
        ReadOnlyMemory<byte> bytes = Take(sizeof(int));
        int number = bytes.IsEmpty ? 0 : BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
        if (number < 0 || number > most)
        {
            IsBroken = true;
            return 0;
        }

        return number;
    }

    /// <summary>A length and so many bytes.</summary>
    public ReadOnlyMemory<byte> TakeCounted(int most) => Take(TakeNumber(most));

    /// <summary>A message as <see cref="ScoringMessageBytes"/> writes it.</summary>
    public ScoringMessage TakeMessage()
    {
        ReadOnlyMemory<byte> length = Take(1);
        string domain = Encoding.ASCII.GetString(Take(length.IsEmpty ? 0 : length.Span[0]).Span);
        ReadOnlyMemory<byte> statement = TakeCounted(SignedStatement.MaximumBytes);
        ReadOnlyMemory<byte> signer = Take(32);
        ReadOnlyMemory<byte> signature = Take(64);
        int count = TakeNumber(rest.Length / sizeof(int));
        List<ReadOnlyMemory<byte>> attachments = [];
        for (int i = 0; i < count && !IsBroken; i++)
        {
            attachments.Add(TakeCounted(int.MaxValue));
        }

        return new ScoringMessage(new SignedStatement(domain, statement, signer, signature), attachments);
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (IsBroken || length > rest.Length)
        {
            IsBroken = true;
            return ReadOnlyMemory<byte>.Empty;
        }

        ReadOnlyMemory<byte> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
