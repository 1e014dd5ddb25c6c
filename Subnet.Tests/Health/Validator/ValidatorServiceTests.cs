using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Audits;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.ValidationV1;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Web.Telemetry;
using Subnet.Tests.Health.Rpc;
using Subnet.Tests.Support;
using AuditFile = Subnet.Health.Rpc.ValidationV1.AuditFile;

namespace Subnet.Tests.Health.Validator;

/// <summary>A validator between its blocks: what it must not lose when it is stopped there, and what it refuses of others.</summary>
[TestFixture]
internal sealed class ValidatorServiceTests
{
    private const int Tempo = 6;

    private readonly RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
    private TemporaryFolder folder = null!;
    private InProcessLedger ledger = null!;
    private SigningKey hotkey = null!;
    private ushort netuid;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        ledger = new InProcessLedger();
        hotkey = InProcessLedger.SigningKeyOf("validator-hot");
        netuid = await Pumped(ledger.CreateSubnet("miner", "validator"));
        await Pumped(ledger.Administer(netuid, "tempo", Tempo));
        await Pumped(ledger.Administer(netuid, "commit_reveal_weights_enabled", 1));
        await Pumped(ledger.Do("validator", new AddStakeCall(netuid, ledger.Id("validator-hot"), 100 * InProcessLedger.Tao, 0, false)));
        await BlocksUntil(clock => clock is { Epoch: >= 2, Offset: 0 });
    }

    [TearDown]
    public async Task Stop()
    {
        await ledger.DisposeAsync();
        hotkey.Dispose();
        folder.Dispose();
    }

    [OneTimeTearDown]
    public void Wipe() => randomness.Dispose();

    [Test]
    public async Task Restart_between_commit_and_reveal_loses_nothing()
    {
        using RoleMetrics metrics = new();
        ulong epoch = (await Clock()).Epoch;
        await using (ValidatorService first = await Open(new Fixed(Miner)))
        {
            await Advance(first, blocks: 2);
            Assert.That(metrics.Scrape(), Does.Contain(WeightsLine("committed")));
            Assert.That(first.Store.FindWeights(netuid, epoch)!.State, Is.EqualTo(WeightsState.Decided));
            Assert.That(await Commits(), Is.EqualTo(1), "the commit is on the ledger");
        }

        // What the new process would choose now does not matter: what was committed is what is revealed.
        await BlocksUntil(clock => clock.Epoch == epoch + 1);
        await using ValidatorService second = await Open(new Fixed(Owner));
        await Advance(second, blocks: 2);
        Assert.That(second.Store.FindWeights(netuid, epoch)!.State, Is.EqualTo(WeightsState.Revealed));
        Assert.That(metrics.Scrape(), Does.Contain(WeightsLine("revealed")));
        SparseRow row = (await Row())!;
        Assert.That(row.Uids.ToArray(), Is.EqualTo(new[] { Miner }));
    }

    [Test]
    public async Task Killed_before_its_commit_was_in_a_block_it_commits_the_stored_row_again()
    {
        ulong epoch = (await Clock()).Epoch;
        ushort[] salt;
        await using (ValidatorService first = await Open(new Fixed(Miner)))
        {
            await ledger.Node.MakeBlockAsync();
            await first.AdvanceAsync(CancellationToken.None);
            salt = first.Store.FindWeights(netuid, epoch)!.Salt;
        }

        await using ValidatorService second = await Open(new Fixed(Owner));
        await Advance(second, blocks: 2);
        Assert.That(second.Store.FindWeights(netuid, epoch)!.Salt, Is.EqualTo(salt), "one row an epoch, with one salt");
        Assert.That(await Commits(), Is.EqualTo(1));
    }

    [Test]
    public async Task Full_disk_stops_no_validator_which_says_so_to_whoever_asks_and_goes_on_when_there_is_room()
    {
        using FullDisk disk = new(folder.Combine("validator"));
        await using ValidatorService service = await Open(new Fixed(Miner));
        ulong epoch = (await Clock()).Epoch;
        disk.IsFull = true;
        service.Run();
        await Patience.UntilAsync(async () =>
        {
            await ledger.Node.MakeBlockAsync();
            return disk.Refused > 0;
        });
        using GrpcChannel channel = new(service.Address, new GrpcChannelOptions(), TimeProvider.System);
        ulong next = (await Clock()).Epoch + 1_000;
        GrpcException refusal = (await Assert.ThrowsAsync<GrpcException>(() => Announce(channel, next, 1)))!;
        Assert.That((refusal.Status.Code, refusal.Status.Message), Is.EqualTo((GrpcStatusCode.Unavailable, "The server cannot write to its disk; nothing was stored, ask again later.")));
        Assert.That(service.Store.PendingWeights(netuid), Is.Empty);
        Assert.That(service.IsStopped, Is.False);

        disk.IsFull = false;
        Assert.That((await Announce(channel, next, 1)).Height, Is.Positive, "the same notice again");

        // No block before the one before it was worked through, and what came of that had a while to be handed over: a row that is committed in one epoch has the next to be revealed in.
        const int While = 20;
        int looks = 0;
        await Patience.UntilAsync(async () =>
        {
            ValidatorSubnetStatus status = (await service.GetStatusAsync(CancellationToken.None)).Subnets[0];
            bool isOver = status.Height == (await ledger.Client.GetTipAsync()).Height && (status.PendingWeights == 0 || ++looks > While);
            if (isOver || await ledger.Node.Host.UseAsync((_, store) => store.ReadPending(1).Count, CancellationToken.None) > 0)
            {
                looks = 0;
                await ledger.Node.MakeBlockAsync();
            }

            return await Row() is not null;
        });
        Assert.That((await Row())!.Uids.ToArray(), Is.EqualTo(new[] { Miner }), "committed and revealed");
        Assert.That((await Clock()).Epoch, Is.GreaterThan(epoch));
    }

    [Test]
    public async Task Row_that_missed_its_reveal_is_given_up_and_the_next_one_counts()
    {
        ulong epoch = (await Clock()).Epoch;
        await using (ValidatorService first = await Open(new Fixed(Miner)))
        {
            await Advance(first, blocks: 2);
        }

        await BlocksUntil(clock => clock.Epoch == epoch + 3);
        await using ValidatorService late = await Open(new Fixed(Owner));
        await Advance(late, blocks: 2);
        Assert.That(late.Store.FindWeights(netuid, epoch)!.State, Is.EqualTo(WeightsState.Expired));
        await BlocksUntil(clock => clock.Epoch == epoch + 4);
        await Advance(late, blocks: 2);
        Assert.That((await Row())!.Uids.ToArray(), Is.EqualTo(new[] { Owner }));
    }

    [Test]
    public async Task Restart_on_another_port_before_the_ledger_admits_a_new_address_works_on_and_announces_it_later()
    {
        Uri before;
        await using (ValidatorService first = await Open(new Fixed(Miner)))
        {
            before = first.Address;
            Assert.That(await Endpoint(), Is.EqualTo(before.GetLeftPart(UriPartial.Authority)));
        }

        using HeldPort taken = new(before.Port);
        await using ValidatorService second = await Open(new Fixed(Miner));
        Assert.That(second.Address, Is.Not.EqualTo(before));
        Assert.That(await Endpoint(), Is.EqualTo(before.GetLeftPart(UriPartial.Authority)), "the ledger admits one address every two blocks");
        second.Run();
        await Patience.UntilAsync(async () =>
        {
            await ledger.Node.MakeBlockAsync();
            return await Endpoint() == second.Address.GetLeftPart(UriPartial.Authority);
        });
        Assert.That(second.IsStopped, Is.False);
    }

    [Test]
    public async Task Clock_that_runs_wrong_moves_nothing()
    {
        ulong epoch = (await Clock()).Epoch;
        await using ValidatorService ahead = await Open(new Fixed(Miner), new Shifted(TimeSpan.FromDays(400)));
        await Advance(ahead, blocks: 2);
        await BlocksUntil(clock => clock.Epoch == epoch + 1);
        await Advance(ahead, blocks: 2);
        Assert.That(ahead.Store.FindWeights(netuid, epoch)!.State, Is.EqualTo(WeightsState.Revealed));
    }

    [Test]
    public async Task Shadow_sets_nothing()
    {
        await using ValidatorService shadow = await Open(new Fixed(Miner), shadow: true);
        await Advance(shadow, blocks: Tempo);
        Assert.That(await Commits(), Is.Zero);
        Assert.That(shadow.Store.PendingWeights(netuid), Is.Empty);
    }

    [Test]
    public async Task Plan_counts_only_before_its_epoch_only_once_and_only_signed()
    {
        await using ValidatorService service = await Open(new Fixed(Miner));
        ulong epoch = (await Clock()).Epoch;
        using GrpcChannel channel = new(service.Address, new GrpcChannelOptions(), TimeProvider.System);
        Assert.That((await Announce(channel, epoch + 1, 1)).Height, Is.Positive);
        Assert.That((await Announce(channel, epoch + 1, 1)).Height, Is.Positive, "the same plan again changes nothing");
        Assert.That(await CodeOf(Announce(channel, epoch + 1, 2)), Is.EqualTo(GrpcStatusCode.AlreadyExists), "another plan for the same epoch");
        Assert.That(await CodeOf(Announce(channel, epoch, 3)), Is.EqualTo(GrpcStatusCode.FailedPrecondition), "a plan after its epoch began");
        Assert.That(await CodeOf(Announce(channel, epoch + 1, 1, sign: "somebody")), Is.EqualTo(GrpcStatusCode.InvalidArgument));
        Assert.That(await CodeOf(Announce(channel, epoch + 1, 1, validator: "miner-hot", sign: "miner-hot")), Is.EqualTo(GrpcStatusCode.PermissionDenied), "no permit");
    }

    [Test]
    public async Task Broken_bytes_on_the_validators_port_end_in_errors_and_it_goes_on()
    {
        await using ValidatorService service = await Open(new Fixed(Miner));
        Assert.That(await PortAttack.RunAsync(service.Address), Is.GreaterThan(3));
    }

    [Test]
    public async Task Random_audit_files_are_refused_and_nothing_is_signed()
    {
        await using ValidatorService service = await Open(new Fixed(Miner));
        using GrpcChannel channel = new(service.Address, new GrpcChannelOptions(), TimeProvider.System);
        Random random = new(4);
        for (int i = 0; i < 60; i++)
        {
            AuditFile file = new() { Open = new Subnet.Health.Rpc.InferenceV1.AuditOpen { Netuid = netuid, Epoch = (ulong)random.Next(4) } };
            foreach (Action<ByteString> set in new Action<ByteString>[] { b => file.Open.Validator = b, b => file.Open.Miner = b, b => file.Open.Card = b, b => file.Open.PlanRoot = b })
            {
                byte[] bytes = new byte[random.Next(8) == 0 ? random.Next(64) : 32];
                random.NextBytes(bytes);
                set(ByteString.CopyFrom(bytes));
            }

            file.Open.Audits.Add(new Subnet.Health.Rpc.InferenceV1.OpenedAudit { Master = ByteString.CopyFrom(new byte[32]) });
            file.Replies.Add(ByteString.Empty);
            GrpcException refusal = (await Assert.ThrowsAsync<GrpcException>(
                () => channel.UnaryAsync(ValidationMethods.Review, file, GrpcCallOptions.None, CancellationToken.None)))!;
            Assert.That(refusal.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
        }
    }

    private string WeightsLine(string step) => $"subnet_validator_weights_total{{netuid=\"{netuid}\",step=\"{step}\",validator=\"{hotkey.Address}\"}} 1";

    private const ushort Owner = 0;
    private const ushort Miner = 1;

    private Task<ValidatorService> Open(IWeightPolicy policy, TimeProvider? time = null, bool shadow = false) => Pumped(ValidatorService.StartAsync(
        new ValidatorSettings(folder.Combine("validator"), [netuid]) { Challenges = false, Shadow = shadow },
        hotkey, ledger.Client, new NoTokens(), new Dictionary<ushort, LabelledRows>(), new PeerChannels(null, TimeProvider.System), time ?? TimeProvider.System,
        randomness, NullLoggerFactory.Instance, _ => policy));

    private async Task Advance(ValidatorService service, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            bool waits = await service.AdvanceAsync(CancellationToken.None);
            while (waits && await ledger.Node.Host.UseAsync((_, store) => store.ReadPending(1).Count, CancellationToken.None) == 0)
            {
                await Task.Delay(1);
            }

            await ledger.Node.MakeBlockAsync();
        }

        await service.AdvanceAsync(CancellationToken.None);
    }

    private async Task BlocksUntil(Func<EpochClock, bool> isReached)
    {
        while (!isReached(await Clock()))
        {
            await ledger.Node.MakeBlockAsync();
        }
    }

    private async Task<EpochClock> Clock() => (await EpochClock.ReadAsync(ledger.Client, netuid, CancellationToken.None))!.Value;

    private async Task<string?> Endpoint() => (await ledger.Client.GetMetagraphAsync(netuid))!.Find(new AccountId(hotkey.PublicKey))!.Endpoint;

    private Task<int> Commits() => ledger.Client.ReadAsync(
        view => view.State.WeightCommits.Find(new HotkeyKey(netuid, ledger.Id("validator-hot")))?.Commits.Count ?? 0);

    private async Task<SparseRow?> Row()
    {
        Metagraph metagraph = (await ledger.Client.GetMetagraphAsync(netuid))!;
        ushort uid = metagraph.Find(ledger.Id("validator-hot"))!.Uid;
        return await ledger.Client.ReadAsync(view => view.State.Weights.Find(new NeuronKey(netuid, uid)));
    }

    private async Task<PlanReceipt> Announce(GrpcChannel channel, ulong epoch, byte root, string validator = "validator-hot", string sign = "validator-hot")
    {
        byte[] bytes = [.. Enumerable.Repeat(root, 32)];
        using SigningKey who = InProcessLedger.SigningKeyOf(validator);
        using SigningKey signer = InProcessLedger.SigningKeyOf(sign);
        PlanNotice notice = new()
        {
            Netuid = netuid,
            Epoch = epoch,
            Validator = ByteString.CopyFrom(who.PublicKey),
            Root = ByteString.CopyFrom(bytes),
            Signature = ByteString.CopyFrom(DomainSignature.Sign(signer, AuditStatements.PlanDomain, AuditStatements.Plan(netuid, epoch, who.PublicKey, bytes))),
        };
        return await channel.UnaryAsync(ValidationMethods.Announce, notice, GrpcCallOptions.None, CancellationToken.None);
    }

    private static async Task<GrpcStatusCode> CodeOf(Task call) => (await Assert.ThrowsAsync<GrpcException>(() => call))!.Status.Code;

    private async Task<T> Pumped<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            if (await ledger.Node.Host.UseAsync((_, store) => store.ReadPending(1).Count, CancellationToken.None) > 0)
            {
                await ledger.Node.MakeBlockAsync();
            }
            else
            {
                await Task.WhenAny(work, Task.Delay(1));
            }
        }

        return await work;
    }

    private sealed class Fixed(ushort uid) : IWeightPolicy
    {
        public Task<WeightRow?> ChooseAsync(EpochClock clock, Metagraph metagraph, CancellationToken cancellationToken) =>
            Task.FromResult<WeightRow?>(new WeightRow([uid], [ushort.MaxValue]));
    }

    private sealed class Shifted(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
