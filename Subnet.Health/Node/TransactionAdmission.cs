using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>
/// What is checked of a transaction before it is kept for the next block. Without this, whoever reaches the port could fill the store with
/// bytes that never cost anything: so the signature must be right, the nonce near, and the fee covered; a free call must be one that the next
/// block would do.
/// </summary>
internal static class TransactionAdmission
{
    /// <summary>Transactions of one signer that may wait at a time.</summary>
    private const ulong MaxAhead = 64;

    /// <summary>None, or why it is not taken.</summary>
    public static async Task<RejectionReason> CheckAsync(LedgerHost host, Transaction transaction, CancellationToken cancellationToken)
    {
        // The signature is the expensive part and needs no state: it does not hold up the ledger.
        if (!transaction.HasValidSignature(new Ed25519SignatureVerifier(), host.Identity.GenesisHash))
        {
            return RejectionReason.BadSignature;
        }

        return await host.UseAsync((engine, _) => Check(engine, transaction), cancellationToken).ConfigureAwait(false);
    }

    private static RejectionReason Check(LedgerEngine engine, Transaction transaction)
    {
        Account signer = engine.State.Accounts.Find(transaction.Signer) ?? Account.Empty;
        GlobalParameters parameters = engine.State.Parameters[default];
        ulong fee = transaction.Call.IsFree ? 0 : parameters.TransactionFee + (parameters.TransactionByteFee * (ulong)transaction.Bytes.Length);
        RejectionReason reason = transaction.Network != engine.Genesis.Network ? RejectionReason.WrongNetwork
            : transaction.ValidUntil != 0 && transaction.ValidUntil <= engine.Height ? RejectionReason.Expired
            : transaction.Nonce < signer.Nonce ? RejectionReason.NonceUsed
            : transaction.Nonce - signer.Nonce > MaxAhead ? RejectionReason.NonceTooHigh
            : fee > transaction.MaxFee ? RejectionReason.FeeAboveLimit
            : fee > signer.Balance ? RejectionReason.FeeNotCovered
            : RejectionReason.None;
        return reason == RejectionReason.None && transaction.Call.IsFree && transaction.Nonce == signer.Nonce ? engine.Preview(transaction).Reason : reason;
    }
}
