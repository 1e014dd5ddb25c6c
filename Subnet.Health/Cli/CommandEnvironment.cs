namespace Subnet.Health.Cli;

/// <summary>Everything a command takes from the world around it, so that a test can hand it another one.</summary>
internal sealed class CommandEnvironment
{
    /// <summary>Standard input.</summary>
    public required TextReader In { get; init; }

    /// <summary>Standard output: data and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: progress, questions, logs, errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether somebody at a terminal can be asked.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>Environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The caller's folder, against which relative paths are resolved.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The environment of this process.</summary>
    public static CommandEnvironment OfProcess() => new()
    {
        In = Console.In,
        Out = Console.Out,
        Error = Console.Error,
        IsInteractive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Variables = Environment.GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
        CurrentDirectory = Directory.GetCurrentDirectory(),
        Time = TimeProvider.System,
    };

    /// <summary>The variable's value, or null when it is absent or empty.</summary>
    public string? Variable(string name) =>
        Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
}
