using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Network;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// Where a command finds its ledger: <c>--store</c>, else <c>--network</c>, else the setting <c>network</c>. <c>local</c> is the node of this home, else what its
/// network file names. A node that is asked for the first time is remembered with its genesis: later it cannot pass off another ledger.
/// </summary>
internal sealed class LedgerPlace
{
    private const string Local = "local";

    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);

    private readonly Option<string?> store = LedgerAccess.StoreOption();

    private readonly Option<string?> network = new("--network")
    {
        Description = "The network to ask: the URL of a node, or the name in this home's network file (default: the setting network, else local).",
        HelpName = "NAME|URL",
    };

    private readonly Option<string?> certificates = new("--certs")
    {
        Description = "Folder of this party's certificates for a node at an https address (default: the setting network.certs).",
        HelpName = "DIR",
    };

    /// <summary>Adds the options; those of a long-lived role leave the store out, since it speaks to a node.</summary>
    public void AddTo(Command command, bool withStore = true)
    {
        if (withStore)
        {
            command.Options.Add(store);
        }

        command.Options.Add(network);
        command.Options.Add(certificates);
    }

    /// <summary>Whether the user named a ledger: then its absence is an error also where a command can do without.</summary>
    public bool IsNamed(CommandContext context) => context.Get(store) is not null || context.Get(network) is not null;

    /// <summary>Opens the ledger for one command.</summary>
    /// <exception cref="CommandException">There is none, or it cannot be used.</exception>
    public async Task<LedgerAccess> OpenAsync(CommandContext context, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        TimeSpan wait = patience ?? DefaultPatience;
        if (context.Get(store) is { } given)
        {
            return LedgerAccess.Open(context, given, wait);
        }

        if (Name(context) == Local && System.IO.File.Exists(LedgerAccess.HomeStore(context)))
        {
            return LedgerAccess.Open(context, null, wait);
        }

        Uri address = Address(context);
        KnownNetworks known = new(context.Home);
        LedgerAccess access = await LedgerAccess.ConnectAsync(Connect(context, address), known.Find(address), wait, context.Time, cancellationToken).ConfigureAwait(false);
        known.Remember(address, access.Client.Identity);
        return access;
    }

    /// <summary>Connects a role that runs for long to its node. The caller disposes of the ledger.</summary>
    /// <exception cref="CommandException">There is no node, or what it serves cannot be used.</exception>
    public async Task<RemoteLedger> ConnectAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Uri address = Address(context);
        KnownNetworks known = new(context.Home);
        RemoteLedger ledger = await LedgerAccess.GuardAsync(
            () => RemoteLedger.ConnectAsync(Connect(context, address), known.Find(address), context.Time, cancellationToken)).ConfigureAwait(false);
        known.Remember(address, ledger.Client.Identity);
        return ledger;
    }

    /// <summary>The address of the node to ask.</summary>
    /// <exception cref="CommandException">No node is known by that name.</exception>
    public Uri Address(CommandContext context)
    {
        string name = Name(context);
        if (Uri.TryCreate(name, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url!;
        }

        NetworkFile? file = ReadFile(context);
        return file is { Node: { } running } && (name == Local || name == file.Name)
            ? running.Grpc
            : throw new CommandException(
                ErrorCodes.LedgerUnavailable,
                name == Local ? "This home has neither a ledger nor a network file." : $"No network is known as '{name}'.",
                "Give --network URL, or start one with `subnet localnet up` or `subnet node run`.");
    }

    /// <summary>A connection to a node; nothing is sent yet.</summary>
    /// <exception cref="CommandException">The address needs certificates.</exception>
    public static NodeConnection Connect(CommandContext context, Uri address, string? certificates)
    {
        try
        {
            return new NodeConnection(address, certificates is null ? null : PartyCertificates.Client(context, certificates), context.Time);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(
                ErrorCodes.Usage,
                $"'{address}' cannot be asked: {(address.Scheme == Uri.UriSchemeHttps ? "whom to trust there is not given" : "it is neither https nor http on this machine")}.",
                "Beyond this machine use https and --certs with a folder of `subnet certs create`.",
                e);
        }
    }

    /// <summary>The folder of this party's certificates; null where none is named.</summary>
    public string? Certificates(CommandContext context) => context.Settings.Text(SettingsCatalog.NetworkCertificates, context.Get(certificates));

    /// <summary>What this home's network file says; null where it has none, or another network is asked.</summary>
    public NetworkFile? File(CommandContext context)
    {
        NetworkFile? file = ReadFile(context);
        string name = Name(context);
        return file is not null && (name == Local || name == file.Name) ? file : null;
    }

    private string Name(CommandContext context) => context.Settings.Text(SettingsCatalog.Network, context.Get(network))!;

    private NodeConnection Connect(CommandContext context, Uri address) =>
        Connect(context, address, Certificates(context));

    private static NetworkFile? ReadFile(CommandContext context)
    {
        try
        {
            return NetworkFile.TryRead(context.Home);
        }
        catch (NetworkFileException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The network file of this home cannot be used: {e.Message}.", "Correct it, or give --network URL.", e);
        }
    }
}
