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
    private long next;

    /// <param name="log">The actor's log.</param>
    /// <param name="kind">clinic, miner, validator, reviewer or service.</param>
    /// <param name="id">Key name or fingerprint of the actor.</param>
    /// <param name="nextSeq">The counter's next value: <see cref="EntryCounter.Next"/> of the log.</param>
    /// <param name="clock">The recorder's clock.</param>
    /// <param name="random">Where event names come from.</param>
    public AuditRecorder(TransparencyLog log, string kind, string id, long nextSeq, TimeProvider clock, IRandomSource random)
    {
        this.log = log;
        this.kind = kind;
        this.id = id;
        this.clock = clock;
        this.random = random;
        next = nextSeq;
    }

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
    public async Task<RecordedEntry> RecordAsync(string type, CanonicalObject details, string? user = null, string? role = null)
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

        string name = members.TextOrNull("event") ?? "";
        Task<AppendedEntry> appending;
        AuditEntry entry;
        bool repeated;

        // Taking a number and joining the queue are one step, so that numbers rise along the log; a repeated event takes none.
        lock (gate)
        {
            members["time"] = EntryTime.Format(clock.GetUtcNow());
            members["seq"] = next;
            entry = AuditEntry.Create(members);
            repeated = inFlight.TryGetValue(name, out Task<AppendedEntry>? first) || log.Find(AuditEntry.IdentityOf(entry.Bytes)!.Value) is not null;
            appending = first ?? log.AppendAsync(entry.Bytes);
            if (!repeated)
            {
                inFlight.Add(name, appending);
                next++;
            }
        }

        try
        {
            AppendedEntry appended = await appending.ConfigureAwait(false);
            return new RecordedEntry(entry, appended.Index, repeated || appended.IsDuplicate);
        }
        finally
        {
            if (!repeated)
            {
                lock (gate)
                {
                    inFlight.Remove(name);
                }
            }
        }
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
}
