using System.CommandLine;
using Subnet.Health.Cli;

namespace Subnet.Tests.Support;

/// <summary>Runs one command line inside this process, in a world of its own: state folder, streams, environment.</summary>
internal sealed class CommandRun
{
    private CommandRun(int exitCode, string output, string error)
    {
        ExitCode = exitCode;
        Output = output;
        Error = error;
    }

    /// <summary>What the process would have ended with.</summary>
    public int ExitCode { get; }

    /// <summary>Standard output.</summary>
    public string Output { get; }

    /// <summary>Standard error.</summary>
    public string Error { get; }

    /// <summary>Runs <paramref name="arguments"/> with <paramref name="home"/> as the state folder.</summary>
    public static async Task<CommandRun> Of(
        string home,
        string[] arguments,
        IReadOnlyDictionary<string, string>? variables = null,
        string input = "",
        bool interactive = false,
        bool terminal = false,
        string? currentDirectory = null,
        Func<GlobalOptions, RootCommand>? tree = null,
        CancellationToken stop = default)
    {
        using StringReader reader = new(input);
        using StringWriter output = new();
        using StringWriter error = new();
        Dictionary<string, string> environment = new(variables ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        environment.TryAdd("SUBNET_HOME", home);
        environment.TryAdd("PATH", Environment.GetEnvironmentVariable("PATH") ?? "");
        CommandEnvironment world = new()
        {
            In = reader,
            Out = output,
            Error = error,
            IsInteractive = interactive,
            OutIsTerminal = terminal,
            ErrorIsTerminal = terminal,
            Variables = environment,
            CurrentDirectory = currentDirectory ?? home,
            Time = TimeProvider.System,
        };
        int code = await new SubnetApp(world, tree).RunAsync(arguments, stop);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
