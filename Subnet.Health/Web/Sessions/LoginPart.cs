using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Pages;

namespace Subnet.Health.Web.Sessions;

/// <summary>What the sign-in page shows.</summary>
/// <param name="Role">The role that is asked for.</param>
/// <param name="Challenge">What to sign.</param>
/// <param name="Return">Page of this site to go to afterwards.</param>
/// <param name="Problem">Why the last attempt failed; null before one.</param>
internal sealed record LoginModel(string Role, string Challenge, string Return, string? Problem);

/// <summary>
/// Signing in by signing a challenge: no password exists that could be guessed or leaked. A key is allowed for a role by whoever runs the node. All failures look alike.
/// </summary>
/// <param name="writer">Sends pages.</param>
/// <param name="sessions">Who is signed in.</param>
/// <param name="challenges">What waits to be signed.</param>
/// <param name="allowed">Accounts by the role that they may take.</param>
internal sealed class LoginPart(
    PageWriter writer, SessionStore sessions, LoginChallenges challenges, IReadOnlyDictionary<string, IReadOnlySet<AccountId>> allowed) : IHttpPart
{
    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", http => ShowAsync(http, http.Request.Query["role"].ToString(), http.Request.Query["return"].ToString(), null));
        routes.MapPost("/login", SignInAsync);
        routes.MapPost("/logout", SignOutAsync);
    }

    /// <summary>The session of a role, or an answer that leads to the sign-in page and null.</summary>
    public static Session? Require(HttpContext http, SessionStore sessions, string role)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(sessions);
        if (sessions.Find(http) is { } session && session.Role == role)
        {
            return session;
        }

        if (http.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            http.Response.Redirect($"/login?role={role}&return={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
        }

        return null;
    }

    // Only a path of this site: "//host" and "/\host" are other hosts to a browser.
    private static string OwnPath(string path) =>
        path.Length is > 0 and <= 512 && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\') && !path.Any(char.IsControl) ? path : "/";

    private Task ShowAsync(HttpContext http, string role, string path, string? problem)
    {
        string known = allowed.ContainsKey(role) ? role : allowed.Keys.Order(StringComparer.Ordinal).FirstOrDefault() ?? Session.Reviewer;
        LoginModel model = new(known, challenges.Create(http.Request.Host.ToString(), known), OwnPath(path), problem);
        return writer.SendAsync<LoginPage, LoginModel>(http, model, problem is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden);
    }

    private async Task SignInAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType || !SessionStore.IsSameSite(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        IFormCollection form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        string role = form["role"].ToString(), path = form["return"].ToString();
        bool isSigned = TryKey(form["key"].ToString(), out AccountId account)
            & TryHex(form["signature"].ToString(), out byte[] signature)
            & challenges.Redeem(http.Request.Host.ToString(), role, form["challenge"].ToString(), account.ToArray(), signature);
        if (!isSigned || !allowed.TryGetValue(role, out IReadOnlySet<AccountId>? accounts) || !accounts.Contains(account))
        {
            await ShowAsync(http, role, path, "That did not work: the key is not allowed here, or the signature is not its signature of this page's challenge. Here is a new challenge.").ConfigureAwait(false);
            return;
        }

        sessions.Begin(http, Ss58Address.Encode(account.ToArray()), role);
        http.Response.Redirect(OwnPath(path));
    }

    private async Task SignOutAsync(HttpContext http)
    {
        IFormCollection form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        if (sessions.Find(http) is not { } session || !SessionStore.IsOwnForm(http, form, session))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        sessions.End(http);
        http.Response.Redirect("/");
    }

    private static bool TryKey(string text, out AccountId account)
    {
        string trimmed = text.Trim();
        if (AccountId.TryParse(trimmed, out account))
        {
            return true;
        }

        if (trimmed.Length <= 64 && Ss58Address.TryDecode(trimmed, out byte[]? key, out _))
        {
            account = new AccountId(key);
            return true;
        }

        return false;
    }

    private static bool TryHex(string text, out byte[] bytes)
    {
        string trimmed = text.Trim();
        bool isHex = trimmed.Length == 2 * DomainSignature.ByteCount && trimmed.All(char.IsAsciiHexDigit);
        bytes = isHex ? Convert.FromHexString(trimmed) : [];
        return isHex;
    }
}
