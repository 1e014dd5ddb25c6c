namespace Subnet.Crypto.Tokens;

/// <summary>
/// Whether a token is good at one origin, before anything is spent: of a published key of this epoch or the last, of the denomination of the query's rows, made for this
/// very origin, and signed. Immutable and safe for concurrent use.
/// </summary>
/// <param name="challenge">The origin's challenge.</param>
public sealed class TokenCheck(TokenChallenge challenge)
{
    private readonly TokenChallenge challenge = challenge ?? throw new ArgumentNullException(nameof(challenge));

    /// <summary>Reads and checks a token.</summary>
    /// <param name="token">The token's bytes.</param>
    /// <param name="keys">The ledger's keys.</param>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="rows">The query's size class.</param>
    /// <returns>The token, or null for one that is no good here, for whatever reason.</returns>
    public Token? Read(ReadOnlySpan<byte> token, TokenKeySet keys, ulong epoch, int rows)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return Token.TryParse(token, out Token? parsed)
            && keys.ForRedeeming(parsed.KeyId, epoch, rows) is { } key
            && parsed.Verify(key.Key, challenge)
                ? parsed
                : null;
    }
}
