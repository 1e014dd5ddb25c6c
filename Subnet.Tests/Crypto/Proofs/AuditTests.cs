using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

[TestFixture]
internal sealed class AuditTests
{
    private static readonly byte[] A = ProofFixture.Digest("a", 0);
    private static readonly byte[] B = ProofFixture.Digest("b", 0);

    [Test]
    public void Plan_root_does_not_depend_on_the_order_and_refuses_doubles()
    {
        Assert.That(AuditPlan.Root([A, B]), Is.EqualTo(AuditPlan.Root([B, A])));
        Assert.That(AuditPlan.Root([A, B]), Is.Not.EqualTo(AuditPlan.Root([A])));
        Assert.That(() => AuditPlan.Root([A, B, A]), Throws.ArgumentException);
        Assert.That(() => AuditPlan.Root([A[1..]]), Throws.ArgumentException);
    }

    [Test]
    public void List_of_unequal_shapes_equal_requests_or_nothing_is_refused_with_the_reason()
    {
        Audit two = new(A, A, A, [[1, 2]], [[3]]);
        Audit three = new(B, A, A, [[1, 2, 3]], [[3]]);
        Audit classes = new(B, A, A, [[1, 2]], [[3, 4]]);

        Assert.That(Error([two, three]), Does.Contain("differ"));
        Assert.That(Error([two, classes]), Does.Contain("differ"));
        Assert.That(Error([two, two]), Does.Contain("same request"));
        Assert.That(Error([]), Does.Contain("no audit"));
    }

    [Test]
    public void Ragged_or_empty_rows_are_refused()
    {
        Assert.That(() => new Audit(A, A, A, [[1, 2], [1]], [[1], [1]]), Throws.ArgumentException);
        Assert.That(() => new Audit(A, A, A, [[1]], [[1], [1]]), Throws.ArgumentException);
        Assert.That(() => new Audit(A, A, A, [], []), Throws.ArgumentException);
        Assert.That(() => new Audit(A, A, A, [[]], [[1]]), Throws.ArgumentException);
        Assert.That(() => new Audit(A, A, A.AsSpan(1), [[1]], [[1]]), Throws.ArgumentException);
    }

    private static string? Error(Audit[] audits) => AuditList.TryCreate(audits, out _, out string? error) ? null : error;
}
