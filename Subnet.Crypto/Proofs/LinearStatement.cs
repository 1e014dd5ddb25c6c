using System.Buffers.Binary;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// What a linear proof is about, as far as the public sees it: whose model, which commitment, which audits (by their root). The rows and answers behind the root are
/// for the miner and the named validators.
/// </summary>
public sealed class LinearStatement
{
    private const string Name = "subnet-linear-proof/1";

    private readonly byte[] root;

    /// <summary>Puts a statement together.</summary>
    /// <param name="context">Subnet, epoch, miner, validator, card.</param>
    /// <param name="features">n.</param>
    /// <param name="classes">K.</param>
    /// <param name="commitment">C.</param>
    /// <param name="auditCount">Number of audits, at least one.</param>
    /// <param name="auditRoot">The audit root, 32 bytes.</param>
    /// <exception cref="ArgumentException">A number or length out of range.</exception>
    public LinearStatement(
        ProofContext context, int features, int classes, VectorCommitment commitment, int auditCount, ReadOnlySpan<byte> auditRoot)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(commitment);
        if (features < 1 || classes < 1 || (long)features * classes > GeneratorSet.MaxCount)
        {
            throw new ArgumentException($"n K is 1 to {GeneratorSet.MaxCount}, not {features} times {classes}", nameof(features));
        }

        if (auditCount < 1 || auditRoot.Length != 32)
        {
            throw new ArgumentException("a statement needs at least one audit and a root of 32 bytes", nameof(auditCount));
        }

        Context = context;
        Features = features;
        Classes = classes;
        Commitment = commitment;
        AuditCount = auditCount;
        root = auditRoot.ToArray();
    }

    /// <summary>Subnet, epoch, miner, validator, card.</summary>
    public ProofContext Context { get; }

    /// <summary>n.</summary>
    public int Features { get; }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>n K.</summary>
    public int Count => Features * Classes;

    /// <summary>C.</summary>
    public VectorCommitment Commitment { get; }

    /// <summary>Number of audits.</summary>
    public int AuditCount { get; }

    /// <summary>The audit root.</summary>
    public ReadOnlySpan<byte> AuditRoot => root;

    /// <summary>The statement about a list of audits.</summary>
    public static LinearStatement For(ProofContext context, AuditList audits, VectorCommitment commitment)
    {
        ArgumentNullException.ThrowIfNull(audits);
        return new LinearStatement(context, audits.FeatureCount, audits.ClassCount, commitment, audits.Count, audits.Root.Span);
    }

    /// <summary>Step 1 of the proof: the transcript after its first challenge, gamma. False in the 2^-256 case of a zero challenge.</summary>
    internal bool TryBegin(out Transcript transcript, out Scalar gamma)
    {
        transcript = new Transcript(Name);
        transcript.Absorb("ctx", Context.Encoded);

        Span<byte> commitment = stackalloc byte[(2 * sizeof(uint)) + AffinePoint.ByteCount];
        BinaryPrimitives.WriteInt32BigEndian(commitment, Features);
        BinaryPrimitives.WriteInt32BigEndian(commitment[sizeof(uint)..], Classes);
        Commitment.Bytes.CopyTo(commitment[(2 * sizeof(uint))..]);
        transcript.Absorb("com", commitment);

        Span<byte> audits = stackalloc byte[sizeof(uint) + 32];
        BinaryPrimitives.WriteInt32BigEndian(audits, AuditCount);
        root.CopyTo(audits[sizeof(uint)..]);
        transcript.Absorb("audits", audits);
        return transcript.TryChallenge("gamma", out gamma);
    }
}
