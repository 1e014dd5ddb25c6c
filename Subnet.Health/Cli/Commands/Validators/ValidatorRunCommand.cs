using System.CommandLine;
using System.Net;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Commands.Wallets;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Network;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Validator;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary><c>subnet validator run</c>: examines miners and sets weights until it is stopped.</summary>
internal sealed class ValidatorRunCommand : SubnetCommand
{
    private readonly WalletOptions wallet = new(withShortName: false);
    private readonly LedgerPlace place = new();
    private readonly Option<ushort[]> netuids = new("--netuid") { Description = "A subnet to validate; may be given several times.", HelpName = "N", Required = true };
    private readonly Option<string> name = ValidatorStores.CreateName();
    private readonly Option<string[]> labelled = new("--labelled") { Description = "Rows with known outcomes for a subnet: a table with the column label, 1 or 0.", HelpName = "NETUID=FILE" };
    private readonly Option<string[]> issuer = new("--issuer") { Description = "Where a subnet's token issuer answers (default: as the network file says).", HelpName = "NETUID=URL" };
    private readonly Option<int> port = new("--port") { Description = "Port on this machine that its services listen at; 0 takes a free one.", HelpName = "PORT", DefaultValueFactory = _ => 0 };
    private readonly Option<ushort?> httpPort = new("--http-port") { Description = "Port on this machine of the HTTP side: health, metrics, API, pages (default: the setting validator.http_port, a free one).", HelpName = "PORT" };
    private readonly Option<bool> shadow = new("--shadow") { Description = "Set nothing: compute what would be set and compare it with the consensus on the ledger." };
    private readonly Option<bool> now = new("--no-token-delay") { Description = "Use tokens as soon as they are bought; on a local network only, since times would tie a query to its purchase." };

    public ValidatorRunCommand()
        : base(
            "run",
            "Examine the miners of subnets, judge them with other validators, and set weights.",
            new CommandExample("validator run --netuid 1 --wallet-name validator --password-file password.txt --labelled 1=rows.csv", "a running node and a registered hotkey"))
    {
        foreach (Option option in new Option[] { netuids, name, labelled, issuer, port, httpPort, shadow, now, wallet.Name, wallet.Hotkey, wallet.PasswordFile })
        {
            Options.Add(option);
        }

        place.AddTo(this, withStore: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ValidatorRunDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Dictionary<ushort, string> tables = [];
        foreach ((ushort netuid, string file) in NetuidPairs.Read("--labelled", context.Get(labelled) ?? []))
        {
            tables[netuid] = await File.ReadAllTextAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false);
        }

        Uri node = place.Address(context);
        Func<ushort, Uri> issuers = IssuersOf(context, node);
        ValidatorRunnerOptions options = new(Path.Combine(context.Home, "validator", context.Get(name)!), node, context.Get(netuids)!, default, issuers)
        {
            LabelledTables = tables,
            Endpoint = new IPEndPoint(IPAddress.Loopback, context.Get(port)),
            Shadow = context.Get(shadow),
            TokenDelay = context.Get(now) ? TimeSpan.Zero : TimeSpan.FromHours(1),
        };
        RoleSites sites = new(
            context.Loggers, context.Time, DashboardCommand.Otlp(context), port: (int)context.Settings.Number(SettingsCatalog.ValidatorHttpPort, context.Get(httpPort)));
        await using OpenedSite site = new();
        await using ValidatorRunner runner = await ValidatorRunner.StartAsync(
            options, wallet.Open(context, wallet.WalletOf(context), wallet.HotkeyOf(context)), null, RandomSourceFactory.FromOperatingSystem(), context.Time, context.Loggers,
            (service, ledger) => site.OpenAsync(sites.ValidatorAsync(context.Get(name)!, service, ledger, cancellationToken)), cancellationToken).ConfigureAwait(false);
        context.Output.Line(
            new ValidatorRunDocument(runner.Address, site.Address, runner.LogOrigin, options.Netuids, options.Shadow),
            $"validator at {runner.Address}, subnets {string.Join(", ", options.Netuids)}{(options.Shadow ? ", shadow" : "")}, log {runner.LogOrigin}, health and metrics on {site.Address}");
        await Task.WhenAny(runner.Completion, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested)
        {
            await runner.Completion.ConfigureAwait(false);
        }

        await site.DisposeAsync().ConfigureAwait(false);
        await runner.StopAsync(CancellationToken.None).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>The issuers: as given, else of the network file, else beside the node.</summary>
    private Func<ushort, Uri> IssuersOf(CommandContext context, Uri node)
    {
        IReadOnlyDictionary<ushort, string> given = NetuidPairs.Read("--issuer", context.Get(issuer) ?? []);
        NetworkFile? file = NetworkFile.TryRead(context.Home);
        return netuid =>
        {
            if (given.TryGetValue(netuid, out string? address))
            {
                return Uri.TryCreate(address, UriKind.Absolute, out Uri? url)
                    ? url
                    : throw new CommandException(ErrorCodes.Usage, $"'{address}' is no address.", "Give --issuer NETUID=URL.");
            }

            return file?.Of("issuer").FirstOrDefault(role => role.Netuid == netuid)?.Grpc ?? node;
        };
    }
}

/// <summary>The first answer of <c>subnet validator run</c>.</summary>
/// <param name="Grpc">Where it listens.</param>
/// <param name="Http">Where its HTTP side listens.</param>
/// <param name="LogOrigin">Name of its log.</param>
/// <param name="Netuids">Its subnets.</param>
/// <param name="Shadow">Whether it only looks.</param>
internal sealed record ValidatorRunDocument(Uri Grpc, Uri Http, string LogOrigin, IReadOnlyList<ushort> Netuids, bool Shadow) : Document(FormatName)
{
    public const string FormatName = "subnet/validator-run/1";
}
