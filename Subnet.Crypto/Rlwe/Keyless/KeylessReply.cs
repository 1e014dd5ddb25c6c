using System.Buffers.Binary;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// The bytes of a reply (parameters 4): first line, request hash, k, number of answers, c1 packed to k bits, then the answers'
/// values of c0 packed to k bits.
/// </summary>
public static class KeylessReply
{
    private const int RequestOffset = 15;
    private const int WidthOffset = RequestOffset + KeylessQuery.DigestBytes;
    private const int CountOffset = WidthOffset + 1;
    private const int MaskOffset = CountOffset + sizeof(ushort);

    private static ReadOnlySpan<byte> FirstLine => "subnet-reply/1\n"u8;

    /// <summary>Length of a reply with so many answers.</summary>
    public static int ByteCount(KeylessParameters parameters, int answers)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return MaskOffset + ResiduePacking.ByteCount(parameters.Set.Degree, parameters.ReplyBits) + ResiduePacking.ByteCount(answers, parameters.ReplyBits);
    }

    internal static byte[] Write(KeylessParameters parameters, ReadOnlySpan<byte> request, ReadOnlySpan<ulong> mask, ReadOnlySpan<ulong> values)
    {
        byte[] reply = new byte[ByteCount(parameters, values.Length)];
        FirstLine.CopyTo(reply);
        request.CopyTo(reply.AsSpan(RequestOffset));
        reply[WidthOffset] = (byte)parameters.ReplyBits;
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(CountOffset), (ushort)values.Length);
        int maskBytes = ResiduePacking.ByteCount(mask.Length, parameters.ReplyBits);
        ResiduePacking.Pack(mask, parameters.ReplyBits, reply.AsSpan(MaskOffset, maskBytes));
        ResiduePacking.Pack(values, parameters.ReplyBits, reply.AsSpan(MaskOffset + maskBytes));
        return reply;
    }

    /// <summary>Reads c1 (N words) and the answers' values of c0.</summary>
    internal static KeylessRefusal Read(
        ReadOnlySpan<byte> reply, KeylessParameters parameters, ReadOnlySpan<byte> request, Span<ulong> mask, Span<ulong> values)
    {
        if (!reply.StartsWith(FirstLine))
        {
            return KeylessRefusal.Magic;
        }

        if (reply.Length != ByteCount(parameters, values.Length))
        {
            return KeylessRefusal.Length;
        }

        if (!reply.Slice(RequestOffset, KeylessQuery.DigestBytes).SequenceEqual(request))
        {
            return KeylessRefusal.OtherRequest;
        }

        if (reply[WidthOffset] != parameters.ReplyBits)
        {
            return KeylessRefusal.ReplyWidth;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(reply[CountOffset..]) != values.Length)
        {
            return KeylessRefusal.AnswerCount;
        }

        int maskBytes = ResiduePacking.ByteCount(mask.Length, parameters.ReplyBits);
        if (!ResiduePacking.TryUnpack(reply.Slice(MaskOffset, maskBytes), parameters.ReplyBits, mask)
            || !ResiduePacking.TryUnpack(reply[(MaskOffset + maskBytes)..], parameters.ReplyBits, values))
        {
            return KeylessRefusal.Padding;
        }

        return mask.ContainsAnyExcept(0UL) ? KeylessRefusal.None : KeylessRefusal.Transparent;
    }
}
