using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Subnet.Health.Circuits;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Clinic;

/// <summary>
/// One request over all its queries: each goes to the best miner that has a token, and to the next with a new key and token where it fails;
/// with agreement, each goes to several miners whose exact answers are compared.
/// </summary>
internal sealed class QueryRound(
    ClinicSettings settings, TokenWallet wallet, TokenPurchase purchase, MinerRanking ranking, QuerySender sender, ILedgerClient ledger, TimeProvider time)
{
    private readonly ConcurrentBag<FailedAttempt> failed = [];

    /// <summary>Attempts at a miner that failed so far.</summary>
    public int FailedAttempts => failed.Count;

    /// <summary>Carries a request out.</summary>
    /// <param name="offers">Miners that may be asked.</param>
    /// <param name="request">All rows, what a constant stands for in each, and the notes on a record; the rows stay the caller's.</param>
    /// <param name="sizes">Rows of each query.</param>
    /// <param name="authority">Purpose, basis, pseudonym.</param>
    /// <param name="cancellationToken">Ends it; attempts under way are logged as timed out.</param>
    /// <exception cref="ClinicException">A query brought no answer or no agreement; the others are finished first.</exception>
    public async Task<ClinicAnswer> RunAsync(
        IReadOnlyList<MinerOffer> offers,
        CardRows request,
        IReadOnlyList<int> sizes,
        QueryAuthority authority,
        CancellationToken cancellationToken)
    {
        int agree = authority.Query.Agree;
        int serving = offers.DistinctBy(offer => offer.HotkeyHex).Count();
        if (agree < 1 || agree > serving)
        {
            throw new ClinicException(
                ClinicFault.ModelNotFound, $"{agree} miners are to agree and {serving} serve the model '{authority.Query.Model}'; nothing was sent.", "Ask for fewer, or wait for more miners.");
        }

        int[] starts = [.. sizes.Select((_, i) => sizes.Take(i).Sum())];
        QueryAttempt[][] answers = new QueryAttempt[sizes.Count][];
        await SendAllAsync(
            sizes.Count,
            async i => answers[i] = await AnswerAsync(offers, request, starts[i], sizes[i], agree, authority, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        List<ClinicScore> scores = [];
        for (int i = 0; i < answers.Length; i++)
        {
            QueryAttempt first = answers[i][0];
            scores.AddRange(first.Rows!.Select((row, j) => Score(row, starts[i] + j, request.Imputed, first.Event)));
        }

        return new ClinicAnswer(
            offers[0].ModelId,
            offers[0].Card.Card.Text.Title,
            scores,
            [.. answers.SelectMany(each => each).Select(attempt => attempt.Evidence!)],
            [.. failed])
        {
            Notes = request.Notes,
        };
    }

    // What runs when something fails is finished, since it is paid for and in the log; nothing more is begun. Thrown is the first fault in time, but an empty
    // wallet only where nothing else went wrong: it may be what the other fault left behind.
    private async Task SendAllAsync(int count, Func<int, Task> send)
    {
        ConcurrentQueue<ExceptionDispatchInfo> faults = new();
        int next = -1;
        async Task LaneAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < count && faults.IsEmpty; i = Interlocked.Increment(ref next))
            {
                try
                {
                    await send(i).ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is ClinicException or OperationCanceledException)
                {
                    faults.Enqueue(ExceptionDispatchInfo.Capture(fault));
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Math.Min(settings.Parallel, count)).Select(_ => Task.Run(LaneAsync))).ConfigureAwait(false);
        (faults.FirstOrDefault(fault => fault.SourceException is not ClinicException { Fault: ClinicFault.NoToken }) ?? faults.FirstOrDefault())?.Throw();
    }

    private static ClinicScore Score(ScoredRow row, int index, IReadOnlyList<IReadOnlyList<string>> imputed, string queryEvent) =>
        new(index + 1, row.Scores, row.Probability, row.LabelText, row.Margin, row.IsWithinRounding, imputed[index], queryEvent);

    private async Task<QueryAttempt[]> AnswerAsync(
        IReadOnlyList<MinerOffer> offers, CardRows request, int start, int count, int agree, QueryAuthority authority, CancellationToken cancellationToken)
    {
        // By miner: one that serves a model under two cards is one voice, and its second card is there for when the first brings nothing.
        ConcurrentQueue<MinerOffer[]> candidates =
            new(ranking.Order(offers).GroupBy(offer => offer.HotkeyHex).Select(group => group.ToArray()).Take(Math.Max(settings.MostMiners, agree)));
        ConcurrentQueue<TriedMiner> tried = [];
        QueryAttempt?[] attempts = await Task.WhenAll(
            Enumerable.Range(0, agree).Select(_ => FirstAnswerAsync(candidates, tried, request, start, count, authority, cancellationToken))).ConfigureAwait(false);
        QueryAttempt[] answers = [.. attempts.OfType<QueryAttempt>()];
        if (answers.Length < agree)
        {
            throw NotAnswered(offers[0], count, agree, answers, [.. tried]);
        }

        for (int row = 0; row < count; row++)
        {
            if (answers.Any(answer => !answer.Rows![row].Answers.SequenceEqual(answers[0].Rows![row].Answers)))
            {
                throw new ClinicException(
                    ClinicFault.Disagreement,
                    $"The miners {string.Join(", ", answers.Select(answer => answer.Miner))} give different exact answers for patient {start + row + 1}.",
                    "Do not use the score; the receipts in the log show who answered what.");
            }
        }

        return answers;
    }

    private static ClinicException NotAnswered(MinerOffer offer, int count, int agree, QueryAttempt[] answers, TriedMiner[] tried)
    {
        string named = string.Join(", ", tried.Select(miner => miner.Text));
        if (answers.Length > 0)
        {
            return new ClinicException(
                ClinicFault.NoAnswer,
                $"Only {answers.Length} of the {agree} miners that must agree answered ({string.Join(", ", answers.Select(answer => answer.Miner))}); no answer of {named}. Every attempt is in the log.",
                tried.All(miner => miner.IsTokenless) ? BuyAhead(offer, count) : "Do not use the score; try again later, or ask for fewer.");
        }

        return tried.All(miner => miner.IsTokenless)
            ? new ClinicException(ClinicFault.NoToken, $"The wallet has no usable token of {RowsText(offer.Card.RowClassFor(count) ?? count)} for {named}; nothing was sent.", BuyAhead(offer, count))
            : new ClinicException(ClinicFault.NoAnswer, $"No miner answered: {named}. Every attempt is in the log.", "Try again later, or raise clinic.most_miners.");
    }

    private static string RowsText(int rows) => rows == 1 ? "1 row" : $"{rows} rows";

    private static string BuyAhead(MinerOffer offer, int count) =>
        $"Buy some ahead with 'subnet clinic keygen --netuid {offer.Netuid} --rows {offer.Card.RowClassFor(count) ?? 1}'; tokens are good in the access epoch of their key and the next.";

    /// <summary>The first answer of the miners that are left; null where none is left.</summary>
    private async Task<QueryAttempt?> FirstAnswerAsync(
        ConcurrentQueue<MinerOffer[]> candidates, ConcurrentQueue<TriedMiner> tried, CardRows request, int start, int count, QueryAuthority authority, CancellationToken cancellationToken)
    {
        while (candidates.TryDequeue(out MinerOffer[]? miner))
        {
            foreach (MinerOffer offer in miner)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TakenToken? token = await TakeAsync(offer, offer.Card.RowClassFor(count) ?? 0, cancellationToken).ConfigureAwait(false);
                if (token is null)
                {
                    tried.Enqueue(new TriedMiner($"{offer.Address} (no token)", IsTokenless: true));
                    break;
                }

                CardRows part = request.Take(start, count);
                QueryAttempt attempt = await sender.AskAsync(offer, part, authority, token, cancellationToken).ConfigureAwait(false);
                if (attempt.Code is null)
                {
                    return attempt;
                }

                failed.Add(new FailedAttempt(attempt.Event, attempt.Miner, attempt.Code));
                tried.Enqueue(new TriedMiner($"{offer.Address} ({attempt.Code}{(attempt.Cause is { Length: > 0 } cause ? ": " + cause.TrimEnd('.') : "")})", IsTokenless: false));
                if (attempt.Code != RefusalStatement.QueryRefused)
                {
                    // Only a refusal may be of this card and not of the other.
                    break;
                }
            }
        }

        return null;
    }

    private async Task<TakenToken?> TakeAsync(MinerOffer offer, int rows, CancellationToken cancellationToken)
    {
        ulong epoch = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        TakenToken? token = await wallet.TakeAsync(offer.Netuid, offer.HotkeyHex, rows, epoch, time.GetUtcNow()).ConfigureAwait(false);
        if (token is not null || settings.BuyWhenEmpty <= 0)
        {
            return token;
        }

        // Bought and used at once, a token may be tied to its purchase by time: only where the gateway is set to do so.
        await purchase.BuyAsync(
            new TokenKind(offer.Netuid, offer.HotkeyHex, epoch, rows), settings.BuyWhenEmpty, settings.MostPerRow * (ulong)rows, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        return await wallet.TakeAsync(offer.Netuid, offer.HotkeyHex, rows, epoch, time.GetUtcNow()).ConfigureAwait(false);
    }

    /// <summary>A miner that brought nothing, and whether that was for want of a token.</summary>
    private sealed record TriedMiner(string Text, bool IsTokenless);
}
