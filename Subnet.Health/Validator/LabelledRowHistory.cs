using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Subnet.Health.Validator;

/// <summary>
/// Which labelled rows a miner was asked, in one SQLite file: no labelled row goes to a miner twice, also across restarts, since a miner could have learned its outcome
/// meanwhile. Only hashes are kept. Safe for concurrent use.
/// </summary>
internal sealed class LabelledRowHistory : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;

    static LabelledRowHistory() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens or creates the file; its folder must exist.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or is no such history.</exception>
    public LabelledRowHistory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText =
                """
                pragma busy_timeout = 5000;
                pragma journal_mode = wal;
                pragma synchronous = full;
                create table if not exists asked (question blob primary key) without rowid;
                """;
            command.ExecuteNonQuery();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Marks a row as asked of a miner before it is sent; false where it was before, and it must not be sent again.</summary>
    public bool TryMark(ReadOnlySpan<byte> miner, ReadOnlySpan<long> row)
    {
        byte[] question = SHA256.HashData([.. "subnet-labelled-row/1\n"u8, .. miner, .. Encoding.ASCII.GetBytes(string.Join(' ', row.ToArray()))]);
        lock (gate)
        {
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = "insert or ignore into asked values ($question)";
            insert.Parameters.AddWithValue("$question", question);
            return insert.ExecuteNonQuery() == 1;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => connection.Dispose();
}
