using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Tests.Interop;
using Subnet.Tests.Interop.Testing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>The client against a server that answers in every way but the right one.</summary>
[TestFixture]
internal sealed class GrpcClientFaultTests
{
    private static readonly (string, string)[] Begin = [(":status", "200"), ("content-type", "application/grpc")];

    [Test]
    public async Task A_refused_stream_is_sent_once_more()
    {
        int requests = 0;
        await using RawHttp2Server server = new((_, peer, stream) => ++requests == 1 ? peer.ResetAsync(stream, 7) : peer.OkAsync(stream));
        await CallAsync(server);
        Assert.That(requests, Is.EqualTo(2));
    }

    // The transport sends at once four times; what is refused still goes again with pauses.
    [Test]
    public async Task A_stream_refused_ten_times_is_sent_until_it_is_taken()
    {
        int requests = 0;
        await using RawHttp2Server server = new((_, peer, stream) => ++requests <= 10 ? peer.ResetAsync(stream, 7) : peer.OkAsync(stream));
        await CallAsync(server);
        Assert.That(requests, Is.EqualTo(11));
    }

    [Test]
    public async Task A_refused_call_ends_by_its_own_deadline_whatever_the_pauses()
    {
        await using RawHttp2Server server = new((_, peer, stream) => Task.Delay(20).ContinueWith(_ => peer.ResetAsync(stream, 7), TaskScheduler.Default).Unwrap());
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        GrpcException failed = (await Assert.ThrowsAsync<GrpcException>(() =>
            channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(100) }, default)))!;
        Assert.That(failed.Status.Code, Is.EqualTo(GrpcStatusCode.DeadlineExceeded));
    }

    [Test]
    public async Task A_stream_beyond_a_goaway_is_sent_once_more_on_another_connection()
    {
        int requests = 0;
        await using RawHttp2Server server = new((connection, peer, stream) =>
        {
            requests++;
            return connection == 1 ? peer.GoAwayAsync(0) : peer.OkAsync(stream);
        });
        await CallAsync(server);
        Assert.That((requests, server.Connections), Is.EqualTo((2, 2)));
    }

    // The transport would otherwise put all that wait on the new connection, and a server that allows fewer refuses the rest.
    [Test]
    public async Task No_call_leaves_before_the_server_said_how_many_it_takes_and_then_no_more_than_that()
    {
        const int Calls = 24, Streams = 3;
        Lock gate = new();
        Dictionary<int, int> running = [];
        int early = 0, most = 0, greetings = 0;
        await using RawHttp2Server server = new(
            async (connection, peer, stream) =>
            {
                lock (gate)
                {
                    early += Volatile.Read(ref greetings) == 0 ? 1 : 0;
                    running[connection] = running.GetValueOrDefault(connection) + 1;
                    most = Math.Max(most, running[connection]);
                }

                await Task.Yield();
                lock (gate)
                {
                    running[connection]--;
                }

                await peer.OkAsync(stream);
            },
            async peer =>
            {
                // Long enough for calls to leave that would not wait: they are all made when the connection opens.
                await Task.Delay(50);
                Interlocked.Increment(ref greetings);
                await peer.AllowAsync(Streams);
            });
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ =>
            channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = Patience.Long }, default)));
        Assert.That(early, Is.Zero);
        Assert.That(most, Is.InRange(1, Streams));
    }

    [Test]
    public async Task A_connection_that_closes_before_the_server_greets_has_certainly_carried_no_call()
    {
        int requests = 0;
        await using RawHttp2Server server = new(
            (_, _, _) =>
            {
                requests++;
                return Task.CompletedTask;
            },
            peer =>
            {
                peer.Close();
                return Task.CompletedTask;
            });
        GrpcException failed = await FailsAsync(server, GrpcStatusCode.Unavailable);
        Assert.That((failed.IsUnconnected, requests), Is.EqualTo((true, 0)));
    }

    [Test]
    public async Task A_server_that_never_greets_is_unavailable_after_the_time_to_connect()
    {
        using CancellationTokenSource over = new();
        await using RawHttp2Server server = new((_, peer, stream) => peer.OkAsync(stream), _ => Task.Delay(Timeout.Infinite, over.Token));
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        GrpcException failed = (await Assert.ThrowsAsync<GrpcException>(() =>
            channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = Patience.Long }, default)))!;
        await over.CancelAsync();
        Assert.That(failed.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable), failed.ToString());
        Assert.That(failed.IsUnconnected, Is.True, failed.ToString());
    }

    [Test]
    public async Task A_server_that_greets_in_single_bytes_is_called()
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.OkAsync(stream), async peer =>
        {
            foreach (byte each in (byte[])[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1])
            {
                await peer.SendBytesAsync([each]);
                await Task.Yield();
            }
        });
        await CallAsync(server);
    }

    [Test]
    public async Task A_server_of_another_protocol_is_unavailable_and_has_no_call()
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.OkAsync(stream), peer => peer.SendBytesAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray()));
        GrpcException failed = await FailsAsync(server, GrpcStatusCode.Unavailable);
        Assert.That(failed.IsUnconnected, Is.True, failed.ToString());
    }

    [Test]
    public async Task A_server_that_refuses_for_ever_is_unavailable()
    {
        int requests = 0;
        await using RawHttp2Server server = new((_, peer, stream) =>
        {
            requests++;
            return peer.ResetAsync(stream, 7);
        });
        GrpcException failed = await FailsAsync(server, GrpcStatusCode.Unavailable);
        Assert.That((failed.IsRefused, failed.IsUnconnected), Is.EqualTo((true, false)));
        Assert.That(requests, Is.InRange(5, 20));
    }

    [Test]
    public async Task A_stream_that_was_processed_is_never_sent_again()
    {
        int requests = 0;
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            requests++;
            await peer.HeadersAsync(stream, false, Begin);
            await peer.ResetAsync(stream, 2);
        });
        await FailsAsync(server, GrpcStatusCode.Internal);
        Assert.That(requests, Is.EqualTo(1));
    }

    [Test]
    public async Task Requests_of_a_stream_that_has_begun_are_not_sent_again_without_those_before()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int requests = 0;
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            requests++;
            if (requests == 1)
            {
                await written.Task;
                await peer.ResetAsync(stream, 7);
            }
            else
            {
                await peer.OkAsync(stream);
            }
        });
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            channel.Start(InteropTestService.StreamingInputCall, new GrpcCallOptions { Timeout = Patience.Long }, default);
        await call.WriteAsync(new StreamingInputCallRequest { Payload = InteropTestService.Zeros(1) });
        written.SetResult();
        GrpcException failed = await InteropCases.FailsAsync(call.ReadSingleAsync(), GrpcStatusCode.Unavailable);
        Assert.That(failed.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable));
    }

    [TestCase(0, GrpcStatusCode.Internal)]
    [TestCase(1, GrpcStatusCode.Internal)]
    [TestCase(2, GrpcStatusCode.Internal)]
    [TestCase(3, GrpcStatusCode.Internal)]
    [TestCase(8, GrpcStatusCode.Cancelled)]
    [TestCase(11, GrpcStatusCode.ResourceExhausted)]
    [TestCase(12, GrpcStatusCode.PermissionDenied)]
    public async Task A_reset_of_a_running_stream_has_its_status(int code, GrpcStatusCode expected)
    {
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            await peer.HeadersAsync(stream, false, Begin);
            await peer.ResetAsync(stream, code);
        });
        await FailsAsync(server, expected);
    }

    [TestCase("200", "application/grpc", GrpcStatusCode.Unknown)]
    [TestCase("200", "text/html", GrpcStatusCode.Unknown)]
    [TestCase("400", "text/html", GrpcStatusCode.Internal)]
    [TestCase("401", "text/html", GrpcStatusCode.Unauthenticated)]
    [TestCase("403", "text/html", GrpcStatusCode.PermissionDenied)]
    [TestCase("404", "text/html", GrpcStatusCode.Unimplemented)]
    [TestCase("429", "text/html", GrpcStatusCode.Unavailable)]
    [TestCase("431", "text/html", GrpcStatusCode.Internal)]
    [TestCase("503", "text/html", GrpcStatusCode.Unavailable)]
    [TestCase("500", "text/html", GrpcStatusCode.Unknown)]
    public async Task An_answer_without_a_status_is_judged_by_http(string status, string contentType, GrpcStatusCode expected)
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.HeadersAsync(stream, true, (":status", status), ("content-type", contentType)));
        await FailsAsync(server, expected);
    }

    [Test]
    public async Task A_status_in_the_headers_wins_over_one_in_the_trailers()
    {
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            await peer.HeadersAsync(stream, false, [.. Begin, ("grpc-status", "9"), ("grpc-message", "first")]);
            await peer.SendAsync(RawHttp2Server.Data, 0, stream, [0, 0, 0, 0, 0]);
            await peer.HeadersAsync(stream, true, ("grpc-status", "0"));
        });
        GrpcException failed = await FailsAsync(server, GrpcStatusCode.FailedPrecondition);
        Assert.That(failed.Status.Message, Is.EqualTo("first"));
    }

    [Test]
    public async Task A_status_in_the_headers_wins_over_a_bad_content_type_and_http_status()
    {
        await using RawHttp2Server server = new((_, peer, stream) =>
            peer.HeadersAsync(stream, true, (":status", "503"), ("content-type", "text/html"), ("grpc-status", "7")));
        await FailsAsync(server, GrpcStatusCode.PermissionDenied);
    }

    [TestCase("999", GrpcStatusCode.Unknown)]
    [TestCase("x", GrpcStatusCode.Unknown)]
    [TestCase("-1", GrpcStatusCode.Unknown)]
    public async Task A_status_that_is_none_is_unknown(string status, GrpcStatusCode expected)
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.HeadersAsync(stream, true, [.. Begin, ("grpc-status", status)]));
        await FailsAsync(server, expected);
    }

    [TestCase("%zz%4", "%zz%4")]
    [TestCase("50%25 off%2", "50% off%2")]
    public async Task A_message_with_bad_escapes_is_kept_as_it_came(string wire, string expected)
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.HeadersAsync(stream, true, [.. Begin, ("grpc-status", "3"), ("grpc-message", wire)]));
        GrpcException failed = await FailsAsync(server, GrpcStatusCode.InvalidArgument);
        Assert.That(failed.Status.Message, Is.EqualTo(expected));
    }

    [TestCase("02 00000000", TestName = "An_unknown_flag_in_an_answer_is_internal")]
    [TestCase("01 00000000", TestName = "A_compressed_answer_without_a_coding_is_internal")]
    [TestCase("00 00000009 08", TestName = "A_truncated_answer_is_internal")]
    [TestCase("00 0000", TestName = "A_truncated_frame_header_is_internal")]
    public async Task A_broken_answer_is_internal(string hex)
    {
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            await peer.HeadersAsync(stream, false, Begin);
            await peer.SendAsync(RawHttp2Server.Data, 0, stream, Convert.FromHexString(hex.Replace(" ", "")));
            await peer.HeadersAsync(stream, true, ("grpc-status", "0"));
        });
        await FailsAsync(server, GrpcStatusCode.Internal);
    }

    [Test]
    public async Task A_header_split_over_five_frames_is_one_message()
    {
        await using RawHttp2Server server = new(async (_, peer, stream) =>
        {
            await peer.HeadersAsync(stream, false, Begin);
            for (int i = 0; i < 5; i++)
            {
                await peer.SendAsync(RawHttp2Server.Data, 0, stream, [0]);
            }

            await peer.HeadersAsync(stream, true, ("grpc-status", "0"));
        });
        await CallAsync(server);
    }

    [Test]
    public async Task Success_without_a_message_is_internal()
    {
        await using RawHttp2Server server = new((_, peer, stream) => peer.HeadersAsync(stream, true, [.. Begin, ("grpc-status", "0")]));
        await FailsAsync(server, GrpcStatusCode.Internal);
    }

    private static async Task CallAsync(RawHttp2Server server)
    {
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        await channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = Patience.Long }, default);
    }

    private static async Task<GrpcException> FailsAsync(RawHttp2Server server, GrpcStatusCode code)
    {
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        return await InteropCases.FailsAsync(
            channel.UnaryAsync(InteropTestService.EmptyCall, new Empty(), new GrpcCallOptions { Timeout = Patience.Long }, default), code);
    }
}
