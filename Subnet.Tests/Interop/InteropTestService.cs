using Google.Protobuf;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Interop.Testing;

namespace Subnet.Tests.Interop;

/// <summary>The server of the official interoperability tests, on our stack.</summary>
internal static class InteropTestService
{
    public const string InitialMetadata = "x-grpc-test-echo-initial";
    public const string TrailingMetadata = "x-grpc-test-echo-trailing-bin";

    public static GrpcMethod<Empty, Empty> EmptyCall { get; } = new(Service, "EmptyCall");

    public static GrpcMethod<SimpleRequest, SimpleResponse> UnaryCall { get; } = new(Service, "UnaryCall");

    public static GrpcMethod<StreamingOutputCallRequest, StreamingOutputCallResponse> StreamingOutputCall { get; } = new(Service, "StreamingOutputCall");

    public static GrpcMethod<StreamingInputCallRequest, StreamingInputCallResponse> StreamingInputCall { get; } = new(Service, "StreamingInputCall");

    public static GrpcMethod<StreamingOutputCallRequest, StreamingOutputCallResponse> FullDuplexCall { get; } = new(Service, "FullDuplexCall");

    public static GrpcMethod<Empty, Empty> UnimplementedCall { get; } = new(Service, "UnimplementedCall");

    public static GrpcMethod<Empty, Empty> UnimplementedService { get; } =
        new(InteropTestReflection.Descriptor.Services.Single(service => service.Name == "UnimplementedService"), "UnimplementedCall");

    private static Google.Protobuf.Reflection.ServiceDescriptor Service =>
        InteropTestReflection.Descriptor.Services.Single(service => service.Name == "TestService");

    /// <summary>Every method but the unimplemented ones.</summary>
    public static GrpcServices AddTo(GrpcServices services) => services
        .Unary(EmptyCall, async (_, call) =>
        {
            await EchoMetadataAsync(call);
            return new Empty();
        })
        .Unary(UnaryCall, UnaryAsync, new GrpcLimits(64 << 20, 64 << 20))
        .ServerStreaming(StreamingOutputCall, (request, output, call) => SendAsync(request, output, call))
        .ClientStreaming(StreamingInputCall, SumAsync)
        .Duplex(FullDuplexCall, DuplexAsync);

    /// <summary>A payload of zeros, as the tests want it.</summary>
    public static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static async Task<SimpleResponse> UnaryAsync(SimpleRequest request, GrpcServerCall call)
    {
        Expect(request.ExpectCompressed, call);
        await EchoMetadataAsync(call, request.ResponseCompressed?.Value ?? false);
        Answer(request.ResponseStatus);
        return new SimpleResponse { Payload = Zeros(request.ResponseSize) };
    }

    private static async Task SendAsync(
        StreamingOutputCallRequest request, GrpcResponseWriter<StreamingOutputCallResponse> output, GrpcServerCall call)
    {
        Answer(request.ResponseStatus);
        foreach (ResponseParameters wanted in request.ResponseParameters)
        {
            if (wanted.IntervalUs > 0)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(wanted.IntervalUs), call.CancellationToken);
            }

            call.CompressResponses = wanted.Compressed?.Value ?? false;
            await output.WriteAsync(new StreamingOutputCallResponse { Payload = Zeros(wanted.Size) });
        }
    }

    private static async Task<StreamingInputCallResponse> SumAsync(IAsyncEnumerable<StreamingInputCallRequest> requests, GrpcServerCall call)
    {
        int sum = 0;
        await foreach (StreamingInputCallRequest request in requests)
        {
            Expect(request.ExpectCompressed, call);
            sum += request.Payload.Body.Length;
        }

        return new StreamingInputCallResponse { AggregatedPayloadSize = sum };
    }

    private static async Task DuplexAsync(
        IAsyncEnumerable<StreamingOutputCallRequest> requests, GrpcResponseWriter<StreamingOutputCallResponse> output, GrpcServerCall call)
    {
        await EchoMetadataAsync(call);
        await foreach (StreamingOutputCallRequest request in requests)
        {
            await SendAsync(request, output, call);
        }
    }

    private static async Task EchoMetadataAsync(GrpcServerCall call, bool compress = false)
    {
        call.CompressResponses = compress;
        if (call.RequestHeaders.Binary(TrailingMetadata) is { } trailing)
        {
            call.ResponseTrailers.AddBinary(TrailingMetadata, trailing);
        }

        if (call.RequestHeaders.Text(InitialMetadata) is { } initial)
        {
            GrpcMetadata headers = new();
            headers.Add(InitialMetadata, initial);
            await call.SendHeadersAsync(headers);
        }
    }

    private static void Answer(EchoStatus? status)
    {
        if (status is not null)
        {
            throw new GrpcException((GrpcStatusCode)status.Code, status.Message);
        }
    }

    private static void Expect(Testing.BoolValue? compressed, GrpcServerCall call)
    {
        if (compressed is not null && compressed.Value != call.RequestWasCompressed)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The request is not compressed as it says.");
        }
    }
}
