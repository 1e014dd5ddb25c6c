namespace Subnet.Core.State;

/// <content>Sums and indexes that follow from the tables; kept up to date by every change and by every change taken back.</content>
public sealed partial class LedgerState
{
    private readonly Dictionary<HotkeyKey, ushort> _uids = [];
    private readonly Dictionary<ushort, UInt128> _staked = [];
    private readonly Dictionary<HotkeyKey, List<(AccountId Parent, ulong Proportion)>> _parents = [];
    private readonly Dictionary<AccountId, SortedSet<StakePlace>> _positions = [];
    private readonly Dictionary<AccountId, SortedSet<AccountId>> _ownedHotkeys = [];
    private readonly Dictionary<HotkeyKey, SortedSet<AccountId>> _holders = [];
    private readonly SortedSet<ushort> _netuids = [];
    private readonly SortedSet<ulong> _openProposals = [];

    /// <summary>Sum of all free balances, in rao.</summary>
    public UInt128 TotalBalances { get; private set; }

    /// <summary>Sum of what is held for accesses not settled yet, in rao.</summary>
    public UInt128 TotalEscrow { get; private set; }

    /// <summary>Sum of the deposits of open proposals, in rao.</summary>
    public UInt128 TotalDeposits { get; private set; }

    /// <summary>Sum of the TAO in all pools, in rao.</summary>
    public UInt128 TotalPoolTao { get; private set; }

    /// <summary>The subnets beside root, ascending.</summary>
    public IReadOnlyCollection<ushort> Netuids => _netuids;

    /// <summary>Proposals that are voted on or wait for execution, ascending.</summary>
    public IReadOnlyCollection<ulong> OpenProposals => _openProposals;

    /// <summary>All stake on a subnet, in its smallest unit (rao on root).</summary>
    public UInt128 StakedOn(ushort netuid) => _staked.GetValueOrDefault(netuid);

    /// <summary>The uid of a hotkey on a subnet, or null.</summary>
    public ushort? UidOf(ushort netuid, AccountId hotkey) =>
        _uids.TryGetValue(new HotkeyKey(netuid, hotkey), out ushort uid) ? uid : null;

    /// <summary>The parents of a hotkey on a subnet with the proportion (of 2^64-1) each gives, ascending by parent.</summary>
    public IReadOnlyList<(AccountId Parent, ulong Proportion)> ParentsOf(ushort netuid, AccountId hotkey) =>
        _parents.TryGetValue(new HotkeyKey(netuid, hotkey), out List<(AccountId, ulong)>? parents) ? parents : [];

    /// <summary>Where a coldkey has stake, ascending by subnet and hotkey.</summary>
    public IReadOnlyCollection<StakePlace> PositionsOf(AccountId coldkey) =>
        _positions.TryGetValue(coldkey, out SortedSet<StakePlace>? places) ? places : [];

    /// <summary>Who has stake behind a hotkey on a subnet, ascending.</summary>
    public IReadOnlyCollection<AccountId> HoldersOf(ushort netuid, AccountId hotkey) =>
        _holders.TryGetValue(new HotkeyKey(netuid, hotkey), out SortedSet<AccountId>? holders) ? holders : [];

    /// <summary>The hotkeys of a coldkey, ascending.</summary>
    public IReadOnlyCollection<AccountId> HotkeysOf(AccountId coldkey) =>
        _ownedHotkeys.TryGetValue(coldkey, out SortedSet<AccountId>? hotkeys) ? hotkeys : [];

    private void Follow()
    {
        Accounts.Changed += (_, old, now) => TotalBalances = TotalBalances - (old?.Balance ?? 0) + (now?.Balance ?? 0);
        IssuerKeys.Changed += (_, old, now) => TotalEscrow = TotalEscrow - (old?.Escrow ?? 0) + (now?.Escrow ?? 0);
        SubnetStates.Changed += (_, old, now) => TotalPoolTao = TotalPoolTao - (old?.TaoReserve ?? 0) + (now?.TaoReserve ?? 0);
        StakePools.Changed += (key, old, now) =>
            _staked[key.Netuid] = _staked.GetValueOrDefault(key.Netuid) - (old?.Total ?? 0) + (now?.Total ?? 0);
        Proposals.Changed += (key, old, now) =>
        {
            TotalDeposits = TotalDeposits - (old?.Deposit ?? 0) + (now?.Deposit ?? 0);
            Keep(_openProposals, key.Id, now is { Status: (byte)ProposalStatus.Voting or (byte)ProposalStatus.Accepted });
        };
        Subnets.Changed += (key, _, now) => Keep(_netuids, key.Netuid, now is not null);
        Neurons.Changed += FollowNeuron;
        Children.Changed += FollowChildren;
        StakeShares.Changed += (key, old, now) =>
        {
            if (old is null != now is null)
            {
                KeepUnder(_positions, key.Coldkey, new StakePlace(key.Netuid, key.Hotkey), now is not null);
                KeepUnder(_holders, new HotkeyKey(key.Netuid, key.Hotkey), key.Coldkey, now is not null);
            }
        };
        Hotkeys.Changed += (hotkey, old, now) =>
        {
            if (old is not null && old.OwnerColdkey != now?.OwnerColdkey)
            {
                KeepUnder(_ownedHotkeys, old.OwnerColdkey, hotkey, false);
            }

            if (now is not null && old?.OwnerColdkey != now.OwnerColdkey)
            {
                KeepUnder(_ownedHotkeys, now.OwnerColdkey, hotkey, true);
            }
        };
    }

    private void FollowNeuron(NeuronKey key, Neuron? old, Neuron? now)
    {
        if (old?.Hotkey == now?.Hotkey)
        {
            return;
        }

        if (old is not null && _uids.TryGetValue(new HotkeyKey(key.Netuid, old.Hotkey), out ushort uid) && uid == key.Uid)
        {
            _uids.Remove(new HotkeyKey(key.Netuid, old.Hotkey));
        }

        if (now is not null)
        {
            _uids[new HotkeyKey(key.Netuid, now.Hotkey)] = key.Uid;
        }
    }

    private void FollowChildren(HotkeyKey key, ChildSet? old, ChildSet? now)
    {
        foreach (ChildLink link in old?.Children ?? [])
        {
            List<(AccountId Parent, ulong)> parents = _parents[new HotkeyKey(key.Netuid, link.Child)];
            parents.RemoveAll(p => p.Parent == key.Hotkey);
            if (parents.Count == 0)
            {
                _parents.Remove(new HotkeyKey(key.Netuid, link.Child));
            }
        }

        foreach (ChildLink link in now?.Children ?? [])
        {
            HotkeyKey child = new(key.Netuid, link.Child);
            if (!_parents.TryGetValue(child, out List<(AccountId Parent, ulong)>? parents))
            {
                _parents.Add(child, parents = []);
            }

            int place = parents.FindIndex(p => p.Parent > key.Hotkey);
            parents.Insert(place < 0 ? parents.Count : place, (key.Hotkey, link.Proportion));
        }
    }

    private static void Keep<T>(SortedSet<T> set, T item, bool present)
    {
        if (present)
        {
            set.Add(item);
        }
        else
        {
            set.Remove(item);
        }
    }

    private static void KeepUnder<TOwner, T>(Dictionary<TOwner, SortedSet<T>> sets, TOwner owner, T item, bool present)
        where TOwner : notnull
    {
        if (!sets.TryGetValue(owner, out SortedSet<T>? set))
        {
            sets.Add(owner, set = []);
        }

        Keep(set, item, present);
        if (set.Count == 0)
        {
            sets.Remove(owner);
        }
    }
}
