using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Queries;
using Subnet.Health.Review.Serving;
using Subnet.Health.Review.Sources;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Rpc.TransparencyV1;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary><c>subnet.v1.Transparency</c> over a real connection: a clinic's log, a validator's witness.</summary>
[TestFixture]
internal sealed class TransparencyServiceTests
{
    private const string Token = "a-token-of-enough-letters";

    private readonly OperatingSystemRandomSource random = new();
    private SigningKey clinicKey = null!;
    private SigningKey validatorKey = null!;
    private TemporaryFolder folder = null!;
    private RoleLog log = null!;
    private RoleWitness witness = null!;
    private GrpcServerHost host = null!;
    private GrpcChannel channel = null!;

    [SetUp]
    public async Task StartAsync()
    {
        clinicKey = SigningKey.FromSeed(SHA256.HashData("clinic"u8));
        validatorKey = SigningKey.FromSeed(SHA256.HashData("validator"u8));
        folder = new TemporaryFolder();
        string logFolder = folder.Combine("log");
        log = await RoleLog.OpenAsync(
            new RoleLogOptions(logFolder, "local", "clinic") { CheckpointInterval = TimeSpan.FromHours(1), Files = new UnsyncedLogFiles(logFolder) },
            clinicKey, TimeProvider.System, random);
        witness = RoleWitness.Open(folder.Combine("witness"), "local", validatorKey, _ => true, TimeProvider.System);
        GrpcServices services = new();
        TransparencyEndpoint.AddTo(services, log.Served, witness.Witness, log.ReviewersBy(new Dictionary<string, byte[]> { ["r-1"] = ReviewerAccess.HashOf(Token) }));
        host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        channel = new GrpcChannel(host.Address, new GrpcChannelOptions(), TimeProvider.System);
    }

