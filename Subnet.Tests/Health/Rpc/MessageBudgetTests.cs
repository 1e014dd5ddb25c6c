using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Interop;
using Subnet.Tests.Interop.Testing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>A server whose calls hold messages together up to a bound, over real HTTP/2, against clients that claim much and send slowly.</summary>
[TestFixture]
internal sealed class MessageBudgetTests
{
    private const int Large = 200_000;
    private const int MessageBytes = 256 << 10;

    private readonly SocketsHttpHandler handler = new() { EnableMultipleHttp2Connections = true };
    private MessageBudget budget = null!;
    private GrpcServerHost server = null!;
    private HttpMessageInvoker invoker = null!;

    [SetUp]
    public async Task StartAsync()
    {
        // Two of the large messages fit, three do not.
        budget = new MessageBudget(500_000);
        GrpcLimits limits = new(MessageBytes, 8 * MessageBytes) { Budget = budget };
        GrpcServices services = new GrpcServices()
            .Unary(InteropTestService.UnaryCall, (_, _) => Task.FromResult(new SimpleResponse()), limits)
            .ClientStreaming(
                InteropTestService.StreamingInputCall,
                async (requests, _) =>
                {
                    int count = 0;
                    await foreach (StreamingInputCallRequest request in requests)
                    {
                        count += request.Payload.Body.Length;
                    }

                    return new StreamingInputCallResponse { AggregatedPayloadSize = count };
                },
                limits);
        server = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, default);
        invoker = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    [TearDown]
    public async Task StopAsync()
    {
        invoker.Dispose();
        await server.DisposeAsync();
    }

    [OneTimeTearDown]
    public void DisposeHandler() => handler.Dispose();

    [Test]
    public void Takes_no_more_than_there_is_and_gives_back()
    {
        MessageBudget small = new(10);
        Assert.That((small.TryTake(6), small.TryTake(5), small.TryTake(4), small.Held), Is.EqualTo((true, false, true, 10L)));
        small.Return(6);
        Assert.That((small.TryTake(7), small.TryTake(6), small.Held), Is.EqualTo((false, true, 10L)));
        Assert.That(small.TryTake(long.MaxValue), Is.False);
    }

    [Test]
    public void Never_gives_more_than_there_is_to_many_at_once()
    {
        MessageBudget shared = new(1000);
        int given = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (shared.TryTake(3))
            {
                Interlocked.Increment(ref given);
            }
        });
        Assert.That((given, shared.Held), Is.EqualTo((333, 999L)));
    }

    [Test]
    public async Task What_has_no_room_is_told_RESOURCE_EXHAUSTED_and_what_is_small_is_answered_all_the_same()
    {
        byte[] large = Frame(Large), small = Frame(1000);
        PacedContent first = new(large), second = new(large);
        Task<string> one = SendAsync("UnaryCall", first), two = SendAsync("UnaryCall", second);
        await HeldAsync(2 * (large.Length - GrpcFrame.HeaderBytes));

        PacedContent third = new(large);
        Task<string> three = SendAsync("UnaryCall", third);
        third.Finish();
        Assert.That(await three, Is.EqualTo("8"), "whole, and no room for it");
        Assert.That(await SendAsync("UnaryCall", PacedContent.Whole(small)), Is.EqualTo("0"), "small");

        first.Finish();
        Assert.That(await one, Is.EqualTo("0"));
        await HeldAsync(large.Length - GrpcFrame.HeaderBytes);
        Assert.That(await SendAsync("UnaryCall", PacedContent.Whole(large)), Is.EqualTo("0"), "room again");
        second.Finish();
        Assert.That(await two, Is.EqualTo("0"));
        await HeldAsync(0);
    }

    [Test]
    public async Task A_call_that_breaks_off_gives_back_what_it_claimed()
    {
        byte[] large = Frame(Large);
        using CancellationTokenSource gone = new();
        PacedContent content = new(large);
        Task<string> call = SendAsync("UnaryCall", content, cancellationToken: gone.Token);
        await HeldAsync(large.Length - GrpcFrame.HeaderBytes);
        await gone.CancelAsync();
        content.Finish();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        await HeldAsync(0);
    }

    [Test]
    public async Task A_second_message_of_a_single_call_is_refused_at_its_first_byte_and_not_held()
    {
        // A client that never ends: were the second message waited for, no status would come.
        PacedContent content = new([.. Frame(Large), .. Frame(Large)], Frame(Large).Length + 1);
        string status = await SendAsync("UnaryCall", content);
        content.Finish();
        Assert.That(status, Is.EqualTo("13"));
        await HeldAsync(0);
    }

    [Test]
    public async Task A_stream_holds_one_message_at_a_time()
    {
        // Five together are twice the bound.
        byte[] frame = Frame(Large, streaming: true);
        Assert.That(await SendAsync("StreamingInputCall", PacedContent.Whole([.. frame, .. frame, .. frame, .. frame, .. frame])), Is.EqualTo("0"));
        await HeldAsync(0);
    }

    [Test]
    public async Task A_compressed_message_counts_with_what_it_may_expand_to()
    {
        byte[] body = MessageCoding.Gzip.Compress(Message(5000, streaming: false).ToByteArray()).ToArray();
        byte[] frame = Frame(body, flag: 1);
        PacedContent content = new(frame, frame.Length - 1);
        Task<string> call = SendAsync("UnaryCall", content, encoding: "gzip");
        await HeldAsync(body.Length + MessageBytes);
        content.Finish();
        Assert.That(await call, Is.EqualTo("0"));
        await HeldAsync(0);
    }

    private static IMessage Message(int bytes, bool streaming)
    {
        Payload payload = new() { Body = ByteString.CopyFrom(new byte[bytes]) };
        return streaming ? new StreamingInputCallRequest { Payload = payload } : new SimpleRequest { Payload = payload };
    }

    private static byte[] Frame(int bytes, bool streaming = false) => Frame(Message(bytes, streaming).ToByteArray(), 0);

    private static byte[] Frame(byte[] body, byte flag)
    {
        byte[] frame = new byte[GrpcFrame.HeaderBytes + body.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)body.Length);
        body.CopyTo(frame, GrpcFrame.HeaderBytes);
        return frame;
    }

    // The server has read the length of a message, or ended its call, at some time; that it holds so many bytes then is certain.
    private async Task HeldAsync(long bytes)
    {
        using CancellationTokenSource late = new(Patience.Long);
        while (budget.Held != bytes)
        {
            Assert.That(late.IsCancellationRequested, Is.False, $"held {budget.Held}, not {bytes}");
            await Task.Delay(5);
        }
    }

    private async Task<string> SendAsync(string method, HttpContent content, string? encoding = null, CancellationToken cancellationToken = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(server.Address, "/grpc.testing.TestService/" + method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (encoding is not null)
        {
            request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
        }

        using HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken);
        await response.Content.CopyToAsync(Stream.Null, cancellationToken);
        return (response.Headers.NonValidated.TryGetValues("grpc-status", out HeaderStringValues status) ? status : response.TrailingHeaders.NonValidated["grpc-status"]).ToString();
    }
}
