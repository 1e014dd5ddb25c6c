using System.CommandLine;
using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet node anchors</c>.</summary>
internal sealed class NodeAnchorsCommand : LedgerReadCommand<NodeAnchorsDocument>
{
    public NodeAnchorsCommand()
        : base("anchors", "List the newest anchored checkpoint of every transparency log.", new CommandExample("node anchors", "a ledger"))
    {
    }

    /// <inheritdoc/>
    protected override NodeAnchorsDocument Read(CommandContext context, LedgerEngine ledger) => NodeAnchorsDocument.Of(ledger.State);

    /// <inheritdoc/>
    protected override void Print(IAnsiConsole console, NodeAnchorsDocument document)
    {
        foreach (AnchorEntry anchor in document.Anchors)
        {
            console.WriteLine($"{anchor.Origin} size {anchor.Size} root {Convert.ToHexStringLower(anchor.Root)} in block {anchor.Block} by {anchor.Submitter}");
        }
    }
}

/// <summary>The answer of <c>subnet node anchors</c>.</summary>
internal sealed record NodeAnchorsDocument(IReadOnlyList<AnchorEntry> Anchors) : Document(FormatName)
{
    public const string FormatName = "subnet/node-anchors/1";

    public static NodeAnchorsDocument Of(LedgerState state) => new(
    [
        .. state.Anchors.Unordered().OrderBy(static a => a.Key.Origin, StringComparer.Ordinal)
            .Select(static a => new AnchorEntry(a.Key.Origin, a.Value.Size, a.Value.Root.ToArray(), a.Value.Height, LedgerText.Address(a.Value.Submitter))),
    ]);
}

/// <summary>An anchored checkpoint.</summary>
internal sealed record AnchorEntry(string Origin, Amount Size, byte[] Root, Amount Block, string Submitter);

/// <summary><c>subnet node anchor FILE</c>.</summary>
internal sealed class NodeAnchorCommand : LedgerCallCommand
{
    private const int MaxCheckpointBytes = 65_536;

    private readonly Argument<string> file = new("CHECKPOINT") { Description = "A checkpoint file, such as log/checkpoint of a role's folder." };
    private readonly Option<bool> hotkey = new("--as-hotkey") { Description = "Sign with the wallet's hotkey; else with its coldkey." };

    public NodeAnchorCommand()
        : base("anchor", "Anchor a transparency log's checkpoint on the ledger.", new CommandExample("node anchor miner/one/log/checkpoint --yes", "a checkpoint and a wallet"))
    {
        Arguments.Add(file);
        Options.Add(hotkey);
    }

    /// <inheritdoc/>
    protected override bool SignsWith(CommandContext context) => context.Get(hotkey);

    /// <inheritdoc/>
    protected override LedgerCall BuildCall(CommandContext context, LedgerEngine ledger)
    {
        string path = context.ExistingFile(context.Get(file));
        byte[] bytes = new FileInfo(path).Length <= MaxCheckpointBytes ? File.ReadAllBytes(path) : [];
        try
        {
            Checkpoint checkpoint = Checkpoint.Parse(SignedNote.Parse(bytes).Text);
            return new AnchorCheckpointCall(checkpoint.Origin, (ulong)checkpoint.Size, new Hash256(checkpoint.Root.ToArray()));
        }
        catch (TransparencyException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"'{context.Get(file)}' is not a checkpoint: {e.Message}.", "Name the checkpoint file of a transparency log.", e);
        }
    }
}
