using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Executes blocks on a state: the block step, then transactions one by one. The same code makes blocks and checks them.</summary>
internal sealed class BlockExecutor(LedgerState state, string network, AccountId sequencer, LedgerServices services)
{
    /// <summary>Newest version of the rules that this build knows.</summary>
    public const uint ProtocolVersion = 1;

    private readonly BlockStep _step = new();
    private readonly List<Receipt> _receipts = [];
    private BlockContext _block = new(state, 0, sequencer);
    private long _bytes;

    /// <summary>What came of the block so far: first the block step, then each transaction.</summary>
    public IReadOnlyList<Receipt> Receipts => _receipts;

    /// <summary>Encoded records of the epochs that the block ran.</summary>
    public IReadOnlyList<(ushort Netuid, ulong Index, byte[] Record)> Epochs => _block.Epochs;

    /// <summary>Runs the block step of a height.</summary>
    public void Begin(ulong height)
    {
        _receipts.Clear();
        _bytes = 0;
        _block = new BlockContext(state, height, sequencer);
        _step.Run(_block);
        _receipts.Add(new Receipt(default, RejectionReason.None, 0, [.. _block.Events]));
    }

    /// <summary>
    /// Executes a transaction whose signature was checked. True if it belongs into the block, whatever came of its call; false if it must not
    /// be in it, and then nothing has changed.
    /// </summary>
    public bool TryApply(Transaction transaction, out RejectionReason reason)
    {
        reason = CheckAdmission(transaction, out ulong fee);
        if (reason != RejectionReason.None)
        {
            return false;
        }

        int[] before = state.Savepoint();
        (int Events, int Recycled) recorded = _block.Savepoint();
        Account signer = state.Accounts.Find(transaction.Signer) ?? Account.Empty;
        state.Accounts.Set(transaction.Signer, new Account(signer.Balance - fee, signer.Nonce + 1));
        Staking.Balances.Credit(state, sequencer, fee);

        int[] charged = state.Savepoint();
        reason = CallDispatcher.Execute(_block, services, transaction.Signer, transaction.Call);
        if (reason != RejectionReason.None)
        {
            state.UndoTo(transaction.Call.IsFree ? before : charged);
            _block.ForgetAfter(recorded);
            if (transaction.Call.IsFree)
            {
                return false;
            }
        }

        _bytes += transaction.Bytes.Length;
        _receipts.Add(new Receipt(transaction.Id, reason, fee, [.. _block.Events.Skip(recorded.Events)]));
        return true;
    }

    /// <summary>Checks that everything adds up and computes the new state hash; the caller lets the state forget its journal.</summary>
    public Hash256 Finish()
    {
        ConservationCheck.Demand(state);
        _step.Supply.Demand(_block);
        return state.ComputeHash();
    }

    private RejectionReason CheckAdmission(Transaction transaction, out ulong fee)
    {
        GlobalParameters parameters = _block.Parameters;
        fee = transaction.Call.IsFree ? 0 : parameters.TransactionFee + (parameters.TransactionByteFee * (ulong)transaction.Bytes.Length);
        Account signer = state.Accounts.Find(transaction.Signer) ?? Account.Empty;
        return transaction.Network != network ? RejectionReason.WrongNetwork
            : transaction.ValidUntil != 0 && transaction.ValidUntil < _block.Height ? RejectionReason.Expired
            : transaction.Nonce < signer.Nonce ? RejectionReason.NonceUsed
            : transaction.Nonce > signer.Nonce ? RejectionReason.NonceTooHigh
            : fee > transaction.MaxFee ? RejectionReason.FeeAboveLimit
            : fee > signer.Balance ? RejectionReason.FeeNotCovered
            : _receipts.Count > parameters.MaxBlockTransactions || _bytes + transaction.Bytes.Length > parameters.MaxBlockBytes ? RejectionReason.BlockFull
            : RejectionReason.None;
    }
}
