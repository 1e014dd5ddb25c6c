using System.Globalization;
using System.Text.Json.Nodes;
using Subnet.Crypto.Transparency;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Export;
using Subnet.Health.Review.Findings;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;
using Subnet.Health.Review.Verification;
using Subnet.Health.Web.Dashboard;
using Subnet.Health.Web.Hosting;
using Subnet.Health.Web.Pages;
using Subnet.Health.Web.Sessions;

namespace Subnet.Health.Web.Reviewing;

/// <summary>
/// The reviewer's pages. Every page needs a reviewer's session, and each read of entries is recorded in a log before it is answered. The server checks logs before it shows
/// them, but a reviewer need not believe it: the browser checks each entry against the key and checkpoint that the reviewer trusts.
/// </summary>
/// <param name="desk">The logs.</param>
/// <param name="trace">Follows a query through everybody's evidence.</param>
/// <param name="card">The bytes of a model card by its hash, or null.</param>
/// <param name="record">Records reviews.</param>
/// <param name="findings">What reviewers found.</param>
/// <param name="sessions">Who is signed in.</param>
/// <param name="writer">Sends pages.</param>
internal sealed class ReviewPart(
    ReviewDesk desk, Func<string, CancellationToken, Task<QueryTrace>> trace, Func<string, byte[]?> card, IReviewRecord record, FindingStore findings, SessionStore sessions, PageWriter writer) : IHttpPart
{
    private const int TimelineEntries = 600;

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/review", http => AsReviewer(http, _ => LogsAsync(http)));
        routes.MapGet("/review/logs/{id}", http => OfLog(http, EntriesAsync));
        routes.MapGet("/review/logs/{id}/findings", http => OfLog(http, FindingsAsync));
        routes.MapGet("/review/logs/{id}/proof/{index}", http => OfLog(http, ProofAsync));
        routes.MapGet("/review/logs/{id}/export", http => OfLog(http, ExportAsync));
        routes.MapGet("/review/logs/{id}/bundle", http => OfLog(http, BundleAsync));
        routes.MapGet("/review/ledger/proof/{height}", http => AsReviewer(http, _ => BlockProofAsync(http)));
        routes.MapGet("/review/cards/{hash}", http => AsReviewer(http, _ => CardAsync(http)));
        routes.MapGet("/review/findings", http => AsReviewer(http, _ => CasesAsync(http)));
        routes.MapGet("/review/trace", http => AsReviewer(http, session => TraceAsync(http, session)));
        routes.MapGet("/review/timeline", http => AsReviewer(http, session => TimelineAsync(http, session)));
        routes.MapGet("/review/bundle", http => AsReviewer(http, _ => writer.SendAsync<BundlePage, BundleModel>(http, new BundleModel([.. desk.Logs.Select(static l => l.Key.ToString())]))));
    }

    private Task AsReviewer(HttpContext http, Func<Session, Task> answer) =>
        LoginPart.Require(http, sessions, Session.Reviewer) is { } session ? answer(session) : Task.CompletedTask;

    private Task OfLog(HttpContext http, Func<HttpContext, Session, ReviewedLog, Task> answer) => AsReviewer(http, async session =>
    {
        if (desk.Find(http.Request.RouteValues["id"] as string) is not { } log)
        {
            await writer.NotFoundAsync(http, "There is no such log here.").ConfigureAwait(false);
            return;
        }

        try
        {
            await answer(http, session, log).ConfigureAwait(false);
        }
        catch (UnsoundLogException unsound)
        {
            await writer.SayAsync(
                http, StatusCodes.Status409Conflict, "This log is not sound", $"{log.Origin}: {unsound.Message} ({unsound.Code}). Nothing of it is shown.", $"/review/logs/{log.Id}/findings", "All findings").ConfigureAwait(false);
        }
        catch (IOException)
        {
            await writer.SayAsync(http, StatusCodes.Status503ServiceUnavailable, "Not now", $"{log.Origin} cannot be read.", "/review", "Logs").ConfigureAwait(false);
        }
    });

    private Task LogsAsync(HttpContext http) => writer.SendAsync<LogsPage, LogsModel>(http, new LogsModel([.. desk.Logs.Select(desk.StateOf)], desk.Ledger is { } ledger ? desk.StateOf(ledger) : null));

    private async Task EntriesAsync(HttpContext http, Session session, ReviewedLog log)
    {
        VerifiedLog verified = desk.Open(log);
        await record.OpenedAsync(session.Account, verified.Checkpoint, 0, verified.Checkpoint.Size).ConfigureAwait(false);
        EntrySearch search = EntrySearch.Read(http.Request.Query);
        EntryFilter filter = search.Filter;
        SortedDictionary<string, long> types = new(StringComparer.Ordinal);
        List<EntryView> page = [];
        int total = 0;
        foreach (LoggedEntry entry in verified.Entries(verified.FirstEntry))
        {
            http.RequestAborted.ThrowIfCancellationRequested();
            string type = entry.Members.TextOrNull("type") ?? "";
            types[type] = types.GetValueOrDefault(type) + 1;
            if (filter.Matches(entry.Members))
            {
                if (total >= search.Offset && page.Count < EntrySearch.Page)
                {
                    page.Add(EntryView.Of(log, entry));
                }

                total++;
            }
        }

        await writer.SendAsync<EntriesPage, EntriesModel>(http, new EntriesModel(desk.StateOf(log), search, page, total, types)).ConfigureAwait(false);
    }

    private async Task FindingsAsync(HttpContext http, Session session, ReviewedLog log)
    {
        LogState state = desk.StateOf(log);
        if (state.Opened?.Checkpoint is { } checkpoint)
        {
            await record.OpenedAsync(session.Account, checkpoint, 0, checkpoint.Size).ConfigureAwait(false);
        }

        VerificationReport report = await Task.Run(() => ReviewDesk.Verify(log, http.RequestAborted), http.RequestAborted).ConfigureAwait(false);
        await writer.SendAsync<FindingsPage, FindingsModel>(http, new FindingsModel(state, report)).ConfigureAwait(false);
    }

    // Cases hold reviewers' free text, so they are for reviewers; the browser checks each signature by itself.
    private async Task CasesAsync(HttpContext http)
    {
        List<FindingCase> cases = [];
        string? problem = null;
        try
        {
            cases.AddRange(findings.Ids().Select(id => findings.Find(id)!));
        }
        catch (AuditEntryException malformed)
        {
            problem = malformed.Message;
        }

        await writer.SendAsync<CasesPage, CasesModel>(http, new CasesModel([.. cases.OrderBy(static c => c.IsClosed).ThenByDescending(static c => c.Records[0].Time)], problem, desk)).ConfigureAwait(false);
    }

    /// <summary>What the browser needs to check an entry; the entry itself is what the page shows.</summary>
    private async Task ProofAsync(HttpContext http, Session session, ReviewedLog log)
    {
        VerifiedLog verified = desk.Open(log);
        if (!long.TryParse(http.Request.RouteValues["index"] as string, NumberStyles.None, CultureInfo.InvariantCulture, out long index) || index >= verified.Checkpoint.Size)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await SendProofAsync(http, verified, index, []).ConfigureAwait(false);
    }

    /// <summary>The signed header of a block with its proof: the leaf itself is sent, since no page shows it.</summary>
    private async Task BlockProofAsync(HttpContext http)
    {
        try
        {
            VerifiedLog? verified = desk.Ledger is { } log ? desk.Open(log) : null;
            if (verified is null || !long.TryParse(http.Request.RouteValues["height"] as string, NumberStyles.None, CultureInfo.InvariantCulture, out long height)
                || height < 1 || height > verified.Checkpoint.Size)
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            ReadOnlyMemory<byte> header = LogEntries.Read(desk.Ledger!.Source, height - 1, height, verified.Checkpoint.Size).Single().Bytes;
            await SendProofAsync(http, verified, height - 1, new JsonObject { ["entry"] = Convert.ToBase64String(header.Span) }).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is UnsoundLogException or IOException)
        {
            http.Response.StatusCode = StatusCodes.Status409Conflict;
        }
    }

    // The browser hashes it: nothing is believed of it here.
    private async Task CardAsync(HttpContext http)
    {
        string hash = http.Request.RouteValues["hash"] as string ?? "";
        if (hash.Length != 64 || hash.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex) || card(hash) is not { } bytes)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SendProofAsync(HttpContext http, VerifiedLog verified, long index, JsonObject proof)
    {
        proof["checkpoint"] = verified.Note;
        proof["inclusion"] = Hashes(verified.Prove(index).Path);
        if (long.TryParse(http.Request.Query["from"], NumberStyles.None, CultureInfo.InvariantCulture, out long from) && from <= verified.Checkpoint.Size)
        {
            proof["consistency"] = Hashes(verified.ProveConsistency(from));
        }

        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(proof.ToJsonString(), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task ExportAsync(HttpContext http, Session session, ReviewedLog log)
    {
        string format = http.Request.Query["format"].ToString() is { Length: > 0 } asked ? asked : "csv";
        if (EntryExport.Find(format) is not { } export)
        {
            await writer.SayAsync(http, StatusCodes.Status400BadRequest, "No such format", $"Entries are exported as {string.Join(", ", EntryExport.All.Select(static e => e.Word))}.", "/review", "Logs").ConfigureAwait(false);
            return;
        }

        VerifiedLog verified = desk.Open(log);
        await record.ExportedAsync(session.Account, verified.Checkpoint, verified.FirstEntry, verified.Checkpoint.Size).ConfigureAwait(false);
        EntryFilter filter = EntrySearch.Read(http.Request.Query).Filter;
        using StringWriter text = new();
        export.Write(verified.Checkpoint, verified.Entries(verified.FirstEntry).Where(entry => filter.Matches(entry.Members)), text);
        http.Response.ContentType = export.MediaType + "; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{log.Id}.{export.Extension}\"";
        await http.Response.WriteAsync(text.ToString(), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task BundleAsync(HttpContext http, Session session, ReviewedLog log)
    {
        VerifiedLog verified = desk.Open(log);
        long lo = verified.FirstEntry, hi = Math.Min(verified.Checkpoint.Size, lo + AuditBundle.MaximumItems);
        await record.ExportedAsync(session.Account, verified.Checkpoint, lo, hi).ConfigureAwait(false);
        EntryFilter filter = EntrySearch.Read(http.Request.Query).Filter;
        AuditBundle bundle = verified.Bundle(lo, hi, entry => filter.Matches(entry.Members));
        http.Response.ContentType = "application/vnd.audit-bundle+json";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{log.Id}.audit.json\"";
        using MemoryStream file = new();
        bundle.Write(file);
        await http.Response.Body.WriteAsync(file.ToArray(), http.RequestAborted).ConfigureAwait(false);
    }

    private async Task TraceAsync(HttpContext http, Session session)
    {
        string name = http.Request.Query["event"].ToString().Trim().ToLowerInvariant();
        QueryTrace? found = null;
        string? problem = null;
        if (name.Length > 0)
        {
            try
            {
                bool isName = name.Length == 32 && !name.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex);
                problem = isName ? null : "A query is named by 32 hexadecimal digits.";
                await RecordAllAsync(session).ConfigureAwait(false);
                found = isName ? await trace(name, http.RequestAborted).ConfigureAwait(false) : null;
            }
            catch (UnsoundLogException unsound)
            {
                problem = $"A log is not sound, so no trace can be believed: {unsound.Message}.";
            }
        }

        await writer.SendAsync<TracePage, TraceModel>(http, new TraceModel(name, found, problem, Newest(12, static e => e.Type == "query.sent"), desk)).ConfigureAwait(false);
    }

    private async Task TimelineAsync(HttpContext http, Session session)
    {
        await RecordAllAsync(session).ConfigureAwait(false);
        await writer.SendAsync<TimelinePage, TimelineModel>(http, new TimelineModel(Newest(TimelineEntries, static _ => true), desk.Logs)).ConfigureAwait(false);
    }

    private async Task RecordAllAsync(Session session)
    {
        foreach (LogState state in desk.Logs.Select(desk.StateOf).Where(static s => s.Problem is null))
        {
            await record.OpenedAsync(session.Account, state.Opened!.Checkpoint!, 0, state.Opened.Checkpoint!.Size).ConfigureAwait(false);
        }
    }

    /// <summary>The newest entries of all sound logs, the newest first; only the end of each log is read.</summary>
    private EntryView[] Newest(int count, Func<EntryView, bool> choose)
    {
        List<EntryView> all = [];
        foreach (ReviewedLog log in desk.Logs)
        {
            if (desk.StateOf(log).Problem is null)
            {
                VerifiedLog verified = desk.Open(log);
                all.AddRange(verified.Entries(Math.Max(verified.FirstEntry, verified.Checkpoint.Size - 2_048)).Select(entry => EntryView.Of(log, entry)).Where(choose));
            }
        }

        return [.. all.OrderByDescending(static e => e.Time, StringComparer.Ordinal).Take(count)];
    }

    private static JsonArray Hashes(IEnumerable<TreeHash> hashes) => [.. hashes.Select(static h => (JsonNode)h.ToBase64())];
}
