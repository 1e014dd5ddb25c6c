namespace Subnet.Health.Rpc.Client;

/// <summary>
/// The bytes of an HTTP/2 connection whose first write, the client's preface, ends only when the server's SETTINGS were taken in.
/// </summary>
/// <remarks>
/// The transport takes a connection into use as soon as it has written its preface, assumes 100 streams until it hears from the server, and gives a new
/// connection all calls that wait. A server that allows fewer refuses the rest: a stream of requests that has begun is lost with it, and a single request ends
/// after three attempts with "The request was aborted", though it never left. With this wait, which is one round trip for each connection, the transport knows
/// the limit before the first call, and a connection that ends before the server's SETTINGS has certainly carried none.
/// The server's SETTINGS frame comes first on a connection (RFC 9113, 3.4). One reader and one writer at a time, as the transport has them.
/// </remarks>
internal sealed class SettledStream(Stream inner) : Stream
{
    private const int FrameHeaderBytes = 9;

    // Continued where it is completed, in the transport's reader before it reads on: its clock of round trips starts after the first write and must run
    // before the acknowledgement of its own settings is read.
    private readonly TaskCompletionSource settled = new();
    private readonly byte[] header = new byte[FrameHeaderBytes];
    private long read;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private long SettingsEnd => FrameHeaderBytes + (read < FrameHeaderBytes ? 0 : (header[0] << 16) | (header[1] << 8) | header[2]);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (settled.Task.IsCompleted)
        {
            return inner.ReadAsync(buffer, cancellationToken);
        }

        // Whoever reads on has taken in all that came before.
        if (read >= FrameHeaderBytes && read == SettingsEnd)
        {
            settled.TrySetResult();
            return inner.ReadAsync(buffer, cancellationToken);
        }

        return ReadSettingsAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (!settled.Task.IsCompletedSuccessfully)
        {
            await settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            settled.TrySetException(new UnsettledConnectionException());
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // No further than the end of the frame, so that nothing behind it is processed before the writer goes on.
    private async ValueTask<int> ReadSettingsAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            int wanted = (int)Math.Min(buffer.Length, (read < FrameHeaderBytes ? FrameHeaderBytes : SettingsEnd) - read);
            count = await inner.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            settled.TrySetException(new UnsettledConnectionException(fault));
            throw;
        }

        if (count == 0 && buffer.Length > 0)
        {
            settled.TrySetException(new UnsettledConnectionException());
        }

        if (read < FrameHeaderBytes)
        {
            buffer.Span[..count].CopyTo(header.AsSpan((int)read));
        }

        read += count;
        return count;
    }
}
