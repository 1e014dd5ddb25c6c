namespace Subnet.Crypto.Tokens;

/// <summary>
/// The issuer's keys as the ledger has them: one for each epoch and denomination. Tokens count in their key's epoch and the next. A client that is offered any other
/// key refuses it, since a key of its own would tag it. Immutable and safe for concurrent use.
/// </summary>
public sealed class TokenKeySet
{
    /// <summary>Rows a token pays for, by denomination.</summary>
    public static ReadOnlySpan<int> Denominations => [1, 16, 256];

    private readonly Dictionary<string, PublishedTokenKey> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<(ulong Epoch, int Rows), PublishedTokenKey> bySlot = [];

    /// <summary>Takes the ledger's list.</summary>
    /// <exception cref="ArgumentException">Two keys for one epoch and denomination, one key twice, or an unknown denomination.</exception>
    public TokenKeySet(IEnumerable<PublishedTokenKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (PublishedTokenKey key in keys)
        {
            if (!Denominations.Contains(key.Rows))
            {
                throw new ArgumentException($"a denomination is 1, 16 or 256 rows, not {key.Rows}", nameof(keys));
            }

            if (!byId.TryAdd(Convert.ToHexStringLower(key.Key.Id), key) || !bySlot.TryAdd((key.Epoch, key.Rows), key))
            {
                throw new ArgumentException("an epoch and denomination has one key, and a key one epoch and denomination", nameof(keys));
            }
        }
    }

    /// <summary>The key to buy with in an epoch, or null.</summary>
    public PublishedTokenKey? ForBuying(ulong epoch, int rows) => bySlot.GetValueOrDefault((epoch, rows));

    /// <summary>The key of a token that is good in <paramref name="epoch"/> for a query of <paramref name="rows"/> rows, or null.</summary>
    public PublishedTokenKey? ForRedeeming(ReadOnlySpan<byte> keyId, ulong epoch, int rows) =>
        byId.TryGetValue(Convert.ToHexStringLower(keyId), out PublishedTokenKey? key)
        && key.Rows == rows
        && (key.Epoch == epoch || (epoch > 0 && key.Epoch == epoch - 1))
            ? key
            : null;
}

/// <summary>A key on the ledger.</summary>
/// <param name="Epoch">The epoch it is sold in.</param>
/// <param name="Rows">Rows a token pays for: 1, 16 or 256.</param>
/// <param name="Key">The key.</param>
public sealed record PublishedTokenKey(ulong Epoch, int Rows, TokenKey Key);
