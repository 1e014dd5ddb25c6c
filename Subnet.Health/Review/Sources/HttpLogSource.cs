using System.Net;
using System.Text;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>A log served over HTTP on the paths of C2SP tlog-tiles, by us or by a foreign server.</summary>
internal sealed class HttpLogSource : ILogSource
{
    private readonly HttpClient client;
    private readonly Uri root;

    /// <param name="client">The way out; its timeout and credentials are the caller's.</param>
    /// <param name="root">What the paths stand below.</param>
    public HttpLogSource(HttpClient client, Uri root)
    {
        this.client = client;
        this.root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
    }

    /// <inheritdoc/>
    public string Name => root.AbsoluteUri;

    /// <inheritdoc/>
    public string ReadCheckpoint() => Encoding.UTF8.GetString(
        Get("checkpoint", 1 << 20) ?? throw new IOException($"{root} has no checkpoint: is it the root of a log?"));

    /// <inheritdoc/>
    public IEnumerable<long> EarlierCheckpointSizes() => [];

    /// <inheritdoc/>
    public string? ReadEarlierCheckpoint(long size) => null;

    /// <inheritdoc/>
    public byte[]? Read(TileId tile)
    {
        int limit = tile.Level == TileId.EntriesLevel ? EntryBundle.MaximumBytes : 8192;
        return Get(tile.Path, limit) ?? (tile.IsFull ? null : Get(tile.Full.Path, limit));
    }

    private byte[]? Get(string path, int limit)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(root, path));
            using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            if (response.StatusCode is HttpStatusCode.NotFound)
            {
                return null;
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new IOException($"{root}{path} answered {(int)response.StatusCode}");
            }

            using Stream body = response.Content.ReadAsStream();
            using MemoryStream bytes = new();
            byte[] buffer = new byte[64 * 1024];
            for (int read = body.Read(buffer); read > 0; read = body.Read(buffer))
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > limit)
                {
                    throw new IOException($"{root}{path} is longer than {limit} bytes");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception failed) when (failed is HttpRequestException or TaskCanceledException)
        {
            throw new IOException($"{root}{path} cannot be read: {failed.Message}", failed);
        }
    }
}
