using System.CommandLine;
using System.Net;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Journal;
using Subnet.Health.Review.Serving;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit serve FOLDER</c>: the log's tiles over HTTP, for foreign tools and reviewers elsewhere.</summary>
internal sealed class AuditServeCommand : SubnetCommand
{
    private readonly Argument<string> folder = new("FOLDER") { Description = "The log's folder." };

    private readonly Option<string> address = new("--address") { Description = "Address to listen at.", DefaultValueFactory = _ => "127.0.0.1" };

    private readonly Option<int> port = new("--port") { Description = "Port to listen at; 0 for any free one.", DefaultValueFactory = _ => 8470 };

    private readonly Option<string?> tokenFile = OptionNames.Create<string?>("--token-file", "File with the bearer token that reads entries; without it nobody may.");

    public AuditServeCommand()
        : base(
            "serve",
            "Serves a log's checkpoint and tiles over HTTP; its entries only to reviewers with the token.",
            new CommandExample("audit serve clinic/log --port 8470 --token-file reviewer.token", "a log's folder; it runs until it is stopped"))
    {
        Arguments.Add(folder);
        foreach (Option option in (Option[])[address, port, tokenFile])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        PhysicalLogFiles files = new(context.ExistingFolder(context.Get(folder)));
        if (!IPAddress.TryParse(context.Get(address), out IPAddress? listen))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{context.Get(address)}' is no address.", "Give an IP address, such as 127.0.0.1.");
        }

        string? token = context.Get(tokenFile) is { } file
            ? (await File.ReadAllTextAsync(context.ExistingFile(file), cancellationToken).ConfigureAwait(false)).Trim()
            : null;
        if (token is { Length: < 16 })
        {
            throw new CommandException(ErrorCodes.FileMalformed, "The token is shorter than 16 characters.", "Write a random one into the file.");
        }

        ServedLog log = new(files);
        string origin = log.Checkpoint() is { } note ? Checkpoint.Parse(SignedNote.Parse(note).Text).Origin
            : throw new CommandException(ErrorCodes.FileMalformed, "The folder has no checkpoint: it is no log, or none was published yet.", "Name a log's folder.");
        ReviewJournal journal = await ReviewJournal.OpenAsync(context.Home, context.Time, cancellationToken).ConfigureAwait(false);
        await using (journal.ConfigureAwait(false))
        {
            ReviewerAccess? access = token is null ? null
                : ReviewerAccess.Single(token, (reviewer, hi) => journal.ServedAsync(origin, reviewer, hi), context.Time);
            await ReviewHost.RunAsync(
                listen, context.Get(port), routes => TileEndpoints.Map(routes, log, access), url => context.Output.Say($"serving the log at {url}"), cancellationToken).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }
}
