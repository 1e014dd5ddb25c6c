using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Clinic;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.ValidationV1;
using Subnet.Health.Validator;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Store;
using Subnet.Health.Validator.Verdicts;
using Subnet.Health.Wallets;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;
using AuditFile = Subnet.Health.Rpc.ValidationV1.AuditFile;
using LinearProof = Subnet.Health.Rpc.InferenceV1.LinearProof;
using MinerDirectory = Subnet.Health.Validator.MinerDirectory;

namespace Subnet.Tests.Health.Audits;

/// <summary>A validator with a permit that asks whatever rows a test likes, its card's or not, and follows the protocol otherwise: tokens, plan, receipts, opening.</summary>
internal sealed class PlayedValidator : IAsyncDisposable
{
    private readonly RoleNetwork network;
    private readonly Uri coValidator;
    private readonly ServedCard model;
    private readonly AuditedModel asked;
    private readonly SigningKey hotkey;
    private readonly OperatingSystemRandomSource random = new();
    private readonly PeerChannels channels = new(null, TimeProvider.System);
    private readonly AtRestKey atRest;
    private readonly ValidatorTokens tokens;
    private IReadOnlyList<Challenge> answered = [];

    private PlayedValidator(RoleNetwork network, Uri coValidator, ServedCard model)
    {
        this.network = network;
        this.coValidator = coValidator;
        this.model = model;
        hotkey = network.Key("validator-hot");
        AuditedModel audited = (AuditedModel)AuditFiles.ModelOf(model.Card.Card);
        asked = audited with { Encoding = new AnyRow(audited.Features) };
        atRest = AtRestKey.Derive(hotkey, "validator", random);
        TokenWallet wallet = new(Path.Combine(network.Folder, "played-tokens.db"), atRest);
        IssuerChannels issuers = new(_ => network.IssuerAddress, new GrpcChannelOptions(), TimeProvider.System);
        TokenPurchase purchase = new(wallet, network.Key("validator"), network.Ledger.Client, issuers, TimeProvider.System, random);
        tokens = new ValidatorTokens(wallet, purchase, network.Ledger.Client, ulong.MaxValue >> 16, TimeSpan.Zero, TimeProvider.System);
    }

    public int Features => asked.Features;

    public static async Task<PlayedValidator> CreateAsync(RoleNetwork network, Uri coValidator)
    {
        MinerDirectory miners = new(network.Ledger.Client, new PeerChannels(null, TimeProvider.System), null, TimeProvider.System, NullLogger<MinerDirectory>.Instance);
        return new PlayedValidator(network, coValidator, (await miners.ListAsync(network.Netuid, CancellationToken.None)).Single());
    }

    /// <summary>Blocks until the subnet's next epoch has just begun.</summary>
    public static async Task<ulong> BeginEpochAsync(RoleNetwork network)
    {
        ulong now = (await ClockAsync(network)).Epoch;
        while ((await ClockAsync(network)).Epoch == now)
        {
            await network.Ledger.Node.MakeBlockAsync();
        }

        return now + 1;
    }

    /// <summary>Different rows that the card admits.</summary>
    public long[][] DrawRows(int count)
    {
        Dictionary<string, long[]> rows = [];
        while (rows.Count < count)
        {
            long[] row = SyntheticRows.Draw(model.Card, CompiledSample.Heart.Rows, random);
            rows.TryAdd(string.Join(' ', row), row);
        }

        return [.. rows.Values];
    }

