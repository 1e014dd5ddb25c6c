using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
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
using AuditFile = Subnet.Health.Rpc.ValidationV1.AuditFile;
using LinearProof = Subnet.Health.Rpc.InferenceV1.LinearProof;
using MinerDirectory = Subnet.Health.Validator.MinerDirectory;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// Protocol 4: at most n/4 different audit rows. A validator whose own planner does not keep to that meets a real miner and a real co-validator over gRPC: ledger, issuer, tokens,
/// queries, receipts, plan and opening are what an honest one's are.
/// </summary>
[TestFixture]
internal sealed class OpenedRowLimitTests
{
    [Test]
    public async Task Beyond_a_quarter_of_the_features_the_miner_proves_nothing_and_the_co_validator_signs_nothing_while_up_to_it_both_do()
    {
        await using RoleNetwork network = await RoleNetwork.StartAsync("miner");
        foreach (string name in new[] { "validator", "clinic" })
        {
            await network.Ledger.Do(name, new RegisterNeuronCall(network.Netuid, network.Ledger.Id(name + "-hot"), ulong.MaxValue));
            await network.Ledger.Do(name, new AddStakeCall(network.Netuid, network.Ledger.Id(name + "-hot"), 100 * Support.InProcessLedger.Tao, 0, false));
        }

        await BeginEpochAsync(network);
        await BeginEpochAsync(network);
        using SigningKey co = Support.InProcessLedger.SigningKeyOf("clinic-hot");
        await using ValidatorService coValidator = await ValidatorService.StartAsync(
            new ValidatorSettings(Path.Combine(network.Folder, "co-validator"), [network.Netuid]) { Challenges = false },
            co, network.Ledger.Client, new NoTokens(), new Dictionary<ushort, LabelledRows>(), new PeerChannels(null, TimeProvider.System), TimeProvider.System,
            network.Randomness, NullLoggerFactory.Instance, null);
        await using Greedy greedy = await Greedy.CreateAsync(network);
        int most = OpenedRowStore.MostRows(greedy.Features);
        long[][] rows = greedy.DrawRows(most + 1);

        // What is allowed, first: the miner proves and the co-validator signs the same verdict.
        AuditOpen allowed = await greedy.AskThroughAnEpochAsync(coValidator.Address, rows[..most]);
        ProveReply proved = await greedy.ProveAsync(allowed);
        Assert.That(proved.OutcomeCase, Is.EqualTo(ProveReply.OutcomeOneofCase.Proof), proved.Refusal);
        ReviewReply signed = await greedy.ReviewAsync(coValidator.Address, allowed, proved.Proof);
        Assert.That(signed.Statement.ToStringUtf8(), Does.Contain("\"result\":\"pass\""));
        Assert.That(DomainSignature.Verify(co.PublicKey, AuditReview.Domain, signed.Statement.Span, signed.Signature.Span), Is.True);

        // One row more, in the epoch after: it is answered like any query, and that is all that comes of it.
        AuditOpen beyond = await greedy.AskThroughAnEpochAsync(coValidator.Address, rows[most..]);
        ProveReply refused = await greedy.ProveAsync(beyond);
        Assert.That((refused.OutcomeCase, refused.Refusal), Is.EqualTo((ProveReply.OutcomeOneofCase.Refusal, "too-many-rows")));
        GrpcException unsigned = (await Assert.ThrowsAsync<GrpcException>(() => greedy.ReviewAsync(coValidator.Address, beyond, null)))!;
        Assert.That(unsigned.Status.Code, Is.EqualTo(GrpcStatusCode.FailedPrecondition));
        Assert.That(unsigned.Message, Does.Contain($"more than {most} different audit rows"));

        // Rows that were counted before still cost nothing.
        AuditOpen again = await greedy.AskThroughAnEpochAsync(coValidator.Address, rows[..1]);
        ProveReply repeated = await greedy.ProveAsync(again);
        Assert.That(repeated.OutcomeCase, Is.EqualTo(ProveReply.OutcomeOneofCase.Proof), repeated.Refusal);
        Assert.That((await greedy.ReviewAsync(coValidator.Address, again, repeated.Proof)).Statement.ToStringUtf8(), Does.Contain("\"result\":\"pass\""));
    }

    /// <summary>Blocks until the subnet's next epoch has just begun.</summary>
    private static async Task<ulong> BeginEpochAsync(RoleNetwork network)
    {
        ulong now = (await ClockAsync(network)).Epoch;
        while ((await ClockAsync(network)).Epoch == now)
        {
            await network.Ledger.Node.MakeBlockAsync();
        }

        return now + 1;
    }

    private static async Task<EpochClock> ClockAsync(RoleNetwork network) =>
        (await EpochClock.ReadAsync(network.Ledger.Client, network.Netuid, CancellationToken.None))!.Value;

