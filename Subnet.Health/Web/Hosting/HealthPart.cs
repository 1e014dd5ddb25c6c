namespace Subnet.Health.Web.Hosting;

/// <summary>Something that must be well for the role to serve.</summary>
/// <param name="Name">A word.</param>
/// <param name="Run">What is wrong, in one sentence without secrets; null if nothing is.</param>
internal sealed record HealthCheck(string Name, Func<CancellationToken, Task<string?>> Run);

/// <summary>
/// <c>/healthz</c>: 200 if every check passes, else 503, one line a check. Checks run at most five seconds together; what is not done then is not well.
/// </summary>
internal sealed partial class HealthPart(IReadOnlyList<HealthCheck> checks, ILogger<HealthPart> logger) : IHttpPart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], AnswerAsync);

    private async Task AnswerAsync(HttpContext http)
    {
        using CancellationTokenSource enough = new(Patience, http.RequestServices.GetRequiredService<TimeProvider>());
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, http.RequestAborted);
        string?[] problems = await Task.WhenAll(checks.Select(check => RunAsync(check, either.Token))).ConfigureAwait(false);
        bool well = problems.All(static problem => problem is null);
        http.Response.StatusCode = well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsGet(http.Request.Method))
        {
            IEnumerable<string> lines = checks.Zip(problems, static (check, problem) => $"{check.Name}: {problem ?? "ok"}\n");
            await http.Response.WriteAsync((well ? "ok\n" : "not well\n") + string.Concat(lines), http.RequestAborted).ConfigureAwait(false);
        }
    }

    private async Task<string?> RunAsync(HealthCheck check, CancellationToken stop)
    {
        try
        {
            return await check.Run(stop).WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
#pragma warning disable CA1031 // A check that throws is a check that failed, whatever it threw; the text of it stays in the log.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(logger, check.Name, exception);
            return "failed; the log says why";
        }
    }

    [LoggerMessage(EventId = 9101, Level = LogLevel.Error, Message = "The health check {Check} failed")]
    private static partial void LogFailed(ILogger logger, string check, Exception exception);
}
