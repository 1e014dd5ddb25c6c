using Spectre.Console;
using Subnet.Core.Ledger;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary>A command that answers with one document of the ledger's newest state.</summary>
/// <typeparam name="TDocument">The document.</typeparam>
internal abstract class LedgerReadCommand<TDocument>(string name, string description, params CommandExample[] examples) : LedgerCommand(name, description, examples)
    where TDocument : Document
{
    /// <inheritdoc/>
    public sealed override IReadOnlyList<Type> Documents => [typeof(TDocument)];

    /// <inheritdoc/>
    protected sealed override ExitCode Answer(CommandContext context, LedgerEngine ledger)
    {
        TDocument document = Read(context, ledger);
        context.Output.Document(document, console => Print(console, document));
        return ExitCode.Done;
    }

    /// <summary>The document, by the command's arguments.</summary>
    protected abstract TDocument Read(CommandContext context, LedgerEngine ledger);

    /// <summary>Prints it for people.</summary>
    protected abstract void Print(IAnsiConsole console, TDocument document);
}
