using System.Globalization;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Review.Entries;

/// <summary>
/// Writes one actor's events into its log: adds version, time, random event name and the actor's counter, checks the schema, and returns
/// when the entry is durable. The order rule is the caller's: record first, act then; if recording fails, do not act. Safe for
/// concurrent use.
/// </summary>
internal sealed class AuditRecorder
{
    private readonly TransparencyLog log;
    private readonly string kind;
    private readonly string id;
    private readonly TimeProvider clock;
    private readonly IRandomSource random;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Task<AppendedEntry>> inFlight = [];
    private readonly GapQueue? gaps;
    private long next;
    private DateTimeOffset newest;

    /// <param name="log">The actor's log.</param>
    /// <param name="kind">clinic, miner, validator, reviewer or service.</param>
    /// <param name="id">Key name or fingerprint of the actor.</param>
    /// <param name="nextSeq">The counter's next value: <see cref="EntryCounter.Next"/> of the log.</param>
    /// <param name="clock">The recorder's clock.</param>
    /// <param name="random">Where event names come from.</param>
    /// <param name="newest">Time of the actor's last entry; null if it has none.</param>
    /// <param name="gaps">Where events are counted that could not be recorded; null where there may be none.</param>
    public AuditRecorder(
        TransparencyLog log, string kind, string id, long nextSeq, TimeProvider clock, IRandomSource random, DateTimeOffset? newest = null, GapQueue? gaps = null)
    {
        this.log = log;
        this.kind = kind;
        this.id = id;
        this.clock = clock;
        this.random = random;
        this.gaps = gaps;
        this.newest = newest ?? DateTimeOffset.MinValue;
        next = nextSeq;
    }

    /// <summary>How far the clock may go back without a <c>clock.step</c> entry: what a reviewer allows too.</summary>
    public static TimeSpan AllowedStep { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A new random event name, for a caller that needs it before the entry is written.</summary>
    public string NewEvent()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (gate)
        {
            random.Fill(bytes);
        }

        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Records an event.</summary>
    /// <param name="type">The entry's type.</param>
    /// <param name="details">Further members; <c>outcome</c> is ok and <c>event</c> is random unless given here.</param>
    /// <param name="user">Pseudonym of the member of the workforce who acted, or null.</param>
    /// <param name="role">That person's role, or null.</param>
    /// <exception cref="AuditEntryException">The schema does not allow the entry.</exception>
    /// <exception cref="LogStoreException">The log stopped: the effect must not happen.</exception>
    /// <exception cref="LogPushbackException">Too many entries wait: the effect must not happen now.</exception>
    public async Task<RecordedEntry> RecordAsync(string type, CanonicalObject details, string? user = null, string? role = null) =>
        (await RecordTogetherAsync([(type, details)], user, role).ConfigureAwait(false))[0];

    /// <summary>Records events of one moment in one commit of the log, in this order: all are durable when the call returns.</summary>
    /// <param name="events">Type and further members of each, as for one.</param>
    /// <param name="user">Pseudonym of the member of the workforce who acted, or null.</param>
    /// <param name="role">That person's role, or null.</param>
    /// <inheritdoc cref="RecordAsync" path="/exception"/>
    public async Task<IReadOnlyList<RecordedEntry>> RecordTogetherAsync(
        IReadOnlyList<(string Type, CanonicalObject Details)> events, string? user = null, string? role = null)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            return [];
        }

        Recording[] recordings = [.. events.Select(each => new Recording(MembersOf(each.Type, each.Details, user, role)))];
        ArgumentOutOfRangeException.ThrowIfNotEqual(recordings.DistinctBy(recording => recording.Name).Count(), recordings.Length, nameof(events));
        List<Task> before = [];

        // Taking numbers and joining the queue are one step, so that numbers rise along the log; a repeated event takes none.
        lock (gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            foreach (Recording recording in recordings)
            {
                recording.IsRepeated = inFlight.TryGetValue(recording.Name, out Task<AppendedEntry>? first) || IsRecorded(recording.Name);
                recording.Appending = first;
            }

            Recording[] fresh = [.. recordings.Where(recording => !recording.IsRepeated)];
            if (fresh.Length > 0)
            {
                AppendBefore(now, before);
            }

            long number = next;
            foreach (Recording recording in recordings)
            {
                recording.Members["time"] = EntryTime.Format(now);
                recording.Members["seq"] = recording.IsRepeated ? next : number++;
                recording.Entry = AuditEntry.Create(recording.Members);
            }

            IReadOnlyList<Task<AppendedEntry>> appending = log.AppendTogetherAsync([.. fresh.Select(recording => recording.Entry.Bytes)]);
            for (int i = 0; i < fresh.Length; i++)
            {
                fresh[i].Appending = appending[i];
                inFlight.Add(fresh[i].Name, appending[i]);
            }

            next = number;
            newest = fresh.Length > 0 && now > newest ? now : newest;
            foreach (Recording recording in recordings.Where(recording => recording.Appending is null))
            {
                recording.Appending = log.AppendAsync(recording.Entry.Bytes);
            }
        }

