using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// One classifier that is given everything a miner sees at once: when queries arrive, their bytes and sizes, row classes, events, tokens and the keys they are under, what it settled on the
/// ledger, and the audits of past epochs as they were opened. It learns on the first half of the epochs, whose audits are open, and guesses those of the second half.
/// </summary>
/// <remarks>
/// The clinics here ask for one row and for many in the validator's proportion: nothing hides a query's row class.
/// </remarks>
[TestFixture]
internal sealed class CombinedTrafficClassifierTests
{
    private const int Epochs = 48;

    /// <summary>Where a token names its key (RFC 9578).</summary>
    private const int KeyOffset = 66, KeyBytes = 32;

    [Test]
    public void Classifier_on_all_of_it_together_stays_within_two_sigma_of_chance()
    {
        (double accuracy, double sigma) = Guess(Leak.None);
        Assert.That(accuracy, Is.EqualTo(0.5).Within(2 * sigma));
    }

    [TestCase(Leak.Time, Description = "a validator that sends at block boundaries")]
    [TestCase(Leak.Event, Description = "a validator that counts its events")]
    [TestCase(Leak.Settlement, Description = "a miner's settlement in the order of arrival, with the validator's queries first")]
    [TestCase(Leak.Repeat, Description = "a validator that sends the same bytes again in a later epoch")]
    [TestCase(Leak.TokenKey, Description = "a validator that lives on a stock: half of its tokens are of the epoch before")]
    [TestCase(Leak.RowClass, Description = "clinics that ask for one row only, where the validator also asks for sixteen")]
    public void Classifier_finds_each_leak_that_is_planted(Leak leak)
    {
        (double accuracy, double sigma) = Guess(leak);
        Assert.That(accuracy, Is.GreaterThan(0.5 + (4 * sigma)), "the classifier can tell what can be told");
    }

    private static (double Accuracy, double Sigma) Guess(Leak leak)
    {
        using TrafficSource source = new("combined");
        List<double[]> rows = [];
        List<bool> isAudit = [];
        List<byte[]> opened = [];
        byte[]? again = null;
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            List<Seen> seen = [];
            for (int i = 0; i < 2 * ChallengeBudget.Default.Queries; i++)
            {
                bool audit = i % 2 == 0;
                seen.Add(Draw(source, audit, i / 2, epoch, leak));
            }

            // The same bytes again would be found among the opened audits of the epochs before.
            if (leak == Leak.Repeat && again is not null)
            {
                for (int i = 0; i < seen.Count; i += 2)
                {
                    seen[i] = seen[i] with { Query = again };
                }
            }

            seen.Sort((a, b) => a.At.CompareTo(b.At));
            byte[][] settled = leak == Leak.Settlement
                ? [.. seen.OrderBy(query => !query.IsAudit).Select(query => query.Token)]
                : [.. TokenSettlement.Sort(seen.Select(query => query.Token))];
            for (int i = 0; i < seen.Count; i++)
            {
                rows.Add(Describe(seen, i, settled, opened));
                isAudit.Add(seen[i].IsAudit);
            }

            opened.AddRange(seen.Where(query => query.IsAudit).Select(query => query.Query));
            again ??= opened[0];
        }

