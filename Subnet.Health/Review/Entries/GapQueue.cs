using System.Globalization;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Review.Entries;

/// <summary>Events that happened and could not be recorded.</summary>
/// <param name="Count">How many.</param>
/// <param name="From">When the first.</param>
/// <param name="To">When the last.</param>
internal sealed record UnrecordedEvents(long Count, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The members of a <c>gap</c> entry.</summary>
    public CanonicalObject ToMembers() => new() { { "count", Count }, { "from", EntryTime.Format(From) }, { "to", EntryTime.Format(To) } };

    /// <summary>Both together.</summary>
    public UnrecordedEvents With(UnrecordedEvents other) => new(Count + other.Count, From < other.From ? From : other.From, To > other.To ? To : other.To);
}

/// <summary>
/// Counts the events of one log that could not be recorded, until a <c>gap</c> entry says so. The count is in <c>state/gaps</c> beside the log, as well as it can be written there:
/// what makes the log fail may make this fail too, and then it is in memory only. Safe for concurrent use.
/// </summary>
internal sealed class GapQueue
{
    private const string StatePath = "state/gaps";
    private const string TemporaryPath = "state/gaps.tmp";

    private readonly ILogFiles files;
    private readonly Lock gate = new();
    private UnrecordedEvents? pending;
    private UnrecordedEvents? taken;

    private GapQueue(ILogFiles files) => this.files = files;

    /// <summary>What no entry says yet, or null.</summary>
    public UnrecordedEvents? Pending
    {
        get
        {
            lock (gate)
            {
                return pending;
            }
        }
    }

    /// <summary>Reads what was counted before the log was opened.</summary>
    public static GapQueue Open(ILogFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        string[] words = files.Read(StatePath) is { } bytes ? Encoding.ASCII.GetString(bytes).Split(' ') : [];
        GapQueue queue = new(files);
        if (words.Length == 3 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count > 0
            && EntryTime.TryParse(words[1], out DateTimeOffset from) && EntryTime.TryParse(words[2], out DateTimeOffset to))
        {
            queue.pending = new UnrecordedEvents(count, from, to);
        }

        return queue;
    }

    /// <summary>Counts an event.</summary>
    public void Add(DateTimeOffset time)
    {
        lock (gate)
        {
            UnrecordedEvents one = new(1, time, time);
            pending = pending?.With(one) ?? one;
            Store();
        }
    }

    /// <summary>An entry about these is on its way.</summary>
    public void Taken(UnrecordedEvents events)
    {
        lock (gate)
        {
            (taken, pending) = (events, null);
        }
    }

    /// <summary>The entry is durable.</summary>
    public void Recorded(UnrecordedEvents events)
    {
        lock (gate)
        {
            taken = taken == events ? null : taken;
            Store();
        }
    }

    /// <summary>The entry could not be recorded either.</summary>
    public void PutBack(UnrecordedEvents events)
    {
        lock (gate)
        {
            taken = taken == events ? null : taken;
            pending = pending?.With(events) ?? events;
            Store();
        }
    }

    private void Store()
    {
        UnrecordedEvents? all = pending is not null && taken is not null ? pending.With(taken) : pending ?? taken;
        try
        {
            if (all is null)
            {
                files.Delete(StatePath);
                return;
            }

            string text = string.Create(CultureInfo.InvariantCulture, $"{all.Count} {EntryTime.Format(all.From)} {EntryTime.Format(all.To)}");
            files.Write(TemporaryPath, Encoding.ASCII.GetBytes(text));
            files.Sync(TemporaryPath);
            files.Rename(TemporaryPath, StatePath);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The disk that the log cannot write to; memory still has the count, and the next one is stored with it.
            return;
        }
    }
}
