using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Subnet.Tests.Health.Rpc;

/// <summary>
/// A server of HTTP/2 frames that does what a test scripts, well-behaved or not. It decodes no headers: it knows a request by its stream and answers
/// with literal header fields (RFC 7541 6.2.2).
/// </summary>
internal sealed class RawHttp2Server : IAsyncDisposable
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;
    private const byte Ack = 1, EndStream = 1, EndHeaders = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly Func<Peer, Task> _greet;

    /// <param name="answer">Called for the headers of each request: (connection number from 1, its peer, stream).</param>
    /// <param name="greet">Called on each new connection, and sends the settings; none is an empty frame at once.</param>
    public RawHttp2Server(Func<int, Peer, int, Task> answer, Func<Peer, Task>? greet = null)
    {
        _greet = greet ?? (peer => peer.SendAsync(Settings, 0, 0, []));
        _listener.Start();
        _running = RunAsync(answer);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Connections { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task RunAsync(Func<int, Peer, int, Task> answer)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                connections.Add(ServeAsync(Connections, client, answer));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(int number, TcpClient client, Func<int, Peer, int, Task> answer)
    {
        using (client)
        {
            Peer peer = new(client.GetStream());
            try
            {
                await client.GetStream().ReadExactlyAsync(new byte[24], _stop.Token);
                await _greet(peer);
                byte[] head = new byte[9];
                while (!peer.Closed)
                {
                    await client.GetStream().ReadExactlyAsync(head, _stop.Token);
                    byte[] body = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                    await client.GetStream().ReadExactlyAsync(body, _stop.Token);
                    int stream = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
                    if (head[3] is Settings or Ping && (head[4] & Ack) == 0)
                    {
                        await peer.SendAsync(head[3], Ack, 0, head[3] == Ping ? body : []);
                    }
                    else if (head[3] == Headers)
                    {
                        await answer(number, peer, stream);
                    }
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client closed, or the test is over.
                return;
            }
        }
    }

    /// <summary>The client's end of a connection.</summary>
    internal sealed class Peer(NetworkStream stream)
    {
        public bool Closed { get; private set; }

        public Task SendAsync(byte type, byte flags, int id, ReadOnlySpan<byte> body)
        {
            byte[] frame = new byte[9 + body.Length];
            (frame[0], frame[1], frame[2]) = ((byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length);
            (frame[3], frame[4]) = (type, flags);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
            body.CopyTo(frame.AsSpan(9));
            return SendBytesAsync(frame);
        }

        /// <summary>Bytes as they are.</summary>
        public Task SendBytesAsync(byte[] bytes) => stream.WriteAsync(bytes).AsTask();

        /// <summary>Settings that allow so many streams at one time.</summary>
        public Task AllowAsync(int streams) => SendAsync(Settings, 0, 0, [0, 3, 0, 0, 0, (byte)streams]);

        /// <summary>Closes the connection.</summary>
        public void Close()
        {
            Closed = true;
            stream.Close();
        }

        /// <summary>A block of header fields; <c>:status</c> among them, first.</summary>
        public Task HeadersAsync(int id, bool last, params (string Name, string Value)[] fields)
        {
            List<byte> block = [];
            foreach ((string name, string value) in fields)
            {
                block.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
            }

            return SendAsync(Headers, (byte)(EndHeaders | (last ? EndStream : 0)), id, [.. block]);
        }

        /// <summary>A whole answer of an empty message with status 0.</summary>
        public async Task OkAsync(int id)
        {
            await HeadersAsync(id, false, (":status", "200"), ("content-type", "application/grpc"));
            await SendAsync(Data, 0, id, [0, 0, 0, 0, 0]);
            await HeadersAsync(id, true, ("grpc-status", "0"));
        }

        public Task ResetAsync(int id, int code)
        {
            byte[] body = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(body, code);
            return SendAsync(Reset, 0, id, body);
        }

        /// <summary>Says that no stream above <paramref name="last"/> was processed, and takes no more.</summary>
        public async Task GoAwayAsync(int last)
        {
            byte[] body = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(body, last);
            await SendAsync(GoAway, 0, 0, body);
            Closed = true;
        }
    }
}
