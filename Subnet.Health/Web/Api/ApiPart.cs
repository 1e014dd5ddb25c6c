using System.Globalization;
using Subnet.Health.Node;
using Subnet.Health.Web.Hosting;

namespace Subnet.Health.Web.Api;

/// <summary>
/// <c>/api/v1</c>: the documents of the <c>--json</c> commands, read-only, and the OpenAPI file made from the same schemas. What goes wrong is an error document
/// with the status that fits; the text of an exception never leaves.
/// </summary>
internal sealed partial class ApiPart(IReadOnlyList<ApiRoute> documents, IApiDocuments format, ILogger<ApiPart> logger) : IHttpPart
{
    /// <summary>What every path begins with.</summary>
    public const string Prefix = "/api/v1";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        byte[] description = OpenApiFile.Write(documents, format);
        routes.MapMethods(Prefix + "/openapi.json", Methods, http => SendAsync(http, StatusCodes.Status200OK, description));
        foreach (ApiRoute route in documents)
        {
            routes.MapMethods(Prefix + route.Path, Methods, http => AnswerAsync(http, route));
        }

        routes.Map(Prefix + "/{**rest}", http => SendErrorAsync(http, ApiException.NotFound($"There is no {http.Request.Path}.")));
    }

    private async Task AnswerAsync(HttpContext http, ApiRoute route)
    {
        try
        {
            ApiRequest request = ApiRequest.Read(http.Request, route);
            object document = await route.Answer(request, http.RequestAborted).ConfigureAwait(false)
                ?? throw ApiException.NotFound($"There is no {http.Request.Path}.");
            if (request.Total is { } total)
            {
                DescribePage(http, request, total);
            }

            await SendAsync(http, StatusCodes.Status200OK, format.Write(document)).ConfigureAwait(false);
        }
        catch (ApiException refused)
        {
            await SendErrorAsync(http, refused).ConfigureAwait(false);
        }
        catch (LedgerUnreachableException)
        {
            await SendErrorAsync(
                http, new ApiException(StatusCodes.Status503ServiceUnavailable, "no-connection", "The ledger cannot be reached.", "Try again later.")).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
#pragma warning disable CA1031 // The last handler: whatever failed is logged here and answered with a sentence that tells nothing of it.
        catch (Exception exception) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            LogFailed(logger, route.Path, exception);
            await SendErrorAsync(
                http, new ApiException(StatusCodes.Status500InternalServerError, "bug", "The server failed to answer; its log says why.", "Tell its operator.")).ConfigureAwait(false);
        }
    }

    private static void DescribePage(HttpContext http, ApiRequest request, int total)
    {
        http.Response.Headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);
        if (request.Offset + request.Limit < total)
        {
            http.Response.Headers.Link = $"<{http.Request.Path}?offset={request.Offset + request.Limit}&limit={request.Limit}>; rel=\"next\"";
        }
    }

    private Task SendErrorAsync(HttpContext http, ApiException error) =>
        SendAsync(http, error.Status, format.Write(format.Error(error.Code, error.Message, error.Fix)));

    private static async Task SendAsync(HttpContext http, int status, byte[] json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(json, http.RequestAborted).ConfigureAwait(false);
        }
    }

    [LoggerMessage(EventId = 9102, Level = LogLevel.Error, Message = "The API route {Route} failed")]
    private static partial void LogFailed(ILogger logger, string route, Exception exception);
}
