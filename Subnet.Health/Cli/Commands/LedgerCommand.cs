using System.CommandLine;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>A command that reads the ledger of a local store.</summary>
internal abstract class LedgerCommand : SubnetCommand
{
    protected LedgerCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples) => Options.Add(Store);

    /// <summary>Where the ledger is.</summary>
    protected Option<string?> Store { get; } = LedgerAccess.StoreOption();

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using LedgerAccess ledger = LedgerAccess.Open(context, context.Get(Store));
        return Task.FromResult(Answer(context, ledger.Engine));
    }

    /// <summary>Answers from the ledger's newest state.</summary>
    protected abstract ExitCode Answer(CommandContext context, LedgerEngine ledger);

    /// <summary>A subnet that must exist.</summary>
    protected static SubnetInfo Find(LedgerEngine ledger, ushort netuid) =>
        ledger.State.Subnets.Find(new SubnetKey(netuid)) ?? throw LedgerAccess.Refused(RejectionReason.SubnetNotFound);
}

/// <summary>An opened local store with its ledger.</summary>
internal sealed class LedgerAccess : IDisposable
{
    private LedgerAccess(ILedgerStore store, LedgerEngine engine)
    {
        Store = store;
        Engine = engine;
    }

    public ILedgerStore Store { get; }

    public LedgerEngine Engine { get; }

    public static Option<string?> StoreOption() => new("--store")
    {
        Description = "The ledger: an SQLite file or a PostgreSQL connection such as \"Host=...\" (default: node/ledger.db in the state folder).",
        HelpName = "STORE",
    };

    public static LedgerAccess Open(CommandContext context, string? setting, byte[]? genesis = null, LedgerOptions? options = null)
    {
        string place = Place(context, setting, create: genesis is not null);
        return Guard(() =>
        {
            ILedgerStore store = LedgerStores.Open(place);
            try
            {
                return new LedgerAccess(store, LedgerEngine.Open(store, genesis, NodeServices.Create(), options));
            }
            catch
            {
                store.Dispose();
                throw;
            }
        });
    }

    /// <summary>Opens something on a store; what is wrong with the store becomes the command's error.</summary>
    public static T Guard<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (LedgerStoreException e)
        {
            throw new CommandException(ErrorCodes.LedgerUnavailable, $"The ledger cannot be opened: {e.Message}.", "Check --store, or start `subnet node run`.", e);
        }
        catch (LedgerCorruptException e)
        {
            throw new CommandException(ErrorCodes.LedgerCorrupt, $"The ledger is damaged: {e.Message}.", "Restore the store from a backup or follow the network anew.", e);
        }
    }

    /// <summary>The store that a setting names; a file must exist unless it may be created.</summary>
    public static string Place(CommandContext context, string? setting, bool create)
    {
        if (setting is not null && setting.Contains("Host=", StringComparison.OrdinalIgnoreCase))
        {
            return setting;
        }

        string file = setting is null ? Path.Combine(context.Home, "node", "ledger.db") : context.FullPath(setting);
        if (create)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        else if (!File.Exists(file))
        {
            throw new CommandException(
                ErrorCodes.LedgerUnavailable, $"There is no ledger at '{file}'.", "Give --store, or start one with `subnet node run --genesis FILE --wallet-name NAME`.");
        }

        return file;
    }

    /// <summary>The error of a refusal by the ledger's rules.</summary>
    public static CommandException Refused(RejectionReason reason)
    {
        Rejection rejection = reason.Describe();
        return new CommandException(ErrorCodes.LedgerRefused, $"The ledger refuses ({rejection.Code}): {rejection.Sentence}", rejection.Fix);
    }

    public void Dispose()
    {
        Engine.Dispose();
        Store.Dispose();
    }
}
