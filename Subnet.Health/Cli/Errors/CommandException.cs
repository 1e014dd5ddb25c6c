namespace Subnet.Health.Cli.Errors;

/// <summary>A failure the user can act on: one sentence of what and why, one of what to do next.</summary>
internal sealed class CommandException(ErrorCode code, string message, string fix, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The stable word and the exit code.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>What to do next.</summary>
    public string Fix { get; } = fix;
}
