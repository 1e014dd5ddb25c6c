using Subnet.Crypto.Identity;
using Subnet.Health.Clinic;
using Subnet.Health.Node;

namespace Subnet.Health.Validator;

/// <summary>
/// A validator's tokens, kept and bought exactly as a clinic's are: the same wallet, the same lots, the same issuer. Whoever sees purchases cannot tell which buyer
/// examines.
/// </summary>
/// <param name="wallet">The tokens; becomes this object's.</param>
/// <param name="purchase">Buys them; becomes this object's.</param>
/// <param name="ledger">Says the access epoch and the prices.</param>
/// <param name="mostPerRow">The highest price of a row that is accepted, in rao.</param>
/// <param name="delay">Mean of the random while between buying and using.</param>
/// <param name="time">The clock.</param>
internal sealed class ValidatorTokens(
    TokenWallet wallet, TokenPurchase purchase, ILedgerClient ledger, ulong mostPerRow, TimeSpan delay, TimeProvider time) : IAccessTokens, IAsyncDisposable
{
    /// <inheritdoc/>
    public async Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken)
    {
        ulong epoch = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        return (await wallet.TakeAsync(netuid, Convert.ToHexStringLower(miner.Span), rows, epoch, time.GetUtcNow()).ConfigureAwait(false))?.Bytes;
    }

    /// <inheritdoc/>
    public async Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken)
    {
        // Tokens of the epoch before are good for the rest of this one only: they are used first, and new ones are there before they go bad.
        string address = Ss58Address.Encode(miner.Span);
        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        await wallet.ForgetBeforeAsync(netuid, now).ConfigureAwait(false);
        int there = (await wallet.BudgetAsync(time.GetUtcNow()).ConfigureAwait(false))
            .Where(budget => budget.Netuid == netuid && budget.Miner == address && budget.Rows == rows && budget.Epoch >= now).Sum(budget => budget.Ready + budget.Waiting);
        if (there < count)
        {
            await BuyAsync(netuid, miner, rows, count - there, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Buys tokens of the earliest access epoch that has a key.</summary>
    /// <exception cref="ClinicException">The ledger or the issuer refuses, or there is no key.</exception>
    public async Task BuyAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken)
    {
        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IssuerKeyView> keys = await ledger.GetIssuerKeysAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
        ulong epoch = keys.Where(key => key.Id.Epoch >= now && key.Id.Denomination == rows).Select(key => (ulong?)key.Id.Epoch).Min()
            ?? throw new ClinicException(
                ClinicFault.IssuerRefused,
                $"The ledger has no token key of subnet {netuid} for {rows} rows in the access epoch {now} or after it.",
                "Ask the subnet's owner whether its issuer runs.");
        await purchase.BuyAsync(new TokenKind(netuid, Convert.ToHexStringLower(miner.Span), epoch, rows), count, mostPerRow * (ulong)rows, delay, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        purchase.Dispose();
        await wallet.DisposeAsync().ConfigureAwait(false);
    }
}
