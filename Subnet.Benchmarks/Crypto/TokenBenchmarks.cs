using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;

namespace Subnet.Benchmarks.Crypto;

/// <summary>Issuing and redeeming tokens. Target: 2,000 redemptions a second; a blind signature takes about 5 ms of a core.</summary>
[MemoryDiagnoser]
public class TokenBenchmarks : IDisposable
{
    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
    private readonly TokenChallenge challenge = TokenChallenge.ForMiner("issuer", 1, new byte[32]);
    private readonly byte[] request = new byte[32];
    private TokenIssuer issuer = null!;
    private TokenKeySet keys = null!;
    private TokenRequest pending = null!;
    private byte[] token = null!;

    /// <summary>Makes a key and one token.</summary>
    [GlobalSetup]
    public void Setup()
    {
        issuer = new TokenIssuer(BlindRsaSecretKey.Generate());
        keys = new TokenKeySet([new PublishedTokenKey(1, 1, issuer.Key)]);
        pending = TokenRequest.Create(issuer.Key, challenge, random);
        if (!issuer.TryIssue(pending.Encoded, out byte[]? response) || !pending.TryFinish(response, out Token? finished))
        {
            throw new InvalidOperationException("the token was not issued");
        }

        token = finished.Encoded.ToArray();
    }

    /// <summary>Frees the key.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        pending.Dispose();
        issuer.Dispose();
        random.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The client blinds.</summary>
    [Benchmark]
    public int Blind()
    {
        using TokenRequest made = TokenRequest.Create(issuer.Key, challenge, random);
        return made.Encoded.Length;
    }

    /// <summary>The issuer signs.</summary>
    [Benchmark]
    public bool Issue() => issuer.TryIssue(pending.Encoded, out _);

    /// <summary>The miner verifies and spends, the spent set in memory.</summary>
    [Benchmark]
    public TokenSpending Redeem() => new TokenRedemption(challenge, new InMemorySpentTokenStore()).Redeem(token, keys, 1, 1, request).Outcome;
}
