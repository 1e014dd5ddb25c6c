using System.CommandLine;
using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Network;
using Subnet.Health.Node;
using Subnet.Health.Review.Bundles;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Tracing;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>
/// <c>subnet audit trace EVENT</c>: one query from consent to emission, each link checked by itself. Offline: from the logs and the ledger of a
/// state folder, or from logs, URLs and bundles that are named.
/// </summary>
internal sealed class AuditTraceCommand : AuditReadCommand
{
    private readonly Argument<string> name;

    private readonly Option<string[]> logs = new("--log") { Description = "A log's folder or URL, or a bundle file; once for each. Else every log of the state folder." };

    private readonly Option<string[]> cards = new("--cards") { Description = "A folder with model cards; once for each." };

    private readonly LedgerPlace ledgerPlace = new();

    public AuditTraceCommand()
        : this(new Argument<string>("EVENT") { Description = "The query's event, 32 hexadecimal digits: the clinic's history and receipts show it." })
    {
    }

    private AuditTraceCommand(Argument<string> name)
        : base(
            "trace",
            "Follows one query through everybody's evidence, from consent to emission; exit code 1 if a link does not hold.",
            name,
            new CommandExample("audit trace 0f1e2d3c4b5a69788796a5b4c3d2e1f0", "a state folder with a query, such as that of 'subnet demo'"),
            new CommandExample("audit trace 0f1e2d3c4b5a69788796a5b4c3d2e1f0 --log clinic.audit.json --log miner/log --policy reviewer.policy", "a bundle, a log's folder and a policy file"))
    {
        this.name = name;
        Options.Add(logs);
        Options.Add(cards);
        ledgerPlace.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(AuditTraceDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string wanted = context.Get(name);
        if (wanted.Length != 32 || wanted.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{wanted}' is no event.", "An event has 32 hexadecimal digits; find it with 'subnet audit search'.");
        }

        string[] places = Places(context);
        QueryTrace trace;
        try
        {
            ITraceLog[] opened = [.. places.Select(place => Open(context, place)).OfType<ITraceLog>()];
            foreach (ITraceLog log in opened)
            {
                await RecordOpenedAsync(context, log.Checkpoint, 0, log.Checkpoint.Size, cancellationToken).ConfigureAwait(false);
            }

            using LedgerAccess? ledger = await OpenLedgerAsync(context, cancellationToken).ConfigureAwait(false);
            ITraceLedger? seen = ledger is null ? null : await LedgerTrace.OfAsync(ledger.Client, cancellationToken).ConfigureAwait(false);
            TraceSources sources = new(opened, seen, new CardFinder(CardFolders(context)).Find);
            trace = await new QueryTracer(sources).TraceAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }

        Print(context, AuditTraceDocument.Of(trace));
        return trace.IsSound && trace.Links.Any(link => link.Status == TraceStatus.Verified) ? ExitCode.Done : ExitCode.No;
    }

    /// <summary>The ledger; null where there is none to ask, which makes its links unavailable.</summary>
    private async Task<LedgerAccess?> OpenLedgerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ledgerPlace.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (CommandException none) when (none.Code == ErrorCodes.LedgerUnavailable && !ledgerPlace.IsNamed(context))
        {
            context.Output.Say("no ledger was found: links that need one are unavailable");
            return null;
        }
    }

    private string[] Places(CommandContext context)
    {
        string[] named = context.Get(logs) ?? [];
        // The node's log holds the ledger's blocks, not entries: the trace asks the ledger itself.
        string[] places = named.Length > 0 ? named
            : NetworkFile.TryRead(context.Home) is { } network
                ? [.. network.Roles.Where(role => role is { Log: not null, Role: not "node" }).Select(role => Path.Combine(context.Home, role.Log!)).Where(Directory.Exists)]
                : [.. HomeLogs(context.Home)];
        return places.Length > 0 ? places
            : throw new CommandException(ErrorCodes.NothingToTrace, "There is no log to trace the query in.", "Give --log once for each log or bundle, or --home with a state folder.");
    }

