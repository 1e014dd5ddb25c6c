using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Interop;
using Subnet.Tests.Interop.Testing;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>Many calls at once: each is processed once, none fails, and where each is to have a connection each has one.</summary>
[TestFixture]
internal sealed class GrpcConcurrencyTests
{
    private const int MessageBytes = 13_000;

    private readonly ConcurrentDictionary<string, int> callsOf = new();
    private int processed;

    [SetUp]
    public void Forget()
    {
        callsOf.Clear();
        processed = 0;
    }

    // A miner allows few streams on a connection, since a query has one of its own: clients that shared one at the start were refused there.
    [TestCase(8)]
    [TestCase(32)]
    public async Task Calls_at_one_moment_each_have_their_own_connection_where_they_are_to(int clients)
    {
        const int Calls = 600;
        await using GrpcServerHost server = await StartAsync(streams: 1);
        await RunAsync(server, new GrpcChannelOptions { OneCallPerConnection = true }, Calls, clients, UnaryAsync);
        Assert.That((processed, callsOf.Count, callsOf.Values.Max()), Is.EqualTo((Calls, Calls, 1)));
    }

    [TestCase(8, 128)]
    [TestCase(32, 128)]
    [TestCase(32, 4)]
    public async Task Unary_and_streaming_calls_on_shared_connections_are_all_processed_once(int clients, int streams)
    {
        const int Calls = 2000;
        await using GrpcServerHost server = await StartAsync(streams);
        await RunAsync(server, new GrpcChannelOptions(), Calls, clients, (channel, i) => (i % 4) switch
        {
            0 => DuplexAsync(channel),
            1 => UploadAsync(channel),
            _ => UnaryAsync(channel, i),
        });
        Assert.That(processed, Is.EqualTo(Calls));
        Assert.That(callsOf, Has.Count.LessThan(clients + 1));
    }

    private static async Task UnaryAsync(GrpcChannel channel, int i)
    {
        SimpleRequest request = new() { Payload = InteropTestService.Zeros(MessageBytes), ResponseSize = i % 100 };
        SimpleResponse response = await channel.UnaryAsync(InteropTestService.UnaryCall, request, new GrpcCallOptions { Timeout = Patience.Long }, default);
        Assert.That(response.Payload.Body, Has.Length.EqualTo(i % 100));
    }

    private static async Task DuplexAsync(GrpcChannel channel)
    {
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.Start(InteropTestService.FullDuplexCall, new GrpcCallOptions { Timeout = Patience.Long }, default);
        for (int i = 1; i < 4; i++)
        {
            await call.WriteAsync(new StreamingOutputCallRequest { ResponseParameters = { new ResponseParameters { Size = i } } });
            Assert.That((await call.ReadAsync())!.Payload.Body, Has.Length.EqualTo(i));
        }

        call.CompleteRequests();
        Assert.That(await call.ReadAsync(), Is.Null);
    }

    private static async Task UploadAsync(GrpcChannel channel)
    {
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            channel.Start(InteropTestService.StreamingInputCall, new GrpcCallOptions { Timeout = Patience.Long }, default);
        for (int i = 0; i < 3; i++)
        {
            await call.WriteAsync(new StreamingInputCallRequest { Payload = InteropTestService.Zeros(MessageBytes) });
        }

        call.CompleteRequests();
        Assert.That((await call.ReadSingleAsync()).AggregatedPayloadSize, Is.EqualTo(3 * MessageBytes));
    }

    private static async Task RunAsync(GrpcServerHost server, GrpcChannelOptions options, int calls, int clients, Func<GrpcChannel, int, Task> send)
    {
        using GrpcChannel channel = new(server.Address, options, TimeProvider.System);
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i <= calls; i = Interlocked.Increment(ref next))
            {
                await send(channel, i);
            }
        })));
    }

    private Task<GrpcServerHost> StartAsync(int streams)
    {
        GrpcServices services = new();
        services
            .Unary(InteropTestService.UnaryCall, async (request, call) =>
            {
                Count(call);
                await Task.Delay(1);
                return new SimpleResponse { Payload = InteropTestService.Zeros(request.ResponseSize) };
            })
            .ClientStreaming(InteropTestService.StreamingInputCall, async (requests, call) =>
            {
                Count(call);
                int sum = 0;
                await foreach (StreamingInputCallRequest request in requests)
                {
                    sum += request.Payload.Body.Length;
                }

                return new StreamingInputCallResponse { AggregatedPayloadSize = sum };
            })
            .Duplex(InteropTestService.FullDuplexCall, async (requests, output, call) =>
            {
                Count(call);
                await foreach (StreamingOutputCallRequest request in requests)
                {
                    await output.WriteAsync(new StreamingOutputCallResponse { Payload = InteropTestService.Zeros(request.ResponseParameters[0].Size) });
                }
            });
        return GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)) { MaxStreamsPerConnection = streams }, services, NullLoggerFactory.Instance, TimeProvider.System, default);
    }

    private void Count(GrpcServerCall call)
    {
        Interlocked.Increment(ref processed);
        callsOf.AddOrUpdate(call.ConnectionId, 1, (_, calls) => calls + 1);
    }
}
