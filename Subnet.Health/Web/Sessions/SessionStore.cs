using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Subnet.Health.Web.Sessions;

/// <summary>
/// Sessions in memory, known by a random cookie of which only the hash is kept: a restart signs everybody out, and who reads this memory cannot sign in with it. A
/// session ends after fifteen idle minutes and in any case after eight hours.
/// </summary>
/// <remarks>
/// The cookie is HttpOnly, SameSite=Strict and, over TLS, Secure with the <c>__Host-</c> prefix. A form that changes something must in addition carry the session's CSRF token and, where the
/// browser sends <c>Sec-Fetch-Site</c>, come from this site.
/// </remarks>
internal sealed class SessionStore(TimeProvider clock)
{
    /// <summary>Sessions at one time; the oldest gives way.</summary>
    public const int MaxSessions = 256;

    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15), Whole = TimeSpan.FromHours(8);

    private readonly Lock gate = new();
    private readonly Dictionary<string, (Session Session, DateTimeOffset Used)> sessions = new(StringComparer.Ordinal);

    /// <summary>The session of a request, or null.</summary>
    public Session? Find(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        string? cookie = http.Request.Cookies[CookieName(http)];
        if (cookie is null || cookie.Length > 128)
        {
            return null;
        }

        DateTimeOffset now = clock.GetUtcNow();
        string key = KeyOf(cookie);
        lock (gate)
        {
            if (!sessions.TryGetValue(key, out (Session Session, DateTimeOffset Used) known))
            {
                return null;
            }

            if (now - known.Used > Idle || now >= known.Session.Ends)
            {
                sessions.Remove(key);
                return null;
            }

            sessions[key] = (known.Session, now);
            return known.Session;
        }
    }

    /// <summary>Begins a session and gives the browser its cookie; a session that the browser had ends.</summary>
    public void Begin(HttpContext http, string account, string role)
    {
        End(http);
        DateTimeOffset now = clock.GetUtcNow();
        string cookie = NewSecret();
        lock (gate)
        {
            if (sessions.Count >= MaxSessions)
            {
                sessions.Remove(sessions.MinBy(static s => s.Value.Used).Key);
            }

            sessions[KeyOf(cookie)] = (new Session(account, role, NewSecret(), now + Whole), now);
        }

        http.Response.Cookies.Append(CookieName(http), cookie, Cookie(http));
    }

    /// <summary>Ends the session of a request.</summary>
    public void End(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Cookies[CookieName(http)] is { } cookie)
        {
            lock (gate)
            {
                sessions.Remove(KeyOf(cookie));
            }

            http.Response.Cookies.Delete(CookieName(http), Cookie(http));
        }
    }

    /// <summary>Whether a form that changes something was sent by this session's own page.</summary>
    public static bool IsOwnForm(HttpContext http, IFormCollection form, Session session)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(session);
        return IsSameSite(http) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form["csrf"].ToString()), Encoding.UTF8.GetBytes(session.CsrfToken));
    }

    /// <summary>Whether a request was not sent by a page of somebody else, as far as the browser tells.</summary>
    public static bool IsSameSite(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        StringValues site = http.Request.Headers["Sec-Fetch-Site"], origin = http.Request.Headers[HeaderNames.Origin];
        return (site.Count == 0 || site == "same-origin" || site == "none")
            && (origin.Count == 0 || origin == $"{http.Request.Scheme}://{http.Request.Host}");
    }

    private static string CookieName(HttpContext http) => http.Request.IsHttps ? "__Host-session" : "session";

    private static CookieOptions Cookie(HttpContext http) => new() { HttpOnly = true, SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = "/", IsEssential = true };

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string KeyOf(string cookie) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cookie)));
}
