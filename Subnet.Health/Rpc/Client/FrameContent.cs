using System.Buffers;
using System.Net;
using Google.Protobuf;

namespace Subnet.Health.Rpc.Client;

/// <summary>
/// A request body of one message, framed into a borrowed buffer: a query has some hundred kilobytes, and one array of that size for each call would keep the collector busy.
/// The buffer is given back when the body is disposed of and nothing sends it any more; else it is left to the collector.
/// </summary>
internal sealed class FrameContent : HttpContent
{
    private readonly Lock gate = new();
    private readonly int length;
    private byte[]? buffer;
    private int sending;

    /// <summary>Frames a message.</summary>
    /// <inheritdoc cref="GrpcFrame.Write" path="/exception"/>
    public FrameContent(IMessage message, MessageCoding? coding, int limit)
    {
        PooledWriter writer = new(GrpcFrame.HeaderBytes + Math.Min(message.CalculateSize(), limit));
        try
        {
            GrpcFrame.Write(writer, message, coding, limit);
        }
        catch
        {
            writer.Abandon();
            throw;
        }

        (buffer, length) = (writer.Buffer, writer.Written);
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] bytes;
        lock (gate)
        {
            bytes = buffer ?? throw new ObjectDisposedException(nameof(FrameContent));
            sending++;
        }

        await stream.WriteAsync(bytes.AsMemory(0, length), cancellationToken).ConfigureAwait(false);

        // Only where the write ended well is it certain that nobody reads the buffer any more.
        lock (gate)
        {
            sending--;
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = this.length;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            if (disposing && buffer is not null && sending == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            buffer = null;
        }

        base.Dispose(disposing);
    }

    /// <summary>Writes into one borrowed array and into a larger one where that is full.</summary>
    private sealed class PooledWriter(int size) : IBufferWriter<byte>
    {
        public byte[] Buffer { get; private set; } = ArrayPool<byte>.Shared.Rent(size);

        public int Written { get; private set; }

        public void Advance(int count) => Written += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return Buffer.AsMemory(Written);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return Buffer.AsSpan(Written);
        }

        public void Abandon() => ArrayPool<byte>.Shared.Return(Buffer);

        private void Reserve(int more)
        {
            if (Buffer.Length - Written >= Math.Max(1, more))
            {
                return;
            }

            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * Buffer.Length, Written + more));
            Buffer.AsSpan(0, Written).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(Buffer);
            Buffer = larger;
        }
    }
}
