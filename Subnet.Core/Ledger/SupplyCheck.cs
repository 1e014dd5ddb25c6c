using Subnet.Core.Emission;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// What a block issues is what the curves allow, and what it takes back is what the rules say they recycled: the TAO issued, and of each subnet
/// the alpha in the pool and outside it. With <see cref="ConservationCheck"/>, which compares totals with their parts, neither a total nor a
/// part can change unseen.
/// </summary>
internal sealed class SupplyCheck
{
    private readonly Dictionary<ushort, (ulong Created, UInt128 Alpha)> _supply = [];
    private ulong _issuance;

    /// <summary>Notes what there is before the block's emission.</summary>
    public void Begin(LedgerState state) => Note(state);

    /// <summary>Checks what the emission added, and notes what there is then.</summary>
    /// <exception cref="InvalidOperationException">More than the curves allow, or less than there was.</exception>
    public void AfterEmission(LedgerState state)
    {
        ulong issuance = state.Global[default].Issuance, allowed = BlockEmission.AtIssuance(_issuance);
        if (issuance < _issuance || issuance - _issuance > allowed)
        {
            throw new InvalidOperationException($"the block took the issuance from {_issuance} to {issuance} rao, {allowed} may be emitted");
        }

        foreach (ushort netuid in state.Netuids)
        {
            UInt128 before = _supply[netuid].Alpha, after = SupplyOf(state, netuid);

            // Once into the pool at most, and once to the subnet's participants.
            UInt128 most = 2 * (UInt128)BlockEmission.AtIssuance((ulong)UInt128.Min(before, ulong.MaxValue));
            if (after < before || after - before > most)
            {
                throw new InvalidOperationException($"the block took the alpha of subnet {netuid} from {before} to {after}, {most} may be emitted");
            }
        }

        Note(state);
    }

    /// <summary>Checks that epochs and transactions took back exactly what they recycled and issued nothing.</summary>
    /// <exception cref="InvalidOperationException">They did not.</exception>
    public void Demand(BlockContext block)
    {
        LedgerState state = block.State;
        Dictionary<ushort, UInt128> recycled = [];
        foreach ((ushort netuid, ulong amount) in block.Recycled)
        {
            recycled[netuid] = recycled.GetValueOrDefault(netuid) + amount;
        }

        UInt128 issuance = state.Global[default].Issuance;
        if (issuance + recycled.GetValueOrDefault((ushort)0) != _issuance)
        {
            throw new InvalidOperationException(
                $"the issuance went from {_issuance} to {issuance} rao after the emission, {recycled.GetValueOrDefault((ushort)0)} were recycled");
        }

        foreach ((ushort netuid, (ulong created, UInt128 before)) in _supply)
        {
            // A number that was given to another subnet in this block has another subnet's alpha.
            if (!state.Subnets.TryGet(new SubnetKey(netuid), out SubnetInfo? subnet) || subnet.CreatedBlock != created)
            {
                continue;
            }

            UInt128 now = SupplyOf(state, netuid);
            if (now + recycled.GetValueOrDefault(netuid) != before)
            {
                throw new InvalidOperationException(
                    $"the alpha of subnet {netuid} went from {before} to {now} after the emission, {recycled.GetValueOrDefault(netuid)} were recycled");
            }
        }
    }

    private void Note(LedgerState state)
    {
        _issuance = state.Global[default].Issuance;
        _supply.Clear();
        foreach (ushort netuid in state.Netuids)
        {
            _supply.Add(netuid, (state.Subnets[new SubnetKey(netuid)].CreatedBlock, SupplyOf(state, netuid)));
        }
    }

    private static UInt128 SupplyOf(LedgerState state, ushort netuid)
    {
        SubnetState subnet = state.SubnetStates[new SubnetKey(netuid)];
        return (UInt128)subnet.AlphaReserve + subnet.AlphaOutstanding;
    }
}
