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
using Subnet.Tests.Support;

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
    private readonly ToyModel model;
    private readonly SpentTokenStore spent;
    private readonly MinerMetrics metrics;
    private readonly TemporaryFolder folder;
    private readonly GrpcServerHost host;
    private readonly IRandomSource random = new OperatingSystemRandomSource();

    private MinerFixture(
        BlindRsaSecretKey issuerSecret,
        TokenIssuer issuer,
        SigningKey hotkey,
        TokenChallenge challenge,
        ToyModel model,
        SpentTokenStore spent,
        MinerMetrics metrics,
        TemporaryFolder folder,
        GrpcServerHost host)
    {
        this.issuerSecret = issuerSecret;
        this.issuer = issuer;
        this.challenge = challenge;
        this.model = model;
        this.spent = spent;
        this.metrics = metrics;
        this.folder = folder;
        this.host = host;
        Hotkey = hotkey;
    }

    public static KeylessParameters Parameters { get; } = new(KeylessSet.Default, 20);

    public static byte[] Card { get; } = SHA256.HashData(CardBytes);

    public SigningKey Hotkey { get; }

    /// <summary>The durable spent set.</summary>
    public SpentTokenStore Spent => spent;

    /// <summary>The model; tests may hold its answers up.</summary>
    public ToyModel Model => model;

    /// <summary>What the log was told.</summary>
    public List<ServedQuery> Served { get; private set; } = [];

    /// <summary>What answers.</summary>
    public QueryService Service { get; private set; } = null!;

    /// <summary>Starts a miner.</summary>
    /// <param name="admission">The bound on work.</param>
    /// <param name="issuerSecret">The issuer's key, for a second miner after the first.</param>
    /// <param name="spentPath">The spent set's file, for a second miner after the first.</param>
    /// <param name="spentPages">How large it may grow.</param>
    /// <param name="isLogBroken">Whether the log refuses.</param>
    public static async Task<MinerFixture> StartAsync(
        AdmissionControl admission, BlindRsaSecretKey? issuerSecret = null, string? spentPath = null, int spentPages = 0, bool isLogBroken = false)
    {
        issuerSecret ??= BlindRsaSecretKey.Generate();
        TokenIssuer issuer = new(issuerSecret);
        SigningKey hotkey = SigningKey.FromSeed([.. Enumerable.Repeat((byte)3, 32)]);
        TokenChallenge challenge = TokenChallenge.ForMiner("issuer.example", 1, hotkey.PublicKey);
        TemporaryFolder folder = new();
        SpentTokenStore spent = new(spentPath ?? folder.Combine("spent.db"), spentPages);
        ToyModel model = new(CardBytes, new KeylessModel(Card, Parameters, 1, Weights, Bound, RandomSourceFactory.FromOperatingSystem()));
        MinerMetrics metrics = new("test", () => admission.Inside);
        List<ServedQuery> served = [];
        QueryService service = new([model], hotkey, challenge, spent, admission, new ListLog(served, isLogBroken), metrics, TimeProvider.System)
        {
            View = TokenLedgerView.Of(Epoch, [new PublishedTokenKey(Epoch, 1, issuer.Key)]),
        };
        GrpcServices services = new();
        InferenceEndpoint.AddTo(services, service, new KeyBundleStore(folder.Combine("keys"), [model], 1 << 20, TimeProvider.System), null, model.LargestQueryBytes);
        GrpcServerHost host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        MinerFixture fixture = new(issuerSecret, issuer, hotkey, challenge, model, spent, metrics, folder, host);
        fixture.Served = served;
        fixture.Service = service;
        return fixture;
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
        return await new MinerClient(Patience.Long, 0, TimeProvider.System).SendAsync(channel, Hotkey.PublicKey.ToArray(), Card, request, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await spent.DisposeAsync();
        metrics.Dispose();
        model.Dispose();
        issuer.Dispose();
        issuerSecret.Dispose();
        Hotkey.Dispose();
        folder.Dispose();
    }

    /// <summary>Four weights behind the miner's seam.</summary>
    internal sealed class ToyModel(byte[] card, KeylessModel circuit) : IServedModel
    {
        public ReadOnlyMemory<byte> Card => card;

        public ReadOnlyMemory<byte> CardHash { get; } = SHA256.HashData(card);

        public string Id => "test";

        public ReadOnlyMemory<byte> Commitment => default;

        public Subnet.Crypto.Commitments.CommitmentOpening? Opening => null;

        public (long Resident, long PerQuery) MemoryBytes => (1 << 16, 1 << 20);

        public int LargestQueryBytes => KeylessQuery.ByteCount(circuit.Parameters.Set);

        public long KeyBundleBytes => 0;

        /// <summary>What an answer waits for.</summary>
        public Task Gate { get; set; } = Task.CompletedTask;

        /// <summary>How many queries were evaluated.</summary>
        public int Evaluated;

        public int? RowsOf(ReadOnlySpan<byte> query) => KeylessQuery.Card(query).SequenceEqual(CardHash.Span) ? KeylessQuery.Rows(query) : null;

        public async ValueTask<byte[]?> AnswerAsync(ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
        {
            await Gate;
            Interlocked.Increment(ref Evaluated);
            return circuit.TryAnswer(query.Span, out byte[]? reply, cancellationToken) == KeylessRefusal.None ? reply : null;
        }

        public void Dispose() => circuit.Dispose();
    }

    private sealed class ListLog(List<ServedQuery> served, bool isBroken) : IServedQueryLog
    {
        public Task ServedAsync(ServedQuery query)
        {
            if (isBroken)
            {
                throw new ServedQueryLogException(new IOException("the disk is full"));
            }

            lock (served)
            {
                served.Add(query);
            }

            return Task.CompletedTask;
        }
    }
}
