using System.Reflection;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Serving;
using Subnet.Health.Review.Sources;

namespace Subnet.Health.Review.Logs;

/// <summary>
/// The log of one role: its folder, its key, its recorder. Opens it whole after any crash, begins it with <c>log.genesis</c>, publishes
/// cosigned checkpoints by itself, hands them to the ledger, serves its tiles. One process at a time; safe for concurrent use.
/// </summary>
internal sealed class RoleLog : IAsyncDisposable
{
    private const string KeysPath = "state/keys";

    private readonly RoleLogOptions options;
    private readonly ILogFiles files;
    private readonly TransparencyLog log;
    private readonly WitnessSet witnesses;
    private readonly SignerSet signers;
    private readonly TimeProvider clock;
    private readonly SemaphoreSlim anchoring = new(1);
    private volatile IReadOnlyList<AddedKey> added;
    private long anchored = -1;

    private RoleLog(
        RoleLogOptions options,
        ILogFiles files,
        TransparencyLog log,
        WitnessSet witnesses,
        SignerSet signers,
        AuditRecorder recorder,
        IReadOnlyList<AddedKey> added,
        TimeProvider clock)
    {
        this.added = added;
        this.options = options;
        this.files = files;
        this.log = log;
        this.witnesses = witnesses;
        this.signers = signers;
        this.clock = clock;
        Verifier = signers[0].Verifier;
        Recorder = recorder;
    }

    /// <summary>Writes the role's entries; when a call returns, the entry is durable.</summary>
    public AuditRecorder Recorder { get; }

    /// <summary>The key that signs the checkpoints; its name is the log's.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>The log's name, <c>subnet/NETWORK/ROLE/ADDRESS</c>.</summary>
    public string Origin => Verifier.Name;

    /// <summary>The keys that it was given since it began, in order: what its witnesses are told, who know it by the key in its name.</summary>
    public IReadOnlyList<AddedKey> AddedKeys => added;

    /// <summary>Entries that are durable.</summary>
    public long Size => log.Size;

    /// <summary>Why the log stopped, or null while it can be written. A stopped log refuses every entry until it is opened again.</summary>
    public string? Failure => log.Failure;

