using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Serving;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.Server;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Review;

/// <summary>Which witnesses a log gets from a ledger: from one without validators, with one that may not, with one that may, and with one that knows another history.</summary>
[TestFixture]
internal sealed class LedgerWitnessesTests
{
    private readonly OperatingSystemRandomSource random = new();
    private InProcessLedger ledger = null!;
    private TemporaryFolder folder = null!;
    private SigningKey clinic = null!;
    private SigningKey validator = null!;
    private SigningKey local = null!;
    private RoleLog log = null!;
    private RoleWitness always = null!;
    private RoleWitness witness = null!;
    private GrpcServerHost host = null!;
    private LedgerWitnesses witnesses = null!;

    [SetUp]
    public async Task StartAsync()
    {
        ledger = new InProcessLedger().StartOnDemand();
        folder = new TemporaryFolder();
        clinic = InProcessLedger.SigningKeyOf("clinic");
        validator = InProcessLedger.SigningKeyOf("validator-hot");
        local = InProcessLedger.SigningKeyOf("local witness");
        log = await OpenAsync("log", null);
        always = RoleWitness.Open(folder.Combine("always"), "test-net", local, _ => true, TimeProvider.System);
        witness = RoleWitness.Open(folder.Combine("witness"), "test-net", validator, _ => true, TimeProvider.System);
        GrpcServices services = new();
        TransparencyEndpoint.AddTo(services, null, witness.Witness, null, witness.Learn);
        host = await GrpcServerHost.StartAsync(
            new GrpcServerHostOptions(new IPEndPoint(IPAddress.Loopback, 0)), services, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
        witnesses = new LedgerWitnesses(ledger.Client, log, [always.Client], new GrpcChannelOptions(), TimeProvider.System);
    }

    [TearDown]
    public async Task StopAsync()
    {
        witnesses.Dispose();
        await host.DisposeAsync();
        witness.Dispose();
        always.Dispose();
        await log.DisposeAsync();
        await ledger.DisposeAsync();
        clinic.Dispose();
        validator.Dispose();
        local.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Ledger_without_subnets_gives_nobody_and_the_given_witness_is_still_asked()
    {
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }));
    }

    [Test]
    public async Task Validator_is_asked_from_the_block_that_says_where_it_is_until_it_serves_a_model()
    {
        ushort netuid = await CreateSubnetAsync();
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }), "it does not say where it is");

        await AnnounceAsync(netuid, host.Address.ToString());
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EquivalentTo(new[] { always.Verifier.Name, witness.Verifier.Name }));

        byte[] card = [.. Enumerable.Repeat((byte)7, 32)];
        await ledger.Do("validator-hot", new RegisterModelCall(netuid, 1, new Hash256(card), card, Array.Empty<byte>()));
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }), "a miner is no witness of what it takes part in");
    }

    [Test]
    public async Task Validator_at_https_is_left_out_where_there_is_no_trust_and_one_that_does_not_answer_costs_its_line_only()
    {
        ushort netuid = await CreateSubnetAsync();
        await AnnounceAsync(netuid, "https://127.0.0.1:1");
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }));
        await ledger.Skip(4);
        await AnnounceAsync(netuid, "http://127.0.0.1:1");
        await witnesses.RefreshAsync(default);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }));
    }

    [Test]
    public async Task Validator_that_knows_another_history_of_the_log_does_not_cosign_and_a_quorum_of_it_is_not_met()
    {
        await using (RoleLog other = await OpenAsync("other", null))
        {
            other.UseWitnesses([witness.Client]);
            await AppendAsync(other, 5);
            await other.PublishAsync();
        }

        ushort netuid = await CreateSubnetAsync();
        await AnnounceAsync(netuid, host.Address.ToString());
        await using RoleLog strict = await OpenAsync("strict", TrustPolicy.Threshold([], [witness.Verifier], 1));
        using LedgerWitnesses found = new(ledger.Client, strict, [], new GrpcChannelOptions(), TimeProvider.System);
        await found.RefreshAsync(default);
        await AppendAsync(strict, 9);
        Assert.That(await strict.PublishAsync(), Is.Null);
        Assert.That(strict.Checkpoint, Is.Null);
        await witnesses.RefreshAsync(default);
        await AppendAsync(log, 9);
        Assert.That(await CosignersAsync(), Is.EqualTo(new[] { always.Verifier.Name }), "without a quorum it is published with those that cosigned");
    }

    [Test]
    public async Task Witness_follows_a_log_whose_first_key_was_retired_also_one_that_sees_it_for_the_first_time_then_and_after_its_own_restart()
    {
        ushort netuid = await CreateSubnetAsync();
        await AnnounceAsync(netuid, host.Address.ToString());
        using SigningKey second = InProcessLedger.SigningKeyOf("second"), third = InProcessLedger.SigningKeyOf("third");
        TrustPolicy quorum = TrustPolicy.Threshold([], [witness.Verifier], 1);
        string origin;
        await using (RoleLog before = await OpenAsync("kept", null))
        {
            origin = before.Origin;
            await before.AddKeyAsync(second);
            await before.PublishAsync();
            await before.RetireKeyAsync(before.Verifier);
            await before.AddKeyAsync(third);
            await before.RetireKeyAsync(new VerifierKey(origin, SignatureType.Ed25519, second.PublicKey));
        }

        // Opened with the third key alone; the witness never saw this log, and knows it by the key in its name, which is no more.
        await using (RoleLog log = await OpenAsync("kept", quorum, third, origin))
        {
            using LedgerWitnesses found = new(ledger.Client, log, [], new GrpcChannelOptions(), TimeProvider.System);
            await found.RefreshAsync(default);
            await AppendAsync(log, 3);
            Assert.That(await log.PublishAsync(), Is.Not.Null, "the quorum is met");
        }

        // The log's file of keys may be lost: its entries say the same. And the witness keeps what it learned.
        File.Delete(folder.Combine("kept", "state", "keys"));
        witness.Dispose();
        witness = RoleWitness.Open(folder.Combine("witness"), "test-net", validator, _ => true, TimeProvider.System);
        await using RoleLog again = await OpenAsync("kept", quorum, third, origin);
        Assert.That(again.AddedKeys.Select(key => key.Key.PublicKey.ToArray()), Is.EqualTo(new[] { second.PublicKey.ToArray(), third.PublicKey.ToArray() }));
        again.UseWitnesses([witness.Client]);
        await AppendAsync(again, 1);
        Assert.That(await again.PublishAsync(), Is.Not.Null, "a client that tells no keys");
    }

    [Test]
    public async Task Key_that_no_known_key_of_the_log_lets_in_is_not_learned_and_its_checkpoints_are_not_cosigned()
    {
        using SigningKey thief = InProcessLedger.SigningKeyOf("thief"), other = InProcessLedger.SigningKeyOf("other");
        VerifierKey stolen = new(log.Origin, SignatureType.Ed25519, thief.PublicKey);
        NoteSigner itself = new(log.Origin, SignatureType.Ed25519, thief), stranger = new(log.Origin, SignatureType.Ed25519, other);
        string elsewhere = LogName.Of("test-net", "clinic", other.PublicKey);
        AddedKey[] forged =
        [
            new AddedKey(stolen, Convert.ToBase64String(itself.SignStatement(KeyStatement.Domain, KeyStatement.Write(log.Origin, stolen)))),
            new AddedKey(stolen, Convert.ToBase64String(stranger.SignStatement(KeyStatement.Domain, KeyStatement.Write(log.Origin, stolen)))),

            // Let in by the log's key, but for another log, or another use.
            new AddedKey(stolen, Convert.ToBase64String(new NoteSigner(log.Origin, SignatureType.Ed25519, clinic).SignStatement(KeyStatement.Domain, KeyStatement.Write(elsewhere, stolen)))),
            new AddedKey(stolen, Convert.ToBase64String(new NoteSigner(log.Origin, SignatureType.Ed25519, clinic).SignStatement("subnet-finding/1", KeyStatement.Write(log.Origin, stolen)))),
            new AddedKey(stolen, "AAAA"),
        ];
        witness.Learn(forged);
        await using RoleLog theirs = await OpenAsync("theirs", TrustPolicy.Threshold([], [witness.Verifier], 1), thief, log.Origin);
        theirs.UseWitnesses([witness.Client]);
        await AppendAsync(theirs, 2);
        Assert.That(await theirs.PublishAsync(), Is.Null, "not cosigned");

        witness.Learn([new AddedKey(stolen, Convert.ToBase64String(new NoteSigner(log.Origin, SignatureType.Ed25519, clinic).SignStatement(KeyStatement.Domain, KeyStatement.Write(log.Origin, stolen))))]);
        Assert.That(await theirs.PublishAsync(), Is.Not.Null, "what the log's own key lets in is");
    }

    private async Task<ushort> CreateSubnetAsync()
    {
        ushort netuid = await ledger.CreateSubnet("validator");
        await ledger.Do("validator", new AddStakeCall(netuid, ledger.Id("validator-hot"), 100 * InProcessLedger.Tao, 0, false));
        await ledger.Skip(12);
        Assert.That((await ledger.Client.GetMetagraphAsync(netuid))!.Find(ledger.Id("validator-hot"))!.Outcome.ValidatorPermit);
        return netuid;
    }

    private Task<CallOutcome> AnnounceAsync(ushort netuid, string address) => ledger.Do("validator-hot", new ServeEndpointCall(netuid, address));

    /// <summary>Publishes a grown log and says who cosigned.</summary>
    private async Task<string[]> CosignersAsync()
    {
        await AppendAsync(log, 1);
        SignedNote note = (await log.PublishAsync())!;
        TrustPolicy policy = TrustPolicy.Threshold([LogName.KeyOf(log.Origin)!], [always.Verifier, witness.Verifier], 0);
        return [.. OpenedCheckpoint.Open(note.ToString(), log.Origin, policy).Cosignatures.Select(signature => signature.Key.Name)];
    }

    private static Task<RecordedEntry[]> AppendAsync(RoleLog to, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => to.Recorder.RecordAsync("subject.shredded", new())));

    private Task<RoleLog> OpenAsync(string name, TrustPolicy? quorum, SigningKey? key = null, string? origin = null)
    {
        string place = folder.Combine(name);
        Directory.CreateDirectory(place);
        return RoleLog.OpenAsync(
            new RoleLogOptions(place, "test-net", "clinic") { CheckpointInterval = TimeSpan.FromHours(1), Files = new UnsyncedLogFiles(place), Quorum = quorum, Name = origin },
            key ?? clinic, TimeProvider.System, random);
    }
}
