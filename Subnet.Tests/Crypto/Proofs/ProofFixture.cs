using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;

namespace Subnet.Tests.Crypto.Proofs;

/// <summary>A miner with committed weights, its audits and an honest proof, all from one seed.</summary>
internal sealed class ProofFixture : IDisposable
{
    public ProofFixture(int seed, int features, int classes = 1, int audits = 4, int rows = 1)
    {
        byte[] seedBytes = new byte[64];
        BitConverter.TryWriteBytes(seedBytes, seed);
        Random = new SeededRandomSource(PrngType.Blake2Xb, seedBytes);
        Random numbers = new(seed);
        Generators = GeneratorSet.Create(features * classes);
        Weights = [.. Enumerable.Range(0, features * classes).Select(_ => numbers.NextInt64(-32767, 32768))];
        Opening = CommitmentOpening.Create(Weights, Random);
        Commitment = Opening.Commit(Generators);
        Context = new ProofContext(7, 41, Digest("miner", seed), Digest("validator", seed), Digest("card", seed));
        Audits = [.. Enumerable.Range(0, audits).Select(i => Answered(numbers, i, features, classes, rows))];
        Assert.That(AuditList.TryCreate(Audits, out AuditList? list, out _), Is.True);
        List = list!;
        LinearProofResult result = LinearProof.Prove(Context, List, Opening, Generators, Random);
        Proof = result.Proof.ToArray();
        Rho = result.Rho.ToArray();
        Form = result.Form;
    }

    public SeededRandomSource Random { get; }

    public GeneratorSet Generators { get; }

    public long[] Weights { get; }

    public CommitmentOpening Opening { get; }

    public VectorCommitment Commitment { get; }

    public ProofContext Context { get; }

    public Audit[] Audits { get; }

    public AuditList List { get; }

    public LinearForm Form { get; }

    public byte[] Proof { get; }

    public byte[] Rho { get; }

    public LinearStatement Statement => LinearStatement.For(Context, List, Commitment);

    public static byte[] Digest(string name, int seed) => SHA256.HashData([.. System.Text.Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(seed)]);

    public bool Verifies(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> rho) =>
        LinearProof.Verify(Context, List, Commitment, proof, rho, Generators);

    public bool Verifies(IEnumerable<Audit> audits) =>
        AuditList.TryCreate(audits, out AuditList? list, out _)
        && LinearProof.Verify(Context, list, Commitment, Proof, Rho, Generators);

    public void Dispose()
    {
        Opening.Dispose();
        Random.Dispose();
    }

    private Audit Answered(Random numbers, int index, int features, int classes, int rows)
    {
        long[][] phi = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, features).Select(_ => numbers.NextInt64(-9, 10)).ToArray())];
        long[][] answers =
        [
            .. phi.Select(row => Enumerable.Range(0, classes)
                .Select(k => Enumerable.Range(0, features).Sum(i => row[i] * Weights[(k * features) + i]))
                .ToArray()),
        ];
        return new Audit(Digest("request", index), Digest("reply", index), Digest("master", index), phi, answers);
    }
}
