namespace Subnet.Health.Cli.Errors;

/// <summary>A stable word for one kind of failure. <c>docs/errors.md</c> lists them all from the code.</summary>
/// <param name="Word">Lower-case words joined by dashes; never changes once released.</param>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Meaning">One sentence for the list.</param>
internal sealed record ErrorCode(string Word, ExitCode ExitCode, string Meaning);
