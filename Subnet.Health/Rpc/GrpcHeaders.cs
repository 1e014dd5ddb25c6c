using System.Collections.Frozen;

namespace Subnet.Health.Rpc;

/// <summary>The header names of <c>doc/PROTOCOL-HTTP2.md</c>, and which headers are not metadata.</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "content-type";
    public const string ContentTypeValue = "application/grpc";
    public const string Te = "te";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";

    private static readonly FrozenSet<string> NotMetadata = new[]
    {
        ContentType, Te, Timeout, Encoding, AcceptEncoding, Status, Message, "host", "content-encoding", "accept-encoding", "content-length",
        "connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection", "date", "server", "trailer",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a header belongs to the protocol and is neither shown to a handler nor settable by one.</summary>
    public static bool IsReserved(string name) => name.StartsWith(':') || NotMetadata.Contains(name);

    /// <summary>Whether a content type is gRPC's: <c>application/grpc</c>, alone or followed by <c>+</c> or <c>;</c>.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentTypeValue, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentTypeValue.Length || contentType[ContentTypeValue.Length] is '+' or ';');
}
