using System.Numerics;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Audits;
using Subnet.Health.Circuits;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Verdicts;
using Subnet.Tests.Crypto.Proofs;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Audits;

/// <summary>Attack 21 on what a validator really plans: the combined vector X of a proof is public, and a reduction takes the rows out of it again.</summary>
[TestFixture]
internal sealed class PublicFormTests
{
    [Test]
    public void Rows_that_the_public_form_gives_away_are_synthetic_audits_that_are_opened_anyway_and_no_patient_is_among_them()
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[64]);
        using IRandomSource random = randomness.Create();
        using Subnet.Health.Miner.IServedModel served = CompiledSample.Heart.Publish(randomness, 1);
        CardClient card = CardClient.Open(served.Card.Span);
        LabelledRows labelled = new(File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "samples", "data", "heart-cleveland-heldout.csv")));
        IReadOnlyList<Challenge> plan = new ChallengePlanner(new ChallengeBudget(AuditRows: 4, Repeats: 0, LabelledRows: 16), random)
            .Plan(1, 5, new byte[32], card, labelled, new ChallengeHistory([], new HashSet<int>()));
        AuditedModel model = (AuditedModel)AuditFiles.ModelOf(card.Card);
        long[][] rows = [.. plan.Where(challenge => challenge.Kind == ChallengeKind.Audit).Select(challenge => challenge.Rows.Single())];
        AuditList list = Answered(model, [.. plan.Where(challenge => challenge.Kind == ChallengeKind.Audit)], served.Opening!.Weights.ToArray());
        LinearStatement statement = LinearStatement.For(new ProofContext(1, 5, new byte[32], new byte[32], model.Card.Span), list, model.Commitment);

        // The attacker: X, and gamma from the public root.
        Assert.That(statement.TryBegin(out _, out Scalar gamma), Is.True);
        byte[][] form = [.. list.Combine(gamma).Form.ToBytes().Chunk(Scalar.ByteCount)];
        BigInteger base_ = new(gamma.ToBytes(), isUnsigned: true, isBigEndian: true);
        BigInteger order = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", System.Globalization.NumberStyles.HexNumber, null);
        BigInteger[] powers = [.. Enumerable.Range(0, rows.Length).Select(j => BigInteger.ModPow(base_, j, order))];
        long[][] columns = [.. form.Take(model.Features).Select(entry => LatticeReduction.FindSmall(powers, new BigInteger(entry, isUnsigned: true, isBigEndian: true), order, 1 << 12)!)];
        string[] stolen = [.. Enumerable.Range(0, rows.Length).Select(j => string.Join(' ', columns.Select(column => column[j])))];

        Assert.That(stolen, Is.EquivalentTo(rows.Select(row => string.Join(' ', row))), "the reduction works: nothing that is secret may stand in X");
        string[] patients = [.. plan.Single(challenge => challenge.Kind == ChallengeKind.Labelled).Rows.Select(row => string.Join(' ', row))];
        Assert.That(patients, Has.Length.EqualTo(16));
        Assert.That(stolen.Intersect(patients), Is.Empty);
    }

    private static AuditList Answered(AuditedModel model, Challenge[] audits, long[] weights)
    {
        Audit[] answered = [.. audits.Select((challenge, i) =>
        {
            byte[] request = KeylessQuery.RequestHash(new PlannedAudit(model, challenge.Master, challenge.Rows).BuildQuery());
            return new Audit(request, ProofFixture.Digest("reply", i), challenge.Master, challenge.Rows, [[challenge.Rows[0].Zip(weights, (x, w) => x * w).Sum()]]);
        })];
        Assert.That(AuditList.TryCreate(answered, out AuditList? list, out _), Is.True);
        return list!;
    }
}
