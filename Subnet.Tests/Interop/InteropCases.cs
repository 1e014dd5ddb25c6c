using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Tests.Interop.Testing;
using static Subnet.Tests.Interop.InteropTestService;
using BoolValue = Subnet.Tests.Interop.Testing.BoolValue;

namespace Subnet.Tests.Interop;

/// <summary>
/// The client of the official interoperability tests on our stack (grpc/grpc <c>doc/interop-test-descriptions.md</c>); each
/// case fails by an NUnit assertion.
/// </summary>
internal sealed class InteropCases(GrpcChannel channel)
{
    private const string Special = "\t\ntest with whitespace\r\nand Unicode BMP \u263A and non-BMP \U0001F608\t\n";

    private static readonly (int Request, int Response)[] Sizes = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)];

    private static readonly GrpcLimits Wide = new(64 << 20, 1L << 30);

    /// <summary>Every case any server must pass.</summary>
    public IReadOnlyDictionary<string, Func<Task>> All => new Dictionary<string, Func<Task>>
    {
        ["empty_unary"] = () => channel.UnaryAsync(EmptyCall, new Empty(), GrpcCallOptions.None, default),
        ["large_unary"] = () => LargeUnaryAsync(GrpcCallOptions.None, new SimpleRequest()),
        ["client_streaming"] = ClientStreamingAsync,
        ["server_streaming"] = ServerStreamingAsync,
        ["ping_pong"] = PingPongAsync,
        ["empty_stream"] = EmptyStreamAsync,
        ["cancel_after_begin"] = CancelAfterBeginAsync,
        ["cancel_after_first_response"] = CancelAfterFirstResponseAsync,
        ["timeout_on_sleeping_server"] = TimeoutAsync,
        ["custom_metadata"] = CustomMetadataAsync,
        ["status_code_and_message"] = () => StatusAsync("test status message", duplex: true),
        ["special_status_message"] = () => StatusAsync(Special, duplex: false),
        ["unimplemented_method"] = () => FailsAsync(
            channel.UnaryAsync(UnimplementedCall, new Empty(), GrpcCallOptions.None, default), GrpcStatusCode.Unimplemented),
        ["unimplemented_service"] = () => FailsAsync(
            channel.UnaryAsync(UnimplementedService, new Empty(), GrpcCallOptions.None, default), GrpcStatusCode.Unimplemented),
        ["client_compressed_unary"] = () => LargeUnaryAsync(new GrpcCallOptions { Compress = true }, new SimpleRequest { ExpectCompressed = Flag(true) }),
        ["client_compressed_streaming"] = ClientCompressedStreamingAsync,
        ["concurrent_large_unary"] = () => Task.WhenAll(Enumerable.Range(0, 100).Select(_ => LargeUnaryAsync(GrpcCallOptions.None, new SimpleRequest()))),
        ["large_key_upload"] = LargeKeyUploadAsync,
    };

    /// <summary>What a server must do that compresses and can tell whether a request was compressed; grpc-js can do neither.</summary>
    public IReadOnlyDictionary<string, Func<Task>> Compression => new Dictionary<string, Func<Task>>
    {
        ["client_compressed_unary_probe"] = () => FailsAsync(
            channel.UnaryAsync(UnaryCall, new SimpleRequest { ExpectCompressed = Flag(true) }, GrpcCallOptions.None, default), GrpcStatusCode.InvalidArgument),
        ["oversized_message"] = OversizedMessageAsync,
        ["server_compressed_unary"] = ServerCompressedUnaryAsync,
        ["server_compressed_streaming"] = ServerCompressedStreamingAsync,
    };

    /// <summary>Awaits a call that must end with that code.</summary>
    public static async Task<GrpcException> FailsAsync(Task call, GrpcStatusCode code)
    {
        try
        {
            await call;
        }
        catch (GrpcException exception)
        {
            Assert.That(exception.Status.Code, Is.EqualTo(code), exception.ToString());
            return exception;
        }

        throw new AssertionException($"the call ended with OK instead of {code}");
    }

    private static BoolValue Flag(bool value) => new() { Value = value };

    private static StreamingOutputCallRequest Output(params int[] sizes)
    {
        StreamingOutputCallRequest request = new();
        request.ResponseParameters.AddRange(sizes.Select(size => new ResponseParameters { Size = size }));
        return request;
    }

    private async Task LargeUnaryAsync(GrpcCallOptions options, SimpleRequest request)
    {
        request.ResponseSize = 314159;
        request.Payload = Zeros(271828);
        SimpleResponse response = await channel.UnaryAsync(UnaryCall, request, options, default);
        Assert.That(response.Payload.Body, Has.Length.EqualTo(314159));
    }

    private async Task LargeKeyUploadAsync()
    {
        GrpcCallOptions options = new() { Limits = Wide };
        SimpleResponse response = await channel.UnaryAsync(UnaryCall, new SimpleRequest { ResponseSize = 1, Payload = Zeros(40 << 20) }, options, default);
        Assert.That(response.Payload.Body, Has.Length.EqualTo(1));
    }

    private async Task ClientStreamingAsync()
    {
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.Start(StreamingInputCall, GrpcCallOptions.None, default);
        foreach ((int size, _) in Sizes)
        {
            await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) });
        }

        call.CompleteRequests();
        Assert.That((await call.ReadSingleAsync()).AggregatedPayloadSize, Is.EqualTo(74922));
    }

    private async Task ServerStreamingAsync()
    {
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.StartSingle(StreamingOutputCall, Output([.. Sizes.Select(size => size.Response)]), GrpcCallOptions.None, default);
        List<int> received = [];
        await foreach (StreamingOutputCallResponse response in call.ReadAllAsync())
        {
            received.Add(response.Payload.Body.Length);
        }

        Assert.That(received, Is.EqualTo(Sizes.Select(size => size.Response)));
    }

    private async Task PingPongAsync()
    {
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.Start(FullDuplexCall, GrpcCallOptions.None, default);
        foreach ((int request, int response) in Sizes)
        {
            StreamingOutputCallRequest ask = Output(response);
            ask.Payload = Zeros(request);
            await call.WriteAsync(ask);
            Assert.That((await call.ReadAsync())?.Payload.Body, Has.Length.EqualTo(response));
        }

        call.CompleteRequests();
        Assert.That(await call.ReadAsync(), Is.Null);
    }

    private async Task EmptyStreamAsync()
    {
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.Start(FullDuplexCall, GrpcCallOptions.None, default);
        call.CompleteRequests();
        Assert.That(await call.ReadAsync(), Is.Null);
        Assert.That(call.Status, Is.EqualTo(GrpcStatus.Ok).Or.EqualTo(new GrpcStatus(GrpcStatusCode.Ok, "OK")));
    }

    private async Task CancelAfterBeginAsync()
    {
        using CancellationTokenSource cancellation = new();
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            channel.Start(StreamingInputCall, GrpcCallOptions.None, cancellation.Token);
        await cancellation.CancelAsync();
        Assert.That(call.ReadSingleAsync, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(call.Status?.Code, Is.EqualTo(GrpcStatusCode.Cancelled));
    }

    private async Task CancelAfterFirstResponseAsync()
    {
        using CancellationTokenSource cancellation = new();
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.Start(FullDuplexCall, GrpcCallOptions.None, cancellation.Token);
        StreamingOutputCallRequest ask = Output(31415);
        ask.Payload = Zeros(27182);
        await call.WriteAsync(ask);
        Assert.That(await call.ReadAsync(), Is.Not.Null);
        await cancellation.CancelAsync();
        Assert.That(call.ReadAsync, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(call.Status?.Code, Is.EqualTo(GrpcStatusCode.Cancelled));
    }

    private async Task TimeoutAsync()
    {
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.Start(FullDuplexCall, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(1) }, default);
        await FailsAsync(call.ReadAsync(), GrpcStatusCode.DeadlineExceeded);
    }

    private async Task CustomMetadataAsync()
    {
        GrpcMetadata headers = new();
        headers.Add(InitialMetadata, "test_initial_metadata_value");
        headers.AddBinary(TrailingMetadata, [0xab, 0xab, 0xab]);
        GrpcCallOptions options = new() { Headers = headers };

        await using GrpcCall<SimpleRequest, SimpleResponse> unary =
            channel.StartSingle(UnaryCall, new SimpleRequest { ResponseSize = 314159, Payload = Zeros(271828) }, options, default);
        Assert.That((await unary.ReadHeadersAsync()).Text(InitialMetadata), Is.EqualTo("test_initial_metadata_value"));
        await unary.ReadSingleAsync();
        Assert.That(unary.Trailers.Binary(TrailingMetadata), Is.EqualTo(new byte[] { 0xab, 0xab, 0xab }));

        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> duplex = channel.Start(FullDuplexCall, options, default);
        await duplex.WriteAsync(Output(314159));
        duplex.CompleteRequests();
        Assert.That((await duplex.ReadHeadersAsync()).Text(InitialMetadata), Is.EqualTo("test_initial_metadata_value"));
        Assert.That(await duplex.ReadSingleAsync(), Is.Not.Null);
        Assert.That(duplex.Trailers.Binary(TrailingMetadata), Is.EqualTo(new byte[] { 0xab, 0xab, 0xab }));
    }

    private async Task StatusAsync(string message, bool duplex)
    {
        EchoStatus status = new() { Code = 2, Message = message };
        GrpcException unary = await FailsAsync(
            channel.UnaryAsync(UnaryCall, new SimpleRequest { ResponseStatus = status }, GrpcCallOptions.None, default), GrpcStatusCode.Unknown);
        Assert.That(unary.Status.Message, Is.EqualTo(message));
        if (duplex)
        {
            await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call = channel.Start(FullDuplexCall, GrpcCallOptions.None, default);
            await call.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
            call.CompleteRequests();
            Assert.That((await FailsAsync(call.ReadAsync(), GrpcStatusCode.Unknown)).Status.Message, Is.EqualTo(message));
        }
    }

    private async Task ClientCompressedStreamingAsync()
    {
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call =
            channel.Start(StreamingInputCall, new GrpcCallOptions { Compress = true }, default);
        await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(27182), ExpectCompressed = Flag(true) });
        call.CompressRequests = false;
        await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(45904), ExpectCompressed = Flag(false) });
        call.CompleteRequests();
        Assert.That((await call.ReadSingleAsync()).AggregatedPayloadSize, Is.EqualTo(73086));
    }

    // The server takes 4 MiB a message here and refuses at the header, while the client still sends.
    private async Task OversizedMessageAsync()
    {
        await using GrpcCall<StreamingInputCallRequest, StreamingInputCallResponse> call = channel.Start(StreamingInputCall, GrpcCallOptions.None, default);
        try
        {
            await call.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(5 << 20) });
            call.CompleteRequests();
        }
        catch (GrpcException exception)
        {
            Assert.That(exception.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable));
        }

        await FailsAsync(call.ReadSingleAsync(), GrpcStatusCode.ResourceExhausted);
    }

    private async Task ServerCompressedUnaryAsync()
    {
        foreach (bool compressed in new[] { true, false })
        {
            SimpleRequest request = new() { ResponseSize = 314159, Payload = Zeros(271828), ResponseCompressed = Flag(compressed) };
            await using GrpcCall<SimpleRequest, SimpleResponse> call = channel.StartSingle(UnaryCall, request, GrpcCallOptions.None, default);
            SimpleResponse? response = await call.ReadAsync();
            Assert.That(response?.Payload.Body, Has.Length.EqualTo(314159));
            Assert.That(call.ResponseWasCompressed, Is.EqualTo(compressed));
        }
    }

    private async Task ServerCompressedStreamingAsync()
    {
        StreamingOutputCallRequest request = Output(31415, 92653);
        request.ResponseParameters[0].Compressed = Flag(true);
        request.ResponseParameters[1].Compressed = Flag(false);
        await using GrpcCall<StreamingOutputCallRequest, StreamingOutputCallResponse> call =
            channel.StartSingle(StreamingOutputCall, request, GrpcCallOptions.None, default);
        List<(int, bool)> received = [];
        await foreach (StreamingOutputCallResponse response in call.ReadAllAsync())
        {
            received.Add((response.Payload.Body.Length, call.ResponseWasCompressed));
        }

        Assert.That(received, Is.EqualTo(new[] { (31415, true), (92653, false) }));
    }
}
