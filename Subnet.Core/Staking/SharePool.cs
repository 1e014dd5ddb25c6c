namespace Subnet.Core.Staking;

/// <summary>
/// The stake of one hotkey on one subnet, held in shares: giving to everyone raises the total alone, so that a dividend costs the
/// same for one holder as for a million (<c>design/yuma.md</c> 9.1). Not safe for concurrent use.
/// </summary>
/// <typeparam name="TKey">What a holder is known by, a coldkey in a ledger.</typeparam>
public sealed class SharePool<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, ShareNumber> shares;

    /// <summary>An empty pool.</summary>
    public SharePool()
        : this(0, ShareNumber.Zero, [])
    {
    }

    /// <summary>The pool with this state, as read from a store.</summary>
    /// <param name="total">In smallest units.</param>
    /// <param name="denominator">All shares ever given, less those taken back.</param>
    /// <param name="shares">The shares of each holder.</param>
    public SharePool(ulong total, ShareNumber denominator, IEnumerable<KeyValuePair<TKey, ShareNumber>> shares)
    {
        Total = total;
        Denominator = denominator;
        this.shares = new(shares);
    }

    /// <summary>The value of all shares, in smallest units.</summary>
    public ulong Total { get; private set; }

    /// <summary>All shares ever given, less those taken back; differs from the sum of shares by truncation only.</summary>
    public ShareNumber Denominator { get; private set; }

    /// <summary>The shares of each holder that has any.</summary>
    public IReadOnlyDictionary<TKey, ShareNumber> Shares => shares;

    /// <summary>What one holder's shares are worth: <c>floor(total * share / denominator)</c>, in smallest units.</summary>
    public ulong ValueOf(TKey key) =>
        shares.TryGetValue(key, out ShareNumber share)
        && ShareNumber.MultiplyDivide(ShareNumber.FromInteger(Total), share, Denominator) is { } value
            ? value.Truncate()
            : 0;

    /// <summary>Gives to all holders pro rata.</summary>
    /// <param name="amount">In smallest units.</param>
    /// <exception cref="OverflowException">The total would not fit.</exception>
    public void GiveToAll(ulong amount) => Total = checked(Total + amount);

    /// <summary>Takes from all holders pro rata.</summary>
    /// <param name="amount">In smallest units.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than there is.</exception>
    public void TakeFromAll(ulong amount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Total);
        Total -= amount;
    }

    /// <summary>Gives to one holder, who gets <c>amount * denominator / total</c> shares for it.</summary>
    /// <param name="key">The holder.</param>
    /// <param name="amount">In smallest units.</param>
    /// <exception cref="OverflowException">The total would not fit.</exception>
    public void GiveToOne(TKey key, ulong amount)
    {
        ulong total = checked(Total + amount);
        if (SharesFor(amount) is { } given)
        {
            Denominator = ShareNumber.Add(Denominator, given);
            Set(key, ShareNumber.Add(ShareOf(key), given));
        }
        else
        {
            // Nobody holds anything of value: the first holder's shares are the amount itself.
            shares.Clear();
            Denominator = ShareNumber.FromInteger(amount);
            Set(key, Denominator);
        }

        Total = total;
    }

    /// <summary>Takes from one holder, who gives back the shares that are worth the amount.</summary>
    /// <param name="key">The holder.</param>
    /// <param name="amount">In smallest units.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than the holder's shares are worth.</exception>
    public void TakeFromOne(TKey key, ulong amount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, ValueOf(key));
        if (SharesFor(amount) is { } taken)
        {
            Denominator = ShareNumber.Subtract(Denominator, taken);
            Set(key, ShareNumber.Subtract(ShareOf(key), taken));
            Total -= amount;
        }
    }

    private ShareNumber? SharesFor(ulong amount) =>
        Denominator.IsZero
            ? null
            : ShareNumber.MultiplyDivide(ShareNumber.FromInteger(amount), Denominator, ShareNumber.FromInteger(Total));

    private ShareNumber ShareOf(TKey key) => shares.GetValueOrDefault(key);

    private void Set(TKey key, ShareNumber share)
    {
        if (share.IsZero)
        {
            shares.Remove(key);
        }
        else
        {
            shares[key] = share;
        }
    }
}
