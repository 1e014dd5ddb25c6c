using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Core.Storage;
using Subnet.Crypto.Identity;
using Subnet.Health.Node;

namespace Subnet.Tests.Support;

/// <summary>
/// The ledger in a home of <see cref="NodeFixture"/>, opened in this process, with alice's started subnet 1: commands run on the stored file while the test makes the blocks, one for each
/// call, so that how much everybody earned does not depend on the machine.
/// </summary>
internal sealed class StoredLedger : IAsyncDisposable
{
    private const ushort Netuid = 1;

    // As NodeFixture makes its wallets: the sequencer, alice, her hotkey, bob; bob's hotkeys follow.
    private readonly LedgerKey[] keys = [.. Enumerable.Range(1, 7).Select(static seed => new LedgerKey(SigningKey.FromSeed([.. Enumerable.Repeat((byte)seed, 32)])))];

    private StoredLedger()
    {
    }

    public NodeFixture Home { get; } = new();

    public LedgerNode Node { get; private set; } = null!;

    public LedgerKey Alice => keys[1];

    public LedgerKey AliceHot => keys[2];

    public LedgerKey Bob => keys[3];

    public LedgerKey BobHot => keys[4];

    public LedgerKey FirstMiner => keys[5];

    public LedgerKey SecondMiner => keys[6];

    /// <summary>Opens the ledger and starts the subnet under these hyperparameters.</summary>
    public static async Task<StoredLedger> OpenAsync(params (string Name, int Value)[] hyperparameters)
    {
        StoredLedger ledger = new();
        Directory.CreateDirectory(Path.GetDirectoryName(ledger.Home.StorePath)!);
        ledger.Node = await LedgerNode.OpenAsync(
            new SqliteLedgerStore(ledger.Home.StorePath, durable: false), File.ReadAllBytes(ledger.Home.GenesisPath), ledger.keys[0], TimeProvider.System);
        await ledger.Do(ledger.Alice, new CreateSubnetCall(ledger.AliceHot.Account, "cardiology", ulong.MaxValue));
        await ledger.Do(ledger.Alice, new StartSubnetCall(Netuid));
        foreach ((string name, int value) in hyperparameters)
        {
            await ledger.Set(name, value);
        }

        return ledger;
    }

    /// <summary>Registers hotkeys of bob's.</summary>
    public async Task Register(params LedgerKey[] hotkeys)
    {
        foreach (LedgerKey hotkey in hotkeys)
        {
            await Do(Bob, new RegisterNeuronCall(Netuid, hotkey.Account, ulong.MaxValue));
        }
    }

    /// <summary>Stakes on the hotkey of an owner.</summary>
    public Task Stake(LedgerKey owner, LedgerKey hotkey, ulong tao) => Do(owner, new AddStakeCall(Netuid, hotkey.Account, tao * NodeFixture.Tao, 0, false));

    /// <summary>A call that must be accepted, in a block of its own.</summary>
    public async Task Do(LedgerKey key, LedgerCall call)
    {
        Task<CallOutcome> submitted = Node.Client.SubmitAsync(key, call);
        while (!await IsAnyPending())
        {
            await Task.Yield();
        }

        await Node.MakeBlockAsync();
        Assert.That((await submitted).Reason, Is.EqualTo(RejectionReason.None), call.ToString());
    }

    /// <summary>Sets a hyperparameter at once.</summary>
    public Task Set(string name, int value) => Do(Alice, new AdministerCall(new ProposalAction(
        (byte)ProposalKind.SetHyperparameter, Netuid, HyperparameterCatalog.Find(name)!.Number, value, default, default)));

    /// <summary>Makes blocks without calls.</summary>
    public async Task Skip(int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            await Node.MakeBlockAsync();
        }
    }

    /// <summary>Runs a command of alice's and makes the blocks that it waits for.</summary>
    public async Task<CommandRun> Call(string[] arguments)
    {
        Task<CommandRun> run = Home.Run("alice", arguments);
        while (!run.IsCompleted)
        {
            if (await IsAnyPending())
            {
                await Node.MakeBlockAsync();
            }

            await Task.WhenAny(run, Task.Delay(5));
        }

        return await run;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Array.ForEach(keys, static key => key.Dispose());
        Home.Dispose();
    }

    private async Task<bool> IsAnyPending() => await Node.Host.UseAsync(static (_, store) => store.ReadPending(1).Count, default) > 0;
}
