using System.Diagnostics.CodeAnalysis;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>transcript.json, openings.json, audits.json, linear.json.</summary>
internal static class ProofVectors
{
    private const int RootByteCount = 32;

    /// <summary>A transcript, state by state.</summary>
    public static VectorDifference? Transcript(VectorCase vector, VectorFolder folder)
    {
        TranscriptReplay transcript = new(vector.Text("name"));
        int number = 0;
        foreach (VectorCase step in vector.Objects("steps"))
        {
            string label = step.Text("label");
            VectorDifference? difference = null;
            switch (step.Text("op"))
            {
                case "absorb":
                    transcript.Absorb(label, step.Hex("bytes"));
                    break;
                case "challenge":
                    difference = VectorDifference.Between($"step {number} challenge", step.Hex("want"), transcript.Challenge(label));
                    break;
                case var op:
                    throw new VectorFormatException($"has a step of an unknown kind '{op}'");
            }

            difference ??= VectorDifference.Between($"step {number} state", step.Hex("state"), transcript.State);
            if (difference is not null)
            {
                return difference;
            }

            number++;
        }

        return number > 0 ? null : throw new VectorFormatException("has no steps");
    }

    /// <summary>An opening proof: the verifier's answer, and the prover's bytes where its secrets are given.</summary>
    public static VectorDifference? Opening(VectorCase vector, VectorFolder folder)
    {
        if (!TryContext(vector.Object("ctx"), out ProofContext? context, out string? fault))
        {
            return VectorDifference.OfUnreadable(vector.Flag("ok"), fault);
        }

        int count = vector.Count("n");
        byte[] proof = vector.Hex("proof");
        bool taken = count is > 0 and <= GeneratorSet.MaxCount
            && VectorCommitment.TryParse(vector.Hex("commitment"), out VectorCommitment? commitment)
            && OpeningProof.Verify(context, count, commitment, proof, folder.Generators(count));
        VectorDifference? difference = VectorDifference.OfVerdict("proof", vector.Flag("ok"), taken);
        if (difference is not null || !vector.Has("nonce_seed"))
        {
            return difference;
        }

        using CommitmentOpening opening = CommitmentVectors.Opening(vector);
        byte[] made = ProofKnownAnswers.ProveOpening(context, opening, folder.Generators(opening.Count), vector.Hex("nonce_seed"));
        return VectorDifference.Between("made proof", proof, made);
    }

    /// <summary>An audit list: leaves, plan, root, gamma, form and value.</summary>
    public static VectorDifference? Audits(VectorCase vector, VectorFolder folder)
    {
        bool expected = !vector.Has("ok") || vector.Flag("ok");
        AuditList? audits = null;
        if (!TryContext(vector.Object("ctx"), out ProofContext? context, out string? error) || !TryAudits(vector, out audits, out error))
        {
            return VectorDifference.OfUnreadable(expected, error);
        }

        if (!VectorCommitment.TryParse(vector.Hex("commitment"), out VectorCommitment? commitment))
        {
            return VectorDifference.OfUnreadable(expected, "the commitment is no point");
        }

        if (!expected)
        {
            return new VectorDifference("audits that are refused", "audits that are taken");
        }

        byte[][] leaves = [.. vector.Objects("audits").Select(audit => Audit(audit).PlanLeaf(context.Miner, context.Card))];
        LinearStatement statement = LinearStatement.For(context, audits, commitment);
        (byte[] gamma, LinearForm form, byte[] value) = ProofKnownAnswers.Combine(statement, audits);
        string wantedLeaves = string.Join(' ', vector.List("leaves").Select(leaf => leaf.ToString()));
        string wantedHead = string.Join(' ', vector.List("form_head").Select(entry => entry.ToString()));
        byte[] entries = form.ToBytes();
        int head = vector.List("form_head").Count();
        return VectorDifference.Between("leaves", wantedLeaves, string.Join(' ', leaves.Select(Convert.ToHexStringLower)))
            ?? VectorDifference.Between("plan", vector.Hex("plan"), AuditPlan.Root(leaves))
            ?? VectorDifference.Between("root", vector.Hex("root"), audits.Root.Span)
            ?? VectorDifference.Between("gamma", vector.Hex("gamma"), gamma)
            ?? VectorDifference.Between("form", vector.Hex("form_sha256"), form.Hash.Span)
            ?? VectorDifference.Between(
                "form's head", wantedHead, string.Join(' ', entries.Chunk(32).Take(head).Select(Convert.ToHexStringLower)))
            ?? VectorDifference.Between("features", vector.Integer("n"), audits.FeatureCount)
            ?? VectorDifference.Between("classes", vector.Integer("classes"), audits.ClassCount)
            ?? VectorDifference.Between("value", vector.Hex("value"), value);
    }