    /// <summary>A validator with a permit that asks whatever it likes and follows the protocol otherwise.</summary>
    private sealed class Greedy : IAsyncDisposable
    {
        private readonly RoleNetwork network;
        private readonly ServedCard model;
        private readonly SigningKey hotkey = Support.InProcessLedger.SigningKeyOf("validator-hot");
        private readonly SigningKey coldkey = Support.InProcessLedger.SigningKeyOf("validator");
        private readonly OperatingSystemRandomSource random = new();
        private readonly PeerChannels channels = new(null, TimeProvider.System);
        private readonly AtRestKey atRest;
        private readonly ValidatorTokens tokens;

        private Greedy(RoleNetwork network, ServedCard model)
        {
            this.network = network;
            this.model = model;
            atRest = AtRestKey.Derive(hotkey, "validator", random);
            TokenWallet wallet = new(Path.Combine(network.Folder, "greedy-tokens.db"), atRest);
            IssuerChannels issuers = new(_ => network.IssuerAddress, new GrpcChannelOptions(), TimeProvider.System);
            tokens = new ValidatorTokens(
                wallet, new TokenPurchase(wallet, coldkey, network.Ledger.Client, issuers, TimeProvider.System, random), network.Ledger.Client, ulong.MaxValue >> 16, TimeSpan.Zero,
                TimeProvider.System);
        }

        public int Features => model.Card.Card.Query.Encoding.Length;

        public static async Task<Greedy> CreateAsync(RoleNetwork network)
        {
            MinerDirectory miners = new(network.Ledger.Client, new PeerChannels(null, TimeProvider.System), NullLogger<MinerDirectory>.Instance);
            return new Greedy(network, (await miners.ListAsync(network.Netuid, CancellationToken.None)).Single());
        }

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

        /// <summary>Plans and announces, asks every row in the epoch, and opens after it.</summary>
        public async Task<AuditOpen> AskThroughAnEpochAsync(Uri coValidator, long[][] rows)
        {
            byte[] miner = model.Neuron.Hotkey.ToArray();
            await tokens.EnsureAsync(network.Netuid, miner, 1, rows.Length, CancellationToken.None);
            ulong epoch = (await ClockAsync(network)).Epoch + 1;
            Challenge[] plan = [.. rows.Select(row => new Challenge
            {
                Netuid = network.Netuid, Epoch = epoch, Miner = miner, Card = model.Card.Hash.ToArray(), Kind = ChallengeKind.Audit, Master = Draw(32), Event = Draw(16), Rows = [row],
            })];
            byte[] root = AuditPlan.Root(plan.Select(challenge => PlanningStep.Leaf(challenge, model.Card)));
            StoredPlan stored = new(
                network.Netuid, epoch, root, DomainSignature.Sign(hotkey, AuditStatements.PlanDomain, AuditStatements.Plan(network.Netuid, epoch, hotkey.PublicKey, root)), false);
            using (GrpcChannel channel = channels.Open(coValidator, oneCall: false))
            {
                PlanNotice notice = new()
                {
                    Netuid = network.Netuid, Epoch = epoch, Validator = ByteString.CopyFrom(hotkey.PublicKey), Root = ByteString.CopyFrom(root), Signature = ByteString.CopyFrom(stored.Signature),
                };
                await channel.UnaryAsync(ValidationMethods.Announce, notice, GrpcCallOptions.None, CancellationToken.None);
            }

            Assert.That(await BeginEpochAsync(network), Is.EqualTo(epoch));
            answered = [.. await Task.WhenAll(plan.Select(AskAsync))];
            await BeginEpochAsync(network);
            return AuditFiles.Open(hotkey, stored, answered, []);
        }

        public async Task<ProveReply> ProveAsync(AuditOpen open)
        {
            using GrpcChannel channel = channels.Open(model.Endpoint, oneCall: false);
            return await channel.UnaryAsync(InferenceMethods.Prove, open, GrpcCallOptions.None, CancellationToken.None);
        }

        public async Task<ReviewReply> ReviewAsync(Uri coValidator, AuditOpen open, LinearProof? proof)
        {
            using GrpcChannel channel = channels.Open(coValidator, oneCall: false);
            AuditFile file = AuditFiles.Create(open, answered, proof);
            return await channel.UnaryAsync(ValidationMethods.Review, file, GrpcCallOptions.None, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await tokens.DisposeAsync();
            atRest.Dispose();
            hotkey.Dispose();
            coldkey.Dispose();
            random.Dispose();
        }

        private IReadOnlyList<Challenge> answered = [];

        private async Task<Challenge> AskAsync(Challenge challenge)
        {
            PlannedAudit query = new(AuditFiles.ModelOf(model.Card.Card), challenge.Master, challenge.Rows);
            QueryRequest request = new()
            {
                Query = ByteString.CopyFrom(query.BuildQuery()),
                Event = ByteString.CopyFrom(challenge.Event),
                Token = ByteString.CopyFrom((await tokens.TakeAsync(challenge.Netuid, challenge.Miner, 1, CancellationToken.None))!),
            };
            using GrpcChannel channel = channels.Open(model.Endpoint, oneCall: true);
            QueryOutcome outcome = await new MinerClient(TimeSpan.FromSeconds(30), 0, TimeProvider.System)
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

    private sealed class NoTokens : IAccessTokens
    {
        public Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
