using BenchmarkDotNet.Attributes;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;

namespace Subnet.Benchmarks.Crypto;

/// <summary>
/// Commitment, proof and verification at n K = 512 and 4096 with 16-bit weights and 32 audits. Targets on one core: commitment at 4096 60 ms; proof 400 ms and 3 s;
/// verification 60 ms and 500 ms.
/// </summary>
[MemoryDiagnoser]
public class ProofBenchmarks : IDisposable
{
    private readonly SeededRandomSource random = new(PrngType.Blake2Xb, new byte[64]);
    private GeneratorSet generators = null!;
    private CommitmentOpening opening = null!;
    private VectorCommitment commitment = null!;
    private ProofContext context = null!;
    private AuditList audits = null!;
    private LinearProofResult proof = null!;

    /// <summary>n K.</summary>
    [Params(512, 4096)]
    public int Count { get; set; }

    /// <summary>Makes weights, audits and one proof.</summary>
    [GlobalSetup]
    public void Setup()
    {
        generators = GeneratorSet.Create(Count);
        Random numbers = new(1);
        long[] weights = [.. Enumerable.Range(0, Count).Select(_ => numbers.NextInt64(-32767, 32768))];
        opening = CommitmentOpening.Create(weights, random);
        commitment = opening.Commit(generators);
        context = new ProofContext(1, 2, new byte[32], new byte[32], new byte[32]);
        List<Audit> list = [];
        for (byte i = 0; i < 32; i++)
        {
            long[] row = [.. Enumerable.Range(0, Count).Select(_ => (long)numbers.Next(2))];
            byte[] request = new byte[32];
            request[0] = i;
            list.Add(new Audit(request, request, request, [row], [[row.Zip(weights, (x, w) => x * w).Sum()]]));
        }

        if (!AuditList.TryCreate(list, out AuditList? created, out string? error))
        {
            throw new InvalidOperationException(error);
        }

        audits = created;
        proof = LinearProof.Prove(context, audits, opening, generators, random);
    }

    /// <summary>Frees the secrets.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        opening.Dispose();
        random.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>C = sum w_i G_i + r H in constant time.</summary>
    [Benchmark]
    public VectorCommitment Commit() => opening.Commit(generators);

    /// <summary>One linear proof.</summary>
    [Benchmark]
    public LinearProofResult Prove() => LinearProof.Prove(context, audits, opening, generators, random);

    /// <summary>The validator's check of one.</summary>
    [Benchmark]
    public bool Verify() => LinearProof.Verify(context, audits, commitment, proof.Proof.Span, proof.Rho.Span, generators);

    /// <summary>256 proofs in one batch, each with its own transcript, form and weights; target at 512: 4 s.</summary>
    [Benchmark]
    public int VerifyBatchOf256()
    {
        LinearProofBatch batch = new(generators);
        for (int i = 0; i < 256; i++)
        {
            batch.Add(context, audits, commitment, proof.Proof.Span, proof.Rho.Span);
        }

        return batch.FindInvalid().Count;
    }
}
