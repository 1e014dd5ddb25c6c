using System.Diagnostics.CodeAnalysis;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// A linear proof read and its transcript replayed: what is left is to check that three equations hold, alone or in a batch.
/// </summary>
internal sealed class LinearProofReader
{
    private readonly LinearStatement statement;
    private readonly LinearForm form;
    private readonly FoldedProof folded;
    private AffinePoint v;
    private AffinePoint a;
    private AffinePoint t;
    private Scalar zeta;
    private Scalar tau;
    private Scalar product;
    private Scalar c;
    private Scalar e;
    private Scalar value;
    private Scalar rho;

    private LinearProofReader(LinearStatement statement, LinearForm form, Transcript transcript)
    {
        this.statement = statement;
        this.form = form;
        Transcript = transcript;
        folded = new FoldedProof(FoldingArgument.RoundsFor(statement.Count));
    }

    /// <summary>The transcript at the end; it has absorbed everything that the equations depend on.</summary>
    public Transcript Transcript { get; }

    /// <summary>n K.</summary>
    public int Count => statement.Count;

    /// <summary>Whether the opening of V is to be checked too.</summary>
    public bool HasOpening { get; private set; }

    /// <summary>
    /// Reads a proof. False for another length, a value that is not canonical, a form of another length, or a zero challenge.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="audits">The audits, or null for the public's check.</param>
    /// <param name="given">The form, for the public's check.</param>
    /// <param name="proof">The proof.</param>
    /// <param name="opening">rho; unused in the public's check.</param>
    /// <param name="reader">The proof read.</param>
    public static bool TryRead(
        LinearStatement statement,
        AuditList? audits,
        LinearForm? given,
        ReadOnlySpan<byte> proof,
        ReadOnlySpan<byte> opening,
        [NotNullWhen(true)] out LinearProofReader? reader)
    {
        reader = null;
        if (proof.Length != LinearProof.ByteCount(statement.Count) || !statement.TryBegin(out Transcript transcript, out Scalar gamma))
        {
            return false;
        }

        (LinearForm? form, Scalar value) = audits is null ? (given, Scalar.Zero) : audits.Combine(gamma);
        if (form is null || form.Count != statement.Count)
        {
            return false;
        }

        LinearProofReader read = new(statement, form, transcript) { value = value, HasOpening = audits is not null };
        if ((read.HasOpening && !Scalar.TryRead(opening, out read.rho)) || !read.TryReplay(proof))
        {
            return false;
        }

        if (read.HasOpening)
        {
            // The weights of a batch must depend on these two as well.
            transcript.Absorb("open", [.. value.ToBytes(), .. opening]);
        }

        reader = read;
        return true;
    }

    /// <summary>Checks this proof alone.</summary>
    public bool Verify(GeneratorSet generators)
    {
        VerificationSum sum = new(generators, Count);
        return TryAdd(sum, Transcript) && sum.IsInfinity();
    }

    /// <summary>
    /// Adds the equations to a sum, each times a weight drawn from <paramref name="weights"/>: the folding, T + c V = y' U + tau H, and V = Y U + rho H.
    /// </summary>
    public bool TryAdd(VerificationSum sum, Transcript weights)
    {
        if (!weights.TryChallenge("weight/fold", out Scalar folding)
            || !weights.TryChallenge("weight/value", out Scalar values)
            || !weights.TryChallenge("weight/open", out Scalar opens))
        {
            return false;
        }

        // P = A + c C - zeta H + e y' Q.
        Scalar first = sum.AddFolding(folded, form.Entries, e, folding);
        sum.Add(-first, a);
        sum.Add(-(first * c), statement.Commitment.Point);
        sum.AddBlinding(first * zeta);
        sum.AddProduct(-(first * e * product));

        sum.Add(values, t);
        Scalar ofV = values * c;
        sum.AddValue(-(values * product));
        sum.AddBlinding(-(values * tau));
        if (HasOpening)
        {
            ofV += opens;
            sum.AddValue(-(opens * value));
            sum.AddBlinding(-(opens * rho));
        }

        sum.Add(ofV, v);
        return true;
    }

    private bool TryReplay(ReadOnlySpan<byte> proof)
    {
        const int Point = AffinePoint.ByteCount;
        ReadOnlySpan<byte> response = proof[LinearProof.PointsByteCount..LinearProof.HeadByteCount];
        if (!AffinePoint.TryRead(proof[..Point], out v)
            || !AffinePoint.TryRead(proof[Point..(2 * Point)], out a)
            || !AffinePoint.TryRead(proof[(2 * Point)..(3 * Point)], out t)
            || !Scalar.TryRead(response[..Scalar.ByteCount], out zeta)
            || !Scalar.TryRead(response[Scalar.ByteCount..(2 * Scalar.ByteCount)], out tau)
            || !Scalar.TryRead(response[(2 * Scalar.ByteCount)..], out product))
        {
            return false;
        }

        Transcript.Absorb("form", form.Hash.Span);
        Transcript.Absorb("V", proof[..Point]);
        Transcript.Absorb("A", proof[Point..(3 * Point)]);
        if (!Transcript.TryChallenge("c", out c))
        {
            return false;
        }

        Transcript.Absorb("resp", response);
        if (!Transcript.TryChallenge("e", out e) || !FoldingArgument.TryReplay(Transcript, proof[LinearProof.HeadByteCount..], folded))
        {
            return false;
        }

        Transcript.Absorb("last", proof[^Scalar.ByteCount..]);
        return true;
    }
}
