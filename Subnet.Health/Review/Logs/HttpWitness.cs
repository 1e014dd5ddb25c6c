using System.Text;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Review.Logs;

/// <summary>A witness behind HTTP (C2SP tlog-witness): ours or another's.</summary>
/// <param name="client">The way out; its timeout and credentials are the caller's.</param>
/// <param name="root">What <c>add-checkpoint</c> stands below.</param>
/// <param name="key">The key that the witness is known by.</param>
internal sealed class HttpWitness(HttpClient client, Uri root, VerifierKey key) : IWitnessClient
{
    /// <summary>Signature lines and sizes are short; a witness that talks more talks nonsense.</summary>
    private const int LargestAnswer = 64 * 1024;

    private readonly Uri address = new(root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/"), "add-checkpoint");

    /// <inheritdoc/>
    public VerifierKey Key => key;

    /// <inheritdoc/>
    public async Task<WitnessAnswer> AddCheckpointAsync(string body, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new StringContent(body) };
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            byte[] answer = new byte[LargestAnswer];
            int length = await stream.ReadAtLeastAsync(answer, answer.Length, false, cancellationToken).ConfigureAwait(false);
            return new WitnessAnswer((int)response.StatusCode, Encoding.UTF8.GetString(answer, 0, length), response.Content.Headers.ContentType?.ToString() ?? "");
        }
        catch (HttpRequestException failed)
        {
            throw new IOException($"the witness at {address} cannot be asked: {failed.Message}", failed);
        }
    }
}
