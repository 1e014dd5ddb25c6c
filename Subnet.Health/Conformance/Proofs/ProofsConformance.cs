using System.Security.Cryptography;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>Replays commitments, proofs, tokens, one-time queries and replies against the answers of an independent reference and of the RFCs.</summary>
internal sealed class ProofsConformance : IConformanceSuite
{
    private static readonly Dictionary<string, VectorReplay> Replays = new(StringComparer.Ordinal)
    {
        ["generators.json"] = CommitmentVectors.Generator,
        ["encodings.json"] = CommitmentVectors.Encoding,
        ["commitments.json"] = CommitmentVectors.Commitment,
        ["transcript.json"] = ProofVectors.Transcript,
        ["openings.json"] = ProofVectors.Opening,
        ["audits.json"] = ProofVectors.Audits,
        ["linear.json"] = ProofVectors.Linear,
        ["seeds.json"] = KeylessVectors.Seeds,
        ["queries.json"] = KeylessVectors.Query,
        ["replies.json"] = KeylessVectors.Reply,
        ["admission.json"] = KeylessVectors.Admission,
        ["rfc9474.json"] = TokenVectors.BlindSignature,
        ["rfc9578.json"] = TokenVectors.PrivacyPass,
    };

    /// <inheritdoc/>
    public string Name => "proofs";

    /// <inheritdoc/>
    public string Description =>
        "Replays commitments, proofs, tokens, one-time queries and replies against an independent reference and the vectors of RFC 9474 and RFC 9578.";

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(report);
        VectorFolder vectors = new(folder);
        foreach (string file in vectors.Files)
        {
            Replay(file, vectors, report, cancellationToken);
        }
    }

    private static void Replay(string file, VectorFolder vectors, ConformanceReport report, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(file);
        if (!Replays.TryGetValue(name, out VectorReplay? replay))
        {
            report.Fail(name, "a file of a known kind", "no replay for this file name");
            return;
        }

        IReadOnlyList<VectorCase> cases;
        try
        {
            cases = VectorFolder.Read(file);
        }
        catch (VectorFormatException fault)
        {
            report.Fail(name, "a vector file", $"the file {fault.Message}");
            return;
        }

        if (cases.Count == 0)
        {
            report.Fail(name, "at least one case", "none");
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (VectorCase vector in cases)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!seen.Add(vector.Id))
            {
                report.Fail(vector.Name, "an id of its own", "an id that came before");
                continue;
            }

            Replay(vector, replay, vectors, report);
        }
    }

    private static void Replay(VectorCase vector, VectorReplay replay, VectorFolder vectors, ConformanceReport report)
    {
        try
        {
            if (replay(vector, vectors) is { } difference)
            {
                report.Fail(vector.Name, difference.Expected, difference.Actual);
            }
            else
            {
                report.Pass(vector.Name);
            }
        }
        catch (VectorFormatException fault)
        {
            report.Fail(vector.Name, "a case of the file's schema", $"the case {fault.Message}");
        }
        catch (Exception fault) when (IsOfTheCase(fault))
        {
            // One case that a component refuses by an exception is one failure; the others are still replayed.
            report.Fail(vector.Name, "inputs that are taken", $"{fault.GetType().Name}: {fault.Message}");
        }
    }

    private static bool IsOfTheCase(Exception fault) => fault
        is ArgumentException or ArithmeticException or CryptographicException or FormatException or IndexOutOfRangeException or InvalidOperationException or ProofException;
}
