using System.Globalization;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Core.Storage;

namespace Subnet.Tests.Support;

/// <summary>
/// A ledger in a temporary SQLite file with named people: <c>Submit("alice", call)</c> puts the call into a block of its own and answers with
/// what became of it.
/// </summary>
internal sealed class TestLedger : IDisposable
{
    public const ulong Tao = 1_000_000_000;

    private static readonly string[] People = ["alice", "bob", "carol", "dave", "administrator"];

    private readonly string _folder = Directory.CreateTempSubdirectory("subnet-ledger-").FullName;
    private readonly SqliteLedgerStore _store;

    public TestLedger(GlobalParameters? parameters = null, LedgerServices? services = null, ulong taoEach = 1_000_000)
    {
        Genesis = MakeGenesis(parameters ?? Quick, taoEach);
        Services = services ?? new LedgerServices(new HashSignatureVerifier());
        _store = new SqliteLedgerStore(Path.Combine(_folder, "ledger.db"), durable: false);
        Engine = LedgerEngine.Open(_store, GenesisFile.Write(Genesis), Services);
    }

    /// <summary>The reference's parameters with short waits, so that tests need few blocks.</summary>
    public static GlobalParameters Quick { get; } = GlobalParameters.Default with
    {
        StartDelay = 1,
        NetworkRateLimit = 1,
        MinTempo = 2,
        NetworkMinLockCost = 100 * Tao,
        VotingPeriod = 5,
        ExecutionDelay = 3,
        ProposalCooldown = 20,
        ChildrenDelay = 3,
        ChildrenRateLimit = 4,
        TakeRateLimit = 5,
        OwnerParameterTempos = 0,
        OwnerFreezeBlocks = 0,
        AccessEpochBlocks = 10,
        NetworkImmunityPeriod = 10,
        ServingRateLimit = 2,
        MinUids = 1,
    };

    public static HashSigner Sequencer { get; } = HashSigner.Named("sequencer");

    public Genesis Genesis { get; }

    public LedgerServices Services { get; }

    public LedgerEngine Engine { get; }

    public LedgerState State => Engine.State;

    public static AccountId Key(string name) => HashSigner.Named(name).Account;

    public static Genesis MakeGenesis(GlobalParameters parameters, ulong taoEach) => new(
        "test-net",
        Sequencer.Account,
        Key("administrator"),
        1_700_000_000_000,
        12_000,
        parameters,
        [
            .. People
                .Select(name => new GenesisBalance(Key(name), taoEach * Tao))
                .OrderBy(static b => b.Account),
        ]);

    /// <summary>A block of these calls, each by its signer; what became of each.</summary>
    public BlockOutcome Block(params (string Signer, LedgerCall Call)[] calls)
    {
        Dictionary<string, ulong> nonces = [];
        List<Transaction> transactions = [];
        foreach ((string signer, LedgerCall call) in calls)
        {
            ulong nonce = nonces.GetValueOrDefault(signer, Engine.NextNonce(Key(signer)));
            nonces[signer] = nonce + 1;
            transactions.Add(Sign(signer, call, nonce));
        }

        return Engine.Produce(Sequencer, Engine.TimeMs + 12_000, transactions);
    }

    public Transaction Sign(string signer, LedgerCall call, ulong nonce) =>
        Transaction.Create(HashSigner.Named(signer), Engine.GenesisHash, Genesis.Network, nonce, call);

    /// <summary>One call in a block of its own.</summary>
    public RejectionReason Submit(string signer, LedgerCall call) => Block((signer, call)).Reasons[0];

    /// <summary>One call that must be accepted.</summary>
    public void Do(string signer, LedgerCall call)
    {
        RejectionReason reason = Submit(signer, call);
        Assert.That(reason, Is.EqualTo(RejectionReason.None), $"{signer}: {call}");
    }

    public void Skip(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            Block();
        }
    }

    /// <summary>A started subnet with emission, owned by alice with hotkey <c>alice-hot</c>; weights without commit and reveal, tempo 5.</summary>
    public ushort CreateSubnet(string owner = "alice")
    {
        Do(owner, new CreateSubnetCall(Key($"{owner}-hot"), $"{owner}'s subnet", ulong.MaxValue));
        ushort netuid = State.Netuids.Max();
        Do(owner, new StartSubnetCall(netuid));
        Administer(netuid, "tempo", 5);
        Administer(netuid, "commit_reveal_weights_enabled", 0);
        Administer(netuid, "weights_set_rate_limit", 0);
        Administer(netuid, "subnet_emission_enabled", 1);
        Administer(netuid, "immunity_period", 3);

        return netuid;
    }

    public void Administer(ushort netuid, string parameter, Int128 value) => Do(
        "administrator",
        new AdministerCall(new ProposalAction(
            (byte)ProposalKind.SetHyperparameter, netuid, Subnet.Core.Registration.HyperparameterCatalog.Find(parameter)!.Number, value, default, default)));

    public ulong BalanceOf(string name) => State.Accounts.Find(Key(name))?.Balance ?? 0;

    public ulong StakeOf(ushort netuid, string hotkey, string coldkey) =>
        Subnet.Core.Staking.StakeLedger.ValueOf(State, netuid, Key(hotkey), Key(coldkey));

    /// <summary>The ledger executed again from genesis, without snapshots, in the same store.</summary>
    public LedgerEngine Reopen() => LedgerEngine.Open(_store, null, Services, new LedgerOptions(0, IgnoreSnapshots: true));

    public void Dispose()
    {
        Engine.Dispose();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public override string ToString() => Engine.Height.ToString(CultureInfo.InvariantCulture);
}
