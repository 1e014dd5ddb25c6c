using System.Net.Sockets;
using System.Text;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>
/// What a stranger may send to an HTTP port: bytes that are no request, requests that stop short, lines, headers and bodies longer than any limit, and readers that do not read. Each
/// must end with an error or a closed connection, and leave the server answering.
/// </summary>
internal static class HttpPortAttack
{
    /// <summary>Attacks a port.</summary>
    /// <param name="server">The server.</param>
    /// <param name="path">Something that it serves to everyone.</param>
    /// <param name="endless">A stream of events, where it has one.</param>
    public static async Task RunAsync(Uri server, string path, string? endless = null)
    {
        string host = $"Host: {server.Authority}\r\n";
        Random random = new(4711);
        for (int i = 0; i < 12; i++)
        {
            byte[] noise = new byte[random.Next(1, 4096)];
            random.NextBytes(noise);
            Assert.That(await SendAsync(server, noise), Is.Empty.Or.StartsWith("HTTP/1.1 4"), "random bytes");
        }

        string whole = $"GET {path} HTTP/1.1\r\n{host}\r\n";
        foreach (int length in new[] { 1, 5, whole.Length / 2, whole.Length - 2 })
        {
            Assert.That(await SendAsync(server, Encoding.ASCII.GetBytes(whole[..length])), Is.Empty.Or.StartsWith("HTTP/1.1 4"), $"{length} bytes of a request");
        }

        foreach ((string request, string status) in new[]
        {
            ($"GET /{new string('a', 16 << 10)} HTTP/1.1\r\n{host}\r\n", "HTTP/1.1 414"),
            ($"GET {path} HTTP/1.1\r\n{host}X-Long: {new string('a', 64 << 10)}\r\n\r\n", "HTTP/1.1 431"),
            ($"GET {path} HTTP/1.1\r\n{host}{string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: 1\r\n"))}\r\n", "HTTP/1.1 431"),
            ($"POST {path} HTTP/1.1\r\n{host}Content-Length: 999999999999\r\n\r\nbody", "HTTP/1.1 4"),
            ($"GET {path} HTTP/9.9\r\n{host}\r\n", "HTTP/1.1 505"),
            ($"GET {path} HTTP/1.1\r\n\r\n", "HTTP/1.1 400"),
            ($"POST {path} HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 4"),
        })
        {
            // A server that closes over what it did not read resets the connection, and its answer may be lost with it.
            string answer = await SendAsync(server, Encoding.ASCII.GetBytes(request), end: false);
            Assert.That(answer, request.Length > 8 << 10 ? Is.Empty.Or.StartsWith(status) : Does.StartWith(status), request[..Math.Min(60, request.Length)]);
        }

        List<TcpClient> deaf = [];
        try
        {
            for (int i = 0; endless is not null && i < 20; i++)
            {
                TcpClient client = new() { ReceiveBufferSize = 1024 };
                deaf.Add(client);
                await client.ConnectAsync(server.Host, server.Port);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {endless} HTTP/1.1\r\n{host}\r\n"));
            }

            Assert.That(await SendAsync(server, Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"), end: false), Does.StartWith("HTTP/1.1 200"), "it answers after and beside all that");
        }
        finally
        {
            deaf.ForEach(client => client.Dispose());
        }
    }

    // What comes back until the server closes; it must by itself, at the latest once we say that nothing follows.
    private static async Task<string> SendAsync(Uri server, byte[] bytes, bool end = true)
    {
        using CancellationTokenSource late = new(Patience.Long);
        using TcpClient client = new();
        await client.ConnectAsync(server.Host, server.Port, late.Token);
        NetworkStream stream = client.GetStream();
        StringBuilder answer = new();
        try
        {
            await stream.WriteAsync(bytes, late.Token);
            if (end)
            {
                client.Client.Shutdown(SocketShutdown.Send);
            }

            byte[] buffer = new byte[4096];
            for (int count = await stream.ReadAsync(buffer, late.Token); count > 0; count = await stream.ReadAsync(buffer, late.Token))
            {
                answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            // A reset ends it as well; what came before it counts.
            return answer.ToString();
        }

        return answer.ToString();
    }
}
