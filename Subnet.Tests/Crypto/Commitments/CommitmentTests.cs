using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Tests.Crypto.Commitments;

[TestFixture]
internal sealed class CommitmentTests
{
    private readonly GeneratorSet generators = GeneratorSet.Create(16);
    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);

    [OneTimeTearDown]
    public void Dispose() => random.Dispose();

    [Test]
    public void Secret_and_public_multiplication_agree_on_scalars_of_every_size()
    {
        Scalar[] scalars =
        [
            Scalar.Zero, Scalar.One, -Scalar.One, Scalar.FromInt64(8), Scalar.FromInt64(-8), Scalar.FromInt64(long.MinValue),
            .. Enumerable.Range(0, 10).Select(_ => Drawn()),
        ];

        ProjectivePoint secret = SecretMultiScalar.Multiply(scalars, generators.EntryMultiples);
        ProjectivePoint open = MultiScalar.Multiply(scalars, generators.Entries);
        ProjectivePoint one = ProjectivePoint.Infinity;
        for (int i = 0; i < scalars.Length; i++)
        {
            one += MultiScalar.Multiply([scalars[i]], [generators.Entries[i]]);
        }

        Assert.That(ProjectivePoint.AreEqual(secret, open), Is.True);
        Assert.That(ProjectivePoint.AreEqual(secret, one), Is.True);
    }

    [Test]
    public void Bucket_sums_agree_for_every_window_width()
    {
        // The width grows with the number of terms; a term and its opposite cancel in pairs.
        foreach (int count in new[] { 1, 2, 7, 33, 130, 600, 1200 })
        {
            Scalar[] scalars = new Scalar[2 * count];
            AffinePoint[] points = new AffinePoint[2 * count];
            for (int i = 0; i < count; i++)
            {
                scalars[2 * i] = Drawn();
                scalars[(2 * i) + 1] = i == 0 ? scalars[0] : -scalars[2 * i];
                points[2 * i] = points[(2 * i) + 1] = generators.Entries[i % 16];
            }

            ProjectivePoint expected = SecretMultiScalar.Multiply([scalars[0] + scalars[0]], generators.EntryMultiples);

            Assert.That(ProjectivePoint.AreEqual(MultiScalar.Multiply(scalars, points), expected), Is.True, $"{count}");
        }
    }

    [TestCase(0L)]
    [TestCase(1L)]
    [TestCase(-1L)]
    [TestCase(127L)]
    [TestCase(-128L)]
    [TestCase(255L)]
    [TestCase(-256L)]
    [TestCase(32767L)]
    [TestCase(1L << 40)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void Small_weight_path_agrees_with_the_full_scalar_path(long weight)
    {
        using CommitmentOpening opening = CommitmentOpening.Create([weight, -1, 3], random);
        byte[] blinding = new byte[32];
        opening.CopyBlinding(blinding);
        Assert.That(Scalar.TryRead(blinding, out Scalar r), Is.True);

        ProjectivePoint expected = MultiScalar.Multiply(
            [Scalar.FromInt64(weight), -Scalar.One, Scalar.FromInt64(3), r], [.. generators.Entries[..3], generators.Blinding]);

        Assert.That(opening.Commit(generators).Bytes.ToArray(), Is.EqualTo(expected.ToAffine().ToBytes()));
    }

    [Test]
    public void Commitments_add_as_their_vectors_do()
    {
        Random numbers = new(3);
        for (int i = 0; i < 10; i++)
        {
            long[] a = [.. Enumerable.Range(0, 5).Select(_ => numbers.NextInt64(-1000, 1000))];
            long[] b = [.. Enumerable.Range(0, 5).Select(_ => numbers.NextInt64(-1000, 1000))];
            Scalar r = Drawn();
            Scalar s = Drawn();

            ProjectivePoint sum = new ProjectivePoint(Commit(a, r)) + Commit(b, s);

            Assert.That(ProjectivePoint.AreEqual(sum, new ProjectivePoint(Commit([.. a.Zip(b, (x, y) => x + y)], r + s))), Is.True);
        }
    }

    [Test]
    public void Same_weights_under_fresh_blindings_give_unrelated_commitments_that_parse()
    {
        using CommitmentOpening first = CommitmentOpening.Create([1, 2, 3], random);
        using CommitmentOpening second = CommitmentOpening.Create([1, 2, 3], random);
        VectorCommitment commitment = first.Commit(generators);

        Assert.That(commitment, Is.Not.EqualTo(second.Commit(generators)));
        Assert.That(VectorCommitment.TryParse(commitment.Bytes, out VectorCommitment? parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(commitment));
        Assert.That(VectorCommitment.TryParse(commitment.Bytes[1..], out _), Is.False);
    }

    [Test]
    public void Wrong_sizes_are_refused()
    {
        Assert.That(() => CommitmentOpening.Create([], random), Throws.ArgumentException);
        Assert.That(() => GeneratorSet.Create(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => GeneratorSet.Create(GeneratorSet.MaxCount + 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        using CommitmentOpening opening = CommitmentOpening.Create(new long[17], random);
        Assert.That(() => opening.Commit(generators), Throws.ArgumentException);
        Assert.That(CommitmentOpening.TryCreate([1], new byte[31], out _), Is.False);
        Assert.That(CommitmentOpening.TryCreate([1], Enumerable.Repeat((byte)255, 32).ToArray(), out _), Is.False);
    }

    [Test]
    public void Disposed_opening_commits_to_nothing()
    {
        CommitmentOpening opening = CommitmentOpening.Create([1], random);
        opening.Dispose();

        Assert.That(() => opening.Commit(generators), Throws.InstanceOf<ObjectDisposedException>());
    }

    private AffinePoint Commit(long[] weights, Scalar blinding)
    {
        Assert.That(CommitmentOpening.TryCreate(weights, blinding.ToBytes(), out CommitmentOpening? opening), Is.True);
        using (opening)
        {
            return opening!.Commit(generators).Point;
        }
    }

    private Scalar Drawn()
    {
        byte[] bytes = new byte[64];
        random.Fill(bytes);
        return Scalar.ReadWide(bytes);
    }
}
