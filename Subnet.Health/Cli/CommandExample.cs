namespace Subnet.Health.Cli;

/// <summary>An example of a command, as the help page and <c>docs/cli.md</c> show it.</summary>
/// <param name="Arguments">What follows <c>subnet</c> on the command line.</param>
/// <param name="Needs">
/// What must be there for it to work; null when it works on any machine from the top of a checkout. A test runs those.
/// </param>
internal sealed record CommandExample(string Arguments, string? Needs = null);
