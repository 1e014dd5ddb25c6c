using Subnet.Core.Ledger;

namespace Subnet.Core.Storage;

/// <summary>Opens the store that a setting names.</summary>
public static class LedgerStores
{
    /// <summary>A text with <c>Host=</c> is a PostgreSQL connection, anything else an SQLite file.</summary>
    /// <exception cref="LedgerStoreException">It cannot be opened.</exception>
    public static ILedgerStore Open(string setting) =>
        setting.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? new PostgresLedgerStore(setting) : new SqliteLedgerStore(setting);
}
