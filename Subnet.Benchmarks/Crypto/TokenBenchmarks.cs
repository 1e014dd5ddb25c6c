using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Miner;

namespace Subnet.Benchmarks.Crypto;

/// <summary>Issuing and redeeming tokens. Target: 2,000 redemptions a second; a blind signature takes about 5 ms of a core.</summary>
[MemoryDiagnoser]
public class TokenBenchmarks : IDisposable
{
    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
    private readonly TokenChallenge challenge = TokenChallenge.ForMiner("issuer", 1, new byte[32]);
    private readonly byte[] request = new byte[32];
    private readonly string folder = Directory.CreateTempSubdirectory("subnet-bench-").FullName;
    private SpentTokenStore spent = null!;
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
        spent = new SpentTokenStore(Path.Combine(folder, "spent.db"));
    }

    /// <summary>Frees the key.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        pending.Dispose();
        issuer.Dispose();
        random.Dispose();
        spent.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(folder, recursive: true);
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

    /// <summary>Of 256 queries at once, one: verified, and spent in the miner's file before the call returns. Each has a nonce of its own.</summary>
    [Benchmark(OperationsPerInvoke = 256)]
    public Task RedeemDurably() => Task.WhenAll(Enumerable.Range(0, 256).Select(_ => Task.Run(async () =>
    {
        byte[] nonce = new byte[32];
        System.Security.Cryptography.RandomNumberGenerator.Fill(nonce);
        return Token.TryParse(token, out Token? read) && read.Verify(issuer.Key, challenge)
            ? await spent.SpendAsync(nonce, token, request, nonce[..16], 1).ConfigureAwait(false)
            : throw new InvalidOperationException("the token does not verify");
    })));
}