    /// <summary>A linear proof: the validator's and the public's answer, and the prover's bytes where its secrets are given.</summary>
    public static VectorDifference? Linear(VectorCase vector, VectorFolder folder)
    {
        if (!TryContext(vector.Object("ctx"), out ProofContext? context, out string? fault))
        {
            return VectorDifference.OfUnreadable(vector.Flag("ok") || (vector.Has("public_ok") && vector.Flag("public_ok")), fault);
        }

        byte[] proof = vector.Hex("proof");
        int features = vector.Count("n");
        int classes = vector.Count("classes");
        if (features < 1 || classes < 1 || (long)features * classes > GeneratorSet.MaxCount)
        {
            return VectorDifference.OfUnreadable(vector.Flag("ok") || (vector.Has("public_ok") && vector.Flag("public_ok")), "n times classes is out of range");
        }

        GeneratorSet generators = folder.Generators(features * classes);
        bool listed = TryAudits(vector, out AuditList? audits, out _);
        bool parsed = VectorCommitment.TryParse(vector.Hex("commitment"), out VectorCommitment? commitment);
        bool taken = listed && parsed && audits!.FeatureCount == features && audits.ClassCount == classes
            && LinearProof.Verify(context, audits, commitment!, proof, vector.Hex("rho"), generators);
        VectorDifference? difference = VectorDifference.OfVerdict("proof", vector.Flag("ok"), taken);
        if (difference is null && vector.Has("public_ok"))
        {
            difference = VectorDifference.OfVerdict(
                "proof in public", vector.Flag("public_ok"), parsed && VerifyPublic(vector, context, features, classes, commitment!, proof, folder));
        }

        if (difference is not null || !vector.Has("nonce_seed"))
        {
            return difference;
        }

        using CommitmentOpening opening = CommitmentVectors.Opening(vector);
        LinearProofResult made = ProofKnownAnswers.ProveLinear(context, audits!, opening, generators, vector.Hex("nonce_seed"));
        return VectorDifference.Between("made proof", proof, made.Proof.Span)
            ?? VectorDifference.Between("made rho", vector.Hex("rho"), made.Rho.Span);
    }

    private static bool VerifyPublic(
        VectorCase vector, ProofContext context, int features, int classes, VectorCommitment commitment, byte[] proof, VectorFolder folder)
    {
        // The form is that of the named audit list, made under that list's own context and commitment. A folder without it may hold the honest proof of that name.
        string name = vector.Text("form_of");
        VectorCase source = folder.Find("audits.json", name) ?? folder.Find("linear.json", name) ?? throw new VectorFormatException($"refers to '{name}', which audits.json does not have");
        AuditList? audits = null;
        if (!TryContext(source.Object("ctx"), out ProofContext? sourceContext, out string? error)
            || !TryAudits(source, out audits, out error)
            || !VectorCommitment.TryParse(source.Hex("commitment"), out VectorCommitment? sourceCommitment))
        {
            throw new VectorFormatException($"refers to audits that cannot be read: {error}");
        }

        LinearStatement origin = LinearStatement.For(sourceContext, audits, sourceCommitment);
        LinearForm form = ProofKnownAnswers.Combine(origin, audits).Form;
        int count = vector.Count("count");
        byte[] root = vector.Hex("root");
        return count > 0
            && root.Length == RootByteCount
            && LinearProof.VerifyPublic(
                new LinearStatement(context, features, classes, commitment, count, root),
                form,
                proof,
                folder.Generators(features * classes));
    }

    private static bool TryContext(VectorCase ctx, [NotNullWhen(true)] out ProofContext? context, [NotNullWhen(false)] out string? error)
    {
        long netuid = ctx.Integer("netuid");
        ulong epoch = ctx.Unsigned("epoch");
        byte[][] names = [ctx.Hex("miner"), ctx.Hex("verifier"), ctx.Hex("card")];
        error = netuid is < 0 or > ushort.MaxValue ? "a netuid has 16 bits" : names.Any(name => name.Length != 32) ? "miner, verifier and card have 32 bytes each" : null;
        context = error is null ? new ProofContext((ushort)netuid, epoch, names[0], names[1], names[2]) : null;
        return error is null;
    }

    private static Audit Audit(VectorCase audit) =>
        new(audit.Hex("request"), audit.Hex("reply"), audit.Hex("seed"), audit.Rows("rows"), audit.Rows("answers"));

    private static bool TryAudits(VectorCase vector, [NotNullWhen(true)] out AuditList? audits, [NotNullWhen(false)] out string? error)
    {
        try
        {
            return AuditList.TryCreate(vector.Objects("audits").Select(Audit), out audits, out error);
        }
        catch (ArgumentException fault)
        {
            // A hash of another length, no rows, ragged ones.
            audits = null;
            error = fault.Message;
            return false;
        }
    }
}
