namespace Subnet.Health.Web.Api;

/// <summary>A request that gets an error document.</summary>
/// <param name="status">Status of HTTP.</param>
/// <param name="code">A stable word.</param>
/// <param name="message">What and why, one sentence.</param>
/// <param name="fix">What to do next.</param>
internal sealed class ApiException(int status, string code, string message, string fix) : Exception(message)
{
    /// <summary>Status of HTTP.</summary>
    public int Status { get; } = status;

    /// <summary>A stable word.</summary>
    public string Code { get; } = code;

    /// <summary>What to do next.</summary>
    public string Fix { get; } = fix;

    /// <summary>What was asked for does not exist.</summary>
    public static ApiException NotFound(string message) => new(StatusCodes.Status404NotFound, "not-found", message, "See /api/v1/openapi.json for what there is.");

    /// <summary>The request is not understood.</summary>
    public static ApiException BadRequest(string message, string fix) => new(StatusCodes.Status400BadRequest, "usage", message, fix);
}
