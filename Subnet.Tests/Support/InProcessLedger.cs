using System.Security.Cryptography;
using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;

namespace Subnet.Tests.Support;

/// <summary>
/// A ledger in this process with real signatures, tokens and proofs, in memory, for tests of roles. Its people are names: each has a key made
/// from it, and those of <see cref="People"/> have money. Blocks come every few milliseconds after <see cref="Start"/>, where a call waits for one after <see cref="StartOnDemand"/>, or one by one.
/// </summary>
internal sealed class InProcessLedger : IAsyncDisposable
{
    public const ulong Tao = 1_000_000_000;

    /// <summary>Coldkeys with a million TAO each; <c>administrator</c> may change parameters at once.</summary>
    public static readonly string[] People = ["owner", "miner", "second-miner", "validator", "clinic", "administrator"];

    private readonly Dictionary<string, LedgerKey> _keys = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _pumping = Task.CompletedTask;

    public InProcessLedger(GlobalParameters? parameters = null, TimeProvider? time = null)
    {
        Genesis genesis = new(
            "test-net",
            Id("sequencer"),
            Id("administrator"),
            1_700_000_000_000,
            20,
            parameters ?? TestLedger.Quick,
            [.. People.Select(name => new GenesisBalance(Id(name), 1_000_000 * Tao)).OrderBy(static b => b.Account)]);
        Node = LedgerNode.OpenAsync(new SqliteLedgerStore(":memory:"), GenesisFile.Write(genesis), Key("sequencer"), time ?? TimeProvider.System).GetAwaiter().GetResult();
    }

    public LedgerNode Node { get; }

    public ILedgerClient Client => Node.Client;

    /// <summary>The key of a name; the same in every test. Stays this object's.</summary>
    public LedgerKey Key(string name)
    {
        if (!_keys.TryGetValue(name, out LedgerKey? key))
        {
            _keys.Add(name, key = new LedgerKey(SigningKeyOf(name)));
        }

        return key;
    }

    /// <summary>The account of a name.</summary>
    public AccountId Id(string name) => Key(name).Account;

    /// <summary>The same key as a wallet's; the caller disposes of it.</summary>
    public static SigningKey SigningKeyOf(string name) => SigningKey.FromSeed(SHA256.HashData(Encoding.UTF8.GetBytes("test key of " + name)));

    /// <summary>A block every <paramref name="milliseconds"/> from now on.</summary>
    public InProcessLedger Start(int milliseconds = 10)
    {
        Node.Start(TimeSpan.FromMilliseconds(milliseconds));
        return this;
    }

    /// <summary>A block from now on where a call waits for one, and no other: what a test finds does not depend on how long it took.</summary>
    public InProcessLedger StartOnDemand()
    {
        _pumping = Task.Run(PumpAsync);
        return this;
    }

    /// <summary>Makes blocks.</summary>
    public async Task Skip(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            await Node.MakeBlockAsync();
        }
    }

    /// <summary>A call that must be accepted; needs <see cref="Start"/> or <see cref="StartOnDemand"/>.</summary>
    public async Task<CallOutcome> Do(string signer, LedgerCall call)
    {
        CallOutcome outcome = await Client.SubmitAsync(Key(signer), call);
        Assert.That(outcome.Reason, Is.EqualTo(RejectionReason.None), $"{signer}: {call}");
        return outcome;
    }

    /// <summary>
    /// A started subnet of <c>owner</c> with hotkey <c>owner-hot</c> where the names given (<c>miner</c> gives <c>miner-hot</c>) are registered; tempo 5, weights
    /// without commit and reveal, no rate limits.
    /// </summary>
    public async Task<ushort> CreateSubnet(params string[] registered)
    {
        await Do("owner", new CreateSubnetCall(Id("owner-hot"), "test subnet", ulong.MaxValue));
        ushort netuid = (await Client.GetSubnetsAsync())[^1].Netuid;
        await Do("owner", new StartSubnetCall(netuid));
        foreach ((string name, int value) in new[]
        {
            ("tempo", 5), ("commit_reveal_weights_enabled", 0), ("weights_set_rate_limit", 0), ("subnet_emission_enabled", 1), ("immunity_period", 3),
        })
        {
            await Administer(netuid, name, value);
        }

        foreach (string name in registered)
        {
            await Do(name, new RegisterNeuronCall(netuid, Id(name + "-hot"), ulong.MaxValue));
        }

        return netuid;
    }

    /// <summary>Sets a hyperparameter at once.</summary>
    public Task<CallOutcome> Administer(ushort netuid, string parameter, Int128 value) => Do(
        "administrator",
        new AdministerCall(new ProposalAction(
            (byte)ProposalKind.SetHyperparameter, netuid, HyperparameterCatalog.Find(parameter)!.Number, value, default, default)));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pumping;
        await Node.DisposeAsync();
        foreach (LedgerKey key in _keys.Values)
        {
            key.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task PumpAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (await Node.Host.UseAsync(static (_, store) => store.ReadPending(1).Count, CancellationToken.None) > 0)
            {
                await Node.MakeBlockAsync();
            }
            else
            {
                await Task.Delay(1);
            }
        }
    }
}
