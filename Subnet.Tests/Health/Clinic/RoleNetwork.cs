using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Clinic;
using Subnet.Health.Issuer;
using Subnet.Health.Miner;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

/// <summary>
/// A ledger, an issuer, miners and a clinic in this process over real gRPC on loopback. Blocks are made when somebody waits for one, so that
/// epochs begin when a test says so and not when time passes.
/// </summary>
internal sealed class RoleNetwork : IAsyncDisposable
{
    private const ulong EpochBlocks = 100;
    private const int EpochsAhead = 2;

    // An RSA key takes a good part of a second; six for the whole run are enough, one for each epoch and size class of a test.
    private static readonly Lazy<byte[][]> KeyPool = new(() =>
    [
        .. Enumerable.Range(0, 9).AsParallel().Select(_ =>
        {
            using BlindRsaSecretKey key = BlindRsaSecretKey.Generate();
            return key.ToPkcs8();
        }),
    ]);

    private readonly TemporaryFolder folder = new();
    private readonly List<SigningKey> keys = [];
    private readonly OperatingSystemRandomSource random = new();
    private readonly Dictionary<string, MinerHost> miners = new(StringComparer.Ordinal);
    private readonly List<HeldPort> ports = [];
    private GrpcServerHost issuerServer = null!;
    private int keyNumber;

    private RoleNetwork() => Ledger = new InProcessLedger(TestLedger.Quick with { AccessEpochBlocks = EpochBlocks }).StartOnDemand();

    public InProcessLedger Ledger { get; }

    public ushort Netuid { get; private set; }

    public TokenIssuerService Issuer { get; private set; } = null!;

    public ClinicClient Clinic { get; private set; } = null!;

    public RandomSourceFactory Randomness { get; } = RandomSourceFactory.FromOperatingSystem();

    public Uri IssuerAddress => issuerServer.Address;

    public string Folder => folder.Path;

    /// <summary>A network whose first access epoch with tokens has begun.</summary>
    /// <param name="names">Miners, of the ledger's people; each serves the heart model with a commitment of its own.</param>
    public static Task<RoleNetwork> StartAsync(params string[] names)
    {
        byte blinding = 1;
        return StartWithAsync((_, randomness) => CompiledSample.Heart.Publish(randomness, blinding++), names);
    }

    /// <summary>The same with a model for each miner.</summary>
    public static async Task<RoleNetwork> StartWithAsync(Func<string, RandomSourceFactory, IServedModel> modelOf, params string[] names)
    {
        RoleNetwork network = new();
        network.Netuid = await network.Ledger.CreateSubnet(names);
        network.Issuer = await TokenIssuerService.StartAsync(
            new IssuerSettings(network.Netuid, network.folder.Combine("issuer")) { EpochsAhead = EpochsAhead, GenerateKey = network.NextKey },
            network.Key("owner"),
            network.Ledger.Client,
            TimeProvider.System,
            network.random,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        GrpcServices services = new();
        network.Issuer.AddTo(services);
        network.issuerServer = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        foreach (string name in names)
        {
            // Queries of batches are large, and every connection may hold one.
            IServedModel model = modelOf(name, network.Randomness);

            // Its port stays its own, also while it is down.
            HeldPort port = new();
            network.ports.Add(port);
            MinerSettings settings = network.SettingsOf(name) with { Endpoint = new IPEndPoint(IPAddress.Loopback, port.Number) };
            await network.StartMinerAsync(name, model, model is IModelUnderKeys ? settings with { MemoryBytes = 4L << 30 } : settings);
        }

        await network.BeginNextEpochAsync();
        network.Clinic = await network.OpenClinicAsync("clinic");
        return network;
    }

    public SigningKey Key(string name)
    {
        SigningKey key = InProcessLedger.SigningKeyOf(name);
        keys.Add(key);
        return key;
    }

    public MinerHost Miner(string name) => miners[name];

    public MinerSettings SettingsOf(string name) =>
        new(name, folder.Combine("miner-" + name), Netuid, new IPEndPoint(IPAddress.Loopback, 0)) { DrainTime = TimeSpan.FromSeconds(5) };

    public Task<MinerHost> StartMinerAsync(string name, IServedModel model, MinerSettings? settings = null) => StartMinerAsync(name, [model], settings);

    public async Task<MinerHost> StartMinerAsync(string name, IReadOnlyList<IServedModel> models, MinerSettings? settings = null)
    {
        MinerHost miner = await MinerHost.StartAsync(
            settings ?? SettingsOf(name), models, Key(name + "-hot"), Ledger.Client, TimeProvider.System, Randomness, NullLoggerFactory.Instance, null, CancellationToken.None);
        miners[name] = miner;
        return miner;
    }

    public Task<ClinicClient> OpenClinicAsync(string name, Func<ClinicSettings, ClinicSettings>? change = null)
    {
        ClinicSettings settings = new(name, folder.Combine("clinic-" + name), _ => IssuerAddress) { TokenDelay = TimeSpan.Zero, Timeout = Patience.Long };
        return ClinicClient.OpenAsync(change?.Invoke(settings) ?? settings, Key("clinic"), Ledger.Client, TimeProvider.System, random);
    }

    public static string AddressOf(string name)
    {
        using SigningKey key = InProcessLedger.SigningKeyOf(name + "-hot");
        return key.Address;
    }

    /// <summary>Makes blocks until the next access epoch has begun and the miners have seen it; then the issuer, too, has nothing more to put on the ledger.</summary>
    public async Task BeginNextEpochAsync()
    {
        ulong now = await Ledger.Client.GetAccessEpochAsync();
        await HasKeysAsync(now + 1);
        while (await Ledger.Client.GetAccessEpochAsync() == now)
        {
            await Ledger.Node.MakeBlockAsync();
        }

        foreach (MinerHost miner in miners.Values)
        {
            await Patience.UntilAsync(async () => (await miner.GetStatusAsync()).Epoch > now);
        }

        await HasKeysAsync(now + 1 + EpochsAhead);
    }

    public async ValueTask DisposeAsync()
    {
        if (Clinic is not null)
        {
            await Clinic.DisposeAsync();
        }

        foreach (MinerHost miner in miners.Values)
        {
            await miner.DisposeAsync();
        }

        await issuerServer.DisposeAsync();
        await Issuer.DisposeAsync();
        await Ledger.DisposeAsync();
        ports.ForEach(port => port.Dispose());
        keys.ForEach(key => key.Dispose());
        Randomness.Dispose();
        random.Dispose();
        folder.Dispose();
    }

    private BlindRsaSecretKey NextKey() => BlindRsaSecretKey.FromPkcs8(KeyPool.Value[(Interlocked.Increment(ref keyNumber) - 1) % KeyPool.Value.Length]);

    private Task HasKeysAsync(ulong epoch) => Patience.UntilAsync(async () => (await Ledger.Client.GetIssuerKeysAsync(Netuid, epoch)).Count == TokenKeySet.Denominations.Length);
}
