using System.CommandLine;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet node follow</c>: executes the blocks of a node or of another store again.</summary>
internal sealed class NodeFollowCommand : SubnetCommand
{
    private readonly Option<string?> store = LedgerAccess.StoreOption();
    private readonly Option<string> from = new("--from")
    {
        Description = "What to follow: the URL of a node, an SQLite file, or a PostgreSQL connection.",
        HelpName = "URL|STORE",
        Required = true,
    };

    private readonly Option<string?> certificates = new("--certs") { Description = "Folder of this party's certificates for an https address.", HelpName = "DIR" };
    private readonly Option<bool> once = new("--once") { Description = "Stop at the newest block instead of waiting for more." };
    private readonly Option<int> interval = new("--interval")
    {
        Description = "Milliseconds between looks at a store, and before a node that went away is asked again.",
        HelpName = "MS",
        DefaultValueFactory = _ => 500,
    };

    public NodeFollowCommand()
        : base(
            "follow",
            "Execute the blocks of a node again and stop with evidence at the first that does not follow.",
            new CommandExample("node follow --from http://127.0.0.1:9944", "a node"),
            new CommandExample("node follow --from /srv/sequencer/ledger.db", "a ledger to follow"))
    {
        foreach (Option option in new Option[] { store, from, certificates, once, interval })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(NodeBlockDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string origin = context.Get(from)!;
        TimeSpan pause = TimeSpan.FromMilliseconds(context.Get(interval));
        if (Uri.TryCreate(origin, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return FollowNodeAsync(context, url!, pause, cancellationToken);
        }

        string place = LedgerAccess.Place(context, origin, create: false);
        return FollowStoreAsync(context, place, pause, cancellationToken);
    }

    private async Task<ExitCode> FollowNodeAsync(CommandContext context, Uri url, TimeSpan pause, CancellationToken cancellationToken)
    {
        using NodeConnection node = LedgerPlace.Connect(context, url, context.Get(certificates));
        return await FollowAsync(context, node, pause, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExitCode> FollowStoreAsync(CommandContext context, string place, TimeSpan pause, CancellationToken cancellationToken)
    {
        using ILedgerStore source = LedgerAccess.Guard(() => LedgerStores.Open(place));
        return await FollowAsync(context, new StoreBlockSource(source, pause, context.Time), pause, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExitCode> FollowAsync(CommandContext context, IBlockSource source, TimeSpan pause, CancellationToken cancellationToken)
    {
        using LedgerHost own = await LedgerAccess.GuardAsync(() => OpenOwnAsync(context, source, cancellationToken)).ConfigureAwait(false);
        Follower follower = new(own, source, Path.Combine(context.Home, "node", "evidence"), pause, context.Time);
        try
        {
            await LedgerAccess.GuardAsync(async () =>
            {
                await follower.RunAsync(context.Get(once), block => NodeBlockDocument.Print(context, block, null), cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (CommandException e) when (e.InnerException is BlockRefusedException refused)
        {
            throw new CommandException(
                ErrorCodes.BlockRefused,
                $"The sequencer's {refused.Message}.",
                $"Keep {follower.EvidencePath(refused.Evidence.Height)}: it holds the signed header and what execution gives.",
                refused);
        }
        catch (LedgerFormatException e)
        {
            throw new CommandException(ErrorCodes.LedgerCorrupt, $"What is followed is damaged: {e.Message}.", "Follow another copy.", e);
        }

        return ExitCode.Done;
    }

    private async Task<LedgerHost> OpenOwnAsync(CommandContext context, IBlockSource source, CancellationToken cancellationToken)
    {
        byte[] genesis = await source.ReadGenesisAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new LedgerStoreException($"{source.Description} holds no ledger yet");
        ILedgerStore own = LedgerStores.Open(LedgerAccess.Place(context, context.Get(store), create: true));
        try
        {
            return new LedgerHost(LedgerEngine.Open(own, genesis, NodeServices.Create()), own);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }
}
