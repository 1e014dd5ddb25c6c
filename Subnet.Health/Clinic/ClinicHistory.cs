using System.Security.Cryptography;
using System.Text.Json;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Review.Entries;
using Subnet.Health.Storage;
using Subnet.Health.Wallets;

namespace Subnet.Health.Clinic;

/// <summary>
/// What a clinic keeps of its queries, encrypted at rest: patients' keys of pseudonyms, results, what opens a prediction later (salt, seed,
/// reply), and outcomes. In the clear are only times, hashes and the event names that the log has too. Safe for concurrent use.
/// </summary>
internal sealed class ClinicHistory : IAsyncDisposable
{
    private const string Schema =
        """
        create table if not exists patient (name blob primary key, key blob not null);
        create table if not exists query (
            event text primary key, time integer not null, netuid integer not null, card text not null, miner text not null,
            rows integer not null, outcome text not null, secret blob not null);
        create index if not exists query_time on query (time);
        """;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly SqliteFile file;
    private readonly AtRestKey atRest;

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <param name="path">The file.</param>
    /// <param name="atRest">Encrypts everything that is a patient's.</param>
    /// <param name="maxPages">How large it may grow, in pages of 4 KiB; 0 for no bound but the disk's.</param>
    public ClinicHistory(string path, AtRestKey atRest, int maxPages = 0)
    {
        this.atRest = atRest;
        file = new SqliteFile(path, Schema, maxPages);
    }

    /// <summary>The random key from which a patient's pseudonyms follow; drawn when the patient is seen first.</summary>
    /// <param name="reference">The patient's reference in the clinic; in the store only its keyed hash stands.</param>
    /// <param name="random">The operating system's generator in production.</param>
    public async Task<byte[]> PatientKeyAsync(string reference, IRandomSource random)
    {
        byte[] name = atRest.Blind(System.Text.Encoding.UTF8.GetBytes(reference));
        byte[] fresh = new byte[PatientPseudonym.KeyBytes];
        random.Fill(fresh);
        byte[] secret = atRest.Seal(fresh, name);
        byte[] kept = await file.RunAsync(connection =>
        {
            connection.Execute("insert or ignore into patient values ($0, $1)", name, secret);
            return connection.Scalar<byte[]>("select key from patient where name = $0", name)!;
        }).ConfigureAwait(false);
        return atRest.Open(kept, name) ?? throw Unreadable();
    }

    /// <summary>Destroys a patient's key: every log entry is cut loose from the person. Whether there was one.</summary>
    public Task<bool> ShredAsync(string reference)
    {
        byte[] name = atRest.Blind(System.Text.Encoding.UTF8.GetBytes(reference));
        return file.RunAsync(connection => connection.Execute("delete from patient where name = $0", name) == 1);
    }

    /// <summary>Keeps a finished query.</summary>
    public Task AddAsync(HistoryEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        byte[] plain = JsonSerializer.SerializeToUtf8Bytes(entry.Secret, Json);
        byte[] secret = atRest.Seal(plain, Place(entry.Event));
        CryptographicOperations.ZeroMemory(plain);
        return file.RunAsync(connection => connection.Execute(
            "insert or replace into query values ($0, $1, $2, $3, $4, $5, $6, $7)",
            entry.Event, entry.Time.ToUnixTimeMilliseconds(), (int)entry.Netuid, entry.Card, entry.Miner, entry.Rows, "", secret));
    }

