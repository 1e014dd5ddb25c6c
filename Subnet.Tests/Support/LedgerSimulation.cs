using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Core.Consensus;
using Subnet.Core.Fees;
using Subnet.Core.Governance;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;

namespace Subnet.Tests.Support;

/// <summary>
/// A whole network in one process: subnets full of neurons, a quarter of them validators with stake and changing weights (in every fourth subnet
/// committed and revealed, or forgotten), holders who transfer, stake, unstake, propose and vote, clinics that buy access and miners that settle it.
/// Everything follows from the seed.
/// </summary>
internal sealed class LedgerSimulation : IDisposable
{
    private const ulong Tao = 1_000_000_000;
    private const int Holders = 32;
    private const ulong AccessEpochBlocks = 120;
    private const ushort Denomination = 16;

    private readonly int _subnets;
    private readonly int _neurons;
    private readonly Random _random;
    private readonly Dictionary<AccountId, ulong> _nonces = [];
    private readonly List<Transaction> _pending = [];
    private readonly Dictionary<(ushort Subnet, int Validator), (RevealWeightsCall? Reveal, ulong Epoch)> _hidden = [];
    private byte _serial;

    public LedgerSimulation(ILedgerStore store, int subnets, int neurons, int seed, ulong snapshotInterval = 0)
    {
        (_subnets, _neurons) = (subnets, neurons);
        _random = new Random(seed);
        Engine = LedgerEngine.Open(store, GenesisFile.Write(Genesis), Services, new LedgerOptions(snapshotInterval, false));
        SetUp();
    }

    public static LedgerServices Services { get; } = new(new HashSignatureVerifier(), new SimulationTokens());

    public LedgerEngine Engine { get; }

    public int Refused { get; private set; }

    public int Accepted { get; private set; }

    private int Validators => Math.Max(2, _neurons / 4);

    private static Genesis Genesis { get; } = new(
        "simulation",
        Signer("sequencer").Account,
        Signer("administrator").Account,
        1_700_000_000_000,
        12_000,
        GlobalParameters.Default with
        {
            NetworkRateLimit = 0, LockReductionInterval = 1, StartDelay = 0, StakeThreshold = Tao, MaxChildren = 5, ChildrenDelay = 400,
            VotingPeriod = 60, ExecutionDelay = 40, ProposalCooldown = 100, Quorum = 1_000, AccessEpochBlocks = AccessEpochBlocks,
        },
        [
            .. Enumerable.Range(0, Holders).Select(static i => Signer($"holder {i}").Account)
                .Append(Signer("administrator").Account)
                .Order()
                .Select(static a => new GenesisBalance(a, 200_000 * Tao)),
        ]);

