using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;

namespace Subnet.Tests.Health.Audits;

/// <summary>A miner, its encrypted model and a validator through one epoch; each test is an attack or the honest run.</summary>
[TestFixture]
internal sealed class AuditTests
{
    private const int Features = 6;
    private const long Bound = 1 << 20;

    private readonly long[] weights = [120, -7, 33, 0, 512, -1000];
    private readonly byte[] card = SHA256.HashData("card"u8);
    private readonly GeneratorSet generators = GeneratorSet.Create(Features);
    private SeededRandomSource random = null!;
    private RandomSourceFactory factory = null!;
    private CommitmentOpening opening = null!;
    private KeylessModel honest = null!;
    private KeylessModel better = null!;
    private AuditedModel model = null!;
    private SigningKey miner = null!;
    private SigningKey[] validators = null!;
    private Dictionary<string, byte[]> served = null!;
    private ProofContext context = null!;

    [SetUp]
    public void Register()
    {
        random = new SeededRandomSource(PrngType.Blake2Xb, new byte[64]);
        factory = RandomSourceFactory.FromSeed(new byte[64]);
        opening = CommitmentOpening.Create(weights, random);
        KeylessParameters parameters = new(KeylessSet.Default, 26);
        honest = new KeylessModel(card, parameters, 1, weights, Bound, factory);
        better = new KeylessModel(card, parameters, 1, [.. weights.Select(w => w + 1)], Bound, factory);
        model = new AuditedModel(card, parameters, AuditRows.Reals(Features), 1, Bound, opening.Commit(generators));
        miner = SigningKey.Generate(random);
        validators = [.. Enumerable.Range(0, 3).Select(_ => SigningKey.Generate(random))];
        served = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        context = new ProofContext(7, 41, miner.PublicKey, validators[0].PublicKey, card);
    }

    [TearDown]
    public void Dispose()
    {
        opening.Dispose();
        honest.Dispose();
        better.Dispose();
        miner.Dispose();
        Array.ForEach(validators, validator => validator.Dispose());
        factory.Dispose();
        random.Dispose();
    }