    [TearDown]
    public async Task StopAsync()
    {
        channel.Dispose();
        await host.DisposeAsync();
        witness.Dispose();
        await log.DisposeAsync();
        clinicKey.Dispose();
        validatorKey.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Log_is_read_and_verified_over_gRPC_and_the_reading_is_in_it()
    {
        await AppendAsync(300);
        GrpcLogSource source = new(channel, "clinic", Token, Patience.Long);
        VerifiedLog verified = await Task.Run(() => VerifiedLog.Open(source, log.Origin, Policy));
        Assert.That(await Task.Run(() => verified.Entries().Count()), Is.EqualTo(301));
        await log.FlushAsync();
        (long index, Subnet.Health.Review.Entries.AuditEntry entry) = log.Read(301).Single();
        Assert.That((index, entry.Type, entry.Members.ObjectOrNull("peer")!.TextOrNull("id"), entry.Members.IntegerOrNull("hi")), Is.EqualTo((301L, "review.opened", "r-1", 301L)));
    }

    [Test]
    public async Task Entries_are_for_reviewers_and_hashes_for_everyone()
    {
        await AppendAsync(3);
        Assert.That((await channel.UnaryAsync(TransparencyMethods.Tile, new TileRequest { Path = "tile/0/000.p/4" }, GrpcCallOptions.None, default)).Content.Length, Is.EqualTo(4 * 32));
        foreach (string? token in (string?[])[null, "another-token-of-letters"])
        {
            GrpcMetadata headers = [];
            if (token is not null)
            {
                headers.Add("authorization", $"Bearer {token}");
            }

            Assert.That(await CodeOf(TransparencyMethods.Tile, new TileRequest { Path = "tile/entries/000.p/4" }, headers), Is.EqualTo(GrpcStatusCode.Unauthenticated));
        }

        foreach (string path in (string[])["tile/0/0", "tile/0/000.p/004", "state/tree", "../key", ""])
        {
            Assert.That(await CodeOf(TransparencyMethods.Tile, new TileRequest { Path = path }), Is.EqualTo(GrpcStatusCode.InvalidArgument), path);
        }

        Assert.That(await CodeOf(TransparencyMethods.Tile, new TileRequest { Path = "tile/3/000" }), Is.EqualTo(GrpcStatusCode.NotFound));
    }

    [Test]
    public async Task Proofs_lead_to_the_published_checkpoint()
    {
        await AppendAsync(300);
        ProofReply inclusion = await channel.UnaryAsync(TransparencyMethods.Inclusion, new InclusionRequest { Index = 77 }, GrpcCallOptions.None, default);
        Checkpoint head = OpenedCheckpoint.Open(inclusion.Note.ToStringUtf8(), log.Origin, Policy).Checkpoint!;
        TreeHash leaf = TreeHash.OfLeaf(log.Read(77).First().Entry.Bytes.Span);
        Assert.That(InclusionProof.Verify(77, head.Size, leaf, Hashes(inclusion), head.Root));
        ProofReply consistency = await channel.UnaryAsync(TransparencyMethods.Consistency, new ConsistencyRequest { OldSize = 256 }, GrpcCallOptions.None, default);
        TreeHash older = MerkleTree.Root([.. log.Read().Take(256).Select(entry => TreeHash.OfLeaf(entry.Entry.Bytes.Span))]);
        Assert.That(ConsistencyProof.Verify(256, head.Size, Hashes(consistency), older, head.Root));
        Assert.That(await CodeOf(TransparencyMethods.Inclusion, new InclusionRequest { Index = 301 }), Is.EqualTo(GrpcStatusCode.OutOfRange));
        Assert.That(await CodeOf(TransparencyMethods.Inclusion, new InclusionRequest { Index = ulong.MaxValue }), Is.EqualTo(GrpcStatusCode.OutOfRange));
        Assert.That(await CodeOf(TransparencyMethods.Consistency, new ConsistencyRequest { OldSize = 302 }), Is.EqualTo(GrpcStatusCode.OutOfRange));
    }

    [Test]
    public async Task Validator_cosigns_over_gRPC_and_gives_its_newest_checkpoint()
    {
        Assert.That(await CodeOf(TransparencyMethods.Cosigned, new CosignedRequest { Origin = log.Origin }), Is.EqualTo(GrpcStatusCode.NotFound));
        log.UseWitnesses([new GrpcWitness(channel, LogName.WitnessKeyOf(witness.Verifier.Name)!)]);
        await AppendAsync(2);
        TrustPolicy cosigned = TrustPolicy.Threshold([LogName.KeyOf(log.Origin)!], [witness.Verifier], 1);
        Assert.That(OpenedCheckpoint.Open(log.Checkpoint!, log.Origin, cosigned).IsAccepted);
        CheckpointReply latest = await channel.UnaryAsync(TransparencyMethods.Cosigned, new CosignedRequest { Origin = log.Origin }, GrpcCallOptions.None, default);
        Assert.That(OpenedCheckpoint.Open(latest.Note.ToStringUtf8(), log.Origin, cosigned).Checkpoint!.Size, Is.EqualTo(3));
        AddCheckpointReply malformed = await channel.UnaryAsync(TransparencyMethods.AddCheckpoint, new() { Body = ByteString.CopyFromUtf8("old x\n\n") }, GrpcCallOptions.None, default);
        Assert.That(malformed.Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Party_without_a_log_or_witness_says_so()
    {
        GrpcServices services = new();
        TransparencyEndpoint.AddTo(services, null, null, null);
        await using GrpcServerHost bare = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        using GrpcChannel other = new(bare.Address, new GrpcChannelOptions(), TimeProvider.System);
        Assert.That(await CodeOf(TransparencyMethods.Checkpoint, new CheckpointRequest(), via: other), Is.EqualTo(GrpcStatusCode.Unimplemented));
        Assert.That(await CodeOf(TransparencyMethods.Cosigned, new CosignedRequest(), via: other), Is.EqualTo(GrpcStatusCode.Unimplemented));
    }

    private static TreeHash[] Hashes(ProofReply reply) => [.. reply.Hashes.Select(hash => new TreeHash(hash.Span))];

    private TrustPolicy Policy => TrustPolicy.Threshold([LogName.KeyOf(log.Origin)!], [], 0);

    private async Task AppendAsync(int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => log.Recorder.RecordAsync("subject.shredded", new())));
        await log.PublishAsync();
    }

    private async Task<GrpcStatusCode> CodeOf<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcMetadata? headers = null, GrpcChannel? via = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        try
        {
            await (via ?? channel).UnaryAsync(method, request, GrpcCallOptions.None with { Headers = headers }, default);
            return GrpcStatusCode.Ok;
        }
        catch (GrpcException failed)
        {
            return failed.Status.Code;
        }
    }
}
