using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Fees;

/// <summary>
/// Access fees: a clinic pays for tokens, the issuer signs that many blinded ones, a miner settles those it received. The ledger sees
/// totals only; nothing links a purchase to a settlement. The money waits in escrow, so never more is settled than was sold.
/// </summary>
internal static class AccessCalls
{
    /// <summary>Tokens in one purchase.</summary>
    private const ulong MaxCount = 1_000_000;

    /// <summary>Epochs after its own in which a key's tokens can be settled: they are accepted in the next one, and settled in the one after.</summary>
    private const ulong SettlementEpochs = 2;

    /// <summary>Publishes the one key of an epoch and denomination, before the epoch begins: a key per buyer would tag it.</summary>
    public static RejectionReason Publish(
        BlockContext block,
        IAccessTokenVerifier? verifier,
        AccountId coldkey,
        ushort netuid,
        ulong epoch,
        ushort denomination,
        ReadOnlyMemory<byte> publicKey)
    {
        LedgerState state = block.State;
        if (!state.Subnets.TryGet(new SubnetKey(netuid), out SubnetInfo? subnet))
        {
            return RejectionReason.SubnetNotFound;
        }

        if (subnet.OwnerColdkey != coldkey)
        {
            return RejectionReason.NotSubnetOwner;
        }

        if (denomination is not (1 or 16 or 256))
        {
            return RejectionReason.DenominationInvalid;
        }

        if (epoch <= block.Parameters.AccessEpochAt(block.Height))
        {
            return RejectionReason.EpochNotFuture;
        }

        IssuerKeyId id = new(netuid, epoch, denomination);
        if (state.IssuerKeys.Contains(id))
        {
            return RejectionReason.IssuerKeyExists;
        }

        if (verifier is null || !verifier.IsPublicKey(publicKey.Span))
        {
            return RejectionReason.IssuerKeyInvalid;
        }

        UInt128 price = (UInt128)state.Hyperparameters[new SubnetKey(netuid)].AccessPrice * denomination;
        if (price > ulong.MaxValue)
        {
            return RejectionReason.ParameterOutOfRange;
        }

        state.IssuerKeys.Set(id, new IssuerKey(coldkey, publicKey, (ulong)price, 0, 0, 0));
        block.Emit(EventKind.IssuerKeyPublished, netuid, coldkey, default, epoch, denomination);
        return RejectionReason.None;
    }

    /// <summary>Pays for tokens of a key whose epoch is not over.</summary>
    public static RejectionReason Purchase(
        BlockContext block, AccountId buyer, ushort netuid, ulong epoch, ushort denomination, ulong count, ulong maxPrice)
    {
        LedgerState state = block.State;
        IssuerKeyId id = new(netuid, epoch, denomination);
        if (!state.IssuerKeys.TryGet(id, out IssuerKey? issuer))
        {
            return RejectionReason.IssuerKeyNotFound;
        }

        if (epoch < block.Parameters.AccessEpochAt(block.Height))
        {
            return RejectionReason.EpochOver;
        }

        if (count is 0 or > MaxCount)
        {
            return RejectionReason.CountInvalid;
        }

        if (issuer.Price > maxPrice)
        {
            return RejectionReason.PriceAboveLimit;
        }

        UInt128 cost = (UInt128)issuer.Price * count;
        if (cost > ulong.MaxValue || !Balances.TryDebit(state, buyer, (ulong)cost))
        {
            return RejectionReason.InsufficientBalance;
        }

        state.IssuerKeys.Set(id, issuer with { Sold = issuer.Sold + count, Escrow = checked(issuer.Escrow + (ulong)cost) });
        PurchaseKey key = new(id, buyer);
        state.Purchases.Set(key, new Purchase((state.Purchases.Find(key)?.Count ?? 0) + count));
        block.Emit(EventKind.AccessPurchased, netuid, buyer, default, count, (ulong)cost);
        return RejectionReason.None;
    }

