using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet node run</c>: the sequencer, its gRPC service and the blocks' transparency log.</summary>
internal sealed class NodeRunCommand : SubnetCommand
{
    private readonly Option<string?> store = LedgerAccess.StoreOption();
    private readonly WalletKeys wallet = new();
    private readonly Option<string?> genesis = new("--genesis") { Description = "Genesis file; needed the first time.", HelpName = "FILE" };
    private readonly Option<uint?> interval = new("--interval") { Description = "Milliseconds between blocks (default: the genesis file's block time).", HelpName = "MS" };
    private readonly Option<ulong?> until = new("--until") { Description = "Stop after the block of this height.", HelpName = "HEIGHT" };
    private readonly Option<bool> rebuild = new("--rebuild") { Description = "Ignore snapshots and execute every block again." };
    private readonly Option<string?> address = new("--address") { Description = "Address of the gRPC service (default: the setting node.address).", HelpName = "ADDRESS" };
    private readonly Option<ushort?> port = new("--port") { Description = "Port of the gRPC service (default: the setting node.port, a free one).", HelpName = "PORT" };
    private readonly Option<ushort?> httpPort = new("--http-port") { Description = "Port of the HTTP side: pages, API, health, metrics (default: the setting web.port, a free one).", HelpName = "PORT" };
    private readonly Option<string?> certificates = new("--certs") { Description = "Folder of the node's certificates (default: the setting node.certs).", HelpName = "DIR" };
    private readonly Option<ulong> epochs = new("--epochs-kept")
    {
        Description = "Records of epochs to keep of each subnet, for what-if and explanations.",
        HelpName = "N",
        DefaultValueFactory = _ => LedgerOptions.Default.EpochsKept,
    };

    private readonly Option<ushort[]> issue = new("--issue")
    {
        Description = "Issue access tokens of this subnet beside the node; the wallet of --issue-wallet owns it. May be given several times.",
        HelpName = "NETUID",
    };

    private readonly Option<string?> issueWallet = new("--issue-wallet") { Description = "The wallet that owns the subnets of --issue (default: the node's).", HelpName = "NAME" };

    public NodeRunCommand()
        : base(
            "run",
            "Make blocks from the transactions handed over, and answer those who ask and follow.",
            new CommandExample("node run --genesis genesis.json --wallet-name sequencer --password-file password.txt", "a genesis file and the sequencer's wallet"))
    {
        Options.Add(store);
        Options.Add(genesis);
        foreach (Option option in wallet.All)
        {
            Options.Add(option);
        }

        foreach (Option option in new Option[] { interval, until, rebuild, epochs, address, port, httpPort, certificates, issue, issueWallet })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(NodeRunDocument), typeof(NodeBlockDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        byte[]? first = context.Get(genesis) is { } file ? await File.ReadAllBytesAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false) : null;
        GrpcServerHostOptions listening = Listening(context);
        using LedgerKey key = wallet.Load(context, asHotkey: false);
        LedgerNode node = await OpenAsync(context, first, key).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            IssuerGroup issuers = await IssuerGroup
                .StartAsync(context, node.Client, context.Get(issue) ?? [], () => wallet.OpenColdkey(context, context.Get(issueWallet)), cancellationToken)
                .ConfigureAwait(false);
            await using ConfiguredAsyncDisposable stopIssuers = issuers.ConfigureAwait(false);
            Uri grpc = await node.ServeAsync(listening, context.Loggers, beside: issuers.AddTo, cancellationToken: cancellationToken).ConfigureAwait(false);
            RoleSite http = await SiteAsync(context, node, listening, cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closing = http.ConfigureAwait(false);
            context.Output.Line(
                new NodeRunDocument(
                    node.Client.Identity.Network, node.Client.Identity.GenesisHash.ToArray(), node.Host.Height, grpc.ToString(), http.Address.ToString(), node.Log!.Origin),
                $"sequencer of `{node.Client.Identity.Network}` at block {node.Host.Height}, gRPC on {grpc}, pages on {http.Address}");
            TimeSpan? pace = context.Get(interval) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
            node.Start(pace, context.Get(until), outcome => NodeBlockDocument.Print(context, outcome.Block, outcome.Receipts.Count(static r => r.Reason != RejectionReason.None)));
            await Task.WhenAny(node.Completion, Task.Delay(Timeout.Infinite, cancellationToken)).ConfigureAwait(false);
            await node.StopAsync().ConfigureAwait(false);
            await LedgerAccess.GuardAsync(async () =>
            {
                await node.Completion.ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    // A node is unwell when no block came for a while, though one should have.
    private Task<RoleSite> SiteAsync(CommandContext context, LedgerNode node, GrpcServerHostOptions listening, CancellationToken cancellationToken)
    {
        TimeSpan pace = TimeSpan.FromMilliseconds(context.Get(interval) ?? node.Client.Identity.BlockTimeMs);
        NodeSiteOptions options = new(node.Client, context.Loggers, context.Time) { BlockPatience = (10 * pace) + TimeSpan.FromSeconds(10) };
        IPEndPoint endpoint = new(listening.Endpoint.Address, (int)context.Settings.Number(SettingsCatalog.WebPort, context.Get(httpPort)));
        return RoleSite.StartAsync(options, endpoint, listening.Tls?.Certificate, DashboardCommand.Otlp(context), null, [], cancellationToken);
    }

    private async Task<LedgerNode> OpenAsync(CommandContext context, byte[]? first, LedgerKey key)
    {
        string place = LedgerAccess.Place(context, context.Get(store), create: first is not null);
        LedgerNodeOptions options = new()
        {
            Ledger = LedgerOptions.Default with { IgnoreSnapshots = context.Get(rebuild), EpochsKept = context.Get(epochs) },
            LogFolder = Path.Combine(Path.GetDirectoryName(LedgerAccess.HomeStore(context))!, "log"),
        };
        try
        {
            return await LedgerAccess.GuardAsync(() => LedgerNode.OpenAsync(LedgerStores.Open(place), first, key, context.Time, options)).ConfigureAwait(false);
        }
        catch (LedgerFormatException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The genesis file is malformed: {e.Message}.", "Correct the member it names.", e);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ErrorCodes.Usage, "The key is not the sequencer's that the genesis names.", "Give the sequencer's wallet with --wallet-name.", e);
        }
    }

    private GrpcServerHostOptions Listening(CommandContext context)
    {
        string text = context.Settings.Text(SettingsCatalog.NodeAddress, context.Get(address))!;
        if (!IPAddress.TryParse(text, out IPAddress? ip))
        {
            throw new CommandException(ErrorCodes.SettingInvalid, $"'{text}' is not an IP address.", "Give --address or the setting node.address an address such as 127.0.0.1.");
        }

        string? folder = context.Settings.Text(SettingsCatalog.NodeCertificates, context.Get(certificates));
        if (folder is null && !IPAddress.IsLoopback(ip))
        {
            throw new CommandException(
                ErrorCodes.Usage, $"Without certificates a node listens on loopback only, not on {ip}.", "Give --certs with a folder made by `subnet certs create`.");
        }

        return new GrpcServerHostOptions(new IPEndPoint(ip, (int)context.Settings.Number(SettingsCatalog.NodePort, context.Get(port))))
        {
            Tls = folder is null ? null : PartyCertificates.Server(context, folder),
        };
    }
}

/// <summary>Where a node answers; its first line, before the blocks.</summary>
internal sealed record NodeRunDocument(string Network, byte[] Genesis, Amount Height, string Grpc, string Http, string LogOrigin) : Document(FormatName)
{
    public const string FormatName = "subnet/node-run/1";
}