        double accuracy = TrafficGuess.Accuracy(rows, isAudit, rows.Count / 2);
        return (accuracy, 0.5 / Math.Sqrt(rows.Count - (rows.Count / 2)));
    }

    /// <summary>A query as it arrives. Of the validator's six, four are single rows, and two are of sixteen: the labelled rows and the repeat of their size.</summary>
    private static Seen Draw(TrafficSource source, bool audit, int number, int epoch, Leak leak)
    {
        bool isSingle = number < ChallengeBudget.Default.AuditRows || (leak == Leak.RowClass && !audit);
        int count = isSingle ? 1 : ChallengeBudget.Default.LabelledRows;
        (byte[] query, double at) = audit ? source.Audit(count) : (source.Clinic(count), source.Draws.NextDouble() * TrafficSource.Blocks);
        at = audit && leak == Leak.Time ? Math.Floor(at) + 0.01 : at;
        byte[] name = source.Bytes(16);
        if (audit && leak == Leak.Event)
        {
            name[0] = (byte)epoch;
            name[1] = (byte)number;
        }

        string key = (isSingle ? "one row" : "sixteen rows") + (audit && leak == Leak.TokenKey && number % 2 == 0 ? " of the epoch before" : "");
        return new Seen(at, query, name, source.Buy(key), audit);
    }

    /// <summary>What a miner makes of one query among those of its epoch, the settlement of that epoch and the audits opened before.</summary>
    private static double[] Describe(List<Seen> seen, int number, byte[][] settled, List<byte[]> opened)
    {
        Seen query = seen[number];
        double phase = query.At - Math.Floor(query.At);
        double before = number == 0 ? query.At : query.At - seen[number - 1].At;
        double after = number + 1 == seen.Count ? TrafficSource.Blocks - query.At : seen[number + 1].At - query.At;
        string[] keys = [.. seen.Select(KeyOf).Distinct().Order(StringComparer.Ordinal)];
        List<double> features =
        [
            query.At, phase, phase < 0.05 ? 1 : 0, Math.Log(1e-6 + before), Math.Log(1e-6 + after), seen.Count(other => Math.Abs(other.At - query.At) < 5), number % 2,
            query.Query.Length, RowsOf(query), RowsOf(query) == 1 ? 1 : 0, RowsOf(query) == 16 ? 1 : 0, RowsOf(query) == 256 ? 1 : 0, seen.Count(other => RowsOf(other) == RowsOf(query)),
            query.Token[KeyOffset], keys.Length, Array.IndexOf(keys, KeyOf(query)), seen.Count(other => KeyOf(other) == KeyOf(query)),
            seen.Where(other => RowsOf(other) == RowsOf(query)).Select(KeyOf).Distinct().Count(),
            seen.Count(other => RowsOf(other) == RowsOf(query) && KeyOf(other) == KeyOf(query)) / (double)seen.Count(other => RowsOf(other) == RowsOf(query)),
            Array.FindIndex(settled, token => token.AsSpan().SequenceEqual(query.Token)), settled.Length,
            opened.TakeLast(24).Append(query.Query).Select(past => Equal(past, query.Query)).SkipLast(1).DefaultIfEmpty(0).Max(),
            opened.Take(6).Select(past => Equal(past, query.Query)).DefaultIfEmpty(0).Max(),
            .. query.Name.Select(value => (double)value), .. query.Token.Skip(2).Take(8).Select(value => (double)value),

            // The first bytes of the key's id as eight columns of their own: whichever key it is, some bit tells it from another.
            .. Enumerable.Range(0, 8).Select(bit => (double)((query.Token[KeyOffset + 1] >> bit) & 1)),
        ];
        foreach (byte[] segment in query.Query.Chunk((query.Query.Length / 8) + 1).Concat(query.Token.Chunk(query.Token.Length / 3)))
        {
            double mean = segment.Average(value => (double)value);
            features.Add(mean);
            features.Add(segment.Average(value => (value - mean) * (value - mean)));
        }

        return [.. features];
    }

    private static int RowsOf(Seen query) => KeylessQuery.Rows(query.Query);

    private static string KeyOf(Seen query) => Convert.ToHexString(query.Token.AsSpan(KeyOffset, KeyBytes));

    /// <summary>The share of equal bytes among 512 of the middle.</summary>
    private static double Equal(byte[] a, byte[] b)
    {
        int start = Math.Min(a.Length, b.Length) / 2;
        return a.AsSpan(start, 512).ToArray().Zip(b.AsSpan(start, 512).ToArray()).Count(pair => pair.First == pair.Second) / 512.0;
    }

    /// <summary>A fault of a validator, a clinic or a miner that would give audits away.</summary>
    internal enum Leak
    {
        None,
        Time,
        Event,
        Settlement,
        Repeat,
        TokenKey,
        RowClass,
    }

    private sealed record Seen(double At, byte[] Query, byte[] Name, byte[] Token, bool IsAudit);
}
