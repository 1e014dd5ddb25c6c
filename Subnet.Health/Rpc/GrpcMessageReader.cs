using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Subnet.Health.Rpc;

/// <summary>
/// Reads the messages of one direction of a call. A length is checked before its bytes are waited for, so a peer can
/// claim much but make us hold only what it sent, and never more than the limits. The message read last counts against the budget of the limits until the next one or the
/// end. One reader at a time.
/// </summary>
/// <param name="input">The bytes of the DATA frames.</param>
/// <param name="coding">What <c>grpc-encoding</c> names; null for identity.</param>
/// <param name="limits">How much may come.</param>
internal sealed class GrpcMessageReader(PipeReader input, MessageCoding? coding, GrpcLimits limits)
{
    private long received;
    private long held;
    private bool isInMessage;

    /// <summary>Whether the message read last was compressed.</summary>
    public bool LastWasCompressed { get; private set; }

    /// <summary>Whether the other side has said that nothing follows.</summary>
    public bool ReachedEnd { get; private set; }

    /// <summary>Bytes that a message refused for its length still has to bring; 0 where none was refused.</summary>
    public long RefusedBytes { get; private set; }

    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="GrpcException">
    /// INTERNAL: truncated, an unknown flag, compressed without a coding, or not such a message; RESOURCE_EXHAUSTED: too large, or no room for it now.
    /// </exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("the read was cancelled");
            }

            ReachedEnd = result.IsCompleted;

            // Whatever happens the buffer is given back; after a fault nothing of it is wanted.
            SequencePosition consumed = buffer.End;
            try
            {
                if (TryReadFrame(buffer, out bool compressed, out ReadOnlySequence<byte> body))
                {
                    T message = Parse(parser, body, compressed);
                    consumed = body.End;
                    return message;
                }

                if (result.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw Internal("The stream ended inside a message.");
                }

                consumed = buffer.Start;
            }
            finally
            {
                input.AdvanceTo(consumed, consumed.Equals(buffer.Start) ? buffer.End : consumed);
            }
        }
    }

    /// <summary>The only message of the stream.</summary>
    /// <exception cref="GrpcException">INTERNAL: there is none, or more than one; and as <see cref="ReadAsync"/>.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        T message = await ReadAsync(parser, cancellationToken).ConfigureAwait(false)
            ?? throw Internal("The call needs exactly one message and none came.");
        await ExpectEndAsync(cancellationToken).ConfigureAwait(false);
        return message;
    }

    /// <summary>Gives back what the message read last took of the budget. After it nothing is read.</summary>
    public void Release() => Hold(0);

    /// <summary>Throws away what still comes, until the end or at most <paramref name="limit"/> bytes.</summary>
    public async Task DrainAsync(long limit, CancellationToken cancellationToken)
    {
        while (!ReachedEnd && limit > 0)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReachedEnd = result.IsCompleted;
            limit -= result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
        }
    }

    // Not as a message: the bytes of a second one would be held beside the first before anybody saw that there are two.
    private async ValueTask ExpectEndAsync(CancellationToken cancellationToken)
    {
        do
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            bool isEmpty = result.Buffer.IsEmpty;
            ReachedEnd = result.IsCompleted;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("the read was cancelled");
            }

            if (!isEmpty)
            {
                throw Internal("The call needs exactly one message and more came.");
            }
        }
        while (!ReachedEnd);
    }

    // A compressed message is held beside what it expands to.
    private bool TryHold(uint length, bool compressed)
    {
        long most = compressed ? length + (long)limits.MessageBytes : length;
        return Hold(most <= MessageBudget.FreeBytes ? 0 : most);
    }

    private bool Hold(long bytes)
    {
        limits.Budget?.Return(held);
        held = 0;
        if (bytes > 0 && limits.Budget is { } budget)
        {
            if (!budget.TryTake(bytes))
            {
                return false;
            }

            held = bytes;
        }

        return true;
    }

    private static GrpcException Internal(string message, Exception? inner = null) =>
        new(new GrpcStatus(GrpcStatusCode.Internal, message), inner: inner);

    private bool TryReadFrame(ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> body)
    {
        (compressed, body) = (false, default);
        if (buffer.Length < GrpcFrame.HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[GrpcFrame.HeaderBytes];
        buffer.Slice(0, GrpcFrame.HeaderBytes).CopyTo(header);
        if (header[0] > 1)
        {
            throw Internal($"A message has the flag {header[0]}; only 0 and 1 are known.");
        }

        compressed = header[0] == 1;
        if (compressed && coding is null)
        {
            throw Internal("A message is marked as compressed and grpc-encoding names no coding.");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)limits.MessageBytes)
        {
            RefusedBytes = Math.Max(0, GrpcFrame.HeaderBytes + length - buffer.Length);
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"A message of {length} bytes is beyond the limit of {limits.MessageBytes}.");
        }

        if (!isInMessage && !TryHold(length, compressed))
        {
            RefusedBytes = Math.Max(0, GrpcFrame.HeaderBytes + length - buffer.Length);
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, "The server holds as many messages as it takes; try again later.");
        }

        isInMessage = buffer.Length < GrpcFrame.HeaderBytes + (long)length;
        if (isInMessage)
        {
            return false;
        }

        body = buffer.Slice(GrpcFrame.HeaderBytes, (int)length);
        return true;
    }

    private T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> body, bool compressed)
        where T : class, IMessage<T>
    {
        LastWasCompressed = compressed;
        byte[]? rented = null;
        try
        {
            if (compressed)
            {
                (rented, int length) = coding!.Expand(body, limits.MessageBytes);
                body = new ReadOnlySequence<byte>(rented, 0, length);
            }

            received += body.Length;
            if (received > limits.CallBytes)
            {
                throw new GrpcException(GrpcStatusCode.ResourceExhausted, $"The call brings more than its limit of {limits.CallBytes} bytes.");
            }

            return parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Internal("A message does not parse.", exception);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
