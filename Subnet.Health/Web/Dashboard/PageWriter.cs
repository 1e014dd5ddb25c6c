using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Subnet.Health.Node;
using Subnet.Health.Web.Pages;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Web.Dashboard;

/// <summary>Puts a page into its frame and sends it.</summary>
/// <param name="ledger">Says which block is the newest.</param>
/// <param name="sessions">Who is signed in; null where nobody can.</param>
/// <param name="links">The navigation.</param>
/// <param name="isUnfitForSecrets">Whether the network's keys follow from a seed.</param>
internal sealed class PageWriter(ILedgerClient ledger, SessionStore? sessions, IReadOnlyList<NavigationLink> links, bool isUnfitForSecrets)
{
    /// <summary>Sends a page.</summary>
    public async Task SendAsync<TPage, TModel>(HttpContext http, TModel model, int status = StatusCodes.Status200OK)
        where TPage : IComponent
        where TModel : class
    {
        LedgerTip tip = await ledger.GetTipAsync(http.RequestAborted).ConfigureAwait(false);
        Session? session = sessions?.Find(http);
        PageChrome chrome = new(ledger.Identity.Network, tip.Height, tip.Time, ledger.Identity.BlockTimeMs, links)
        {
            IsUnfitForSecrets = isUnfitForSecrets,
            User = session?.Account,
            CsrfToken = session?.CsrfToken,
        };
        RazorComponentResult<PageShell<TPage, TModel>> result = new(new Dictionary<string, object?> { ["Model"] = model, ["Chrome"] = chrome })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };
        await result.ExecuteAsync(http).ConfigureAwait(false);
    }

    /// <summary>Sends a sentence and a way on.</summary>
    public Task SayAsync(HttpContext http, int status, string title, string text, string link = "/", string linkText = "Overview") =>
        SendAsync<MessagePage, MessageModel>(http, new MessageModel(title, text, link, linkText), status);

    /// <summary>Says that there is no such thing.</summary>
    public Task NotFoundAsync(HttpContext http, string what) => SayAsync(http, StatusCodes.Status404NotFound, "Not here", what);
}
