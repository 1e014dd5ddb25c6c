using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Subnet.Tests.Support;

/// <summary>A log without a lowest level that keeps all of it: category, template, every value by its name, exceptions with their causes.</summary>
internal sealed class EverythingLogged : ILoggerFactory
{
    private readonly ConcurrentQueue<string> entries = new();

    /// <summary>What was logged.</summary>
    public IReadOnlyCollection<string> Entries => entries;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, entries);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
        // This is where all of it goes.
    }

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    private sealed class Logger(string category, ConcurrentQueue<string> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            entries.Enqueue(Describe(state));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{logLevel} {category} {eventId}: {formatter(state, exception)} {Describe(state)} {exception}"));

        private static string Describe<TState>(TState state) => state is IEnumerable<KeyValuePair<string, object?>> values
            ? string.Join(' ', values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key}={value.Value}")))
            : $"{state}";
    }
}
