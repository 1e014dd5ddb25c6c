using System.Text.Json;
using Spectre.Console;

namespace Subnet.Health.Cli.Output;

/// <summary>Where a command says what: data to standard output, talk and progress to standard error.</summary>
internal sealed class CommandOutput
{
    // Without a terminal nothing wraps: a table row stays one line for grep and awk.
    private const int WidthWithoutTerminal = 500;

    private readonly CommandEnvironment environment;

    public CommandOutput(CommandEnvironment environment, bool json, bool quiet, bool color)
    {
        this.environment = environment;
        IsJson = json;
        IsQuiet = quiet;
        Data = CreateConsole(environment.Out, environment.OutIsTerminal, color);
        Talk = CreateConsole(environment.Error, environment.ErrorIsTerminal, color);
    }

    /// <summary>Whether documents are printed as JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Whether talk is left out.</summary>
    public bool IsQuiet { get; }

    /// <summary>The console behind standard error, for rich talk.</summary>
    public IAnsiConsole Talk { get; }

    private IAnsiConsole Data { get; }

    /// <summary>Prints the answer: as one JSON document with <c>--json</c>, else as <paramref name="render"/> writes it.</summary>
    public void Document<T>(T document, Action<IAnsiConsole> render)
        where T : Document
    {
        ArgumentNullException.ThrowIfNull(render);
        if (IsJson)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(document, JsonText.Indented));
        }
        else
        {
            render(Data);
        }
    }

    /// <summary>Prints one of many answers of a command that follows something: one JSON object per line, or one text line.</summary>
    public void Line<T>(T document, string text)
        where T : Document
    {
        environment.Out.WriteLine(IsJson ? JsonSerializer.Serialize(document, JsonText.Line) : text);
        environment.Out.Flush();
    }

    /// <summary>Prints data that has a specified form of its own, byte for byte.</summary>
    public void Raw(string text) => environment.Out.Write(text);

    /// <summary>Says something that is not data, on standard error; nothing with <c>--quiet</c>.</summary>
    public void Say(string text)
    {
        if (!IsQuiet)
        {
            environment.Error.WriteLine(text);
        }
    }

    /// <summary>
    /// Shows the progress of long work on standard error: a bar on a terminal, else a line every tenth of the way.
    /// </summary>
    public async Task<T> ProgressAsync<T>(string label, long total, Func<IProgress<long>, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (IsQuiet)
        {
            return await work(new ProgressLines(label, total, _ => { })).ConfigureAwait(false);
        }

        if (!environment.ErrorIsTerminal)
        {
            return await work(new ProgressLines(label, total, Say)).ConfigureAwait(false);
        }

        return await Talk.Progress().AutoClear(true).StartAsync(async progress =>
        {
            ProgressTask task = progress.AddTask(Markup.Escape(label), maxValue: total);
            return await work(new ProgressBar(task)).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static IAnsiConsole CreateConsole(TextWriter writer, bool terminal, bool color)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal && color ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }

    private sealed class ProgressBar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
