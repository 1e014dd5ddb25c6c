using System.CommandLine;
using System.Runtime.CompilerServices;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Miner;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands.Miners;

/// <summary><c>subnet miner run MODEL...</c>: serves models until it is stopped.</summary>
internal sealed class MinerRunCommand : SubnetCommand
{
    private readonly MinerArguments miner = new();
    private readonly WalletKeys wallet = new();
    private readonly LedgerPlace place = new();
    private readonly Option<string?> address = new("--address") { Description = "Address to listen on (default: the setting miner.address).", HelpName = "ADDRESS" };
    private readonly Option<ushort?> port = new("--port") { Description = "Port to listen on (default: the setting miner.port, a free one).", HelpName = "PORT" };
    private readonly Option<string?> announced = new("--announced") { Description = "URL that the ledger announces, where it is another one.", HelpName = "URL" };
    private readonly Option<ushort?> httpPort = new("--http-port") { Description = "Port on this machine of the HTTP side: health, metrics, API, pages (default: the setting miner.http_port, a free one).", HelpName = "PORT" };
    private readonly Option<string?> certificates = new("--miner-certs") { Description = "Folder of the miner's certificates (default: the setting miner.certs).", HelpName = "DIR" };

    public MinerRunCommand()
        : base(
            "run",
            "Serve models on encrypted queries until it is stopped; running queries are answered first.",
            new CommandExample("miner run heart/ --netuid 1 --wallet-name miner --password-file password.txt", "a compiled model, a registered hotkey and a node"))
    {
        miner.AddModelsTo(this);
        Options.Add(miner.Netuid);
        Options.Add(miner.Name);
        foreach (Option option in wallet.All)
        {
            Options.Add(option);
        }

        place.AddTo(this, withStore: false);
        foreach (Option option in new Option[] { address, port, httpPort, announced, certificates })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(MinerRunDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        MinerSettings settings = miner.Settings(context, context.Get(address), context.Get(port), context.Get(announced), context.Get(certificates));
        using SigningKey hotkey = wallet.Open(context, asHotkey: true);
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        RemoteLedger ledger = await place.ConnectAsync(context, cancellationToken).ConfigureAwait(false);
        await using (ledger.ConfigureAwait(false))
        {
            IReadOnlyList<IServedModel> models = miner.Load(context, randomness);
            RoleSites sites = new(
                context.Loggers, context.Time, DashboardCommand.Otlp(context), port: (int)context.Settings.Number(SettingsCatalog.MinerHttpPort, context.Get(httpPort)));
            OpenedSite site = new();
            await using ConfiguredAsyncDisposable closing = site.ConfigureAwait(false);
            MinerHost host = await MinerHost.StartAsync(
                settings, models, hotkey, ledger.Client, context.Time, randomness, context.Loggers,
                opened => site.OpenAsync(sites.MinerAsync(opened, ledger.Client, cancellationToken)), cancellationToken).ConfigureAwait(false);
            await using (host.ConfigureAwait(false))
            {
                context.Output.Line(
                    new MinerRunDocument(
                        settings.Name, settings.Netuid, hotkey.Address, host.Address.ToString(), site.Address.ToString(), [.. models.Select(MinerModelEntry.Of)], host.MemoryBytes, host.Log.Origin),
                    $"miner {settings.Name} of subnet {settings.Netuid} serves {string.Join(", ", models.Select(model => model.Id))} on {host.Address}, at most {host.MemoryBytes >> 20} MiB, health and metrics on {site.Address}");
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.Output.Say("draining");
                await site.DisposeAsync().ConfigureAwait(false);
                await host.StopAsync().ConfigureAwait(false);
            }
        }

        return ExitCode.Done;
    }
}

/// <summary>A model that a miner serves.</summary>
internal sealed record MinerModelEntry(string Id, byte[] Card, long MemoryBytes, long QueryMemoryBytes)
{
    public static MinerModelEntry Of(IServedModel model) =>
        new(model.Id, model.CardHash.ToArray(), model.MemoryBytes.Resident, model.MemoryBytes.PerQuery);
}

/// <summary>Where a miner serves; its one line.</summary>
internal sealed record MinerRunDocument(
    string Name, int Netuid, string Hotkey, string Grpc, string Http, IReadOnlyList<MinerModelEntry> Models, long MemoryBytes, string LogOrigin) : Document(FormatName)
{
    public const string FormatName = "subnet/miner-run/1";
}