    [Test]
    public void Honest_epoch_ends_in_a_verdict_that_three_validators_sign()
    {
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 0, 0, 1, 0, 1], [1, 9, 8, 7, 6, 5]]), Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit[] opened = [.. plan.Select(audit => Ask(audit, honest))];

        Assert.That(Respond(plan, opened, out LinearProofResult? result), Is.EqualTo(AuditFault.None));
        AuditVerdict verdict = Check(plan, opened, result!);
        byte[][] signatures = [.. validators.Select(validator => DomainSignature.Sign(validator, AuditReview.Domain, verdict.ToStatement()))];
        byte[][] co = [validators[1].PublicKey.ToArray(), validators[2].PublicKey.ToArray()];

        Assert.That((verdict.Passes, verdict.Count, verdict.Code), Is.EqualTo((true, 3, "valid")));
        Assert.That(AuditReview.IsAgreed(verdict, co, signatures), Is.True);
        Assert.That(AuditReview.IsAgreed(verdict, co, [signatures[0], signatures[1], signatures[1]]), Is.False, "a signature is missing");
        Assert.That(AuditReview.IsAgreed(verdict, [co[0], co[0]], [signatures[0], signatures[1], signatures[1]]), Is.False, "one co-validator twice");
        Assert.That(AuditReview.IsAgreed(verdict with { Count = 4 }, co, signatures), Is.False);
    }

    [Test]
    public void Better_model_in_part_of_the_traffic_cannot_be_proved()
    {
        // Attack 25: the committed model for most, another one for one query.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 0, 0, 1, 0, 1]])];
        OpenedAudit[] opened = [Ask(plan[0], honest), Ask(plan[1], better)];

        Assert.That(Respond(plan, opened, out _), Is.EqualTo(AuditFault.NothingToProve));
        Assert.That(Check(plan, opened, [], []).Code, Is.EqualTo("proof-invalid"));
    }

    [Test]
    public void Query_without_an_answer_is_one_however_its_missing_reply_is_written()
    {
        // Read from a message it is an empty field, from the miner's store a null array: neither is a reply without a receipt, for which nobody could be judged.
        PlannedAudit planned = Plan([[1, 2, 3, 4, 5, 6]]);
        byte[]? missing = null;
        Assert.Multiple(() =>
        {
            Assert.That(new OpenedAudit(planned, missing).Reply, Is.Null);
            Assert.That(new OpenedAudit(planned, ReadOnlyMemory<byte>.Empty).Reply, Is.Null);
            Assert.That((new OpenedAudit(planned, new byte[] { 1 }) with { Reply = missing }).Reply, Is.Null);
            Assert.That(new OpenedAudit(planned, new byte[] { 1 }).Reply, Is.Not.Null);
        });
    }

    [Test]
    public void Unequal_answers_to_one_row_are_a_fault_whatever_is_proved()
    {
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit[] opened = [Ask(plan[0], honest), Ask(plan[1], better)];

        Assert.That(Check(plan, opened, [], []).Fault, Is.EqualTo(AuditFault.UnequalRepeats));
    }

    [Test]
    public void Audits_chosen_in_hindsight_do_not_open_the_logged_plan()
    {
        // Attack 26: the validator leaves out the audit on which its friend failed, or adds one.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 0, 0, 1, 0, 1]])];
        OpenedAudit[] opened = [.. plan.Select(audit => Ask(audit, honest))];
        OpenedAudit added = Ask(Plan([[1, 1, 1, 1, 1, 1]]), honest);

        Assert.That(Respond(plan, opened[..1], out _), Is.EqualTo(AuditFault.NotThePlan));
        Assert.That(Respond(plan, [.. opened, added], out _), Is.EqualTo(AuditFault.NotThePlan));
        Assert.That(Check(plan, opened[..1], [], []).Fault, Is.EqualTo(AuditFault.NotThePlan));
    }

    [Test]
    public void Query_that_no_master_gives_is_refused_by_the_miner()
    {
        // A validator that asked with a chosen query (attack 18: to read weights) must name a master whose query was never served.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit made = new(plan[0], Ask(Plan([[1, 2, 3, 4, 5, 6]]), honest).Reply);

        Assert.That(Respond(plan, [made], out _), Is.EqualTo(AuditFault.NotWhatWasServed));
    }

    [Test]
    public void Reply_withheld_or_swapped_by_the_validator_is_seen_by_the_miner()
    {
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 0, 0, 1, 0, 1]])];
        OpenedAudit[] opened = [.. plan.Select(audit => Ask(audit, honest))];

        Assert.That(Respond(plan, [opened[0], opened[1] with { Reply = null }], out _), Is.EqualTo(AuditFault.NotWhatWasServed));
        Assert.That(Respond(plan, [opened[0], opened[1] with { Reply = opened[0].Reply }], out _), Is.EqualTo(AuditFault.NotWhatWasServed));
    }

    [Test]
    public void Reply_without_the_miner_s_receipt_convicts_nobody()
    {
        // The validator holds the secret key and forges a reply by the better model.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit[] opened = [Ask(plan[0], honest)];
        Assert.That(Respond(plan, opened, out LinearProofResult? result), Is.EqualTo(AuditFault.None));
        byte[] forged = Answer(plan[0].BuildQuery(), better);

        AuditVerdict verdict = Check(plan, [opened[0] with { Reply = forged }], result!);

        Assert.That(verdict.Fault, Is.EqualTo(AuditFault.NoReceipt));
    }

    [Test]
    public void Made_up_unequal_reply_without_a_receipt_convicts_nobody()
    {
        // A repeat whose second reply the validator made by another model: unequal, but the miner never signed it.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit[] opened = [Ask(plan[0], honest), new OpenedAudit(plan[1], Answer(plan[1].BuildQuery(), better))];

        Assert.That(Check(plan, opened, [], []).Fault, Is.EqualTo(AuditFault.NoReceipt));
    }

    [Test]
    public void Unanswered_leaf_stays_in_the_plan_and_out_of_the_proof()
    {
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]]), Plan([[1, 0, 0, 1, 0, 1]])];
        OpenedAudit[] opened = [Ask(plan[0], honest), new OpenedAudit(plan[1], null)];

        Assert.That(Respond(plan, opened, out LinearProofResult? result), Is.EqualTo(AuditFault.None));
        Assert.That(Check(plan, opened, result!).Count, Is.EqualTo(1));
        Assert.That(AuditFile.Read([opened[1]], miner.PublicKey, Root([plan[1]]), [], null, out _), Is.EqualTo(AuditFault.NothingAnswered));
    }

    [Test]
    public void Proof_of_another_hotkey_or_card_does_not_count()
    {
        // Attacks 28 and 29.
        PlannedAudit[] plan = [Plan([[1, 2, 3, 4, 5, 6]])];
        OpenedAudit[] opened = [Ask(plan[0], honest)];
        Assert.That(Respond(plan, opened, out LinearProofResult? result), Is.EqualTo(AuditFault.None));
        ProofContext relay = new(7, 41, validators[1].PublicKey, validators[0].PublicKey, card);
        using CommitmentOpening other = CommitmentOpening.Create(weights, random);

        Assert.That(
            AuditReview.Check(relay, model.Commitment, opened, Root(plan), [], HasReceipt, result!.Proof.Span, result.Rho.Span, generators).Fault,
            Is.EqualTo(AuditFault.NotThePlan));
        Assert.That(
            AuditReview.Check(context, other.Commit(generators), opened, Root(plan), [], HasReceipt, result.Proof.Span, result.Rho.Span, generators).Fault,
            Is.EqualTo(AuditFault.ProofInvalid));
    }

    private PlannedAudit Plan(long[][] rows)
    {
        byte[] master = new byte[32];
        random.Fill(master);
        return new PlannedAudit(model, master, rows);
    }

    private byte[] Root(PlannedAudit[] plan) => AuditPlan.Root(plan.Select(audit => audit.Leaf(miner.PublicKey)));

    private static byte[] Answer(byte[] query, KeylessModel by)
    {
        Assert.That(by.TryAnswer(query, out byte[]? reply), Is.EqualTo(KeylessRefusal.None));
        return reply!;
    }

    private OpenedAudit Ask(PlannedAudit audit, KeylessModel by)
    {
        byte[] query = audit.BuildQuery();
        byte[] reply = Answer(query, by);
        served[Convert.ToHexStringLower(KeylessQuery.RequestHash(query))] = reply;
        return new OpenedAudit(audit, reply);
    }

    private bool HasReceipt(byte[] request, byte[] reply) =>
        served.TryGetValue(Convert.ToHexStringLower(request), out byte[]? sent) && SHA256.HashData(sent).AsSpan().SequenceEqual(reply);

    private AuditFault Respond(PlannedAudit[] plan, OpenedAudit[] opened, out LinearProofResult? result) =>
        new AuditResponder(opening, generators, random).Respond(
            context, opened, Root(plan), [], request => served.GetValueOrDefault(Convert.ToHexStringLower(request)), out result);

    private AuditVerdict Check(PlannedAudit[] plan, OpenedAudit[] opened, LinearProofResult result) =>
        Check(plan, opened, result.Proof.Span, result.Rho.Span);

    private AuditVerdict Check(PlannedAudit[] plan, OpenedAudit[] opened, ReadOnlySpan<byte> proof, ReadOnlySpan<byte> rho) =>
        AuditReview.Check(context, model.Commitment, opened, Root(plan), [], HasReceipt, proof, rho, generators);
}
