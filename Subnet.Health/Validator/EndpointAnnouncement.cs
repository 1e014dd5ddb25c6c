using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Validator;

/// <summary>
/// Puts a validator's address on the ledger where it has another one. The ledger admits a new one only every so many blocks: a validator that comes back on another port earlier than that
/// works meanwhile, since it asks others more than it is asked, and announces with a later block. For one caller at a time.
/// </summary>
/// <param name="parts">The validator.</param>
/// <param name="address">Where its services listen; the setting for a public address goes before it.</param>
internal sealed class EndpointAnnouncement(ValidatorParts parts, Uri address)
{
    private bool isAnnounced;

    /// <summary>Announces the address in every subnet in which the ledger has another; what its rate limit does not admit yet is said in the log.</summary>
    /// <exception cref="LedgerRefusedException">The ledger refuses it for another reason.</exception>
    /// <exception cref="LedgerUnreachableException">The ledger does not answer.</exception>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        LedgerKey key = new(parts.Hotkey);
        bool isComplete = true;
        string own = (parts.Settings.PublicAddress ?? address).ToString().TrimEnd('/');
        foreach (ushort netuid in parts.Settings.Netuids)
        {
            Metagraph? metagraph = await parts.Ledger.GetMetagraphAsync(netuid, cancellationToken).ConfigureAwait(false);
            if (metagraph?.Find(new AccountId(parts.PublicKey))?.Endpoint != own)
            {
                CallOutcome outcome = await parts.Ledger.SubmitAsync(key, new ServeEndpointCall(netuid, own), cancellationToken).ConfigureAwait(false);
                if (outcome.Reason == RejectionReason.RateLimited)
                {
                    isComplete = false;
                    ValidatorLog.NotYetAnnounced(parts.Logger, address, outcome.Reason.Describe().Sentence);
                }
                else
                {
                    outcome.Demand();
                }
            }
        }

        isAnnounced = isComplete;
    }

    /// <summary>Announces what was not admitted before; another refusal is said in the log, and the work goes on.</summary>
    public async Task AnnounceLaterAsync(CancellationToken cancellationToken)
    {
        if (!isAnnounced)
        {
            try
            {
                await AnnounceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is LedgerRefusedException or LedgerUnreachableException)
            {
                ValidatorLog.NotYetAnnounced(parts.Logger, address, fault.Message);
            }
        }
    }
}
