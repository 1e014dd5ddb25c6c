using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Health.Review.Sources;
using Subnet.Health.Review.Verification;

namespace Subnet.Health.Network.Demo;

/// <summary>Verifies the logs of a demonstration as a reviewer does who has nothing but the folder and the parties' public keys.</summary>
internal static class DemoLogs
{
    /// <summary>Verifies one log.</summary>
    /// <param name="role">Whose.</param>
    /// <param name="name">Its name.</param>
    /// <param name="folder">The log's folder.</param>
    /// <param name="origin">The log's name; it holds the key that must have signed.</param>
    /// <param name="policy">The reviewer's: logs, witnesses, quorum.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, how many entries there are, and whether the quorum of witnesses cosigned the newest checkpoint.</returns>
    public static (DemoLogResult Result, long Entries, bool IsWitnessed) Verify(
        string role, string name, string folder, string origin, TrustPolicy policy, CancellationToken cancellationToken)
    {
        VerificationReport report = new();
        FolderLogSource source = new(folder);
        using SemanticVerifier semantic = new(new SemanticOptions(), report);

        // Whether witnesses cosigned is a question of its own: what the tree says is verified either way.
        TrustPolicy anyQuorum = TrustPolicy.Threshold(policy.Logs, policy.Witnesses.Values, 0);
        new StructuralVerifier(origin, anyQuorum).Verify(source, null, report, PreparedEntry.Of, semantic.Add, cancellationToken, semantic.Pass);
        semantic.Finish();
        string[] findings = [.. report.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal)];
        bool witnessed = report.Checkpoint is { } head && policy.IsQuorum(head.Cosignatures.Select(signature => signature.Key));
        return (new DemoLogResult(role, name, origin, report.IsSound, [.. report.Types.Keys], findings), report.Entries, witnessed);
    }
}
