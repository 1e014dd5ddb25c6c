using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Validator.Verdicts;

/// <summary>The draw of co-validators from what the ledger says.</summary>
internal static class CoValidators
{
    /// <summary>The co-validators of a file about the epoch before the current one.</summary>
    public static async Task<IReadOnlyList<AccountId>> DrawAsync(
        ILedgerClient ledger, EpochClock clock, Metagraph metagraph, AccountId validator, AccountId miner, CancellationToken cancellationToken)
    {
        LedgerBlock beacon = await ledger.GetBlockAsync(clock.Start, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"block {clock.Start} began epoch {clock.Epoch} and is not there");

        // Who serves a model is judged and does not judge, whatever stake its earnings give it.
        IReadOnlyList<ModelView> models = await ledger.GetModelsAsync(clock.Netuid, withRetired: true, cancellationToken).ConfigureAwait(false);
        HashSet<AccountId> miners = [.. models.Select(model => model.Registration.Hotkey)];
        return CoValidatorDraw.Draw(
            beacon.Id,
            validator,
            miner,
            metagraph.Neurons.Where(neuron => neuron.Outcome.ValidatorPermit && neuron.Endpoint is not null && !miners.Contains(neuron.Hotkey)).Select(neuron => neuron.Hotkey));
    }
}
