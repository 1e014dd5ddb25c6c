using System.CommandLine;
using System.Text;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Journal;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Sources;
using Subnet.Health.Rpc.Client;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary>What the reviewer's commands share: a log, and whom the reviewer trusts. The keys come from the reviewer, never from the log.</summary>
internal abstract class AuditReadCommand : SubnetCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string> log = new("LOG") { Description = "A log's folder, or the URL that its tiles are served below." };

    private readonly Option<string[]> logKeys = OptionNames.Create<string[]>("--log-key", "A verifier key of the log (name+id+key); may be given twice.");

    private readonly Option<string?> policyFile = new("--policy") { Description = "A tlog-policy file: logs, witnesses and their quorum." };

    private readonly Option<string?> originOption = new("--origin")
    {
        Description = "The log's name; else that of the only log key. A name of the form subnet/NETWORK/ROLE/ADDRESS says its key by itself.",
    };

    private readonly Option<string?> tokenFile = OptionNames.Create<string?>("--token-file", "File with the reviewer's token for entries behind a URL.");

    /// <inheritdoc cref="SubnetCommand(string, string, CommandExample[])"/>
    protected AuditReadCommand(string name, string description, params CommandExample[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(log);
        AddTrustOptions();
    }

    /// <summary>A command over a file that is no log.</summary>
    protected AuditReadCommand(string name, string description, Argument<string> file, params CommandExample[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(file);
        AddTrustOptions();
    }

    /// <summary>What the user named as the log.</summary>
    protected string NamedLog(CommandContext context) => context.Get(log);

    /// <summary>The log that was named.</summary>
    /// <exception cref="CommandException">There is no such folder.</exception>
    protected ILogSource OpenSource(CommandContext context) => OpenSource(context, NamedLog(context));

    /// <summary>A log by folder or URL (http, https, or grpc for a plaintext port on loopback).</summary>
    /// <exception cref="CommandException">There is no such folder.</exception>
    protected ILogSource OpenSource(CommandContext context, string name)
    {
        string? token = context.Get(tokenFile) is { } file ? File.ReadAllText(context.ExistingFile(file)).Trim() : null;
        if (!Uri.TryCreate(name, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https" or "grpc"))
        {
            return new FolderLogSource(context.ExistingFolder(name));
        }

        if (url.Scheme == "grpc")
        {
            GrpcChannel channel = new(new UriBuilder(url) { Scheme = "http" }.Uri, new GrpcChannelOptions(), context.Time);
            return new GrpcLogSource(channel, name, token, Patience);
        }

        HttpClient client = new() { Timeout = Patience };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }

        return new HttpLogSource(client, url);
    }

    /// <summary>Records in the reviewer's own log that entries are read, before anything of them is shown.</summary>
    /// <exception cref="IOException">It cannot be recorded: nothing may be shown.</exception>
    protected static Task RecordOpenedAsync(CommandContext context, Checkpoint reviewed, long lo, long hi, CancellationToken cancellationToken) =>
        RecordAsync(context, journal => journal.OpenedAsync(reviewed, lo, hi), cancellationToken);

    /// <summary>Records in the reviewer's own log that entries or proofs leave for a file or another system, before they do.</summary>
    /// <exception cref="IOException">It cannot be recorded: nothing may leave.</exception>
    protected static Task RecordExportedAsync(CommandContext context, Checkpoint reviewed, long lo, long hi, CancellationToken cancellationToken) =>
        RecordAsync(context, journal => journal.ExportedAsync(reviewed, lo, hi), cancellationToken);

    /// <summary>The log, with its checkpoint accepted.</summary>
    /// <exception cref="CommandException">It is not (exit code 1).</exception>
    protected VerifiedLog OpenLog(CommandContext context)
    {
        (string origin, TrustPolicy policy) = Trust(context);
        return OpenLog(OpenSource(context), origin, policy);
    }

    /// <summary>Opens a log and turns its refusal into an error of the command line.</summary>
    /// <exception cref="CommandException">The log is not sound (exit code 1).</exception>
    protected static VerifiedLog OpenLog(ILogSource source, string origin, TrustPolicy policy)
    {
        try
        {
            return VerifiedLog.Open(source, origin, policy);
        }
        catch (UnsoundLogException unsound)
        {
            throw Unsound(unsound);
        }
    }

    /// <summary>The error of a log that does not hold what it signs.</summary>
    protected static CommandException Unsound(UnsoundLogException unsound) => new(
        ErrorCodes.LogUnsound, $"The log is not sound ({unsound.Code}): {unsound.Message}.", "Run 'subnet audit verify' for all findings.", unsound);

    /// <summary>The log's name and whom the reviewer trusts.</summary>
    /// <exception cref="CommandException">No key, or a malformed one.</exception>
    protected (string Origin, TrustPolicy Policy) Trust(CommandContext context)
    {
        TrustPolicy policy = ReadPolicy(context);
        if (context.Get(originOption) is { } named && policy.Logs.Count == 0 && Review.Logs.LogName.KeyOf(named) is { } key)
        {
            policy = TrustPolicy.Threshold([key], [], 0);
        }

        string? origin = context.Get(originOption) ?? (policy.Logs.Select(each => each.Name).Distinct().ToArray() is [string only] ? only : null);
        return policy.Logs.Count > 0 && origin is not null
            ? (origin, policy)
            : throw new CommandException(
                ErrorCodes.Usage, "A review needs the log's own key.", "Give --origin with the log's whole name (the first line of its checkpoint), --log-key, or --policy with one log line; with several log lines also --origin.");
    }

    /// <summary>Whom the reviewer trusts; nobody where neither a policy nor a key is given.</summary>
    /// <exception cref="CommandException">A malformed policy or key.</exception>
    protected TrustPolicy ReadPolicy(CommandContext context)
    {
        if (context.Get(policyFile) is not { } file)
        {
            return TrustPolicy.Threshold((context.Get(logKeys) ?? []).Select(ReadKey), [], 0);
        }

        try
        {
            return TrustPolicyFile.Parse(File.ReadAllBytes(context.ExistingFile(file)));
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The policy '{file}' cannot be read: {malformed.Message}.", "Correct the file, or give the log's own key with --log-key.");
        }
    }

    /// <summary>A verifier key of the command line.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    internal static VerifierKey ReadKey(string text)
    {
        try
        {
            return VerifierKey.Parse(text);
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(
                ErrorCodes.Usage, $"The --log-key '{text}' is no verifier key: {malformed.Message}.", "Give it as NAME+ID+KEY, as the log's operator publishes it.", malformed);
        }
    }

    /// <summary>The value of an option that must be given.</summary>
    /// <exception cref="CommandException">It was not.</exception>
    internal static string Required(CommandContext context, Option<string> option) => context.Get(option) is { Length: > 0 } value
        ? value
        : throw new CommandException(ErrorCodes.Usage, $"The option {option.Name} is missing.", "See the command's --help.");

    /// <summary>Writes an output file, or standard output where none is named. Nothing half-written is left.</summary>
    /// <exception cref="CommandException">The file exists already.</exception>
    protected static void WriteOutput(CommandContext context, string? path, Action<TextWriter> write)
    {
        if (path is null)
        {
            using StringWriter text = new();
            write(text);
            context.Output.Raw(text.ToString());
            return;
        }

        string full = context.FullPath(path);
        if (File.Exists(full))
        {
            throw new CommandException(ErrorCodes.FileExists, $"The file '{path}' exists already.", "Choose another name or remove it.");
        }

        string temporary = full + ".tmp";
        try
        {
            using (StreamWriter writer = new(temporary, false, new UTF8Encoding(false)))
            {
                write(writer);
            }

            File.Move(temporary, full);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task RecordAsync(CommandContext context, Func<ReviewJournal, Task> record, CancellationToken cancellationToken)
    {
        ReviewJournal journal;
        try
        {
            journal = await ReviewJournal.OpenAsync(context.Home, context.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException damaged)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed, $"The reviewer's key cannot be read: {damaged.Message}.", "Bring 'reviewer/key' in the state folder back from a copy.", damaged);
        }

        await using (journal.ConfigureAwait(false))
        {
            await record(journal).ConfigureAwait(false);
        }
    }

    private void AddTrustOptions()
    {
        logKeys.AllowMultipleArgumentsPerToken = false;
        Options.Add(logKeys);
        Options.Add(policyFile);
        Options.Add(originOption);
        Options.Add(tokenFile);
    }
}