    /// <summary>Blocks with a handful of transactions each.</summary>
    public void Run(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            SetSomeWeights();
            Govern();
            TradeAccess();
            for (int t = 0; t < 3; t++)
            {
                MoveSomeMoney();
            }

            Flush();
        }
    }

    /// <summary>Two transfers to each stake call that goes through a pool, signed and ready.</summary>
    public List<Transaction> Payments(int count)
    {
        for (int i = 0; i < count; i++)
        {
            string holder = Holder();
            Add(holder, i % 3 == 2
                ? new AddStakeCall(Subnet(), Hotkey(Subnet(), 1), 2 * Tao / 100, 0, false)
                : new TransferCall(Signer(Holder(holder)).Account, 1_000));
        }

        List<Transaction> result = [.. _pending];
        _pending.Clear();
        return result;
    }

    /// <summary>A block of these transactions; made once more where the store had no room for it.</summary>
    public BlockOutcome Produce(IReadOnlyList<Transaction> transactions)
    {
        try
        {
            return Engine.Produce(Signer("sequencer"), Engine.TimeMs + 12_000, transactions);
        }
        catch (LedgerStoreException full) when (full.IsFull)
        {
            return Engine.Produce(Signer("sequencer"), Engine.TimeMs + 12_000, transactions);
        }
    }

    /// <summary>Takes the nonces from the ledger again: a transaction that was left out, or not produced, used up none.</summary>
    public void ForgetNonces()
    {
        _nonces.Clear();
        foreach ((AccountId account, Account state) in Engine.State.Accounts.Unordered())
        {
            _nonces[account] = state.Nonce;
        }
    }

    public void Dispose() => Engine.Dispose();

    private static HashSigner Signer(string name) => new(new AccountId(SHA256.HashData(Encoding.UTF8.GetBytes(name))));

    private static AccountId Hotkey(int subnet, int neuron) => Signer(HotkeyName(subnet, neuron)).Account;

    private static string HotkeyName(int subnet, int neuron) => string.Create(CultureInfo.InvariantCulture, $"hotkey {subnet}/{neuron}");

    private static string OwnerOf(int subnet, int neuron) => $"holder {(subnet + neuron) % Holders}";

    private void SetUp()
    {
        for (int s = 1; s <= _subnets; s++)
        {
            Add(OwnerOf(s, 0), new CreateSubnetCall(Hotkey(s, 0), $"subnet {s}", ulong.MaxValue));
            Flush();
            Add(OwnerOf(s, 0), new StartSubnetCall((ushort)s));
            Set(s, "commit_reveal_weights_enabled", s % 4 == 0 ? 1 : 0);
            Set(s, "weights_set_rate_limit", 0);
            Set(s, "subnet_emission_enabled", 1);
            Set(s, "burn_increase_mult", 1);
            Set(s, "max_allowed_validators", Validators);
            Set(s, "liquid_alpha_on", s % 2);
            Set(s, "yuma3_on", s % 3 == 0 ? 0 : 1);
            for (int n = 1; n < _neurons; n++)
            {
                Add(OwnerOf(s, n), new RegisterNeuronCall((ushort)s, Hotkey(s, n), ulong.MaxValue));
            }

            Flush();
            for (int n = 0; n < Validators; n++)
            {
                Add(OwnerOf(s, n), new AddStakeCall((ushort)s, Hotkey(s, n), (ulong)_random.Next(5, 20) * Tao, 0, false));
                Add(OwnerOf(s, n), new AddStakeCall(0, Hotkey(s, n), (ulong)_random.Next(5, 20) * Tao, 0, false));
            }

            Add(OwnerOf(s, 1), new SetChildrenCall((ushort)s, Hotkey(s, 1), [new ChildLink(Hotkey(s, 2), ulong.MaxValue / 4)]));
            Flush();
        }
    }

    /// <summary>On average each validator sets its weights once a tempo.</summary>
    private void SetSomeWeights()
    {
        int rows = (Validators * _subnets / 360) + 1;
        for (int i = 0; i < rows; i++)
        {
            ushort subnet = Subnet();
            ushort[] uids = [.. Enumerable.Range(0, _neurons).Select(static u => (ushort)u)];
            ushort[] values = [.. uids.Select(u => (ushort)((u * 500) + _random.Next(5_000)))];
            int validator = _random.Next(Validators);
            if (subnet % 4 == 0)
            {
                CommitOrReveal(subnet, validator, uids, values);
            }
            else
            {
                Add(HotkeyName(subnet, validator), new SetWeightsCall(subnet, uids, values, 0));
            }
        }
    }

    /// <summary>A commit when there is none, its reveal when that is due; one validator (not the owner, who has the most stake) forgets its own in each epoch, and it expires.</summary>
    private void CommitOrReveal(ushort subnet, int validator, ushort[] uids, ushort[] values)
    {
        ulong epoch = Engine.State.SubnetStates[new SubnetKey(subnet)].EpochIndex;
        string hotkey = HotkeyName(subnet, validator);
        if (_hidden.TryGetValue((subnet, validator), out (RevealWeightsCall? Reveal, ulong Epoch) hidden) && epoch <= hidden.Epoch + 1)
        {
            if (epoch == hidden.Epoch + 1 && hidden.Reveal is { } reveal)
            {
                Add(hotkey, reveal);
                _hidden.Remove((subnet, validator));
            }

            return;
        }

        ushort[] salt = [(ushort)_random.Next(65_536), (ushort)_random.Next(65_536)];
        _hidden[(subnet, validator)] = ((ulong)validator == 1 + (epoch % 3) ? null : new RevealWeightsCall(subnet, uids, values, salt, 0), epoch);
        Add(hotkey, new CommitWeightsCall(
            subnet, new Hash256(CommitHash.Compute(Hotkey(subnet, validator).ToArray(), subnet, uids, values, salt, 0))));
    }

    /// <summary>Every 150 blocks, as often as the network allows, somebody proposes; others vote, mostly in favour.</summary>
    private void Govern()
    {
        if (Engine.Height % 150 == 0)
        {
            bool global = _random.Next(3) == 0;
            Add(Holder(), new ProposeCall(
                global
                    ? new ProposalAction((byte)ProposalKind.SetGlobalParameter, 0, GlobalParameterCatalog.Find("max_children")!.Number, _random.Next(3, 7), default, default)
                    : new ProposalAction(
                        (byte)ProposalKind.SetHyperparameter, Subnet(), HyperparameterCatalog.Find("kappa")!.Number, _random.Next(30_000, 40_000), default, default),
                default));
        }

        if (Engine.State.OpenProposals.Count > 0 && _random.Next(12) == 0)
        {
            Add(Holder(), new CastVoteCall(Engine.State.OpenProposals.Max(), (byte)(_random.Next(4) == 0 ? 0 : 1)));
        }
    }

    /// <summary>One key for each access epoch of the first subnet; some buy, miners settle what they got, the rest expires.</summary>
    private void TradeAccess()
    {
        const ushort Subnet = 1;
        ulong now = (Engine.Height + 1) / AccessEpochBlocks;
        if ((Engine.Height + 1) % AccessEpochBlocks == AccessEpochBlocks / 2)
        {
            Add(OwnerOf(Subnet, 0), new PublishIssuerKeyCall(Subnet, now + 1, Denomination, SimulationTokens.Key));
        }

        if (now > 0 && _random.Next(4) == 0)
        {
            Add(Holder(), new PurchaseAccessCall(Subnet, now, Denomination, (ulong)_random.Next(1, 5), ulong.MaxValue));
            Add(HotkeyName(Subnet, _random.Next(Validators, _neurons)), new SettleAccessCall(
                Subnet, now, Denomination, [new TokenBytes(new byte[] { (byte)(now % 251), _serial++ })]));
        }
    }

    private void MoveSomeMoney()
    {
        string holder = Holder();
        ushort subnet = Subnet();
        AccountId hotkey = Hotkey(subnet, _random.Next(Validators));
        ulong amount = (ulong)_random.NextInt64(5_000_000, (long)(2 * Tao));
        Add(holder, _random.Next(8) switch
        {
            0 or 1 => new AddStakeCall(subnet, hotkey, amount, 0, false),
            2 => new RemoveStakeCall(subnet, hotkey, ulong.MaxValue, 0, false),
            3 => new AddStakeCall(0, hotkey, amount, 0, false),
            4 => new SwapStakeCall(hotkey, subnet, Subnet(), amount, 0),
            5 => new ClaimRootCall(subnet, hotkey, _random.Next(2) == 0),
            _ => new TransferCall(Signer(Holder(holder)).Account, amount),
        });
    }

    private ushort Subnet() => (ushort)_random.Next(1, _subnets + 1);

    private string Holder(string? except = null)
    {
        string holder;
        do
        {
            holder = $"holder {_random.Next(Holders)}";
        }
        while (holder == except);

        return holder;
    }

    private void Set(int subnet, string parameter, int value) => Add(
        "administrator",
        new AdministerCall(new ProposalAction(
            (byte)ProposalKind.SetHyperparameter, (ushort)subnet, HyperparameterCatalog.Find(parameter)!.Number, value, default, default)));

    private void Add(string signer, LedgerCall call)
    {
        HashSigner key = Signer(signer);
        ulong nonce = _nonces.GetValueOrDefault(key.Account);
        _nonces[key.Account] = nonce + 1;
        _pending.Add(Transaction.Create(key, Engine.GenesisHash, Genesis.Network, nonce, call));
    }

    private void Flush()
    {
        BlockOutcome outcome = Produce(_pending);
        _pending.Clear();
        for (int i = 0; i < outcome.Reasons.Count; i++)
        {
            Refused += outcome.Reasons[i] == RejectionReason.None ? 0 : 1;
            Accepted += outcome.Reasons[i] == RejectionReason.None ? 1 : 0;
        }

        ForgetNonces();
    }

    /// <summary>A token is any two bytes: the token protocol has tests of its own.</summary>
    private sealed class SimulationTokens : IAccessTokenVerifier
    {
        public static byte[] Key { get; } = [7];

        public bool IsPublicKey(ReadOnlySpan<byte> publicKey) => publicKey.SequenceEqual(Key);

        public bool Verify(ReadOnlySpan<byte> publicKey, ushort netuid, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> token, out Hash256 nonce)
        {
            nonce = Hash256.Of(token);
            return publicKey.SequenceEqual(Key) && token.Length == 2;
        }
    }
}
