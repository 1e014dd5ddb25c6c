using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Server;

namespace Subnet.Tests.Health.Miner;

/// <summary>A miner with one small model behind real gRPC on loopback, an issuer, and a clinic that asks.</summary>
internal sealed class MinerFixture : IAsyncDisposable
{
    public const int Features = 4;
    public const ulong Epoch = 7;

    private const long Bound = 1000;
    private static readonly long[] Weights = [1, -2, 3, -4];
    private static readonly byte[] CardBytes = "{\"id\":\"test\"}"u8.ToArray();

    private readonly BlindRsaSecretKey issuerSecret;
    private readonly TokenIssuer issuer;
    private readonly TokenChallenge challenge;
    private readonly ServedModel model;
    private readonly GrpcServerHost host;
    private readonly IRandomSource random = new OperatingSystemRandomSource();

    private MinerFixture(BlindRsaSecretKey issuerSecret, TokenIssuer issuer, SigningKey hotkey, TokenChallenge challenge, ServedModel model, GrpcServerHost host)
    {
        this.issuerSecret = issuerSecret;
        this.issuer = issuer;
        this.challenge = challenge;
        this.model = model;
        this.host = host;
        Hotkey = hotkey;
    }

    public static KeylessParameters Parameters { get; } = new(KeylessSet.Default, 20);

    public static byte[] Card { get; } = SHA256.HashData(CardBytes);

    public SigningKey Hotkey { get; }

    public static async Task<MinerFixture> StartAsync(ISpentTokenStore spent, AdmissionControl admission, BlindRsaSecretKey? issuerSecret = null)
    {
        issuerSecret ??= BlindRsaSecretKey.Generate();
        TokenIssuer issuer = new(issuerSecret);
        SigningKey hotkey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)3, 32)]);
        TokenChallenge challenge = TokenChallenge.ForMiner("issuer.example", 1, hotkey.PublicKey);
        ServedModel model = new(CardBytes, new KeylessModel(Card, Parameters, 1, Weights, Bound, RandomSourceFactory.FromOperatingSystem()));
        QueryService service = new([model], hotkey, challenge, spent, new Ledger(issuer.Key), admission, TimeProvider.System);
        GrpcServices services = new();
        InferenceEndpoint.AddTo(services, service);
        GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        return new MinerFixture(issuerSecret, issuer, hotkey, challenge, model, host);
    }

    public static KeylessClient NewClient()
    {
        byte[] master = RandomNumberGenerator.GetBytes(32);
        return new KeylessClient(master, Card, Parameters, new KeylessLayout(Features, 1, 1));
    }

    public static long Expected(long[] row) => row.Zip(Weights, (x, w) => x * w).Sum();

    public GrpcChannel NewChannel() => new(host.Address, new GrpcChannelOptions { OneCallPerConnection = true }, TimeProvider.System);

    public byte[] BuyToken()
    {
        using TokenRequest request = TokenRequest.Create(issuer.Key, challenge, random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response));
        Assert.That(request.TryFinish(response!, out Token? token));
        return token!.Encoded.ToArray();
    }

    public static QueryRequest Message(byte[] query, byte[] token) => new()
    {
        Query = ByteString.CopyFrom(query),
        Event = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
        Token = ByteString.CopyFrom(token),
    };

    public async Task<QueryOutcome> SendAsync(QueryRequest request)
    {
        using GrpcChannel channel = NewChannel();
        return await QueryClient.SendAsync(channel, Hotkey.PublicKey.ToArray(), Card, request, TimeSpan.FromSeconds(30), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        model.Dispose();
        issuer.Dispose();
        issuerSecret.Dispose();
        Hotkey.Dispose();
    }

    private sealed class Ledger(TokenKey key) : ITokenLedger
    {
        public ulong Epoch => MinerFixture.Epoch;

        public TokenKeySet Keys { get; } = new([new PublishedTokenKey(MinerFixture.Epoch, 1, key)]);
    }
}
