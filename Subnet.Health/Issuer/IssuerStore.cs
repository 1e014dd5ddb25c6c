using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Tokens;
using Subnet.Health.Storage;
using Subnet.Health.Wallets;

namespace Subnet.Health.Issuer;

/// <summary>
/// An issuer's secret keys, encrypted at rest, and which blinded messages it signed for whom. Counting and remembering are one durable
/// step before a signature leaves: a crash in between costs a repeated request, never a token too many. Safe for concurrent use.
/// </summary>
internal sealed class IssuerStore(string path, AtRestKey atRest, Func<BlindRsaSecretKey> generate, int maxPages = 0) : IAsyncDisposable
{
    private const string Schema =
        """
        create table if not exists secret (epoch integer not null, rows integer not null, pkcs8 blob not null, primary key (epoch, rows)) without rowid;
        create table if not exists signed (epoch integer not null, rows integer not null, buyer blob not null, request blob not null, primary key (epoch, rows, buyer, request)) without rowid;
        """;

    private readonly SqliteFile file = new(path, Schema, maxPages);

    /// <summary>The secret key of an epoch and size class, made when there is none yet.</summary>
    /// <exception cref="InvalidDataException">The stored key does not open: another wallet, or the file was changed.</exception>
    public async Task<BlindRsaSecretKey> GetOrCreateAsync(ulong epoch, int rows, CancellationToken cancellationToken)
    {
        if (await FindAsync(epoch, rows).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        BlindRsaSecretKey secret = await Task.Run(generate, cancellationToken).ConfigureAwait(false);
        byte[] pkcs8 = secret.ToPkcs8();
        byte[] sealedKey = atRest.Seal(pkcs8, Place(epoch, rows));
        CryptographicOperations.ZeroMemory(pkcs8);
        bool added = await file.RunAsync(connection =>
            connection.Execute("insert or ignore into secret values ($0, $1, $2)", (long)epoch, rows, sealedKey) == 1).ConfigureAwait(false);
        if (added)
        {
            return secret;
        }

        secret.Dispose();
        return (await FindAsync(epoch, rows).ConfigureAwait(false))!;
    }

    /// <summary>The secret key of an epoch and size class, or null.</summary>
    /// <inheritdoc cref="GetOrCreateAsync" path="/exception"/>
    public async Task<BlindRsaSecretKey?> FindAsync(ulong epoch, int rows)
    {
        byte[]? sealedKey = await file.RunAsync(connection =>
            connection.Scalar<byte[]>("select pkcs8 from secret where epoch = $0 and rows = $1", (long)epoch, rows)).ConfigureAwait(false);
        if (sealedKey is null)
        {
            return null;
        }

        byte[] pkcs8 = atRest.Open(sealedKey, Place(epoch, rows))
            ?? throw new InvalidDataException($"the issuer's key of epoch {epoch} does not open with this wallet, or its store was changed");
        try
        {
            return BlindRsaSecretKey.FromPkcs8(pkcs8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>
    /// Counts blinded messages for a buyer; those that were counted before count once.
    /// </summary>
    /// <param name="epoch">The key's epoch.</param>
    /// <param name="rows">The key's size class.</param>
    /// <param name="buyer">The buyer's account, 32 bytes.</param>
    /// <param name="requests">The requests as they came.</param>
    /// <param name="purchased">What the buyer paid for under this key in all.</param>
    /// <returns>Whether all may be signed; if not, none was counted.</returns>
    public Task<bool> TryCountAsync(ulong epoch, int rows, byte[] buyer, IEnumerable<ReadOnlyMemory<byte>> requests, ulong purchased)
    {
        byte[][] hashes = [.. requests.Select(request => SHA256.HashData(request.Span)).DistinctBy(Convert.ToHexStringLower)];
        return file.RunAsync(connection =>
        {
            long known = connection.Scalar<long>("select count(*) from signed where epoch = $0 and rows = $1 and buyer = $2", (long)epoch, rows, buyer);
            byte[][] fresh = [.. hashes.Where(hash => !IsKnown(connection, epoch, rows, buyer, hash))];
            if ((ulong)known + (ulong)fresh.Length > purchased)
            {
                return false;
            }

            foreach (byte[] hash in fresh)
            {
                connection.Execute("insert into signed values ($0, $1, $2, $3)", (long)epoch, rows, buyer, hash);
            }

            return true;
        });
    }

    /// <summary>Signatures that were counted under a key.</summary>
    public Task<long> CountAsync(ulong epoch, int rows) => file.RunAsync(connection =>
        connection.Scalar<long>("select count(*) from signed where epoch = $0 and rows = $1", (long)epoch, rows));

    /// <summary>Destroys the keys of epochs that are over: nobody can have a token backdated after that, the issuer included.</summary>
    public Task ForgetBeforeAsync(ulong epoch) => file.RunAsync(connection =>
    {
        connection.Execute("delete from secret where epoch < $0", (long)epoch);
        connection.Execute("delete from signed where epoch < $0", (long)epoch);
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file.DisposeAsync();

    private static bool IsKnown(SqliteConnection connection, ulong epoch, int rows, byte[] buyer, byte[] hash) => connection.Scalar<long>(
        "select 1 from signed where epoch = $0 and rows = $1 and buyer = $2 and request = $3", (long)epoch, rows, buyer, hash) == 1;

    private static byte[] Place(ulong epoch, int rows) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"issuer key {epoch} {rows}"));
}
