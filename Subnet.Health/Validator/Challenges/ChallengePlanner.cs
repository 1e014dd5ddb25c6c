using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Validator.Challenges;

/// <summary>What of a card was asked before.</summary>
/// <param name="AuditRows">Different audit rows so far: they are equations of the weights, and there may be n/4 of them at most (protocol 4).</param>
/// <param name="LabelledRows">Labelled rows asked so far.</param>
internal sealed record ChallengeHistory(IReadOnlyList<long[]> AuditRows, IReadOnlySet<int> LabelledRows);

/// <summary>
/// Draws the queries of an epoch for one miner: new synthetic rows, some of them twice, and labelled rows that it was never asked. In a random order, so that the place in
/// the epoch tells nothing.
/// </summary>
internal sealed class ChallengePlanner(ChallengeBudget budget, IRandomSource random)
{
    private const int MasterBytes = 32;
    private const int EventBytes = 16;

    /// <summary>Plans one miner's queries.</summary>
    /// <param name="netuid">The subnet.</param>
    /// <param name="epoch">The epoch in which they are asked.</param>
    /// <param name="miner">The hotkey, 32 bytes.</param>
    /// <param name="card">Its card.</param>
    /// <param name="labelled">Rows with known outcomes for this subnet; null for none.</param>
    /// <param name="history">What was asked before.</param>
    /// <exception cref="CircuitException">The card's ranges do not fit its encoding.</exception>
    public IReadOnlyList<Challenge> Plan(
        ushort netuid, ulong epoch, ReadOnlySpan<byte> miner, CardClient card, LabelledRows? labelled, ChallengeHistory history)
    {
        byte[] hotkey = miner.ToArray();
        byte[] hash = card.Hash.ToArray();
        List<Challenge> plan = [];
        List<long[]> known = [.. history.AuditRows];
        foreach ((ChallengeKind kind, long[] row) in card.IsUnderKeys
            ? PairedRows(card, labelled, history.AuditRows, known)
            : AuditRows(card, labelled, history.AuditRows.Count, known))
        {
            plan.Add(New(kind, [row], []));
        }

        if (labelled is not null && LabelledChallenge(card, labelled, history) is var (rows, numbers) && rows.Length > 0)
        {
            int size = Math.Min(rows.Length, card.RowClasses[^1]);
            foreach ((long[][] asked, int[] labels) in rows.Chunk(size).Zip(numbers.Chunk(size)))
            {
                plan.Add(New(ChallengeKind.Labelled, asked, labels));
            }

            // Labelled rows travel many in a query. Were audits always alone in theirs, a miner could serve batches with a better model than it committed and never have to prove it:
            // so one repeat is a batch of the same size, of rows that were asked before or are now, and tells nothing new of the weights.
            int repeat = plan.FindLastIndex(challenge => challenge.Kind == ChallengeKind.Repeat);
            if (repeat >= 0 && known.Count > 0 && (size > 1 || !card.IsUnderKeys))
            {
                plan[repeat] = New(ChallengeKind.Repeat, [.. Enumerable.Range(0, size).Select(i => known[^(1 + (i % known.Count))])], []);
            }
        }

        if (card.IsUnderKeys)
        {
            plan = [.. new PseudonymDraw(budget.MostQueriesOfKeys, random).Spread(plan)];
        }

        Shuffle(plan);
        return plan;

        Challenge New(ChallengeKind kind, long[][] rows, int[] labels) => new()
        {
            Netuid = netuid,
            Epoch = epoch,
            Miner = hotkey,
            Card = hash,
            Kind = kind,
            Master = Draw(MasterBytes),
            Event = Draw(EventBytes),
            Rows = rows,
            Labels = labels,
        };
    }

    /// <summary>New rows, which join the known ones, and repeats of known ones.</summary>
    private IEnumerable<(ChallengeKind Kind, long[] Row)> AuditRows(CardClient card, LabelledRows? labelled, int asked, List<long[]> known)
    {
        RowBatch? words = labelled?.For(card.Inputs.Select(input => input.Column));
        int most = OpenedRowStore.MostRows(card.RowLength);
        int fresh = Math.Clamp(most - asked, 0, budget.AuditRows);
        for (int i = 0; i < fresh; i++)
        {
            long[] row = SyntheticRows.Draw(card, words, random);
            known.Add(row);
            yield return (ChallengeKind.Audit, row);
        }

        // Where no new row is allowed any more, old ones under new keys still catch unequal answers and other models.
        for (int i = 0; i < budget.Repeats + budget.AuditRows - fresh; i++)
        {
            yield return (ChallengeKind.Repeat, known[fresh > 0 ? known.Count - 1 - (i % fresh) : Below(known.Count)]);
        }
    }

    /// <summary>
    /// Rows of a forest under keys, each asked twice: no proof speaks for its answers, so every row is compared. One is of an epoch before, where there is one: a model that was
    /// exchanged meanwhile answers it otherwise.
    /// </summary>
    private IEnumerable<(ChallengeKind Kind, long[] Row)> PairedRows(CardClient card, LabelledRows? labelled, IReadOnlyList<long[]> asked, List<long[]> known)
    {
        RowBatch? words = labelled?.For(card.Inputs.Select(input => input.Column));
        List<long[]> old = [.. asked];
        Shuffle(old);
        int fresh = Math.Clamp(OpenedRowStore.MostRows(card.RowLength) - asked.Count, 0, budget.AuditRows - (old.Count > 0 ? 1 : 0));
        for (int i = 0; i < budget.AuditRows; i++)
        {
            if (i < fresh)
            {
                long[] row = SyntheticRows.Draw(card, words, random);
                known.Add(row);
                yield return (ChallengeKind.Audit, row);
                yield return (ChallengeKind.Repeat, row);
            }
            else if (old.Count > 0)
            {
                long[] row = old[(i - fresh) % old.Count];
                yield return (ChallengeKind.Repeat, row);
                yield return (ChallengeKind.Repeat, row);
            }
        }
    }

    private (long[][] Rows, int[] Numbers) LabelledChallenge(CardClient card, LabelledRows labelled, ChallengeHistory history)
    {
        List<int> unasked = [.. Enumerable.Range(0, labelled.Count).Where(row => !history.LabelledRows.Contains(row))];
        Shuffle(unasked);
        RowBatch all = labelled.For(card.Inputs.Select(input => input.Column));
        List<long[]> rows = [];
        List<int> numbers = [];

        // A forest that takes one patient in a query is asked in as many queries.
        int most = card.IsUnderKeys && card.RowClasses[^1] == 1 ? budget.LabelledRows : Math.Min(budget.LabelledRows, card.RowClasses[^1]);
        foreach (int number in unasked)
        {
            if (rows.Count == most)
            {
                break;
            }

            if (TryPrepare(card, all, number) is { } row)
            {
                rows.Add(row);
                numbers.Add(number);
            }
        }

        return ([.. rows], [.. numbers]);
    }

    /// <summary>A row as integers; null where the card does not admit it, as a clinic would find out too.</summary>
    private static long[]? TryPrepare(CardClient card, RowBatch all, int number)
    {
        try
        {
            using PreparedRows prepared = card.Prepare(RowSelection.Take(all, [number]));
            return prepared.Row(0).ToArray();
        }
        catch (RowsRefusedException)
        {
            return null;
        }
    }

    private void Shuffle<T>(List<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private int Below(int bound) => (int)(BitConverter.ToUInt32(Draw(sizeof(uint))) % (uint)bound);

    private byte[] Draw(int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }
}
