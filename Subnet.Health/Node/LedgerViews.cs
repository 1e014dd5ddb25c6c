using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>The newest block known.</summary>
/// <param name="Height">Its number; 0 before the first.</param>
/// <param name="Id">Its id; the genesis hash before the first.</param>
/// <param name="State">Hash of the state after it.</param>
/// <param name="Time">When it was made.</param>
internal sealed record LedgerTip(ulong Height, Hash256 Id, Hash256 State, DateTimeOffset Time);

/// <summary>A subnet.</summary>
/// <param name="Netuid">Its number.</param>
/// <param name="Info">Owner, name, creation.</param>
/// <param name="State">Pool, pending emission, epoch counter.</param>
/// <param name="Hyperparameters">Its settings.</param>
internal sealed record SubnetView(ushort Netuid, SubnetInfo Info, SubnetState State, Hyperparameters Hyperparameters)
{
    public static SubnetView? Of(LedgerState state, ushort netuid)
    {
        SubnetKey key = new(netuid);
        return state.Subnets.Find(key) is { } info ? new SubnetView(netuid, info, state.SubnetStates[key], state.Hyperparameters[key]) : null;
    }
}

/// <summary>A neuron of a metagraph.</summary>
/// <param name="Uid">Its slot.</param>
/// <param name="Hotkey">Its key.</param>
/// <param name="Coldkey">Who owns the hotkey.</param>
/// <param name="Endpoint">Address it announced, or null.</param>
/// <param name="StakeRao">Alpha staked behind the hotkey on this subnet, in smallest units.</param>
/// <param name="Outcome">Registration, permit, and the outcome of the last epoch.</param>
internal sealed record NeuronView(ushort Uid, AccountId Hotkey, AccountId Coldkey, string? Endpoint, ulong StakeRao, Neuron Outcome);

/// <summary>The neurons of a subnet in one state.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="Height">Block after which this is.</param>
/// <param name="Neurons">By uid.</param>
internal sealed record Metagraph(SubnetView Subnet, ulong Height, IReadOnlyList<NeuronView> Neurons)
{
    /// <summary>The neuron of a hotkey, or null.</summary>
    public NeuronView? Find(AccountId hotkey) => Neurons.FirstOrDefault(n => n.Hotkey == hotkey);

    public static Metagraph? Of(LedgerView view, ushort netuid)
    {
        LedgerState state = view.State;
        if (SubnetView.Of(state, netuid) is not { } subnet)
        {
            return null;
        }

        NeuronView[] neurons = new NeuronView[subnet.State.Neurons];
        for (ushort uid = 0; uid < neurons.Length; uid++)
        {
            Neuron neuron = state.Neurons[new NeuronKey(netuid, uid)];
            HotkeyKey key = new(netuid, neuron.Hotkey);
            neurons[uid] = new NeuronView(
                uid,
                neuron.Hotkey,
                state.Hotkeys.Find(neuron.Hotkey)?.OwnerColdkey ?? default,
                state.Endpoints.Find(key)?.Address,
                state.StakePools.Find(key)?.Total ?? 0,
                neuron);
        }

        return new Metagraph(subnet, view.Height, neurons);
    }
}

/// <summary>A registered model.</summary>
/// <param name="Netuid">Subnet.</param>
/// <param name="Card">SHA-256 of its card.</param>
/// <param name="Registration">Miner, commitment, block of registration (its age) and of retirement.</param>
internal sealed record ModelView(ushort Netuid, Hash256 Card, ModelRegistration Registration);

/// <summary>A token issuer's key.</summary>
/// <param name="Id">Subnet, access epoch, denomination.</param>
/// <param name="Key">Key, price, totals.</param>
internal sealed record IssuerKeyView(IssuerKeyId Id, IssuerKey Key);

/// <summary>The newest anchored checkpoint of a log.</summary>
/// <param name="Origin">The log's origin line.</param>
/// <param name="Anchor">Size, root, block.</param>
internal sealed record AnchorView(string Origin, Anchor Anchor);
