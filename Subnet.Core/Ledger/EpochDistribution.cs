using Subnet.Core.Emission;
using Subnet.Core.Numerics;
using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// Hands an epoch's alpha out, down to each nominator (<c>design/yuma.md</c> 8): owner's cut, miners, then validators after parents,
/// takes and root. What rounding leaves goes to the subnet's dust; a pot, or the part of the miners' pot, that nobody earned is recycled.
/// </summary>
internal sealed class EpochDistribution
{
    private readonly BlockContext _block;
    private readonly ushort _netuid;
    private readonly SubnetInfo _info;
    private readonly Hyperparameters _parameters;
    private ulong _staked;
    private ulong _claimable;
    private ulong _burned;
    private ulong _recycled;

    private EpochDistribution(BlockContext block, ushort netuid)
    {
        _block = block;
        _netuid = netuid;
        _info = block.State.Subnets[new SubnetKey(netuid)];
        _parameters = block.State.Hyperparameters[new SubnetKey(netuid)];
    }

    /// <summary>Distributes what is pending.</summary>
    /// <param name="block">The block.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="hotkeys">Hotkey of each uid.</param>
    /// <param name="server">Alpha of each uid as a miner.</param>
    /// <param name="validator">Alpha of each uid as a validator; only the proportions count.</param>
    /// <returns>The alpha distributed, dust and what is recycled among it.</returns>
    public static ulong Run(
        BlockContext block, ushort netuid, IReadOnlyList<AccountId> hotkeys, IReadOnlyList<ulong> server, IReadOnlyList<ulong> validator)
    {
        SubnetKey key = new(netuid);
        SubnetState subnet = block.State.SubnetStates[key];
        EpochDistribution distribution = new(block, netuid);
        ulong miners = Sum(server);
        ulong total = checked(subnet.PendingOwner + subnet.PendingServer + subnet.PendingValidator + subnet.PendingRoot);
        ulong validatorPot = ValidatorPot(subnet, miners);

        // Stake divides the dividends as it was before this epoch's payments, whoever gets them.
        DividendPayments dividends = distribution.DivideDividends(hotkeys, validator, validatorPot, subnet.PendingRoot);
        distribution.PayOwner(subnet.PendingOwner);
        U96F32 minerBurned = distribution.PayMiners(hotkeys, server, miners);
        distribution._recycled += miners > 0 && subnet.PendingServer > miners ? subnet.PendingServer - miners : 0;
        distribution.PayValidators(dividends, validatorPot, subnet.PendingRoot);

        // Rounding only ever leaves something over: every part was floored, and the miners' surplus was taken from dust or validators.
        ulong available = checked(total + subnet.DustAlpha);
        ulong dust = checked(available - distribution._staked - distribution._claimable - distribution._burned - distribution._recycled);
        if (distribution._recycled > 0)
        {
            block.Recycle(netuid, distribution._recycled);
            block.Emit(EventKind.EmissionRecycled, netuid, default, default, distribution._recycled);
        }

        block.Emit(EventKind.Dust, netuid, default, default, dust);
        block.State.SubnetStates.Set(
            key,
            block.State.SubnetStates[key] with
            {
                PendingOwner = 0,
                PendingServer = 0,
                PendingValidator = 0,
                PendingRoot = 0,
                DustAlpha = dust,
                MinerBurned = minerBurned.Bits,
                BurnedAlpha = subnet.BurnedAlpha + distribution._burned,
                ClaimableAlpha = subnet.ClaimableAlpha + distribution._claimable,
                AlphaOutstanding = subnet.AlphaOutstanding - distribution._recycled,
            });
        return total;
    }

    /// <summary>
    /// The validators' pot: theirs and, without miners, the miners' too. The epoch rounds shares of the whole emission, so the miners' sum can
    /// exceed their pot by a few units; dust covers them, else the validators' pot does: nothing is minted by rounding.
    /// </summary>
    private static ulong ValidatorPot(SubnetState subnet, ulong miners)
    {
        if (miners == 0)
        {
            return checked(subnet.PendingValidator + subnet.PendingServer);
        }

        ulong surplus = miners > subnet.PendingServer + subnet.DustAlpha ? miners - subnet.PendingServer - subnet.DustAlpha : 0;
        if (surplus > subnet.PendingValidator)
        {
            throw new InvalidOperationException($"miners would receive {miners} of {subnet.PendingServer} pending and {subnet.DustAlpha} dust");
        }

        return subnet.PendingValidator - surplus;
    }

    private void PayOwner(ulong amount)
    {
        if (amount > 0)
        {
            StakeLedger.Credit(_block.State, _netuid, _info.OwnerHotkey, _info.OwnerColdkey, amount);
            _staked += amount;
            _block.Emit(EventKind.OwnerCut, _netuid, _info.OwnerHotkey, _info.OwnerColdkey, amount);
        }
    }

    private U96F32 PayMiners(IReadOnlyList<AccountId> hotkeys, IReadOnlyList<ulong> server, ulong total)
    {
        ulong withheld = 0;
        for (int uid = 0; uid < server.Count; uid++)
        {
            ulong amount = server[uid];
            if (amount == 0)
            {
                continue;
            }

            AccountId owner = OwnerOf(hotkeys[uid]);
            if (hotkeys[uid] == _info.OwnerHotkey || owner == _info.OwnerColdkey)
            {
                withheld += amount;
                _block.Emit(EventKind.ServerEmissionWithheld, _netuid, hotkeys[uid], default, amount, (ulong)uid);
                continue;
            }

            StakeLedger.Credit(_block.State, _netuid, hotkeys[uid], owner, amount);
            _staked += amount;
            _block.Emit(EventKind.ServerEmission, _netuid, hotkeys[uid], owner, amount, (ulong)uid);
        }

        if (_parameters.RecycleOwnerEmission)
        {
            _recycled += withheld;
        }
        else
        {
            _burned += withheld;
        }

        return U96F32.SafeDivide(U96F32.FromInteger(withheld), U96F32.FromInteger(total));
    }