    private static IEnumerable<string> HomeLogs(string home) => ((string[])["clinic", "miner", "validator"])
        .Select(role => Path.Combine(home, role)).Where(Directory.Exists)
        .SelectMany(Directory.EnumerateDirectories).Select(party => Path.Combine(party, "log")).Where(Directory.Exists);

    private IEnumerable<string> CardFolders(CommandContext context) =>
        context.Get(cards) is { Length: > 0 } named ? named.Select(context.ExistingFolder)
            : ((string[])["clinic", "miner", "validator"]).Select(role => Path.Combine(context.Home, role)).Where(Directory.Exists);

    /// <summary>A log or bundle, accepted; null for a log without a checkpoint yet.</summary>
    private ITraceLog? Open(CommandContext context, string place)
    {
        if (File.Exists(context.FullPath(place)))
        {
            byte[] bytes = File.ReadAllBytes(context.FullPath(place));
            AuditBundle bundle = Guarded(() => AuditBundle.Parse(bytes), place);
            (string origin, TrustPolicy policy) = TrustIn(context, OriginOf(bundle.Checkpoint, place));
            BundleVerification verified = BundleVerification.Verify(bundle, origin, policy);
            return verified.IsSound ? new BundleTraceLog(verified) : throw new UnsoundLogException(verified.Code!, $"{place}: {verified.Message}");
        }

        ILogSource source = OpenSource(context, place);
        string note;
        try
        {
            note = source.ReadCheckpoint();
        }
        catch (FileNotFoundException)
        {
            context.Output.Say($"{place} has no checkpoint yet and is left out");
            return null;
        }

        (string named, TrustPolicy trust) = TrustIn(context, OriginOf(note, place));
        return new WholeTraceLog(VerifiedLog.Open(source, named, trust));
    }

    /// <summary>The reviewer's policy where it has this log; else, for a log whose name says its key, that key.</summary>
    private (string Origin, TrustPolicy Policy) TrustIn(CommandContext context, string origin)
    {
        TrustPolicy policy = ReadPolicy(context);
        return policy.Logs.Any(key => key.Name == origin) ? (origin, policy)
            : LogName.KeyOf(origin) is { } self ? (origin, policy.With(self))
            : throw new CommandException(ErrorCodes.Usage, $"The key of the log '{origin}' is not known.", "Name it in the --policy file or with --log-key.");
    }

    private static string OriginOf(string note, string place) => Guarded(() => Checkpoint.Parse(SignedNote.Parse(note).Text).Origin, place);

    private static T Guarded<T>(Func<T> read, string place)
    {
        try
        {
            return read();
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"'{place}' is neither a log nor a bundle: {malformed.Message}.", "Name a log's folder or URL, or a bundle file.");
        }
    }

    private static void Print(CommandContext context, AuditTraceDocument document) => context.Output.Document(document, _ =>
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"query {document.Event}\n");
        foreach (TraceLinkDocument link in document.Links)
        {
            text.Append(CultureInfo.InvariantCulture, $"{link.Status,-11} {link.Step,-16} {link.Why}\n");
            if (link.Place is not null)
            {
                string at = link.Index is { } index ? $" entry {index.ToString(CultureInfo.InvariantCulture)}" : link.Height is { } height ? $" block {height.ToString(CultureInfo.InvariantCulture)}" : "";
                text.Append(CultureInfo.InvariantCulture, $"{"",-28} in {link.Place}{at}\n");
            }

            foreach (TraceFactDocument fact in link.Facts)
            {
                text.Append(CultureInfo.InvariantCulture, $"{"",-28} {fact.Name} {fact.Value}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"{(document.Sound ? "nothing contradicts" : "NOT sound")}, {(document.Complete ? "complete" : "not complete")}\n");
        context.Output.Raw(text.ToString());
    });
}
