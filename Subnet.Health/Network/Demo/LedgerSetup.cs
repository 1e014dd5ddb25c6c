using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;

namespace Subnet.Health.Network.Demo;

/// <summary>Puts the demonstration's subnets, neurons and stake on the ledger, one call after the other, so that every price is the same each time.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="keys">Everybody's keys.</param>
/// <param name="settle">Waits for a call that was handed over; makes the block for it where nobody else does.</param>
internal sealed class LedgerSetup(ILedgerClient ledger, DemoKeys keys, Func<Task<CallOutcome>, CancellationToken, Task<CallOutcome>> settle)
{
    private const ulong HotkeyFloat = DemoGenesis.Tao;
    private const string Registration = "network_registration_allowed";

    /// <summary>Creates everything; nobody has emission yet.</summary>
    /// <param name="tempo">Blocks between epochs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CreateAsync(ushort tempo, CancellationToken cancellationToken)
    {
        SigningKey owner = keys.Cold(DemoKeys.Owner);
        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            await DoAsync(owner, new CreateSubnetCall(keys.Account(DemoKeys.Owner), subnet.Name, ulong.MaxValue), cancellationToken).ConfigureAwait(false);
        }

        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            await DoAsync(owner, new StartSubnetCall(subnet.Netuid), cancellationToken).ConfigureAwait(false);
            foreach ((string name, Int128 value) in new (string, Int128)[]
            {
                ("tempo", tempo), ("weights_set_rate_limit", 0), ("immunity_period", 4_096), ("subnet_emission_enabled", 1),
            })
            {
                await AdministerAsync(subnet.Netuid, name, value, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (DemoValidator validator in DemoPlan.Validators)
        {
            string wallet = "validator-" + validator.Name;
            foreach (DemoSubnet subnet in DemoPlan.Subnets)
            {
                await DoAsync(keys.Cold(wallet), new RegisterNeuronCall(subnet.Netuid, keys.Account(wallet), ulong.MaxValue), cancellationToken).ConfigureAwait(false);
                await DoAsync(
                    keys.Cold(wallet), new AddStakeCall(subnet.Netuid, keys.Account(wallet), validator.StakeTao * DemoGenesis.Tao, 0, false), cancellationToken)
                    .ConfigureAwait(false);
            }

            await DoAsync(keys.Cold(wallet), new TransferCall(keys.Account(wallet), 50 * HotkeyFloat), cancellationToken).ConfigureAwait(false);
        }

        foreach (DemoMiner miner in DemoPlan.Miners)
        {
            string wallet = "miner-" + miner.Name;
            await DoAsync(keys.Cold(wallet), new RegisterNeuronCall(miner.Netuid, keys.Account(wallet), ulong.MaxValue), cancellationToken).ConfigureAwait(false);
            await DoAsync(keys.Cold(wallet), new TransferCall(keys.Account(wallet), 10 * HotkeyFloat), cancellationToken).ConfigureAwait(false);
        }

        foreach (DemoSubnet subnet in DemoPlan.Subnets)
        {
            await AdministerAsync(subnet.Netuid, Registration, 0, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets a subnet have its part of the emission: one that is closed for registration has none.</summary>
    public Task StartEmissionAsync(ushort netuid, CancellationToken cancellationToken) => AdministerAsync(netuid, Registration, 1, cancellationToken);

    private Task AdministerAsync(ushort netuid, string name, Int128 value, CancellationToken cancellationToken) => DoAsync(
        keys.Cold(DemoKeys.Owner),
        new AdministerCall(new ProposalAction((byte)ProposalKind.SetHyperparameter, netuid, LedgerQueries.HyperparameterNumber(name), value, default, default)),
        cancellationToken);

    /// <summary>
    /// Carries a call out. An issuer signs with its subnet owner's key as well, in its own time: where its transaction took the nonce that was just read, nothing of this call happened,
    /// and it is signed anew.
    /// </summary>
    private async Task DoAsync(SigningKey signer, LedgerCall call, CancellationToken cancellationToken)
    {
        CallOutcome outcome;
        do
        {
            outcome = await settle(ledger.SubmitAsync(new LedgerKey(signer), call, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        while (outcome.Reason == RejectionReason.NonceUsed);

        outcome.Demand();
    }
}