        try
        {
            await Task.WhenAll(before).ConfigureAwait(false);
            AppendedEntry[] appended = await Task.WhenAll(recordings.Select(recording => recording.Appending!)).ConfigureAwait(false);
            return [.. recordings.Zip(appended, (recording, entry) => new RecordedEntry(recording.Entry, entry.Index, recording.IsRepeated || entry.IsDuplicate))];
        }
        finally
        {
            lock (gate)
            {
                foreach (Recording recording in recordings.Where(recording => !recording.IsRepeated))
                {
                    inFlight.Remove(recording.Name);
                }
            }
        }
    }

    /// <summary>
    /// Records an event whose effect may not wait for the log, as break-glass access may not: if it cannot be recorded it is counted, and the next entry that can be
    /// is preceded by a <c>gap</c> that says how many there were and when.
    /// </summary>
    /// <returns>The entry; null if it was only counted.</returns>
    /// <exception cref="InvalidOperationException">This recorder counts none.</exception>
    /// <exception cref="AuditEntryException">The schema does not allow the entry.</exception>
    public async Task<RecordedEntry?> RecordOrCountAsync(string type, CanonicalObject details, string? user = null, string? role = null) =>
        (await RecordTogetherOrCountAsync([(type, details)], user, role).ConfigureAwait(false))?[0];

    /// <summary>As <see cref="RecordTogetherAsync"/>; if they cannot be recorded the first is counted, and the effect of the others must not happen.</summary>
    /// <returns>The entries; null if the first was only counted.</returns>
    /// <inheritdoc cref="RecordOrCountAsync" path="/exception"/>
    public async Task<IReadOnlyList<RecordedEntry>?> RecordTogetherOrCountAsync(
        IReadOnlyList<(string Type, CanonicalObject Details)> events, string? user = null, string? role = null)
    {
        GapQueue queue = gaps ?? throw new InvalidOperationException("this recorder has nowhere to count events that it cannot record");
        try
        {
            return await RecordTogetherAsync(events, user, role).ConfigureAwait(false);
        }
        catch (Exception unrecorded) when (unrecorded is LogStoreException or LogPushbackException)
        {
            queue.Add(clock.GetUtcNow());
            return null;
        }
    }

    private CanonicalObject MembersOf(string type, CanonicalObject details, string? user, string? role)
    {
        ArgumentNullException.ThrowIfNull(details);
        CanonicalObject members = new()
        {
            { "v", 1 },
            { "type", type },
            { "actor", Actor(user, role) },
        };
        foreach ((string member, CanonicalValue value) in details)
        {
            members.Add(member, value);
        }

        if (!members.TryGet("outcome", out _))
        {
            members.Add("outcome", "ok");
        }

        if (!members.TryGet("event", out _))
        {
            members.Add("event", NewEvent());
        }

        return members;
    }

    // What the recorder has to say about itself comes before the event that is being recorded.
    private void AppendBefore(DateTimeOffset now, List<Task> before)
    {
        if (newest - now > AllowedStep)
        {
            before.Add(AppendOwn("clock.step", now, new() { { "from", EntryTime.Format(newest) }, { "to", EntryTime.Format(now) } }));
            newest = now;
        }

        if (gaps?.Pending is { } unrecorded)
        {
            Task<AppendedEntry> gap = AppendOwn("gap", now, unrecorded.ToMembers());
            gaps.Taken(unrecorded);
            before.Add(SettleAsync(gaps, unrecorded, gap));
        }
    }

    private bool IsRecorded(string name) => name.Length == 32
        && UInt128.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 identity) && log.Find(identity) is not null;

    private static async Task SettleAsync(GapQueue gaps, UnrecordedEvents events, Task<AppendedEntry> appending)
    {
        try
        {
            await appending.ConfigureAwait(false);
            gaps.Recorded(events);
        }
        catch
        {
            gaps.PutBack(events);
            throw;
        }
    }

    /// <summary>Appends an entry about the recorder itself, in front of the one that is being recorded.</summary>
    private Task<AppendedEntry> AppendOwn(string type, DateTimeOffset now, CanonicalObject members)
    {
        members.Add("v", 1);
        members.Add("type", type);
        members.Add("actor", Actor(null, null));
        members.Add("outcome", "ok");
        members.Add("event", NewEvent());
        members.Add("time", EntryTime.Format(now));
        members.Add("seq", next);
        Task<AppendedEntry> appending = log.AppendAsync(AuditEntry.Create(members).Bytes);
        next++;
        return appending;
    }

    private CanonicalObject Actor(string? user, string? role)
    {
        CanonicalObject actor = new() { { "kind", kind }, { "id", id } };
        if (user is not null)
        {
            actor.Add("user", user);
        }

        if (role is not null)
        {
            actor.Add("role", role);
        }

        return actor;
    }

    // One event on its way into the log.
    private sealed class Recording(CanonicalObject members)
    {
        public CanonicalObject Members { get; } = members;

        public string Name { get; } = members.TextOrNull("event") ?? "";

        public bool IsRepeated { get; set; }

        public AuditEntry Entry { get; set; } = null!;

        public Task<AppendedEntry>? Appending { get; set; }
    }
}
