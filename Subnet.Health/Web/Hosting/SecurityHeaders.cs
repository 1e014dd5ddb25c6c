using Microsoft.Net.Http.Headers;

namespace Subnet.Health.Web.Hosting;

/// <summary>
/// What every answer says to a browser: nothing from elsewhere is loaded, no script or style that is not a file of this server runs, no other
/// site frames the page or learns its address. A request under a name that is not this server's gets 421 and nothing else.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, AllowedHosts hosts)
{
    /// <summary>
    /// The content security policy. Inline scripts and inline styles are refused as well: a value that slipped through escaping could not act.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Answers, or hands on.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers[HeaderNames.ContentSecurityPolicy] = Policy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers[HeaderNames.CacheControl] = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        if (http.Request.IsHttps)
        {
            headers[HeaderNames.StrictTransportSecurity] = "max-age=31536000";
        }

        if (!hosts.Allows(http.Request.Host.Host))
        {
            http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return Task.CompletedTask;
        }

        return next(http);
    }
}