    /// <summary>One query, or null.</summary>
    public async Task<HistoryEntry?> FindAsync(string queryEvent) =>
        (await ReadAsync("where event = $0", queryEvent).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>The newest queries, newest first.</summary>
    public Task<IReadOnlyList<HistoryEntry>> NewestAsync(int most) => ReadAsync("order by time desc, event limit $0", most);

    /// <summary>Single-patient queries of a subnet since a time whose outcome is known and not scored yet, oldest first.</summary>
    public async Task<IReadOnlyList<HistoryEntry>> WithOutcomeAsync(ushort netuid, DateTimeOffset since) =>
        [.. (await ReadAsync("where netuid = $0 and rows = 1 and time >= $1 order by time, event", (int)netuid, since.ToUnixTimeMilliseconds()).ConfigureAwait(false))
            .Where(entry => entry.Secret.Outcomes is { Count: > 0 })];

    /// <summary>Keeps the outcome of a patient of a query.</summary>
    /// <param name="queryEvent">The query.</param>
    /// <param name="row">The patient's row, from 1.</param>
    /// <param name="outcome">Whether the condition was there.</param>
    /// <returns>Whether there is such a query and row.</returns>
    public async Task<bool> SetOutcomeAsync(string queryEvent, int row, bool outcome)
    {
        HistoryEntry? entry = await FindAsync(queryEvent).ConfigureAwait(false);
        if (entry is null || row < 1 || row > entry.Rows)
        {
            return false;
        }

        Dictionary<int, bool> outcomes = entry.Secret.Outcomes is { } known ? new(known) : [];
        outcomes[row] = outcome;
        byte[] plain = JsonSerializer.SerializeToUtf8Bytes(entry.Secret with { Outcomes = outcomes }, Json);
        byte[] secret = atRest.Seal(plain, Place(queryEvent));
        CryptographicOperations.ZeroMemory(plain);
        await file.RunAsync(connection => connection.Execute("update query set secret = $1 where event = $0", queryEvent, secret)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Forgets queries before a time.</summary>
    /// <returns>How many.</returns>
    public Task<int> ForgetBeforeAsync(DateTimeOffset time) => file.RunAsync(connection =>
        connection.Execute("delete from query where time < $0", time.ToUnixTimeMilliseconds()));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();

    private async Task<IReadOnlyList<HistoryEntry>> ReadAsync(string clause, params object[] values)
    {
        List<(HistoryEntry Entry, byte[] Secret)> rows = await file.RunAsync(connection => connection.Query(
            "select event, time, netuid, card, miner, rows, secret from query " + clause,
            reader => (
                new HistoryEntry(
                    reader.GetString(0),
                    DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)),
                    (ushort)reader.GetInt32(2),
                    reader.GetString(3),
                    reader.GetString(4),
                    reader.GetInt32(5),
                    null!),
                reader.Blob(6)!),
            values)).ConfigureAwait(false);
        return [.. rows.Select(row => row.Entry with { Secret = Open(row.Entry.Event, row.Secret) })];
    }

    private HistorySecret Open(string queryEvent, byte[] secret)
    {
        byte[] plain = atRest.Open(secret, Place(queryEvent)) ?? throw Unreadable();
        return JsonSerializer.Deserialize<HistorySecret>(plain, Json) ?? throw Unreadable();
    }

    private static byte[] Place(string queryEvent) => System.Text.Encoding.ASCII.GetBytes("query " + queryEvent);

    private static ClinicException Unreadable() =>
        new(ClinicFault.StoreFailed, "The local history does not open.", "Use the wallet it was made with; if its file was changed, restore it.");
}

/// <summary>A query in the history.</summary>
/// <param name="Event">Its event.</param>
/// <param name="Time">When the answer came.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="Card">Hash of the card.</param>
/// <param name="Miner">Address of the miner.</param>
/// <param name="Rows">Patients in it.</param>
/// <param name="Secret">What is a patient's or opens something.</param>
internal sealed record HistoryEntry(string Event, DateTimeOffset Time, ushort Netuid, string Card, string Miner, int Rows, HistorySecret Secret);

/// <summary>The encrypted part of a query in the history.</summary>
/// <param name="Model">The card's identifier.</param>
/// <param name="Patient">The patient's reference in the clinic, or null.</param>
/// <param name="Scores">What came out.</param>
/// <param name="Master">Seed of the query's one-time key.</param>
/// <param name="Integers">The encoded rows: with the seed they rebuild the query's bytes.</param>
/// <param name="Reply">The reply's bytes.</param>
/// <param name="Receipt">The receipt's canonical statement.</param>
/// <param name="ReceiptSignature">Its signature.</param>
/// <param name="PredictionSalt">Salt of the logged prediction; null where none was logged.</param>
/// <param name="Prediction">The logged prediction, 0 to 255.</param>
/// <param name="Outcomes">Known outcomes by row.</param>
internal sealed record HistorySecret(
    string Model,
    string? Patient,
    IReadOnlyList<HistoryScore> Scores,
    byte[] Master,
    long[] Integers,
    byte[] Reply,
    byte[] Receipt,
    byte[] ReceiptSignature,
    byte[]? PredictionSalt,
    byte? Prediction,
    IReadOnlyDictionary<int, bool>? Outcomes)
{
    /// <summary>For each row how many inputs a constant from training stood for; null in entries from before this was kept.</summary>
    public IReadOnlyList<int>? Imputed { get; init; }

    /// <summary>What was passed over in the patient's record and what held with a reservation; null as above.</summary>
    public IReadOnlyList<ClinicInputNote>? Notes { get; init; }
}

/// <summary>A score in the history.</summary>
/// <param name="Probability">The calibrated probability, or null.</param>
/// <param name="Label">The class, or empty.</param>
/// <param name="Answers">The decrypted integers.</param>
internal sealed record HistoryScore(float? Probability, string Label, IReadOnlyList<long> Answers);
