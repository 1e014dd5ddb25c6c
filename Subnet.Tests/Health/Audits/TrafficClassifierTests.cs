using System.Security.Cryptography;
using Subnet.Crypto.Tokens;
using Subnet.Health.Audits;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// A miner that tries to tell audits from patients (protocol 3). It sees whole queries, tokens and events, and after each epoch learns which queries of it were audits and how
/// the tokens were settled; it trains on past epochs and guesses the next one.
/// </summary>
[TestFixture]
internal sealed class TrafficClassifierTests
{
    private const int Queries = 480;

    [Test]
    public void Classifier_on_everything_a_miner_sees_stays_within_two_sigma_of_chance_and_finds_a_careless_validator()
    {
        using TrafficSource source = new("bytes");
        List<double[]> seen = [];
        List<double[]> careless = [];
        List<bool> isAudit = [];
        for (int i = 0; i < Queries; i++)
        {
            bool audit = source.Draws.Next(2) == 1;
            byte[] query = audit ? source.Audit(1).Query : source.Clinic(1);
            byte[] token = source.Buy("one row");
            byte[] name = source.Bytes(16);
            seen.Add(Describe(query, token, name));
            isAudit.Add(audit);

            // A validator whose events are counters instead of random would be found at once.
            byte[] counted = audit ? [.. name[..12], 0, 0, (byte)(i / 256), (byte)i] : name;
            careless.Add(Describe(query, token, counted));
        }

        double chance = Accuracy(seen, isAudit, out int tested);
        double sigma = 0.5 / Math.Sqrt(tested);
        Assert.That(chance, Is.EqualTo(0.5).Within(2 * sigma));
        Assert.That(Accuracy(careless, isAudit, out _), Is.GreaterThan(0.5 + (6 * sigma)), "the classifier can tell what can be told");
    }

    /// <summary>
    /// Times: a miner of 48 past epochs, of which it has seen the audits opened, guesses which queries of 24 further ones are audits, from when they came. The clinics ask at any time; the
    /// validator's moments are those of its schedule. The control is a validator that sends at block boundaries, evenly, as one would write it first.
    /// </summary>
    [Test]
    public void Classifier_on_arrival_times_stays_within_two_sigma_of_chance_and_finds_a_validator_that_follows_the_blocks()
    {
        const int Epochs = 72;
        const int Each = 24;
        using TrafficSource source = new("arrivals");
        List<(double At, bool IsAudit)>[] hidden = new List<(double, bool)>[Epochs];
        List<(double At, bool IsAudit)>[] regular = new List<(double, bool)>[Epochs];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            hidden[epoch] = [];
            regular[epoch] = [];
            for (int i = 0; i < Each; i++)
            {
                double clinic = source.Draws.NextDouble() * TrafficSource.Blocks;
                hidden[epoch].AddRange([(clinic, false), (TrafficSource.Moment(source.Bytes(32)), true)]);
                regular[epoch].AddRange([(clinic, false), (Math.Ceiling(i * (TrafficSource.Blocks - 2.0) / Each) + (source.Draws.NextDouble() * 0.02), true)]);
            }
        }

        (double[][] rows, bool[] audits) = Arrivals(hidden);
        double chance = Accuracy([.. rows], [.. audits], out int tested);
        double sigma = 0.5 / Math.Sqrt(tested);
        Assert.That(chance, Is.EqualTo(0.5).Within(2 * sigma), "arrivals");
        (rows, audits) = Arrivals(regular);
        Assert.That(Accuracy([.. rows], [.. audits], out _), Is.GreaterThan(0.5 + (6 * sigma)), "the classifier can tell what can be told");
    }

    /// <summary>What a miner makes of arrival times: place in the epoch and in the block, near a block or not, gaps before and after, how full its neighbourhood is.</summary>
    private static (double[][] Rows, bool[] IsAudit) Arrivals(IEnumerable<List<(double At, bool IsAudit)>> epochs)
    {
        List<double[]> rows = [];
        List<bool> audits = [];
        foreach (List<(double At, bool IsAudit)> epoch in epochs)
        {
            epoch.Sort((a, b) => a.At.CompareTo(b.At));
            for (int i = 0; i < epoch.Count; i++)
            {
                double at = epoch[i].At;
                double phase = at - Math.Floor(at);
                double before = i == 0 ? at : at - epoch[i - 1].At;
                double after = i + 1 == epoch.Count ? 1 : epoch[i + 1].At - at;
                rows.Add([
                    at, at * at, phase, Math.Cos(2 * Math.PI * phase), Math.Sin(2 * Math.PI * phase), phase < 0.05 ? 1 : 0, before, after, Math.Log(1e-6 + before), Math.Log(1e-6 + after),
                    epoch.Count(other => Math.Abs(other.At - at) < 5), Math.Cos(2 * Math.PI * at / 15), Math.Sin(2 * Math.PI * at / 15), i, i % 2,
                ]);
                audits.Add(epoch[i].IsAudit);
            }
        }

        return ([.. rows], [.. audits]);
    }

    [Test]
    public void Repeat_of_an_audit_row_shares_no_byte_that_a_miner_could_match()
    {
        using TrafficSource source = new("repeats");
        long[] row = [1, .. new long[source.Model.Features - 1]];
        byte[][] queries = [.. Enumerable.Range(0, 2).Select(i => new PlannedAudit(source.Model, SHA256.HashData([(byte)i]), [row]).BuildQuery())];

        // After the head (card, set, sizes) equal bytes are as rare as among random ones: one in 256.
        int equal = queries[0].Skip(57).Zip(queries[1].Skip(57)).Count(pair => pair.First == pair.Second);
        int length = queries[0].Length - 57;
        Assert.That(queries[0].Length, Is.EqualTo(queries[1].Length));
        Assert.That(equal, Is.EqualTo(length / 256.0).Within(5 * Math.Sqrt(length / 256.0)));
    }

    [Test]
    public void Settled_tokens_say_nothing_of_the_order_in_which_they_came()
    {
        using TrafficSource source = new("settlement");
        byte[][] spent = [.. Enumerable.Range(0, 12).Select(_ => source.Buy("one row"))];

        IReadOnlyList<byte[]> settled = TokenSettlement.Sort(spent);
        IReadOnlyList<byte[]> other = TokenSettlement.Sort(spent.Reverse());
        Assert.That(settled.Select(Convert.ToHexString), Is.EqualTo(other.Select(Convert.ToHexString)));
    }

    /// <summary>Length, first bytes of what varies, and means and spreads of segments of query, token and event.</summary>
    private static double[] Describe(byte[] query, byte[] token, byte[] name)
    {
        List<double> features = [query.Length, token.Length, .. name.Select(value => (double)value), .. token.Skip(2).Take(8).Select(value => (double)value)];
        foreach (byte[] segment in query.Chunk(query.Length / 12).Concat(token.Chunk(token.Length / 4)))
        {
            double mean = segment.Average(value => (double)value);
            features.Add(mean);
            features.Add(segment.Average(value => (value - mean) * (value - mean)));
            features.Add(segment.Average(value => (double)(value & 1)));
        }

        return [.. features];
    }

    private static double Accuracy(List<double[]> rows, List<bool> isAudit, out int tested)
    {
        int trained = rows.Count * 2 / 3;
        tested = rows.Count - trained;
        return TrafficGuess.Accuracy(rows, isAudit, trained);
    }
}
