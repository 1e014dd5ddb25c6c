using System.CommandLine;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>A ledger that a command has open: its state is executed here, whoever gave the blocks.</summary>
internal sealed class LedgerAccess : IDisposable
{
    private readonly LedgerHost _host;

    private LedgerAccess(LedgerHost host, LedgerEngine engine, ITransactionGateway gateway, ILedgerArchive? archive, IDisposable? node)
    {
        (_host, Engine, Gateway, Node) = (host, engine, gateway, node);
        Client = new LedgerClient(host, gateway, archive);
    }

    /// <summary>The ledger's newest state.</summary>
    public LedgerEngine Engine { get; }

    /// <summary>The same ledger, with its past.</summary>
    public ILedgerClient Client { get; }

    /// <summary>Where transactions are handed over.</summary>
    public ITransactionGateway Gateway { get; }

    private IDisposable? Node { get; }

    public static Option<string?> StoreOption() => new("--store")
    {
        Description = "The ledger: an SQLite file or a PostgreSQL connection such as \"Host=...\" (default: node/ledger.db in the state folder).",
        HelpName = "STORE",
    };

    /// <summary>Opens a store of this machine.</summary>
    public static LedgerAccess Open(CommandContext context, string? setting, TimeSpan patience)
    {
        string place = Place(context, setting, create: false);
        return Guard(() =>
        {
            ILedgerStore store = LedgerStores.Open(place);
            try
            {
                LedgerEngine engine = LedgerEngine.Open(store, null, NodeServices.Create());
                return new LedgerAccess(new LedgerHost(engine, store), engine, new StoreGateway(store, engine.Height, context.Time, patience), null, null);
            }
            catch
            {
                store.Dispose();
                throw;
            }
        });
    }

    /// <summary>Makes a replica of a node's ledger; the access disposes of the connection.</summary>
    public static async Task<LedgerAccess> ConnectAsync(NodeConnection node, Hash256? expected, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await GuardAsync(async () =>
            {
                (LedgerEngine engine, ILedgerStore store) = await LedgerReplica.OpenAsync(node, expected, cancellationToken).ConfigureAwait(false);
                LedgerHost host = new(engine, store);
                NodeArchive archive = new(node, host.Identity);
                return new LedgerAccess(host, engine, new NodeGateway(node, archive.ReadBlockAsync, patience, time), archive, node);
            }).ConfigureAwait(false);
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Opens something on a store; what is wrong with the store becomes the command's error.</summary>
    public static T Guard<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (Translate(e) is { } known)
        {
            throw known;
        }
    }

    /// <inheritdoc cref="Guard"/>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(e) is { } known)
        {
            throw known;
        }
    }

    /// <summary>The store that a setting names; a file must exist unless it may be created.</summary>
    public static string Place(CommandContext context, string? setting, bool create)
    {
        if (setting is not null && setting.Contains("Host=", StringComparison.OrdinalIgnoreCase))
        {
            return setting;
        }

        string file = setting is null ? HomeStore(context) : context.FullPath(setting);
        if (create)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        else if (!File.Exists(file))
        {
            throw new CommandException(
                ErrorCodes.LedgerUnavailable,
                $"There is no ledger at '{file}'.",
                "Give --network URL or --store, or start one with `subnet node run --genesis FILE --wallet-name NAME`.");
        }

        return file;
    }

    /// <summary>A stored epoch, the newest without a number.</summary>
    /// <exception cref="CommandException">No such subnet, or the epoch did not run or is not kept.</exception>
    public async Task<EpochRecord> EpochAsync(ushort netuid, ulong? index, CancellationToken cancellationToken)
    {
        if (!Engine.State.Subnets.Contains(new SubnetKey(MechanismIndex.NetuidOf(netuid))))
        {
            throw Refused(RejectionReason.SubnetNotFound);
        }

        return await GuardAsync(() => Client.GetEpochAsync(netuid, index, cancellationToken)).ConfigureAwait(false)
            ?? throw new CommandException(
                ErrorCodes.EpochNotKept,
                index is null ? $"The ledger keeps no epoch of subnet {netuid}." : $"The ledger does not keep epoch {index} of subnet {netuid}.",
                "Choose another --epoch; `subnet node run --epochs-kept N` keeps more.");
    }

    /// <summary>The file of the home's own node.</summary>
    public static string HomeStore(CommandContext context) => Path.Combine(context.Home, "node", "ledger.db");

    /// <summary>The error of a refusal by the ledger's rules.</summary>
    public static CommandException Refused(RejectionReason reason)
    {
        Rejection rejection = reason.Describe();
        return new CommandException(ErrorCodes.LedgerRefused, $"The ledger refuses ({rejection.Code}): {rejection.Sentence}", rejection.Fix);
    }

    public void Dispose()
    {
        _host.Dispose();
        Node?.Dispose();
    }

    private static CommandException? Translate(Exception exception) => exception switch
    {
        LedgerStoreException e => new CommandException(
            ErrorCodes.LedgerUnavailable, $"The ledger cannot be opened: {e.Message}.", "Check --store, or start `subnet node run`.", e),
        LedgerCorruptException e => new CommandException(
            ErrorCodes.LedgerCorrupt, $"The ledger is damaged: {e.Message}.", "Restore the store from a backup or follow the network anew.", e),
        BlockRefusedException e => new CommandException(
            ErrorCodes.BlockRefused, $"The node's {e.Message}.", "Ask another node; `subnet node follow` keeps the evidence.", e),
        LedgerUnreachableException e => new CommandException(
            ErrorCodes.NoConnection, $"The ledger's node does not answer: {e.Message}.", "Check --network and that the node is running.", e),
        _ => null,
    };
}
