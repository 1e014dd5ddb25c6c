using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Health.Audits;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Audits;

/// <summary>Queries and tokens of clinics and of a validator for one model, byte for byte the same at every run: everything follows from one seed, the issuers' keys too.</summary>
internal sealed class TrafficSource : IDisposable
{
    public const int Blocks = 360;

    private const int Features = 24;

    private readonly SeededRandomSource random;
    private readonly CommitmentOpening opening;
    private readonly Dictionary<string, TokenIssuer> issuers = new(StringComparer.Ordinal);
    private readonly TokenChallenge challenge = TokenChallenge.ForMiner("issuer", 7, new byte[32]);

    public TrafficSource(string seed)
    {
        random = new SeededRandomSource(PrngType.Blake2Xb, SHA512.HashData(Encoding.ASCII.GetBytes(seed)));
        Draws = new Random(17);
        opening = CommitmentOpening.Create(new long[Features], random);
        Model = new AuditedModel(
            SHA256.HashData("card"u8), new KeylessParameters(KeylessSet.Default, 26), AuditRows.Reals(Features), 1, 1 << 20, opening.Commit(GeneratorSet.Create(Features)));
    }

    public AuditedModel Model { get; }

    /// <summary>What is drawn beside seeds: rows, moments of clinics.</summary>
    public Random Draws { get; }

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    /// <summary>A clinic's query.</summary>
    public byte[] Clinic(int rows)
    {
        KeylessLayout layout = KeylessLayout.ForRows(Model.Parameters.Set, Model.Features, Model.Classes, rows)!.Value;
        using KeylessClient client = new(Bytes(32), Model.Card.Span, Model.Parameters, layout);
        return client.Encrypt([.. Enumerable.Range(0, rows).SelectMany(_ => Row())]);
    }

    /// <summary>A validator's query and the moment at which it goes.</summary>
    public (byte[] Query, double At) Audit(int rows)
    {
        byte[] master = Bytes(32);
        return (new PlannedAudit(Model, master, [.. Enumerable.Range(0, rows).Select(_ => Row())]).BuildQuery(), Moment(master));
    }

    /// <summary>When a validator sends the query of a master seed, in blocks of a second since the epoch began.</summary>
    public static double Moment(byte[] master)
    {
        EpochClock clock = new(1, 5, 0, Blocks, (ulong)(ChallengeSchedule.MomentOf(master) * Blocks));
        return clock.Offset + ChallengeSchedule.DelayAt(clock, master, TimeSpan.FromSeconds(1), 0)!.Value.TotalSeconds;
    }

    /// <summary>A token under a key of a name.</summary>
    public byte[] Buy(string key)
    {
        if (!issuers.TryGetValue(key, out TokenIssuer? issuer))
        {
            issuers.Add(key, issuer = new TokenIssuer(SeededIssuerKey.Of(key)));
        }

        using TokenRequest request = TokenRequest.Create(issuer.Key, challenge, random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response), Is.True);
        Assert.That(request.TryFinish(response, out Token? bought), Is.True);
        return bought!.Encoded.ToArray();
    }

    public void Dispose()
    {
        foreach (TokenIssuer issuer in issuers.Values)
        {
            issuer.Dispose();
        }

        opening.Dispose();
        random.Dispose();
    }

    private long[] Row() => [1, .. Enumerable.Range(1, Features - 1).Select(_ => (long)Draws.Next(-500, 500))];
}
