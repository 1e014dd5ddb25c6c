using Subnet.Core.State;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Review.Logs;
using Subnet.Health.Rpc.Client;

namespace Subnet.Health.Node;

/// <summary>
/// The ledger's validators as witnesses of one log: who holds a permit, serves no model, and says where it is reached. Looked up again after each block, so that witnesses come
/// and go with the ledger. Safe for concurrent use.
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="log">The log that is witnessed; its own key is no witness of it. Stays the caller's.</param>
/// <param name="always">Witnesses that are asked whatever the ledger says.</param>
/// <param name="options">How validators are reached; those at https only where it has trust.</param>
/// <param name="time">The clock.</param>
internal sealed class LedgerWitnesses(ILedgerClient ledger, RoleLog log, IReadOnlyList<IWitnessClient> always, GrpcChannelOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Validators asked, at most: those with the most stake. A checkpoint note has room for a hundred lines, and each is asked in turn.</summary>
    public const int MaximumWitnesses = 16;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<(AccountId Hotkey, Uri Address), (GrpcChannel Channel, IWitnessClient Witness)> known = [];
    private ulong? seen;

    /// <summary>Has the log ask the validators of the newest block from its next checkpoint on.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ulong height = (await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
            if (height == seen)
            {
                return;
            }

            List<IWitnessClient> witnesses = [.. always];
            foreach ((AccountId hotkey, Uri address) in await FindAsync(cancellationToken).ConfigureAwait(false))
            {
                witnesses.Add(Open(hotkey, address));
            }

            log.UseWitnesses(witnesses);
            seen = height;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((GrpcChannel channel, IWitnessClient _) in known.Values)
        {
            channel.Dispose();
        }

        turn.Dispose();
    }

    private async Task<IReadOnlyList<(AccountId Hotkey, Uri Address)>> FindAsync(CancellationToken cancellationToken)
    {
        Dictionary<AccountId, (ulong Stake, Uri Address)> found = [];
        HashSet<AccountId> miners = [];
        foreach (SubnetView subnet in await ledger.GetSubnetsAsync(cancellationToken).ConfigureAwait(false))
        {
            miners.UnionWith((await ledger.GetModelsAsync(subnet.Netuid, withRetired: true, cancellationToken).ConfigureAwait(false)).Select(model => model.Registration.Hotkey));
            Metagraph? metagraph = await ledger.GetMetagraphAsync(subnet.Netuid, cancellationToken).ConfigureAwait(false);
            foreach (NeuronView neuron in metagraph?.Neurons.Where(neuron => neuron.Outcome.ValidatorPermit) ?? [])
            {
                if (Uri.TryCreate(neuron.Endpoint, UriKind.Absolute, out Uri? address) && (options.Tls is not null || address.Scheme == Uri.UriSchemeHttp))
                {
                    found[neuron.Hotkey] = (found.GetValueOrDefault(neuron.Hotkey).Stake + neuron.StakeRao, address);
                }
            }
        }

        AccountId self = new(log.Verifier.PublicKey);
        return
        [
            .. found.Where(pair => pair.Key != self && !miners.Contains(pair.Key))
                .OrderByDescending(pair => pair.Value.Stake)
                .ThenBy(pair => Convert.ToHexString(pair.Key.ToArray()), StringComparer.Ordinal)
                .Take(MaximumWitnesses)
                .Select(pair => (pair.Key, pair.Value.Address)),
        ];
    }

    private IWitnessClient Open(AccountId hotkey, Uri address)
    {
        if (!known.TryGetValue((hotkey, address), out (GrpcChannel Channel, IWitnessClient Witness) open))
        {
            GrpcChannel channel = new(address, options with { Tls = address.Scheme == Uri.UriSchemeHttps ? options.Tls : null }, time);
            string name = LogName.Of(ledger.Identity.Network, "witness", hotkey.ToArray());
            known[(hotkey, address)] = open = (channel, new GrpcWitness(channel, LogName.WitnessKeyOf(name)!, () => log.AddedKeys));
        }

        return open.Witness;
    }
}
