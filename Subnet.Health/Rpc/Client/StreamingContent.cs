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
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        opened.TrySetResult(stream);
        await completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
