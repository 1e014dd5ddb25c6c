using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.RegularExpressions;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Logging;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli;

/// <summary>Parses a command line, carries it out, and turns whatever happens into an exit code and one sentence.</summary>
internal sealed partial class SubnetApp(CommandEnvironment environment, Func<GlobalOptions, RootCommand>? tree = null)
{
    private readonly GlobalOptions options = new();
    private readonly Func<GlobalOptions, RootCommand> tree = tree ?? CommandTree.Create;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <param name="stop">Cancelled by Ctrl-C or SIGTERM.</param>
    /// <param name="stopCode">What a cancelled run ends with.</param>
    public async Task<int> RunAsync(string[] args, CancellationToken stop, Func<ExitCode>? stopCode = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        RootCommand root = tree(options);
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool json = args.Contains("--json", StringComparer.Ordinal);
        bool verbose = args.Contains("--verbose", StringComparer.Ordinal) || args.Contains("-v", StringComparer.Ordinal);
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                // What an argument swallowed says more than the required option that is missed behind it.
                RefuseMisspeltOptions(parsed, args);
                throw UsageError(parsed);
            }

            if (parsed.CommandResult.Command is not SubnetCommand command || parsed.Action != command.Action)
            {
                return await parsed.InvokeAsync(
                    new InvocationConfiguration { Output = environment.Out, Error = environment.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                    stop).ConfigureAwait(false);
            }

            RefuseMisspeltOptions(parsed, args);
            return (int)await RunCommandAsync(command, parsed, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (int)Report(
                new CommandException(ErrorCodes.Stopped, "Stopped before it was done.", "Run it again when you are ready."),
                json, verbose, stopCode?.Invoke() ?? ExitCode.Interrupted);
        }
        catch (PortTakenException e)
        {
            return (int)Report(TakenPort.Describe(parsed, e), json, verbose, ErrorCodes.PortTaken.ExitCode);
        }
        catch (Exception e) when (ExceptionTranslator.Translate(e) is { } known)
        {
            return (int)Report(known, json, verbose, known.Code.ExitCode);
        }
        catch (Exception e)
        {
            string log = WriteBugLog(e);
            CommandException bug = new(ErrorCodes.Bug, $"This is a bug: {e.GetType().Name}.", $"Please report it with {log}.", e);
            return (int)Report(bug, json, verbose, ExitCode.Bug);
        }
    }

    private async Task<ExitCode> RunCommandAsync(SubnetCommand command, ParseResult parsed, CancellationToken stop)
    {
        string home = Home(parsed);
        string file = parsed.GetValue(options.Config) is { } named
            ? Path.GetFullPath(named, environment.CurrentDirectory)
            : Path.Combine(home, "config.json");
        if (parsed.GetValue(options.Config) is not null && !File.Exists(file))
        {
            throw new CommandException(ErrorCodes.FileNotFound, $"The settings file '{file}' does not exist.", "Check --config.");
        }

        SettingsReader settings = new(environment, file);
        bool color = !parsed.GetValue(options.NoColor) && environment.Variable("NO_COLOR") is null;
        CommandOutput output = new(environment, parsed.GetValue(options.Json), parsed.GetValue(options.Quiet), color);
        using ILoggerFactory loggers = LogSetup.Create(settings, environment, parsed.GetValue(options.Verbose));
        CommandContext context = new()
        {
            Arguments = parsed,
            Environment = environment,
            Output = output,
            Settings = settings,
            Loggers = loggers,
            Home = home,
            ConfigFile = parsed.GetValue(options.Config) is null ? null : file,
            IsVerbose = parsed.GetValue(options.Verbose),
        };
        ExitCode code = await command.RunAsync(context, stop).ConfigureAwait(false);
        await environment.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return code;
    }

    private string Home(ParseResult parsed)
    {
        string? named = parsed.GetValue(options.Home) ?? environment.Variable("SUBNET_HOME");
        return named is not null
            ? Path.GetFullPath(named, environment.CurrentDirectory)
            : Path.Combine(
                environment.Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".subnet");
    }

    private static CommandException UsageError(ParseResult parsed)
    {
        string message = string.Join(" ", parsed.Errors.Select(error => error.Message.TrimEnd('.') + ".").Distinct());
        return UsageError(parsed, InWords(message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal)));
    }

    // The parser names types of this program where it means what can be typed.
    private static string InWords(string message) => TypeName().Replace(message, match => match.Groups["type"].Value switch
    {
        nameof(Byte) => "as a whole number from 0 to 255",
        nameof(UInt16) => "as a whole number from 0 to 65535",
        nameof(UInt32) or nameof(UInt64) => "as a whole number, 0 or more",
        nameof(Int32) or nameof(Int64) => "as a whole number",
        nameof(Double) or nameof(Single) or nameof(Decimal) => "as a number",
        nameof(Boolean) => "as true or false",
        _ => "as it should be",
    });

    [GeneratedRegex(@"as expected type '(?:System\.Nullable`1\[)?System\.(?<type>\w+)\]?'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeName();

    private static CommandException UsageError(ParseResult parsed, string message)
    {
        return new CommandException(ErrorCodes.Usage, message, $"See '{string.Join(' ', Path(parsed.CommandResult).Prepend("subnet"))} --help'.");

        static IEnumerable<string> Path(CommandResult? result) =>
            result?.Parent is CommandResult parent ? Path(parent).Append(result.Command.Name) : [];
    }

    // The parser takes a misspelt option for an argument where one is still free; a file of that name would be a surprise.
    private static void RefuseMisspeltOptions(ParseResult parsed, string[] args)
    {
        IEnumerable<string> beforeSeparator = args.TakeWhile(arg => arg != "--");
        string? misspelt = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .FirstOrDefault(value => value.StartsWith("--", StringComparison.Ordinal) && beforeSeparator.Contains(value, StringComparer.Ordinal));
        if (misspelt is not null)
        {
            // btcli names some things that are arguments here.
            string? argument = parsed.CommandResult.Command.Arguments.Select(candidate => candidate.Name)
                .FirstOrDefault(name => string.Equals(name.Replace('_', '-'), misspelt[2..].Replace('_', '-'), StringComparison.OrdinalIgnoreCase));
            throw argument is not null
                ? UsageError(parsed, $"{argument} is no option here but an argument: give its value without '{misspelt}'.")
                : UsageError(parsed, $"There is no option '{misspelt}' (an argument of that name goes behind '--').");
        }
    }

    private ExitCode Report(CommandException error, bool json, bool verbose, ExitCode code)
    {
        environment.Error.WriteLine(json
            ? JsonSerializer.Serialize(new ErrorDocument(error.Code.Word, error.Message, error.Fix), JsonText.Line)
            : $"subnet: {error.Message} {error.Fix}");
        if (verbose && !json && error.InnerException is { } inner)
        {
            environment.Error.WriteLine(inner.ToString());
        }

        return code;
    }

    private static string WriteBugLog(Exception e)
    {
        string path = Path.Combine(Path.GetTempPath(), $"subnet-bug-{Guid.NewGuid():n}.log");
        File.WriteAllText(path, $"{ProgramVersion.Line}{Environment.NewLine}{e}{Environment.NewLine}");
        return path;
    }
}
