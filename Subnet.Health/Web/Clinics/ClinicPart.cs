using Subnet.Health.Review.Entries;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Pages;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Web.Clinics;

/// <summary>The clinic's page.</summary>
/// <param name="Name">The clinic.</param>
/// <param name="Queries">Newest queries, without anything of patients.</param>
/// <param name="Tokens">Tokens held.</param>
/// <param name="Result">The query that was opened; null for none.</param>
/// <param name="CsrfToken">Goes with the form that opens a result.</param>
internal sealed record ClinicModel(string Name, IReadOnlyList<ClinicQueryLine> Queries, IReadOnlyList<ClinicTokens> Tokens, ClinicResult? Result, string CsrfToken);

/// <summary>
/// The clinic's own queries, results, receipts and tokens, on its own gateway and after signing in only. The list holds nothing of a patient; a result is opened by a
/// form of its own, and the look at it stands in the log before it is shown.
/// </summary>
internal sealed class ClinicPart(IClinicDesk desk, SessionStore sessions, PageWriter writer) : IHttpPart
{
    private const int Shown = 100;

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/clinic", ShowAsync);
        routes.MapPost("/clinic/result", OpenAsync);
    }

    private Task ShowAsync(HttpContext http) =>
        LoginPart.Require(http, sessions, Session.Clinic) is { } session ? SendAsync(http, session, null) : Task.CompletedTask;

    // Opening a result writes to the log, so it is a POST with the session's token: no link of somebody else can do it.
    private async Task OpenAsync(HttpContext http)
    {
        if (LoginPart.Require(http, sessions, Session.Clinic) is not { } session)
        {
            return;
        }

        IFormCollection form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
        string name = form["event"].ToString();
        if (!SessionStore.IsOwnForm(http, form, session) || name.Length != 32 || name.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        ClinicResult? result;
        try
        {
            result = await desk.ViewAsync(name, "portal-" + session.Account[^8..].ToLowerInvariant()).ConfigureAwait(false);
        }
        catch (IOException)
        {
            await writer.SayAsync(
                http, StatusCodes.Status503ServiceUnavailable, "Not now", "The look could not be recorded in the clinic's log, so nothing is shown.", "/clinic", "Clinic").ConfigureAwait(false);
            return;
        }

        await (result is null ? writer.NotFoundAsync(http, "There is no such query in this clinic's history.") : SendAsync(http, session, result)).ConfigureAwait(false);
    }

    private async Task SendAsync(HttpContext http, Session session, ClinicResult? result)
    {
        ClinicModel model = new(
            desk.Name, await desk.NewestAsync(Shown).ConfigureAwait(false), await desk.TokensAsync().ConfigureAwait(false), result, session.CsrfToken);
        await writer.SendAsync<ClinicPage, ClinicModel>(http, model).ConfigureAwait(false);
    }
}
