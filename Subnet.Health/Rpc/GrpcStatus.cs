using System.Globalization;

namespace Subnet.Health.Rpc;

/// <summary>How a call ended: a code and a sentence for the other side.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">The sentence; it crosses the wire, so it holds nothing about a patient and no text of an exception.</param>
internal readonly record struct GrpcStatus(GrpcStatusCode Code, string Message)
{
    /// <summary>The call did what was asked.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok, "");

    /// <summary>The status for an HTTP answer that carries none (<c>doc/http-grpc-status-mapping.md</c>).</summary>
    public static GrpcStatusCode FromHttp(int httpStatus) => httpStatus switch
    {
        400 or 431 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    /// <summary>Reads the decimal form of <c>grpc-status</c>. Anything that is not a known code is <see cref="GrpcStatusCode.Unknown"/>.</summary>
    public static GrpcStatusCode ParseCode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code is >= 0 and <= 16
            ? (GrpcStatusCode)code
            : GrpcStatusCode.Unknown;

    /// <inheritdoc/>
    public override string ToString() => Message.Length == 0 ? $"{(int)Code} {Code}" : $"{(int)Code} {Code}: {Message}";
}
