using Subnet.Health.Web.Hosting;

namespace Subnet.Health.Web.Telemetry;

/// <summary><c>/metrics</c>: this process' metrics as Prometheus text.</summary>
internal sealed class MetricsPart(RoleMetrics metrics) : IHttpPart
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", http =>
    {
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return http.Response.WriteAsync(metrics.Scrape(), http.RequestAborted);
    });
}
