using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Web;

/// <summary>
/// A ledger for pages to show: a subnet of miners whose quality falls with their uid, validators who weigh them as they find them, and one who favours a friend
/// beyond what the others see, so that consensus clips it. Everything follows from the sizes.
/// </summary>
internal sealed class PageLedger : IDisposable
{
    public const ushort Netuid = 1;
    private const ulong Tao = 1_000_000_000;
    private const int Tempo = 10, Holders = 16;

    private readonly LedgerHost _host;
    private readonly LedgerEngine _engine;
    private readonly int _neurons, _validators, _targets;
    private readonly Dictionary<string, HashSigner> _keys = [];
    private List<Transaction> _pending = [];

    private PageLedger(int neurons, int validators, int targets)
    {
        (_neurons, _validators, _targets) = (neurons, validators, targets);
        SqliteLedgerStore store = new(":memory:");
        _engine = LedgerEngine.Open(store, GenesisFile.Write(MakeGenesis()), new LedgerServices(new HashSignatureVerifier()), new LedgerOptions(0, false));
        _host = new LedgerHost(_engine, store);
        Client = new LedgerClient(_host, new LocalGateway(_host, TimeProvider.System, TimeSpan.FromSeconds(5)));
    }

    public ILedgerClient Client { get; }

    public static async Task<PageLedger> CreateAsync(int neurons, int validators, int targets, int epochs)
    {
        PageLedger ledger = new(neurons, validators, targets);
        await ledger.SetUpAsync();

        // The first epoch gives permits, without which nobody may set weights.
        for (int block = 0; block <= Tempo; block++)
        {
            await ledger.MakeBlockAsync();
        }

        for (int block = 0; block < (epochs * Tempo) + 3; block++)
        {
            if (block % Tempo == 2)
            {
                ledger.SetWeights();
            }

            await ledger.MakeBlockAsync();
        }

        return ledger;
    }

    /// <summary>A block of what waits; whoever follows hears of it.</summary>
    public Task<ulong> MakeBlockAsync() => _host.UseAsync(
        (engine, _) =>
        {
            BlockOutcome outcome = engine.Produce(Key("sequencer"), engine.TimeMs + 12_000, _pending);
            int refused = outcome.Reasons.Count(static r => r != RejectionReason.None);
            Assert.That(refused, Is.Zero, string.Join(", ", outcome.Reasons.Distinct()));
            _pending = [];
            return engine.Height;
        },
        CancellationToken.None);

    public void Dispose() => _host.Dispose();

    private static GlobalParameters Parameters { get; } = TestLedger.Quick with { MaxUids = 4_096, StakeThreshold = 1_000, NetworkRateLimit = 0 };

    private HashSigner Key(string name)
    {
        if (!_keys.TryGetValue(name, out HashSigner? key))
        {
            _keys.Add(name, key = new HashSigner(new AccountId(SHA256.HashData(Encoding.UTF8.GetBytes(name)))));
        }

        return key;
    }

    private Genesis MakeGenesis() => new(
        "page-net",
        Key("sequencer").Account,
        Key("administrator").Account,
        1_767_225_600_000,
        12_000,
        Parameters,
        [
            .. Enumerable.Range(0, Holders).Select(i => Key($"holder {i}").Account).Append(Key("administrator").Account).Order()
                .Select(static a => new GenesisBalance(a, 500_000 * Tao)),
        ]);

    private async Task SetUpAsync()
    {
        Add("holder 0", new CreateSubnetCall(Hotkey(0), "Heart disease, Cleveland", ulong.MaxValue));
        await MakeBlockAsync();
        Add("holder 0", new StartSubnetCall(Netuid));
        foreach ((string name, int value) in new[]
        {
            ("tempo", Tempo), ("commit_reveal_weights_enabled", 0), ("weights_set_rate_limit", 0), ("subnet_emission_enabled", 1), ("burn_increase_mult", 1),
            ("immunity_period", 3), ("max_allowed_uids", Math.Max(256, _neurons)), ("max_allowed_validators", _validators),
        })
        {
            Add("administrator", new AdministerCall(new ProposalAction(
                (byte)ProposalKind.SetHyperparameter, Netuid, HyperparameterCatalog.Find(name)!.Number, value, default, default)));
        }

        await MakeBlockAsync();
        for (int n = 1; n < _neurons; n++)
        {
            Add(Owner(n), new RegisterNeuronCall(Netuid, Hotkey(n), ulong.MaxValue));
            if (n % 1_000 == 0)
            {
                await MakeBlockAsync();
            }
        }

        await MakeBlockAsync();
        for (int v = 0; v < _validators; v++)
        {
            Add(Owner(v), new AddStakeCall(Netuid, Hotkey(v), (ulong)(20 + (3 * (_validators - v))) * Tao, 0, false));
        }

        await MakeBlockAsync();
    }

    private void SetWeights()
    {
        int first = _validators, count = Math.Min(_targets, _neurons - _validators);
        for (int v = 0; v < _validators; v++)
        {
            ushort[] uids = [.. Enumerable.Range(first, count).Select(static u => (ushort)u)];
            ushort[] values = [.. Enumerable.Range(0, count).Select(i => (ushort)Weight(v, i, count))];
            Add(HotkeyName(v), new SetWeightsCall(Netuid, uids, values, 0));
        }
    }

    // The last validator thinks far more of the second-last miner than anybody else does.
    private int Weight(int validator, int miner, int count) =>
        validator == _validators - 1 && miner == count - 2 ? 60_000 : 1_000 + ((count - miner) * 40_000 / count) + (((validator * 31) + (miner * 17)) % 500);

    private AccountId Hotkey(int neuron) => Key(HotkeyName(neuron)).Account;

    private static string HotkeyName(int neuron) => string.Create(CultureInfo.InvariantCulture, $"hotkey {neuron}");

    private static string Owner(int neuron) => $"holder {neuron % Holders}";

    private void Add(string signer, LedgerCall call)
    {
        HashSigner key = Key(signer);
        ulong nonce = _engine.NextNonce(key.Account) + (ulong)_pending.Count(t => t.Signer == key.Account);
        _pending.Add(Transaction.Create(key, _engine.GenesisHash, "page-net", nonce, call));
    }
}
