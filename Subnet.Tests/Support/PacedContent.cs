using System.Net;

namespace Subnet.Tests.Support;

/// <summary>A body that sends its beginning, and the rest when it is told to.</summary>
/// <param name="body">All bytes.</param>
/// <param name="first">How many go at once; all but the last where it is not said.</param>
internal sealed class PacedContent(byte[] body, int? first = null) : HttpContent
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the beginning was given to the transport.</summary>
    public Task Begun => begun.Task;

    /// <summary>A body that goes at once.</summary>
    public static PacedContent Whole(byte[] body)
    {
        PacedContent content = new(body);
        content.Finish();
        return content;
    }

    /// <summary>Lets the rest go.</summary>
    public void Finish() => rest.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        int at = first ?? body.Length - 1;
        try
        {
            await stream.WriteAsync(body.AsMemory(0, at));
            await stream.FlushAsync();
        }
        finally
        {
            begun.TrySetResult();
        }

        await rest.Task;
        await stream.WriteAsync(body.AsMemory(at));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