    /// <summary>The newest published checkpoint note, or null if there is none yet.</summary>
    public string? Checkpoint => files.Read("checkpoint") is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Opens a role's log and writes its first entry where it is new.</summary>
    /// <param name="options">Folder, network, role.</param>
    /// <param name="key">Signs the checkpoints: the hotkey of a miner or validator, a key of its own for others. Stays the caller's.</param>
    /// <param name="clock">The recorder's clock.</param>
    /// <param name="random">Where event names come from.</param>
    /// <exception cref="LogStoreException">What is stored contradicts itself or what was signed; nothing is written then.</exception>
    /// <exception cref="IOException">Another process has the log open, or the folder cannot be used.</exception>
    public static async Task<RoleLog> OpenAsync(RoleLogOptions options, SigningKey key, TimeProvider clock, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(key);
        string origin = options.Name ?? LogName.Of(options.Network, options.Role, key.PublicKey);
        SignerSet signers = new([.. options.FurtherKeys.Prepend(key).Select(each => new NoteSigner(origin, SignatureType.Ed25519, each))]);
        WitnessSet witnesses = new(options.Witnesses);
        ILogFiles files = options.Files ?? new PhysicalLogFiles(options.Folder);
        TransparencyLog log = TransparencyLog.Open(
            files,
            new TransparencyLogOptions
            {
                Signers = signers,
                Identity = AuditEntry.IdentityOf,
                CheckpointInterval = options.CheckpointInterval,
                Witnesses = witnesses,
                WitnessLimit = options.WitnessLimit,
                Quorum = options.Quorum,
            },
            clock);
        try
        {
            string kind = options.Role is "clinic" or "miner" or "validator" or "reviewer" ? options.Role : "service";
            (long Seq, DateTimeOffset Time)? last = EntryCounter.Last(new FileTileSource(files), log.IntegratedSize, kind, key.Address);
            AuditRecorder recorder = new(log, kind, key.Address, last?.Seq + 1 ?? 0, clock, random, last?.Time, GapQueue.Open(files));
            RoleLog opened = new(options, files, log, witnesses, signers, recorder, AddedKeyFile.Read(files, KeysPath) ?? [], clock);
            if (opened.added.Count == 0 && (options.Name is not null || options.FurtherKeys.Count > 0))
            {
                opened.added = [.. opened.Read().Select(static entry => KeyOf(entry.Entry)).OfType<AddedKey>()];
            }

            if (log.Size == 0)
            {
                await opened.BeginAsync().ConfigureAwait(false);
            }

            if (options.Retention is { } retention)
            {
                await opened.PruneAsync(clock.GetUtcNow() - retention).ConfigureAwait(false);
            }

            return opened;
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            (files as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>The durable entry of an event that this log recorded, or null.</summary>
    /// <param name="name">The event, 32 hexadecimal digits.</param>
    public async Task<AuditEntry?> FindAsync(string name)
    {
        if (!UInt128.TryParse(name, System.Globalization.NumberStyles.AllowHexSpecifier, null, out UInt128 identity) || log.Find(identity) is not { } index)
        {
            return null;
        }

        await log.FlushAsync().ConfigureAwait(false);
        return LogEntries.Read(new FileTileSource(files), index, index + 1, log.IntegratedSize).Select(entry => AuditEntry.Parse(entry.Bytes)).Single();
    }

    /// <summary>The entries in tiles from a place on, in order, one bundle in memory at a time.</summary>
    public IEnumerable<(long Index, AuditEntry Entry)> Read(long from = 0) =>
        LogEntries.Read(new FileTileSource(files), Math.Max(from, log.FirstEntry), log.IntegratedSize, log.IntegratedSize).Select(entry => (entry.Index, AuditEntry.Parse(entry.Bytes)));

    /// <summary>Waits until every entry answered so far is in tiles, where <see cref="Read"/> sees it.</summary>
    public Task FlushAsync() => log.FlushAsync();

    /// <summary>Signs, has cosigned and publishes the head now; null if nothing is new or too few witnesses cosigned.</summary>
    /// <exception cref="LogStoreException">The log stopped.</exception>
    public async Task<SignedNote?> PublishAsync(CancellationToken cancellationToken = default)
    {
        await log.FlushAsync().ConfigureAwait(false);
        return await log.PublishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Publishes the head and puts the newest checkpoint on the ledger, if it grew since the last time; a role calls it once an epoch.
    /// </summary>
    /// <returns>The checkpoint that was anchored, or null if there was none to anchor.</returns>
    public async Task<Checkpoint?> AnchorAsync(CancellationToken cancellationToken = default)
    {
        if (options.Anchor is null)
        {
            return null;
        }

        await anchoring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PublishAsync(cancellationToken).ConfigureAwait(false);
            if (Checkpoint is not { } note || Crypto.Transparency.Checkpoints.Checkpoint.Parse(SignedNote.Parse(note).Text) is not { } head || head.Size <= anchored)
            {
                return null;
            }

            await options.Anchor(head, cancellationToken).ConfigureAwait(false);
            anchored = head.Size;
            return head;
        }
        finally
        {
            anchoring.Release();
        }
    }

    /// <summary>
    /// Adds a key for a change of keys: <c>key.added</c>, signed by the log's key, is in the log before the new key signs anything; from then on
    /// both sign, until <see cref="RetireKeyAsync"/>.
    /// </summary>
    /// <param name="next">The new key; stays the caller's, who gives it in <see cref="RoleLogOptions.FurtherKeys"/> at the next start.</param>
    public async Task AddKeyAsync(SigningKey next)
    {
        ArgumentNullException.ThrowIfNull(next);
        NoteSigner signer = new(Origin, SignatureType.Ed25519, next);
        byte[] statement = KeyStatement.Write(Origin, signer.Verifier);
        string signature = Convert.ToBase64String(signers[0].SignStatement(KeyStatement.Domain, statement));
        await Recorder.RecordAsync("key.added", new() { { "key", signer.Verifier.ToString() }, { "sig", signature } }).ConfigureAwait(false);
        AddedKey[] keys = [.. added, new AddedKey(signer.Verifier, signature)];
        AddedKeyFile.Write(files, KeysPath, keys);
        added = keys;
        signers.Replace([.. signers, signer]);
    }

    /// <summary>
    /// Ends the use of a key: a last checkpoint with both signatures is published, then <c>key.retired</c> records its size, and no checkpoint
    /// beyond it is signed with that key.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is the only key.</exception>
    public async Task RetireKeyAsync(VerifierKey retired, CancellationToken cancellationToken = default)
    {
        NoteSigner[] left = [.. signers.Where(signer => !signer.Verifier.Equals(retired))];
        if (left.Length == 0 || left.Length == signers.Count)
        {
            throw new InvalidOperationException("a log keeps at least one key, and retires one that signs");
        }

        await PublishAsync(cancellationToken).ConfigureAwait(false);

        // Not after the entry: the publisher may sign at any moment. What it signs with the old key has at most the size that is there now.
        signers.Replace(left);
        long last = log.IntegratedSize;
        await Recorder.RecordAsync("key.retired", new() { { "key", retired.ToString() }, { "last_size", last } }).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes the bundles whose entries are all older than a time, at the end of their retention, recorded by an entry first. Hash tiles stay, so
    /// that every proof of what is kept still holds.
    /// </summary>
    /// <param name="before">Entries from this time on are kept.</param>
    /// <returns>The first entry that is kept.</returns>
    /// <exception cref="ArgumentException">The time is less than six years ago (45 CFR 164.316(b)(2)).</exception>
    public async Task<long> PruneAsync(DateTimeOffset before)
    {
        if (before > clock.GetUtcNow().AddYears(-RoleLogOptions.LeastRetentionYears))
        {
            throw new ArgumentException($"entries are kept for at least {RoleLogOptions.LeastRetentionYears} years", nameof(before));
        }

        await log.FlushAsync().ConfigureAwait(false);
        long first = log.FirstEntry;
        long keep = Read(first).Where(entry => entry.Entry.Time >= before).Select(entry => entry.Index).DefaultIfEmpty(log.IntegratedSize).First();
        keep -= keep % TileId.FullWidth;
        if (keep <= first)
        {
            return first;
        }

        await Recorder.RecordAsync("policy.changed", new() { { "policy", options.Policy ?? new string('0', 64) }, { "minimum_index", keep } }).ConfigureAwait(false);
        await log.PruneAsync(keep).ConfigureAwait(false);
        return keep;
    }

    /// <summary>Asks other witnesses from the next checkpoint on.</summary>
    public void UseWitnesses(IReadOnlyList<IWitnessClient> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        witnesses.Replace(next);
    }

    /// <summary>The log as it is served over HTTP and gRPC.</summary>
    public ServedLog Served => new(files);

    /// <summary>Serves checkpoint and tiles below a path; entries only to reviewers with the token, whose reading is recorded here first.</summary>
    /// <param name="routes">The application.</param>
    /// <param name="prefix">Path that the log stands below, such as <c>/log</c>; empty for the root.</param>
    /// <param name="token">What a reviewer sends as bearer token; null if nobody may read entries.</param>
    public void MapTiles(IEndpointRouteBuilder routes, string prefix, string? token) =>
        TileEndpoints.Map(routes.MapGroup(prefix), Served, token is null ? null : ReviewersBy(new Dictionary<string, byte[]> { ["reviewer"] = ReviewerAccess.HashOf(token) }));

    /// <summary>Access for reviewers by name; each reading is recorded in this log as <c>review.opened</c> before it is answered.</summary>
    /// <param name="tokens">SHA-256 of each reviewer's token, by pseudonym: <see cref="ReviewerAccess.HashOf"/>.</param>
    public ReviewerAccess ReviewersBy(IReadOnlyDictionary<string, byte[]> tokens) => new(
        tokens,
        (reviewer, hi) => Recorder.RecordAsync(
            "review.opened", new() { { "peer", new CanonicalObject { { "kind", "reviewer" }, { "id", reviewer } } }, { "lo", 0 }, { "hi", hi } }),
        clock);

    /// <summary>Commits what waits, brings it into tiles, and releases the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync().ConfigureAwait(false);
        (files as IDisposable)?.Dispose();
        anchoring.Dispose();
    }

    private async Task BeginAsync()
    {
        CanonicalObject genesis = new()
        {
            { "origin", Origin },
            { "keys", Keys() },
            { "build", typeof(RoleLog).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion },
        };
        if (options.Policy is not null)
        {
            genesis.Add("policy", options.Policy);
        }

        await Recorder.RecordAsync("log.genesis", genesis).ConfigureAwait(false);
    }

    private static AddedKey? KeyOf(AuditEntry entry) =>
        entry.Type == "key.added" && entry.Members.TextOrNull("key") is { } key && entry.Members.TextOrNull("sig") is { } signature ? AddedKey.TryParse($"{key} {signature}") : null;

    private CanonicalList Keys()
    {
        CanonicalList keys = [];
        foreach (NoteSigner signer in signers)
        {
            keys.Add(signer.Verifier.ToString());
        }

        return keys;
    }
}
