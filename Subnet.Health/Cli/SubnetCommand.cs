using System.CommandLine;

namespace Subnet.Health.Cli;

/// <summary>
/// A command that does something: a verb of the command line, or a noun without verbs. Derived classes add their arguments
/// and options in the constructor, read them through <see cref="CommandContext.Arguments"/>, and answer with an exit code.
/// </summary>
internal abstract class SubnetCommand : Command
{
    /// <param name="name">The word on the command line.</param>
    /// <param name="description">One sentence for the help page.</param>
    /// <param name="examples">At least one example.</param>
    protected SubnetCommand(string name, string description, params CommandExample[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    /// <summary>Examples for the help page and <c>docs/cli.md</c>; those without a need are run by a test.</summary>
    public IReadOnlyList<CommandExample> Examples { get; }

    /// <summary>
    /// The types of the documents that <c>--json</c> prints (subclasses of <see cref="Output.Document"/>), or none for a
    /// command whose output has a specified form of its own.
    /// </summary>
    public virtual IReadOnlyList<Type> Documents => [];

    /// <summary>
    /// Carries the command out.
    /// </summary>
    /// <returns><see cref="ExitCode.Done"/>, or <see cref="ExitCode.No"/> when the answer is no.</returns>
    /// <exception cref="Errors.CommandException">It could not be done, and the user can do something about it.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C or SIGTERM came; nothing half-written is left.</exception>
    public abstract Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken);
}