    /// <summary>Plans and announces, asks every row in the epoch in a query of its own, and opens after it.</summary>
    public async Task<AuditOpen> AskThroughAnEpochAsync(params long[][] rows)
    {
        byte[] miner = model.Neuron.Hotkey.ToArray();
        await tokens.EnsureAsync(network.Netuid, miner, 1, rows.Length, CancellationToken.None);
        ulong epoch = (await ClockAsync(network)).Epoch + 1;
        Challenge[] plan = [.. rows.Select(row => new Challenge
        {
            Netuid = network.Netuid,
            Epoch = epoch,
            Miner = miner,
            Card = model.Card.Hash.ToArray(),
            Kind = ChallengeKind.Audit,
            Master = Draw(32),
            Event = Draw(16),
            Rows = [row],
        })];
        byte[] root = AuditPlan.Root(plan.Select(challenge => new PlannedAudit(asked, challenge.Master, challenge.Rows).Leaf(miner)));
        byte[] signature = DomainSignature.Sign(hotkey, AuditStatements.PlanDomain, AuditStatements.Plan(network.Netuid, epoch, hotkey.PublicKey, root));
        using (GrpcChannel channel = channels.Open(coValidator, oneCall: false))
        {
            PlanNotice notice = new()
            {
                Netuid = network.Netuid,
                Epoch = epoch,
                Validator = ByteString.CopyFrom(hotkey.PublicKey),
                Root = ByteString.CopyFrom(root),
                Signature = ByteString.CopyFrom(signature),
            };
            await channel.UnaryAsync(ValidationMethods.Announce, notice, GrpcCallOptions.None, CancellationToken.None);
        }

        Assert.That(await BeginEpochAsync(network), Is.EqualTo(epoch));
        answered = await Task.WhenAll(plan.Select(AskAsync));
        await BeginEpochAsync(network);
        return AuditFiles.Open(hotkey, new StoredPlan(network.Netuid, epoch, root, signature, IsClosed: false), answered, []);
    }

    /// <summary>Signs an opening anew that a test has changed.</summary>
    public void Sign(AuditOpen open) => open.Signature = ByteString.CopyFrom(DomainSignature.Sign(hotkey, AuditStatements.OpenDomain, AuditStatements.Open(open)));

    /// <summary>Opens the plan to the miner.</summary>
    public async Task<ProveReply> ProveAsync(AuditOpen open)
    {
        using GrpcChannel channel = channels.Open(model.Endpoint, oneCall: false);
        return await channel.UnaryAsync(InferenceMethods.Prove, open, GrpcCallOptions.None, CancellationToken.None);
    }

    /// <summary>Asks the co-validator to sign.</summary>
    public async Task<ReviewReply> ReviewAsync(AuditOpen open, LinearProof? proof)
    {
        using GrpcChannel channel = channels.Open(coValidator, oneCall: false);
        AuditFile file = AuditFiles.Create(open, answered, [], proof);
        return await channel.UnaryAsync(ValidationMethods.Review, file, GrpcCallOptions.None, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await tokens.DisposeAsync();
        atRest.Dispose();
        random.Dispose();
    }

    private static async Task<EpochClock> ClockAsync(RoleNetwork network) =>
        (await EpochClock.ReadAsync(network.Ledger.Client, network.Netuid, CancellationToken.None))!.Value;

    private async Task<Challenge> AskAsync(Challenge challenge)
    {
        QueryRequest request = new()
        {
            Query = ByteString.CopyFrom(new PlannedAudit(asked, challenge.Master, challenge.Rows).BuildQuery()),
            Event = ByteString.CopyFrom(challenge.Event),
            Token = ByteString.CopyFrom((await tokens.TakeAsync(challenge.Netuid, challenge.Miner, 1, CancellationToken.None))!),
        };
        using GrpcChannel channel = channels.Open(model.Endpoint, oneCall: true);
        QueryOutcome outcome = await new MinerClient(Patience.Long, 0, TimeProvider.System)
            .SendAsync(channel, challenge.Miner, challenge.Card, request, CancellationToken.None);
        Assert.That(outcome.IsAnswered, Is.True, outcome.Fault ?? outcome.Refusal?.Code);
        return challenge with
        {
            State = ChallengeState.Answered,
            Reply = outcome.Reply!.Value.ToArray(),
            Receipt = outcome.Receipt!.ToCanonical(),
            ReceiptSignature = outcome.ReceiptSignature!.Value.ToArray(),
        };
    }

    private byte[] Draw(int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }
}
