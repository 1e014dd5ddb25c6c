using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>One state of the ledger, for the length of one read.</summary>
internal sealed class LedgerView(LedgerEngine engine)
{
    /// <summary>How the ledger began.</summary>
    public Genesis Genesis => engine.Genesis;

    /// <summary>Number of the newest block; 0 before the first.</summary>
    public ulong Height => engine.Height;

    /// <summary>Id of the newest block.</summary>
    public Hash256 TipId => engine.TipId;

    /// <summary>Time of the newest block, milliseconds since 1970 UTC.</summary>
    public ulong TimeMs => engine.TimeMs;

    /// <summary>The state after the newest block; only to be read.</summary>
    public LedgerState State => engine.State;

    /// <summary>Settings of the whole network.</summary>
    public GlobalParameters Parameters => engine.State.Parameters[default];

    /// <summary>Nonce of an account's next transaction.</summary>
    public ulong NextNonce(AccountId account) => engine.NextNonce(account);

    /// <summary>What a coldkey's stake behind a hotkey is worth, in alpha (rao on root).</summary>
    public ulong StakeOf(ushort netuid, AccountId hotkey, AccountId coldkey) => engine.StakeOf(netuid, hotkey, coldkey);

    /// <summary>Root dividends that a coldkey can claim of a hotkey on a subnet, in alpha.</summary>
    public ulong ClaimableOf(ushort netuid, AccountId hotkey, AccountId coldkey) => engine.ClaimableOf(netuid, hotkey, coldkey);

    /// <summary>What would become of a transaction in the next block.</summary>
    public (Receipt? Receipt, RejectionReason Reason) Preview(Transaction transaction) => engine.Preview(transaction);
}
