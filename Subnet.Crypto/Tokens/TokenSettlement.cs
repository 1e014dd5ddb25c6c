using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// The spent tokens of one epoch as a miner settles them: in one batch, sorted by token bytes, without times, so that the ledger shows nothing of who asked when.
/// </summary>
public static class TokenSettlement
{
    /// <summary>Sorts tokens for settlement; equal ones are kept once.</summary>
    public static IReadOnlyList<byte[]> Sort(IEnumerable<byte[]> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        byte[][] sorted = [.. tokens];
        Array.Sort(sorted, (a, b) => a.AsSpan().SequenceCompareTo(b));
        return [.. sorted.Where((token, i) => i == 0 || !token.AsSpan().SequenceEqual(sorted[i - 1]))];
    }

    /// <summary>
    /// The ledger's check of a batch: sorted without equals, each token of one of the keys, for the miner's challenge, with a good signature. Whether a nonce was settled
    /// before is for the ledger's state.
    /// </summary>
    public static bool TryVerify(
        IReadOnlyList<byte[]> tokens, TokenKeySet keys, ulong epoch, TokenChallenge challenge, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(keys);
        error = null;
        for (int i = 0; i < tokens.Count && error is null; i++)
        {
            if (i > 0 && tokens[i].AsSpan().SequenceCompareTo(tokens[i - 1]) <= 0)
            {
                error = $"token {i} is not above the one before it: a batch is sorted by token bytes without equals";
            }
            else if (!Token.TryParse(tokens[i], out Token? token) || !Good(token, keys, epoch, challenge))
            {
                error = $"token {i} is of no key of this epoch or the last, for another miner, or not signed";
            }
        }

        return error is null;
    }

    private static bool Good(Token token, TokenKeySet keys, ulong epoch, TokenChallenge challenge)
    {
        foreach (int rows in TokenKeySet.Denominations)
        {
            if (keys.ForRedeeming(token.KeyId, epoch, rows) is { } key)
            {
                return token.Verify(key.Key, challenge);
            }
        }

        return false;
    }
}
