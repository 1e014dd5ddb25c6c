using System.Net;

namespace Subnet.Health.Rpc.Client;

/// <summary>
/// A request body that a caller writes while the call runs. Headers leave at once; the body ends when the writer says so.
/// </summary>
internal sealed class StreamingContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stream to write to, once the transport has made it.</summary>
    public Task<Stream> Opened => opened.Task;

    /// <summary>Ends the body.</summary>
    public void Complete() => completed.TrySetResult();

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);

        // The transport repeats a request that the server refused unprocessed. What was written into the first body is gone, so a repeated one would
        // silently lack it: the call ends as unavailable instead, and whoever wrote it decides.
        if (opened.Task.IsCompleted)
        {
            throw new IOException("a stream of requests that has begun is not sent again");
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        opened.TrySetResult(stream);
        try
        {
            await completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The transport gives the body up when the server resets the stream. Thrown on, this would stand in place of the reset, whose code says
            // how the call ended; a caller's own cancellation is told from its token.
            return;
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
