using System.Net;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Consensus;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.LedgerV1;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Health.Rpc;
using Subnet.Tests.Support;
using LedgerBlock = Subnet.Health.Node.LedgerBlock;
using LedgerEvent = Subnet.Core.State.LedgerEvent;

namespace Subnet.Tests.Health.Node;

/// <summary>The ledger over gRPC: what a role sees that executes the node's blocks itself, and what it refuses to believe.</summary>
[TestFixture]
internal sealed class LedgerServiceTests
{
    [Test]
    public async Task Remote_role_submits_and_reads_what_it_executed_itself()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start(5);
        ushort netuid = await ledger.CreateSubnet("miner", "validator");
        await using RemoteLedger remote = await ConnectAsync(ledger);
        CallOutcome served = await remote.Client.SubmitAsync(ledger.Key("miner-hot"), new ServeEndpointCall(netuid, "https://127.0.0.1:9000"));
        CallOutcome refused = await remote.Client.SubmitAsync(ledger.Key("stranger"), new TransferCall(ledger.Id("miner"), 1));
        CallOutcome paidFor = await remote.Client.SubmitAsync(ledger.Key("clinic"), new TransferCall(ledger.Id("miner"), ulong.MaxValue));
        Metagraph? metagraph = await remote.Client.GetMetagraphAsync(netuid);
        LedgerBlock? old = await remote.Client.GetBlockAsync(1);
        Assert.Multiple(() =>
        {
            Assert.That(served.IsAccepted, $"{served.Reason}");
            Assert.That(served.Receipt!.Events.Single().Kind, Is.EqualTo(EventKind.EndpointServed));
            Assert.That(metagraph!.Find(ledger.Id("miner-hot"))!.Endpoint, Is.EqualTo("https://127.0.0.1:9000"));
            Assert.That((refused.Reason, refused.Height), Is.EqualTo((RejectionReason.FeeNotCovered, 0UL)));
            Assert.That((paidFor.Reason, paidFor.Height > 0), Is.EqualTo((RejectionReason.InsufficientBalance, true)));
            Assert.That(old!.Height, Is.EqualTo(1UL), "older than the replica's snapshot or not, the past can be read");
        });
    }

    [Test]
    public async Task Epoch_read_from_a_node_is_the_one_its_block_commits_to_and_runs_to_the_same_result()
    {
        await using InProcessLedger ledger = new InProcessLedger().StartOnDemand();
        ushort netuid = await ledger.CreateSubnet("miner", "validator");
        await ledger.Do("validator", new AddStakeCall(netuid, ledger.Id("validator-hot"), 100 * InProcessLedger.Tao, 0, false));
        await ledger.Skip(12);
        await using RemoteLedger remote = await ConnectAsync(ledger);
        EpochRecord record = (await remote.Client.GetEpochAsync(netuid))!;
        LedgerBlock block = (await remote.Client.GetBlockAsync(record.Height))!;
        LedgerEvent ran = block.Events.Single(e => e.Kind == EventKind.EpochRun && e.Netuid == netuid);
        IReadOnlyList<ulong> indexes = await remote.Client.GetEpochIndexesAsync(netuid);
        Assert.Multiple(() =>
        {
            Assert.That(ran.Other.ToArray(), Is.EqualTo(EpochDigest.Of(YumaEpoch.Run(record.Input))));
            Assert.That(record.UidOf(ledger.Id("miner-hot")), Is.EqualTo(1));
            Assert.That(record.Neurons[1].Coldkey, Is.EqualTo(ledger.Id("miner")));
            Assert.That(indexes, Does.Contain(record.Index));
        });
        Assert.That(await remote.Client.GetEpochAsync(netuid, 1_000_000), Is.Null);
    }

    [Test]
    public async Task Broken_bytes_on_the_nodes_port_end_in_errors_and_it_goes_on()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start(5);
        Uri address = await ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        Assert.That(await PortAttack.RunAsync(address), Is.GreaterThan(3));
    }

    [Test]
    public async Task Remote_role_goes_on_after_its_node_was_away()
    {
        await using InProcessLedger ledger = new();
        await ledger.Node.MakeBlockAsync();
        using HeldPort port = new();
        LedgerServer first = await ServeAsync(ledger, port.Number);
        await using RemoteLedger remote = await RemoteLedger.ConnectAsync(new NodeConnection(first.Address, null, TimeProvider.System), null, TimeProvider.System, default);
        await first.DisposeAsync();
        await ledger.Node.MakeBlockAsync();
        await using LedgerServer second = await ServeAsync(ledger, port.Number);
        Assert.That(await remote.Client.WaitForHeightAsync(2).WaitAsync(Patience.Long), Is.EqualTo(2UL));
    }

    [Test]
    public async Task Replica_refuses_another_ledger_than_it_expects()
    {
        await using InProcessLedger ledger = new();
        await ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        HostSource source = new(ledger.Node.Host);
        Assert.That(
            async () => await LedgerReplica.OpenAsync(source, Hash256.Of("another genesis"u8), default),
            Throws.TypeOf<LedgerCorruptException>().With.Message.Contains("expected"));
    }

    [Test]
    public async Task Replica_refuses_a_snapshot_that_no_signed_header_proves()
    {
        await using InProcessLedger ledger = new();
        for (int i = 0; i < 3; i++)
        {
            await ledger.Node.MakeBlockAsync();
        }

        await ledger.Node.Host.UseAsync(static (engine, _) => { engine.Snapshot(); return true; }, default);
        HostSource honest = new(ledger.Node.Host);
        (LedgerEngine engine, ILedgerStore store) = await LedgerReplica.OpenAsync(honest, ledger.Client.Identity.GenesisHash, default);
        Assert.That(engine.State.Hash, Is.EqualTo((await ledger.Client.GetTipAsync()).State));
        engine.Dispose();
        store.Dispose();

        await using InProcessLedger richer = new(TestLedger.Quick with { TransactionFee = 0 });
        for (int i = 0; i < 3; i++)
        {
            await richer.Node.MakeBlockAsync();
        }

        await richer.Node.Host.UseAsync(static (engine, _) => { engine.Snapshot(); return true; }, default);
        HostSource lying = new(ledger.Node.Host) { Snapshot = await new HostSource(richer.Node.Host).ReadSnapshotAsync(default) };
        Assert.That(async () => await LedgerReplica.OpenAsync(lying, null, default), Throws.TypeOf<LedgerCorruptException>());
    }

    [Test]
    public async Task Replica_reads_nothing_more_after_a_block_that_does_not_follow()
    {
        await using InProcessLedger ledger = new();
        for (int i = 0; i < 4; i++)
        {
            await ledger.Node.MakeBlockAsync();
        }

        HostSource lying = new(ledger.Node.Host) { Skip = 3 };
        Assert.That(async () => await LedgerReplica.OpenAsync(lying, null, default), Throws.TypeOf<BlockRefusedException>().With.Message.Contains("block 3 comes next"));
    }

    [Test]
    public async Task Node_keeps_no_transaction_that_cannot_be_included()
    {
        await using InProcessLedger ledger = new();
        await using LedgerServer server = await ServeAsync(ledger, 0);
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        LedgerIdentity identity = ledger.Client.Identity;
        TransferCall call = new(ledger.Id("miner"), 1);
        byte[] forged = Transaction.Create(ledger.Key("clinic"), identity.GenesisHash, identity.Network, 0, call).Bytes.ToArray();
        forged[^1] ^= 1;
        (byte[] Bytes, RejectionReason Reason)[] cases =
        [
            (forged, RejectionReason.BadSignature),
            (Transaction.Create(ledger.Key("clinic"), identity.GenesisHash, "elsewhere", 0, call).Bytes.ToArray(), RejectionReason.WrongNetwork),
            (Transaction.Create(ledger.Key("clinic"), identity.GenesisHash, identity.Network, 1_000, call).Bytes.ToArray(), RejectionReason.NonceTooHigh),
            (Transaction.Create(ledger.Key("nobody"), identity.GenesisHash, identity.Network, 0, call).Bytes.ToArray(), RejectionReason.FeeNotCovered),
            (Transaction.Create(ledger.Key("nobody"), identity.GenesisHash, identity.Network, 0, new ServeEndpointCall(1, "https://x")).Bytes.ToArray(), RejectionReason.HotkeyNotRegistered),
        ];
        foreach ((byte[] bytes, RejectionReason reason) in cases)
        {
            SubmitReply reply = await SubmitAsync(channel, bytes);
            Assert.That(((RejectionReason)reply.Reason, reply.Code, reply.Height), Is.EqualTo((reason, reason.Describe().Code, 0UL)));
        }

        GrpcException garbage = (await Assert.ThrowsAsync<GrpcException>(() => SubmitAsync(channel, [1, 2, 3])))!;
        Assert.That(garbage.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
        Assert.That(await ledger.Node.Host.UseAsync(static (_, store) => store.ReadPending(9).Count, default), Is.Zero);
    }

    [Test]
    public async Task Questions_are_answered_to_any_gRPC_client()
    {
        await using InProcessLedger ledger = new InProcessLedger().Start(2);
        ushort netuid = await ledger.CreateSubnet("miner");
        await ledger.Do("clinic", new AnchorCheckpointCall("clinic.example/log", 7, Hash256.Of("root"u8)));
        await using LedgerServer server = await ServeAsync(ledger, 0);
        using GrpcChannel channel = new(server.Address, new GrpcChannelOptions(), TimeProvider.System);
        GetTipReply tip = await AskAsync(channel, LedgerMethods.GetTip, new GetTipRequest());
        GetAccountReply account = await AskAsync(channel, LedgerMethods.GetAccount, new GetAccountRequest { Account = ByteString.CopyFrom(ledger.Id("clinic").ToArray()) });
        GetSubnetsReply subnets = await AskAsync(channel, LedgerMethods.GetSubnets, new GetSubnetsRequest());
        GetMetagraphReply metagraph = await AskAsync(channel, LedgerMethods.GetMetagraph, new GetMetagraphRequest { Netuid = netuid });
        GetModelsReply models = await AskAsync(channel, LedgerMethods.GetModels, new GetModelsRequest { Netuid = netuid });
        GetIssuerKeysReply keys = await AskAsync(channel, LedgerMethods.GetIssuerKeys, new GetIssuerKeysRequest { Netuid = netuid });
        GetAnchorsReply anchors = await AskAsync(channel, LedgerMethods.GetAnchors, new GetAnchorsRequest());
        Assert.Multiple(() =>
        {
            Assert.That(tip.GenesisHash.ToByteArray(), Is.EqualTo(ledger.Client.Identity.GenesisHash.ToArray()));
            Assert.That(account.Nonce, Is.EqualTo(1UL));
            Assert.That(subnets.Subnets.Single().Tempo, Is.EqualTo(5U));
            Assert.That(metagraph.Neurons[1].Hotkey.ToByteArray(), Is.EqualTo(ledger.Id("miner-hot").ToArray()));
            Assert.That(models.Models, Is.Empty);
            Assert.That(keys.Keys, Is.Empty);
            Assert.That((anchors.Anchors.Single().Origin, anchors.Anchors.Single().Size), Is.EqualTo(("clinic.example/log", 7UL)));
        });
        GrpcException missing = (await Assert.ThrowsAsync<GrpcException>(() => AskAsync(channel, LedgerMethods.GetMetagraph, new GetMetagraphRequest { Netuid = 77 })))!;
        GrpcException wrong = (await Assert.ThrowsAsync<GrpcException>(() => AskAsync(channel, LedgerMethods.GetMetagraph, new GetMetagraphRequest { Netuid = 70_000 })))!;
        GrpcException early = (await Assert.ThrowsAsync<GrpcException>(() => FirstEventsAsync(channel, new EventsRequest())))!;
        LedgerEvents anchored = await FirstEventsAsync(channel, new EventsRequest { From = 1, Kinds = { (uint)EventKind.CheckpointAnchored } });
        Assert.Multiple(() =>
        {
            Assert.That(missing.Status.Code, Is.EqualTo(GrpcStatusCode.NotFound));
            Assert.That(wrong.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
            Assert.That(early.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
            Assert.That(anchored.Events.Single().Subject.ToByteArray(), Is.EqualTo(ledger.Id("clinic").ToArray()));
        });
    }

    private static async Task<RemoteLedger> ConnectAsync(InProcessLedger ledger)
    {
        Uri address = await ledger.Node.ServeAsync(new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), NullLoggerFactory.Instance);
        return await RemoteLedger.ConnectAsync(
            new NodeConnection(address, null, TimeProvider.System), ledger.Client.Identity.GenesisHash, TimeProvider.System, default);
    }

    private static Task<LedgerServer> ServeAsync(InProcessLedger ledger, int port) => LedgerServer.StartAsync(
        ledger.Node.Host,
        new LocalGateway(ledger.Node.Host, TimeProvider.System, Patience.Long),
        ledger.Client,
        new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, port)) { DrainTime = TimeSpan.FromMilliseconds(100) },
        null,
        NullLoggerFactory.Instance,
        TimeProvider.System,
        default);

    private static Task<SubmitReply> SubmitAsync(GrpcChannel channel, byte[] bytes) =>
        AskAsync(channel, LedgerMethods.Submit, new SubmitRequest { Transaction = ByteString.CopyFrom(bytes) });

    private static Task<TReply> AskAsync<TRequest, TReply>(GrpcChannel channel, GrpcMethod<TRequest, TReply> method, TRequest request)
        where TRequest : class, IMessage<TRequest>
        where TReply : class, IMessage<TReply> =>
        channel.UnaryAsync(method, request, new GrpcCallOptions { Timeout = Patience.Long }, default);

    private static async Task<LedgerEvents> FirstEventsAsync(GrpcChannel channel, EventsRequest request)
    {
        await using GrpcCall<EventsRequest, LedgerEvents> call = channel.StartSingle(LedgerMethods.Events, request, GrpcCallOptions.None, default);
        return (await call.ReadAsync())!;
    }

    /// <summary>A node's ledger without the wire between, which may lie.</summary>
    private sealed class HostSource(LedgerHost host) : IBlockSource
    {
        /// <summary>Sent in place of the node's own.</summary>
        public StoredSnapshot? Snapshot { get; init; }

        /// <summary>Height of a block that is left out.</summary>
        public ulong Skip { get; init; }

        public string Description => "a node that may lie";

        public Task<byte[]?> ReadGenesisAsync(CancellationToken cancellationToken) => host.UseAsync(static (_, store) => store.ReadGenesis(), cancellationToken);

        public Task<StoredSnapshot?> ReadSnapshotAsync(CancellationToken cancellationToken) =>
            Snapshot is not null ? Task.FromResult<StoredSnapshot?>(Snapshot) : host.UseAsync(static (_, store) => store.ReadSnapshot(), cancellationToken);

        public async IAsyncEnumerable<StoredBlock> ReadBlocksAsync(
            ulong from, bool follow, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (ulong height = from; height <= host.Height; height++)
            {
                ulong at = height;
                StoredBlock block = (await host.UseAsync((_, store) => store.ReadBlock(at), cancellationToken))!;
                if (height != Skip)
                {
                    yield return block;
                }
            }
        }
    }
}