    /// <summary>Redeems tokens for a miner: all of them or none.</summary>
    public static RejectionReason Settle(
        BlockContext block,
        IAccessTokenVerifier? verifier,
        AccountId hotkey,
        ushort netuid,
        ulong epoch,
        ushort denomination,
        IReadOnlyList<ReadOnlyMemory<byte>> tokens)
    {
        LedgerState state = block.State;
        if (state.UidOf(netuid, hotkey) is null || !state.Hotkeys.TryGet(hotkey, out HotkeyInfo? owner))
        {
            return RejectionReason.NotAMiner;
        }

        IssuerKeyId id = new(netuid, epoch, denomination);
        if (!state.IssuerKeys.TryGet(id, out IssuerKey? issuer))
        {
            return RejectionReason.IssuerKeyNotFound;
        }

        if (epoch + SettlementEpochs < block.Parameters.AccessEpochAt(block.Height))
        {
            return RejectionReason.EpochOver;
        }

        if (tokens.Count == 0)
        {
            return RejectionReason.CountInvalid;
        }

        if (issuer.Settled + (ulong)tokens.Count > issuer.Sold)
        {
            return RejectionReason.MoreSettledThanSold;
        }

        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i].Span.SequenceCompareTo(tokens[i - 1].Span) <= 0)
            {
                return RejectionReason.TokensUnsorted;
            }

            if (verifier is null || !verifier.Verify(issuer.PublicKey.Span, netuid, hotkey.ToArray(), tokens[i].Span, out Hash256 nonce))
            {
                return RejectionReason.TokenInvalid;
            }

            SettledKey spent = new(id, nonce);
            if (state.SettledTokens.Contains(spent))
            {
                return RejectionReason.TokenSpent;
            }

            state.SettledTokens.Set(spent, Mark.Set);
        }

        ulong fee = checked(issuer.Price * (ulong)tokens.Count);
        state.IssuerKeys.Set(id, issuer with { Settled = issuer.Settled + (ulong)tokens.Count, Escrow = issuer.Escrow - fee });
        ulong received = Divide(block, netuid, owner.OwnerColdkey, fee);
        block.Emit(EventKind.AccessSettled, netuid, hotkey, default, (ulong)tokens.Count, received);
        return RejectionReason.None;
    }

    /// <summary>At the start of an access epoch: burns what was paid under keys nobody can settle any more, and forgets their tokens.</summary>
    public static void Expire(BlockContext block)
    {
        GlobalParameters parameters = block.Parameters;
        if (block.Height % parameters.AccessEpochBlocks != 0)
        {
            return;
        }

        LedgerState state = block.State;
        ulong now = parameters.AccessEpochAt(block.Height);
        List<KeyValuePair<IssuerKeyId, IssuerKey>> over = [.. state.IssuerKeys.Unordered().Where(k => k.Key.Epoch + SettlementEpochs < now)];
        if (over.Count == 0)
        {
            return;
        }

        over.Sort(static (a, b) => (a.Key.Netuid, a.Key.Epoch, a.Key.Denomination).CompareTo((b.Key.Netuid, b.Key.Epoch, b.Key.Denomination)));
        foreach ((IssuerKeyId id, IssuerKey issuer) in over)
        {
            Burn(state, issuer.Escrow);
            state.IssuerKeys.Remove(id);
            block.Emit(EventKind.AccessExpired, id.Netuid, issuer.Issuer, default, issuer.Escrow, issuer.Sold - issuer.Settled);
        }

        HashSet<IssuerKeyId> gone = [.. over.Select(static k => k.Key)];
        foreach (SettledKey key in state.SettledTokens.Unordered().Select(static t => t.Key).Where(k => gone.Contains(k.Issuer)).ToList())
        {
            state.SettledTokens.Remove(key);
        }

        foreach (PurchaseKey key in state.Purchases.Unordered().Select(static p => p.Key).Where(k => gone.Contains(k.Issuer)).ToList())
        {
            state.Purchases.Remove(key);
        }
    }

    /// <summary>Burn and owner's part rounded down, the rest to the miner's coldkey.</summary>
    private static ulong Divide(BlockContext block, ushort netuid, AccountId miner, ulong fee)
    {
        SubnetKey key = new(netuid);
        Hyperparameters parameters = block.State.Hyperparameters[key];
        ulong burned = (ulong)((UInt128)fee * parameters.AccessFeeBurn / ushort.MaxValue);
        ulong owner = (ulong)((UInt128)fee * parameters.AccessFeeOwner / ushort.MaxValue);
        ulong rest = fee - burned - owner;
        Burn(block.State, burned);
        Balances.Credit(block.State, block.State.Subnets[key].OwnerColdkey, owner);
        Balances.Credit(block.State, miner, rest);
        return rest;
    }

    private static void Burn(LedgerState state, ulong rao)
    {
        if (rao != 0)
        {
            GlobalState global = state.Global[default];
            state.Global.Set(default, global with { Burned = global.Burned + rao });
        }
    }
}
