using Subnet.Core.State;

namespace Subnet.Core.Staking;

/// <summary>Free balances of accounts, in rao.</summary>
internal static class Balances
{
    /// <summary>Adds to a balance.</summary>
    public static void Credit(LedgerState state, AccountId account, ulong rao)
    {
        if (rao != 0)
        {
            Account before = state.Accounts.Find(account) ?? Account.Empty;
            state.Accounts.Set(account, before with { Balance = checked(before.Balance + rao) });
        }
    }

    /// <summary>Takes from a balance, or leaves it and says false where it is too small.</summary>
    public static bool TryDebit(LedgerState state, AccountId account, ulong rao)
    {
        Account before = state.Accounts.Find(account) ?? Account.Empty;
        if (before.Balance < rao)
        {
            return false;
        }

        if (rao != 0)
        {
            state.Accounts.Set(account, before with { Balance = before.Balance - rao });
        }

        return true;
    }

    /// <summary>Moves free TAO.</summary>
    public static RejectionReason Transfer(BlockContext block, AccountId from, AccountId to, ulong rao)
    {
        if (rao == 0)
        {
            return RejectionReason.AmountIsZero;
        }

        if (from == to)
        {
            return RejectionReason.SameAccount;
        }

        if (!TryDebit(block.State, from, rao))
        {
            return RejectionReason.InsufficientBalance;
        }

        Credit(block.State, to, rao);
        block.Emit(EventKind.Transferred, 0, to, from, rao);
        return RejectionReason.None;
    }
}