    private DividendPayments DivideDividends(IReadOnlyList<AccountId> hotkeys, IReadOnlyList<ulong> validator, ulong alphaPot, ulong rootPot)
    {
        SortedDictionary<AccountId, ulong> dividends = [];
        for (int uid = 0; uid < validator.Count; uid++)
        {
            if (validator[uid] > 0)
            {
                DivideWithParents(hotkeys[uid], validator[uid], dividends);
            }
        }

        AccountId[] receivers = [.. dividends.Keys];
        DividendClaim[] claims =
        [
            .. receivers.Select(h => new DividendClaim(
                StakeLedger.TotalOf(_block.State, _netuid, h), StakeLedger.TotalOf(_block.State, 0, h), dividends[h])),
        ];
        (U96F32[] alpha, U96F32[] root) = DividendDistribution.Divide(alphaPot, rootPot, _block.Parameters.TaoWeight, claims);
        return new DividendPayments(receivers, alpha, root);
    }

    private void PayValidators(DividendPayments dividends, ulong alphaPot, ulong rootPot)
    {
        (AccountId[] receivers, U96F32[] alpha, U96F32[] root) = dividends;
        if (alpha.All(static a => a == U96F32.Zero))
        {
            _recycled += alphaPot;
        }

        if (root.All(static r => r == U96F32.Zero))
        {
            _recycled += rootPot;
        }

        for (int i = 0; i < receivers.Length; i++)
        {
            PayAlpha(receivers[i], alpha[i]);
            PayRoot(receivers[i], root[i]);
        }
    }

    private void DivideWithParents(AccountId hotkey, ulong dividend, SortedDictionary<AccountId, ulong> dividends)
    {
        LedgerState state = _block.State;
        IReadOnlyList<(AccountId Parent, ulong Proportion)> parents = state.ParentsOf(_netuid, hotkey);
        if (parents.Count == 0)
        {
            dividends[hotkey] = dividends.GetValueOrDefault(hotkey) + dividend;
            return;
        }

        AccountId owner = OwnerOf(hotkey);
        ChildKeyDividends divided = ChildKeyDividends.Divide(
            dividend,
            Math.Max(state.ChildTakes.Find(new HotkeyKey(_netuid, hotkey))?.Take ?? 0, _parameters.MinChildTake),
            _block.Parameters.ChildBurn,
            _block.Parameters.TaoWeight,
            StakeLedger.TotalOf(state, _netuid, hotkey),
            StakeLedger.TotalOf(state, 0, hotkey),
            [.. (state.Children.Find(new HotkeyKey(_netuid, hotkey))?.Children ?? []).Select(static c => c.Proportion)],
            [.. parents.Select(p => new ParentStake(
                StakeLedger.TotalOf(state, _netuid, p.Parent), StakeLedger.TotalOf(state, 0, p.Parent), p.Proportion, OwnerOf(p.Parent) == owner))]);
        for (int i = 0; i < parents.Count; i++)
        {
            dividends[parents[i].Parent] = dividends.GetValueOrDefault(parents[i].Parent) + divided.Parents[i];
        }

        dividends[hotkey] = dividends.GetValueOrDefault(hotkey) + divided.Child;
    }

    private void PayAlpha(AccountId hotkey, U96F32 amount)
    {
        AccountId owner = OwnerOf(hotkey);
        DelegateTake split = DelegateTake.Split(amount, TakeOf(hotkey));
        if ((split.Take | split.Rest) == 0)
        {
            return;
        }

        StakeLedger.Credit(_block.State, _netuid, hotkey, owner, split.Take);
        StakeLedger.CreditAll(_block.State, _netuid, hotkey, owner, split.Rest);
        _staked += split.Take + split.Rest;
        _block.Emit(EventKind.ValidatorEmission, _netuid, hotkey, owner, split.Rest, split.Take);
    }

    private void PayRoot(AccountId hotkey, U96F32 amount)
    {
        DelegateTake split = DelegateTake.Split(amount, TakeOf(hotkey));
        if ((split.Take | split.Rest) == 0)
        {
            return;
        }

        StakeLedger.Credit(_block.State, _netuid, hotkey, OwnerOf(hotkey), split.Take);
        _staked += split.Take;
        _claimable += RootClaims.Distribute(_block.State, _netuid, hotkey, split.Rest);
        _block.Emit(EventKind.RootEmission, _netuid, hotkey, default, split.Rest, split.Take);
    }

    private AccountId OwnerOf(AccountId hotkey) => _block.State.Hotkeys.Find(hotkey)?.OwnerColdkey ?? hotkey;

    private ushort TakeOf(AccountId hotkey) => _block.State.Hotkeys.Find(hotkey)?.Take ?? 0;

    private static ulong Sum(IReadOnlyList<ulong> values)
    {
        ulong sum = 0;
        foreach (ulong value in values)
        {
            sum = checked(sum + value);
        }

        return sum;
    }

    /// <summary>What each hotkey gets of the two pots.</summary>
    private readonly record struct DividendPayments(AccountId[] Receivers, U96F32[] Alpha, U96F32[] Root);
}
