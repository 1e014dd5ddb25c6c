using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Subnet.Health.Storage;

namespace Subnet.Health.Audits;

/// <summary>
/// Which different audit rows each validator has had answered under each card, in one SQLite file. Exact answers are equations of the weights, so there are n/4 of them at most for a
/// validator and a model version (protocol 4); a miner counts them before it proves and a co-validator before it signs, also across restarts. Safe for concurrent use.
/// </summary>
internal sealed class OpenedRowStore : IAsyncDisposable
{
    private const int Share = 4;

    private const string Schema = "create table if not exists opened (card blob, validator blob, row blob, primary key (card, validator, row)) without rowid;";

    private readonly SqliteFile file;

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no such store.</exception>
    public OpenedRowStore(string path) => file = new SqliteFile(path, Schema);

    /// <summary>Different audit rows of one validator under one card: n/4, and one where n is below 4.</summary>
    /// <param name="features">n.</param>
    public static int MostRows(int features) => Math.Max(1, features / Share);

    /// <summary>Counts answered rows. Rows counted before cost nothing again, and rows of zeros, which pad a size class, say nothing of the weights.</summary>
    /// <param name="card">Hash of the card, 32 bytes.</param>
    /// <param name="validator">The validator's hotkey, 32 bytes.</param>
    /// <param name="features">n.</param>
    /// <param name="rows">The rows of n features.</param>
    /// <returns>False where there would be more than allowed: then none of them is counted.</returns>
    /// <exception cref="SqliteException">The disk refused; nothing was counted.</exception>
    public Task<bool> TryCountAsync(ReadOnlyMemory<byte> card, ReadOnlyMemory<byte> validator, int features, IEnumerable<long[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        byte[] under = card.ToArray();
        byte[] by = validator.ToArray();
        byte[][] hashes = [.. rows.Where(row => row.AsSpan().ContainsAnyExcept(0L)).Select(Hash)];
        return file.RunAsync(connection =>
        {
            HashSet<string> fresh = [.. hashes
                .Where(row => connection.Scalar<long>("select count(*) from opened where card = $0 and validator = $1 and row = $2", under, by, row) == 0)
                .Select(Convert.ToHexStringLower)];
            if (connection.Scalar<long>("select count(*) from opened where card = $0 and validator = $1", under, by) + fresh.Count > MostRows(features))
            {
                return false;
            }

            foreach (string row in fresh)
            {
                connection.Execute("insert into opened values ($0, $1, $2)", under, by, Convert.FromHexString(row));
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();

    private static byte[] Hash(long[] row)
    {
        long[] ordered = BitConverter.IsLittleEndian ? [.. row.Select(BinaryPrimitives.ReverseEndianness)] : row;
        return SHA256.HashData(MemoryMarshal.AsBytes(ordered.AsSpan()));
    }
}
