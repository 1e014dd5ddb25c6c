using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Logs;
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
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, and how many entries there are.</returns>
    public static (DemoLogResult Result, long Entries) Verify(string role, string name, string folder, string origin, CancellationToken cancellationToken)
    {
        VerifierKey key = LogName.KeyOf(origin) ?? throw new ArgumentException($"'{origin}' names no key", nameof(origin));
        TrustPolicy policy = TrustPolicy.Threshold([key], [], 0);
        VerificationReport report = new();
        FolderLogSource source = new(folder);
        SemanticVerifier semantic = new(new SemanticOptions(), report, WitnessMark.Read(source, origin, policy));
        new StructuralVerifier(origin, policy).Verify(source, null, report, semantic.Add, cancellationToken);
        semantic.Finish();
        string[] findings = [.. report.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.Code).Distinct().Order(StringComparer.Ordinal)];
        return (new DemoLogResult(role, name, origin, report.IsSound, [.. report.Types.Keys], findings), report.Entries);
    }
}
