using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>Checks the signatures of many transactions on all cores, each once.</summary>
internal static class SignatureChecks
{
    /// <summary>Below it, starting other threads costs more than it saves.</summary>
    private const int ParallelFrom = 8;

    public static void CheckAll(IReadOnlyList<Transaction> transactions, ISignatureVerifier verifier, Hash256 genesisHash)
    {
        if (transactions.Count < ParallelFrom)
        {
            foreach (Transaction transaction in transactions)
            {
                Check(transaction, verifier, genesisHash);
            }

            return;
        }

        Parallel.For(0, transactions.Count, i => Check(transactions[i], verifier, genesisHash));
    }

    private static void Check(Transaction transaction, ISignatureVerifier verifier, Hash256 genesisHash)
    {
        if (!transaction.SignatureChecked)
        {
            transaction.SignatureChecked = transaction.HasValidSignature(verifier, genesisHash);
        }
    }
}
