using System.CommandLine;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;

namespace Subnet.Health.Cli;

/// <summary>What a running command has at hand.</summary>
internal sealed class CommandContext
{
    /// <summary>The parsed arguments and options.</summary>
    public required ParseResult Arguments { get; init; }

    /// <summary>The world around the command.</summary>
    public required CommandEnvironment Environment { get; init; }

    /// <summary>Data to standard output, everything else to standard error.</summary>
    public required CommandOutput Output { get; init; }

    /// <summary>Settings: flag, else environment, else file, else default.</summary>
    public required SettingsReader Settings { get; init; }

    /// <summary>Loggers; they write to a file or standard error, never to standard output.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The state folder, absolute. It may not exist yet.</summary>
    public required string Home { get; init; }

    /// <summary>The settings file that was named; null for the one in the state folder, if there is one.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Whether details are wanted.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => Environment.Time;

    /// <summary>The value of an option, or its default.</summary>
    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);

    /// <summary>The value of an argument that must be there.</summary>
    public T Get<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);

    /// <summary>The absolute path of a file or folder named on the command line, relative to the caller's folder.</summary>
    public string FullPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetFullPath(path, Environment.CurrentDirectory);
    }

    /// <summary>The absolute path of a file that must exist.</summary>
    /// <exception cref="CommandException">It does not (<c>file-not-found</c>).</exception>
    public string ExistingFile(string path)
    {
        string full = FullPath(path);
        return File.Exists(full) ? full
            : Directory.Exists(full) ? throw new CommandException(ErrorCodes.FileNotFound, $"'{path}' is a folder, and a file is wanted.", "Name a file in it.")
            : throw new CommandException(ErrorCodes.FileNotFound, $"The file '{path}' does not exist.", "Check the path.");
    }

    /// <summary>The absolute path of a folder that must exist.</summary>
    /// <exception cref="CommandException">It does not (<c>file-not-found</c>).</exception>
    public string ExistingFolder(string path)
    {
        string full = FullPath(path);
        return Directory.Exists(full)
            ? full
            : throw new CommandException(ErrorCodes.FileNotFound, $"The folder '{path}' does not exist.", "Check the path.");
    }

    /// <summary>
    /// Asks before something that costs or cannot be undone. Returns when the answer is yes or <c>--yes</c> was given.
    /// </summary>
    /// <exception cref="CommandException">Nobody can be asked, or the answer is no. Nothing was done then.</exception>
    public async Task ConfirmAsync(StateChangingCommand command, string question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (Get(command.Yes))
        {
            return;
        }

        if (!Environment.IsInteractive || Output.IsJson || Output.IsQuiet)
        {
            throw new CommandException(ErrorCodes.ConfirmationMissing, $"A confirmation is needed: {question}", "Give --yes if you mean it.");
        }

        await Environment.Error.WriteAsync($"{question} [y/N] ").ConfigureAwait(false);
        string? answer = await Environment.In.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (answer?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CommandException(ErrorCodes.ConfirmationDenied, "Nothing was done.", "Run it again and answer y to go on.");
        }
    }
}
