using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Health.Audits;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// One classifier that is given everything a miner sees at once: when queries arrive, their bytes and sizes, row classes, events, tokens and their denominations, what it settled on the
/// ledger, and the audits of past epochs as they were opened. It learns on the first half of the epochs, whose audits are open, and guesses those of the second half.
/// </summary>
/// <remarks>
/// The clinics here ask for one row and for many in the validator's proportion: nothing hides a query's row class.
/// Everything follows from fixed seeds, the issuer's keys too, so the answer is the same at every run.
/// </remarks>
[TestFixture]
internal sealed class CombinedTrafficClassifierTests
{
    private const int Features = 24;
    private const int Epochs = 40;
    private const int Blocks = 360;

    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, SHA512.HashData("combined"u8));
    private AuditedModel model = null!;
    private TokenIssuer single = null!;
    private TokenIssuer many = null!;
    private CommitmentOpening opening = null!;

    [OneTimeSetUp]
    public void Begin()
    {
        opening = CommitmentOpening.Create(new long[Features], random);
        model = new AuditedModel(
            SHA256.HashData("card"u8), new KeylessParameters(KeylessSet.Default, 26), AuditRows.Reals(Features), 1, 1 << 20, opening.Commit(GeneratorSet.Create(Features)));
        single = new TokenIssuer(Key("one row"));
        many = new TokenIssuer(Key("sixteen rows"));
    }

    [OneTimeTearDown]
    public void End()
    {
        single.Dispose();
        many.Dispose();
        opening.Dispose();
        random.Dispose();
    }

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
    public void Classifier_finds_each_leak_that_is_planted(Leak leak)
    {
        (double accuracy, double sigma) = Guess(leak);
        Assert.That(accuracy, Is.GreaterThan(0.5 + (4 * sigma)), "the classifier can tell what can be told");
    }

    private (double Accuracy, double Sigma) Guess(Leak leak)
    {
        Random draws = new(17);
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
                seen.Add(Draw(audit, i / 2, epoch, leak, draws));
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

        double accuracy = LogisticGuess.Accuracy(rows, isAudit, rows.Count / 2);
        return (accuracy, 0.5 / Math.Sqrt(rows.Count - (rows.Count / 2)));
    }

    /// <summary>A query as it arrives. Of the validator's six, four are single rows, and two are of sixteen: the labelled rows and the repeat of their size.</summary>
    private Seen Draw(bool audit, int number, int epoch, Leak leak, Random draws)
    {
        bool isSingle = number < ChallengeBudget.Default.AuditRows;
        int count = isSingle ? 1 : ChallengeBudget.Default.LabelledRows;
        byte[] master = new byte[32];
        random.Fill(master);
        long[][] values = [.. Enumerable.Range(0, count).Select(_ => Row(draws))];
        byte[] query;
        double at;
        if (audit)
        {
            query = new PlannedAudit(model, master, values).BuildQuery();
            EpochClock clock = new(1, 5, 0, Blocks, (ulong)(ChallengeSchedule.MomentOf(master) * Blocks));
            at = clock.Offset + ChallengeSchedule.DelayAt(clock, master, TimeSpan.FromSeconds(1), 0)!.Value.TotalSeconds;
            at = leak == Leak.Time ? Math.Floor(at) + 0.01 : at;
        }
        else
        {
            KeylessLayout layout = KeylessLayout.ForRows(model.Parameters.Set, Features, 1, count)!.Value;
            using KeylessClient client = new(master, model.Card.Span, model.Parameters, layout);
            query = client.Encrypt(values.SelectMany(row => row).ToArray());
            at = draws.NextDouble() * Blocks;
        }

        byte[] name = new byte[16];
        random.Fill(name);
        if (audit && leak == Leak.Event)
        {
            name[0] = (byte)epoch;
            name[1] = (byte)number;
        }

        return new Seen(at, query, name, Buy(isSingle ? single : many), audit);
    }

    /// <summary>What a miner makes of one query among those of its epoch, the settlement of that epoch and the audits opened before.</summary>
    private static double[] Describe(List<Seen> seen, int number, byte[][] settled, List<byte[]> opened)
    {
        Seen query = seen[number];
        double phase = query.At - Math.Floor(query.At);
        double before = number == 0 ? query.At : query.At - seen[number - 1].At;
        double after = number + 1 == seen.Count ? Blocks - query.At : seen[number + 1].At - query.At;
        bool TokenLike(Seen other) => other.Token.AsSpan(66, 32).SequenceEqual(query.Token.AsSpan(66, 32));
        List<double> features =
        [
            query.At, phase, phase < 0.05 ? 1 : 0, Math.Log(1e-6 + before), Math.Log(1e-6 + after), seen.Count(other => Math.Abs(other.At - query.At) < 5), number % 2,
            query.Query.Length, query.Token[66], seen.Count(TokenLike), seen.Count(other => other.Query.Length == query.Query.Length),
            TokenLike(query) && seen.All(other => TokenLike(other) == (other.Query.Length == query.Query.Length)) ? 1 : 0,
            Array.FindIndex(settled, token => token.AsSpan().SequenceEqual(query.Token)), settled.Length,
            opened.TakeLast(24).Append(query.Query).Select(past => Equal(past, query.Query)).SkipLast(1).DefaultIfEmpty(0).Max(),
            opened.Take(6).Select(past => Equal(past, query.Query)).DefaultIfEmpty(0).Max(),
            .. query.Name.Select(value => (double)value), .. query.Token.Skip(2).Take(8).Select(value => (double)value),
        ];
        foreach (byte[] segment in query.Query.Chunk((query.Query.Length / 8) + 1).Concat(query.Token.Chunk(query.Token.Length / 3)))
        {
            double mean = segment.Average(value => (double)value);
            features.Add(mean);
            features.Add(segment.Average(value => (value - mean) * (value - mean)));
        }

        return [.. features];
    }

    /// <summary>The share of equal bytes among 512 of the middle.</summary>
    private static double Equal(byte[] a, byte[] b)
    {
        int start = Math.Min(a.Length, b.Length) / 2;
        return a.Skip(start).Take(512).Zip(b.Skip(start).Take(512)).Count(pair => pair.First == pair.Second) / 512.0;
    }

    private static long[] Row(Random draws)
    {
        long[] row = [.. Enumerable.Range(0, Features).Select(_ => (long)draws.Next(-500, 500))];
        row[0] = 1;
        return row;
    }

    private byte[] Buy(TokenIssuer issuer)
    {
        using TokenRequest request = TokenRequest.Create(issuer.Key, TokenChallenge.ForMiner("issuer", 7, new byte[32]), random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response), Is.True);
        Assert.That(request.TryFinish(response, out Token? bought), Is.True);
        return bought!.Encoded.ToArray();
    }

    /// <summary>An issuer's key of a seed: a token's bytes are among what the classifier sees, and must be the same at every run.</summary>
    private static BlindRsaSecretKey Key(string seed)
    {
        DigestRandomGenerator generator = new(new Sha256Digest());
        generator.AddSeedMaterial(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(seed)));
        SecureRandom secure = new(generator);
        BigInteger exponent = BigInteger.ValueOf(65537);
        while (true)
        {
            BigInteger p = BigInteger.ProbablePrime(1024, secure);
            BigInteger q = BigInteger.ProbablePrime(1024, secure);
            BigInteger order = p.Subtract(BigInteger.One).Multiply(q.Subtract(BigInteger.One));
            if (p.Multiply(q).BitLength == 2048 && order.Gcd(exponent).Equals(BigInteger.One))
            {
                return BlindRsaSecretKey.FromPrimes(
                    p.ToByteArrayUnsigned(), q.ToByteArrayUnsigned(), exponent.ToByteArrayUnsigned(), exponent.ModInverse(order).ToByteArrayUnsigned());
            }
        }
    }

    /// <summary>A fault of a validator, a clinic or a miner that would give audits away.</summary>
    internal enum Leak
    {
        None,
        Time,
        Event,
        Settlement,
        Repeat,
    }

    private sealed record Seen(double At, byte[] Query, byte[] Name, byte[] Token, bool IsAudit);
}
