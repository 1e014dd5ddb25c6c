using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;
using Subnet.Health.Cli.Settings;

namespace Subnet.Health.Cli.Logging;

/// <summary>Logs go to a file or to standard error, never to standard output.</summary>
internal static class LogSetup
{
    private const string Template = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <summary>Loggers as the settings ask; the caller disposes them, which flushes.</summary>
    public static SerilogLoggerFactory Create(SettingsReader settings, CommandEnvironment environment, bool verbose)
    {
        LogEventLevel level = Enum.Parse<LogEventLevel>(settings.Text(SettingsCatalog.LogLevel)!, ignoreCase: true);
        LogEventLevel least = verbose && level > LogEventLevel.Information ? LogEventLevel.Information : level;
        LoggerConfiguration configuration = new LoggerConfiguration().MinimumLevel.Is(least);
        if (least == LogEventLevel.Information)
        {
            // The web server tells of each request twice at this level; it is what the roles do that is asked for.
            configuration.MinimumLevel.Override("Microsoft", LogEventLevel.Warning);
        }

        if (least >= LogEventLevel.Information)
        {
            // A server that cannot start is an error of its command, which says in one sentence what to do; the host would log it before, with its stack.
            configuration.MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal);
        }

        ITextFormatter formatter = settings.Text(SettingsCatalog.LogFormat) == "json"
            ? new JsonFormatter(renderMessage: true, formatProvider: CultureInfo.InvariantCulture)
            : new MessageTemplateTextFormatter(Template, CultureInfo.InvariantCulture);
        if (settings.Text(SettingsCatalog.LogFile) is { } file)
        {
            configuration.WriteTo.File(formatter, Path.GetFullPath(file, environment.CurrentDirectory), shared: true);
        }
        else
        {
            configuration.WriteTo.Sink(new TextWriterSink(formatter, environment.Error));
        }

        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }

    private sealed class TextWriterSink(ITextFormatter formatter, TextWriter writer) : ILogEventSink
    {
        private readonly Lock gate = new();

        public void Emit(LogEvent logEvent)
        {
            lock (gate)
            {
                formatter.Format(logEvent, writer);
            }
        }
    }
}
