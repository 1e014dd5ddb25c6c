using System.CommandLine;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Clinic;
using Subnet.Health.Network;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary>What the clinic's commands have in common: gateway, wallet, ledger, and the settings behind them.</summary>
internal sealed class ClinicArguments
{
    private readonly WalletKeys wallet = new();
    private readonly LedgerPlace place = new();
    private readonly Option<string?> name = new("--clinic-name") { Description = "The gateway's name in this home (default: that of the wallet's clinic in the network file, else 'default').", HelpName = "NAME" };
    private readonly Option<string?> policy = new("--policy") { Description = "The gateway's policy file (default: the setting clinic.policy).", HelpName = "FILE" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(name);
        command.Options.Add(policy);
        foreach (Option option in wallet.All)
        {
            command.Options.Add(option);
        }

        place.AddTo(command, withStore: false);
    }

    /// <summary>Opens the gateway.</summary>
    /// <exception cref="CommandException">Wallet, ledger, policy or a setting cannot be used.</exception>
    public async Task<ClinicAccess> OpenAsync(CommandContext context, CancellationToken cancellationToken)
    {
        RemoteLedger ledger = await place.ConnectAsync(context, cancellationToken).ConfigureAwait(false);
        SigningKey? key = null;
        OperatingSystemRandomSource random = new();
        try
        {
            key = wallet.Open(context, asHotkey: false);
            ClinicSettings settings = Settings(context);
            ClinicClient client = await ClinicClient.OpenAsync(settings, key, ledger.Client, context.Time, random).ConfigureAwait(false);
            return new ClinicAccess(client, ledger, key, random, settings.IssuerChannels!);
        }
        catch
        {
            key?.Dispose();
            random.Dispose();
            await ledger.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the gateway's stores for somebody who looks: it sends nothing, and commands can use the gateway meanwhile.</summary>
    /// <exception cref="CommandException">Wallet, ledger or a setting cannot be used.</exception>
    public async Task<ClinicLook> LookAsync(CommandContext context, CancellationToken cancellationToken)
    {
        SigningKey key = wallet.Open(context, asHotkey: false);
        OperatingSystemRandomSource random = new();
        SeenLedger? ledger = null;
        try
        {
            ledger = await SeenLedger.OpenAsync(place, context, cancellationToken).ConfigureAwait(false);
            return new ClinicLook(new GatewayView(Settings(context), key, ledger.Client, context.Time, random), ledger, key, random);
        }
        catch
        {
            if (ledger is not null)
            {
                await ledger.DisposeAsync().ConfigureAwait(false);
            }

            key.Dispose();
            random.Dispose();
            throw;
        }
    }

    private ClinicSettings Settings(CommandContext context)
    {
        NetworkFile? network = place.File(context);
        string clinic = context.Get(name) ?? network?.Of("clinic").FirstOrDefault(role => context.Get(wallet.Name) == "clinic-" + role.Name)?.Name ?? "default";
        if (!WalletFolder.IsName(clinic))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{clinic}' cannot be a gateway's name.", "Use up to 64 letters, digits, '-' and '_'.");
        }

        GrpcClientTls? tls = place.Certificates(context) is { } folder ? PartyCertificates.Client(context, folder) : null;
        return new ClinicSettings(clinic, Path.Combine(context.Home, "clinic", clinic), netuid => IssuerOf(context, network, netuid))
        {
            Policy = Policy(context),
            WitnessQuorum = LogQuorum.Read(context),

            // On the query route the clinic shows no certificate: who asks is not to be known.
            Channels = new GrpcChannelOptions { Tls = tls is null ? null : tls with { Certificate = null } },
            IssuerChannels = new GrpcChannelOptions { Tls = tls },
            Timeout = TimeSpan.FromSeconds(Math.Clamp(context.Settings.Number(SettingsCatalog.ClinicTimeout), 1, 3600)),
            MostMiners = (int)Math.Clamp(context.Settings.Number(SettingsCatalog.ClinicMostMiners), 1, 64),
            Parallel = (int)Math.Clamp(context.Settings.Number(SettingsCatalog.ClinicParallel), 1, 64),
            TokenDelay = TimeSpan.FromSeconds(network is not null && context.Settings.Find(SettingsCatalog.ClinicTokenDelay).Source == SettingSource.Default
                ? 0
                : context.Settings.Number(SettingsCatalog.ClinicTokenDelay)),
            MostPerRow = (ulong)context.Settings.Number(SettingsCatalog.ClinicPrice),
        };
    }

    private ClinicPolicy Policy(CommandContext context) => context.Settings.Text(SettingsCatalog.ClinicPolicy, context.Get(policy)) is { } file
        ? ClinicPolicy.Parse(File.ReadAllBytes(context.ExistingFile(file)))
        : ClinicPolicy.Default;

    private Uri IssuerOf(CommandContext context, NetworkFile? network, ushort netuid)
    {
        if (context.Settings.Text(SettingsCatalog.ClinicIssuer) is { } text)
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
                ? url
                : throw new CommandException(ErrorCodes.SettingInvalid, $"'{text}' is not a URL.", "Correct the setting clinic.issuer.");
        }

        return network?.Of("issuer").FirstOrDefault(role => role.Netuid == netuid)?.Grpc ?? place.Address(context);
    }
}

/// <summary>An opened gateway with what it stands on.</summary>
internal sealed class ClinicAccess(ClinicClient client, RemoteLedger ledger, SigningKey key, OperatingSystemRandomSource random, GrpcChannelOptions channels) : IAsyncDisposable
{
    private static readonly TimeSpan WitnessPatience = TimeSpan.FromSeconds(3);

    /// <summary>The gateway.</summary>
    public ClinicClient Client => client;

    /// <summary>The clinic's key; stays this object's.</summary>
    public SigningKey Key => key;

    /// <summary>How parties that know the clinic are reached.</summary>
    public GrpcChannelOptions Channels => channels;

    /// <summary>The ledger.</summary>
    public ILedgerClient Ledger => ledger.Client;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await client.PublishAsync(WitnessPatience).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is GrpcException or LogStoreException or IOException)
        {
            // Why the command itself failed is told; the head is published by the next one.
        }

        await client.DisposeAsync().ConfigureAwait(false);
        await ledger.DisposeAsync().ConfigureAwait(false);
        key.Dispose();
        random.Dispose();
    }
}

/// <summary>A gateway's stores with what they stand on.</summary>
internal sealed class ClinicLook(GatewayView gateway, SeenLedger ledger, SigningKey key, OperatingSystemRandomSource random) : IAsyncDisposable
{
    /// <summary>The stores.</summary>
    public GatewayView Gateway => gateway;

    /// <summary>The clinic's key; stays this object's.</summary>
    public SigningKey Key => key;

    /// <summary>The ledger.</summary>
    public ILedgerClient Ledger => ledger.Client;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync().ConfigureAwait(false);
        await ledger.DisposeAsync().ConfigureAwait(false);
        key.Dispose();
        random.Dispose();
    }
}
