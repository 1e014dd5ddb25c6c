using System.Security.Cryptography;

namespace Subnet.Core.State;

/// <summary>
/// The whole state of a ledger. Its hash is H("subnet-state/1" LF || for each table: number, root), the roots being those of a
/// Merkle tree per table, so that a block costs what it changes. Not safe for concurrent use.
/// </summary>
public sealed partial class LedgerState : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CanonicalWriter _scratch = new();
    private readonly IStateTable[] _tables;

    /// <summary>An empty state.</summary>
    public LedgerState()
    {
        Global = new StateTable<SingleKey, GlobalState>(1, nameof(Global), _sha256);
        Parameters = new StateTable<SingleKey, GlobalParameters>(2, nameof(Parameters), _sha256);
        Accounts = new StateTable<AccountId, Account>(3, nameof(Accounts), _sha256);
        Subnets = new StateTable<SubnetKey, SubnetInfo>(4, nameof(Subnets), _sha256);
        SubnetStates = new StateTable<SubnetKey, SubnetState>(5, nameof(SubnetStates), _sha256);
        Hyperparameters = new StateTable<SubnetKey, Hyperparameters>(6, nameof(Hyperparameters), _sha256);
        Neurons = new StateTable<NeuronKey, Neuron>(7, nameof(Neurons), _sha256);
        Weights = new StateTable<NeuronKey, SparseRow>(8, nameof(Weights), _sha256);
        Bonds = new StateTable<NeuronKey, SparseRow>(9, nameof(Bonds), _sha256);
        Hotkeys = new StateTable<AccountId, HotkeyInfo>(10, nameof(Hotkeys), _sha256);
        StakePools = new StateTable<HotkeyKey, StakePool>(11, nameof(StakePools), _sha256);
        StakeShares = new StateTable<StakeKey, StakeShare>(12, nameof(StakeShares), _sha256);
        Children = new StateTable<HotkeyKey, ChildSet>(13, nameof(Children), _sha256);
        PendingChildren = new StateTable<HotkeyKey, PendingChildSet>(14, nameof(PendingChildren), _sha256);
        ChildTakes = new StateTable<HotkeyKey, ChildTake>(15, nameof(ChildTakes), _sha256);
        WeightCommits = new StateTable<HotkeyKey, WeightCommits>(16, nameof(WeightCommits), _sha256);
        RateLimits = new StateTable<RateLimitKey, BlockStamp>(17, nameof(RateLimits), _sha256);
        RootClaimRates = new StateTable<HotkeyKey, RootClaimRate>(18, nameof(RootClaimRates), _sha256);
        RootClaimDebts = new StateTable<StakeKey, RootClaimDebt>(19, nameof(RootClaimDebts), _sha256);
        Proposals = new StateTable<ProposalKey, Proposal>(20, nameof(Proposals), _sha256);
        Votes = new StateTable<VoteKey, Vote>(21, nameof(Votes), _sha256);
        Anchors = new StateTable<AnchorKey, Anchor>(22, nameof(Anchors), _sha256);
        Models = new StateTable<ModelKey, ModelRegistration>(23, nameof(Models), _sha256);
        Commitments = new StateTable<Hash256, CommitmentOwner>(24, nameof(Commitments), _sha256);
        IssuerKeys = new StateTable<IssuerKeyId, IssuerKey>(25, nameof(IssuerKeys), _sha256);
        Purchases = new StateTable<PurchaseKey, Purchase>(26, nameof(Purchases), _sha256);
        SettledTokens = new StateTable<SettledKey, Mark>(27, nameof(SettledTokens), _sha256);
        Endpoints = new StateTable<HotkeyKey, Endpoint>(28, nameof(Endpoints), _sha256);
        MechanismUpdates = new StateTable<NeuronKey, BlockStamp>(29, nameof(MechanismUpdates), _sha256);
        _tables =
        [
            Global, Parameters, Accounts, Subnets, SubnetStates, Hyperparameters,
            Neurons, Weights, Bonds, Hotkeys, StakePools, StakeShares,
            Children, PendingChildren, ChildTakes, WeightCommits, RateLimits, RootClaimRates,
            RootClaimDebts, Proposals, Votes, Anchors, Models, Commitments,
            IssuerKeys, Purchases, SettledTokens, Endpoints, MechanismUpdates,
        ];
        Follow();
    }

    /// <summary>Counters of the whole ledger.</summary>
    public StateTable<SingleKey, GlobalState> Global { get; }

    /// <summary>Settings of the whole network.</summary>
    public StateTable<SingleKey, GlobalParameters> Parameters { get; }

    /// <summary>Free balances and nonces.</summary>
    public StateTable<AccountId, Account> Accounts { get; }

    /// <summary>Subnets; root is not among them.</summary>
    public StateTable<SubnetKey, SubnetInfo> Subnets { get; }

    /// <summary>What changes with every block.</summary>
    public StateTable<SubnetKey, SubnetState> SubnetStates { get; }

    /// <summary>Settings of each subnet.</summary>
    public StateTable<SubnetKey, Hyperparameters> Hyperparameters { get; }

    /// <summary>Neurons by uid; on root too.</summary>
    public StateTable<NeuronKey, Neuron> Neurons { get; }

    /// <summary>Rows of weights by uid, of each mechanism under its place.</summary>
    public StateTable<NeuronKey, SparseRow> Weights { get; }

    /// <summary>Rows of bonds by uid, of each mechanism under its place.</summary>
    public StateTable<NeuronKey, SparseRow> Bonds { get; }

    /// <summary>Owners and takes.</summary>
    public StateTable<AccountId, HotkeyInfo> Hotkeys { get; }

    /// <summary>Stake behind each hotkey.</summary>
    public StateTable<HotkeyKey, StakePool> StakePools { get; }

    /// <summary>Who holds it.</summary>
    public StateTable<StakeKey, StakeShare> StakeShares { get; }

    /// <summary>Child keys in force.</summary>
    public StateTable<HotkeyKey, ChildSet> Children { get; }

    /// <summary>Child keys that wait.</summary>
    public StateTable<HotkeyKey, PendingChildSet> PendingChildren { get; }

    /// <summary>Takes of children.</summary>
    public StateTable<HotkeyKey, ChildTake> ChildTakes { get; }

    /// <summary>Commits that wait for their reveal.</summary>
    public StateTable<HotkeyKey, WeightCommits> WeightCommits { get; }

    /// <summary>When something was last done.</summary>
    public StateTable<RateLimitKey, BlockStamp> RateLimits { get; }

    /// <summary>Root dividends per unit of root stake.</summary>
    public StateTable<HotkeyKey, RootClaimRate> RootClaimRates { get; }

    /// <summary>What root stakers had of them; the key's subnet is the one that pays.</summary>
    public StateTable<StakeKey, RootClaimDebt> RootClaimDebts { get; }

    /// <summary>Proposals, open and closed.</summary>
    public StateTable<ProposalKey, Proposal> Proposals { get; }

    /// <summary>Votes on open proposals.</summary>
    public StateTable<VoteKey, Vote> Votes { get; }

    /// <summary>Newest checkpoint of each log.</summary>
    public StateTable<AnchorKey, Anchor> Anchors { get; }

    /// <summary>Model cards.</summary>
    public StateTable<ModelKey, ModelRegistration> Models { get; }

    /// <summary>First owner of each commitment, by its SHA-256.</summary>
    public StateTable<Hash256, CommitmentOwner> Commitments { get; }

    /// <summary>Keys of token issuers.</summary>
    public StateTable<IssuerKeyId, IssuerKey> IssuerKeys { get; }

    /// <summary>Tokens paid for.</summary>
    public StateTable<PurchaseKey, Purchase> Purchases { get; }

    /// <summary>Tokens settled in epochs that still count.</summary>
    public StateTable<SettledKey, Mark> SettledTokens { get; }

    /// <summary>Where neurons serve.</summary>
    public StateTable<HotkeyKey, Endpoint> Endpoints { get; }

    /// <summary>When weights of mechanisms beside the first were last set or committed; see <see cref="MechanismIndex"/>.</summary>
    public StateTable<NeuronKey, BlockStamp> MechanismUpdates { get; }

    /// <summary>When a neuron last set or committed weights, by the mechanism's place.</summary>
    public ulong LastUpdateOf(ushort index, ushort uid)
    {
        Neuron neuron = Neurons[new NeuronKey(MechanismIndex.NetuidOf(index), uid)];
        return MechanismIndex.MechanismOf(index) == 0 ? neuron.LastUpdate : MechanismUpdates.Find(new NeuronKey(index, uid))?.Block ?? neuron.RegisteredBlock;
    }

    /// <summary>Hash of everything, as of the last <see cref="Seal"/>.</summary>
    public Hash256 Hash { get; private set; }

    /// <summary>Ends a block: computes the new hash and forgets how to take the block back.</summary>
    internal Hash256 Seal()
    {
        ComputeHash();
        Forget();
        return Hash;
    }

    /// <summary>Forgets how to take the block back.</summary>
    internal void Forget()
    {
        foreach (IStateTable table in _tables)
        {
            table.Forget();
        }
    }

    /// <summary>Computes the new hash; what was changed can still be told, but no longer taken back.</summary>
    internal Hash256 ComputeHash()
    {
        CanonicalWriter roots = new();
        roots.Raw("subnet-state/1\n"u8);
        foreach (IStateTable table in _tables)
        {
            roots.U8(table.Number);
            roots.Digest(table.Seal(_scratch));
        }

        return Hash = Hash256.Of(roots.Written);
    }

    /// <summary>A point to come back to.</summary>
    internal int[] Savepoint()
    {
        int[] marks = new int[_tables.Length];
        for (int i = 0; i < marks.Length; i++)
        {
            marks[i] = _tables[i].JournalLength;
        }

        return marks;
    }

    /// <summary>Takes back what was changed since a savepoint.</summary>
    internal void UndoTo(ReadOnlySpan<int> marks)
    {
        for (int i = 0; i < _tables.Length; i++)
        {
            _tables[i].UndoTo(marks[i]);
        }
    }

    /// <summary>Takes back the block that was begun.</summary>
    internal void UndoAll() => UndoTo(new int[_tables.Length]);

    /// <summary>Takes back a block whose hash was computed already, and computes the hash anew: that of before, or something is amiss.</summary>
    internal Hash256 TakeBack()
    {
        foreach (IStateTable table in _tables)
        {
            table.PutBack();
        }

        return Seal();
    }

    /// <summary>Appends every table; what <see cref="ReadAll"/> reads.</summary>
    internal void WriteAll(CanonicalWriter writer)
    {
        foreach (IStateTable table in _tables)
        {
            table.WriteAll(writer);
        }
    }

    /// <summary>Fills an empty state and computes its hash.</summary>
    /// <exception cref="LedgerFormatException">Not what <see cref="WriteAll"/> wrote.</exception>
    internal void ReadAll(ref CanonicalReader reader)
    {
        foreach (IStateTable table in _tables)
        {
            table.ReadAll(ref reader);
        }

        Seal();
    }

    /// <summary>One line per changed record of the block that was begun.</summary>
    internal IEnumerable<string> DescribeChanges() => _tables.SelectMany(static table => table.DescribeChanges());

    /// <inheritdoc/>
    public void Dispose() => _sha256.Dispose();
}
