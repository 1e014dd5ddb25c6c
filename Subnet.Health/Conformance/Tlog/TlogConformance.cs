using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>
/// Replays transparency-log vectors: hashes, proofs, tiles, notes, checkpoints, policies, witness conversations, entries, receipts,
/// bundles, tampering. The name of a file says what its cases are.
/// </summary>
internal sealed class TlogConformance : IConformanceSuite
{
    /// <inheritdoc/>
    public string Name => "tlog";

    /// <inheritdoc/>
    public string Description => "Replays transparency logs, from trees and proofs to entries and bundles, against an independent reference and public logs.";

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        Dictionary<string, Func<TlogCase, string?>> kinds = Kinds(new TreeCases());
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string file = Path.GetRelativePath(folder, path);
            if (Path.GetExtension(path) is not ".json")
            {
                if (Path.GetExtension(path) is not (".md" or ".txt"))
                {
                    report.Fail(file, "a file of the schema", "a file of an unknown kind");
                }

                continue;
            }

            RunFile(path, file, kinds, report, cancellationToken);
        }
    }

    private static Dictionary<string, Func<TlogCase, string?>> Kinds(TreeCases trees) => new(StringComparer.Ordinal)
    {
        ["hashes"] = trees.Hashes,
        ["inclusion"] = trees.Inclusion,
        ["consistency"] = trees.Consistency,
        ["range"] = TreeCases.Range,
        ["tilepaths"] = TreeCases.TilePath,
        ["tiles"] = trees.Tiles,
        ["entrybundles"] = trees.EntryBundles,
        ["thirdparty-proofs"] = TreeCases.ThirdPartyProof,
        ["thirdparty-testlog"] = NoteCases.ThirdPartyLog,
        ["vkeys"] = NoteCases.VerifierKeys,
        ["notes"] = NoteCases.Notes,
        ["checkpoints"] = NoteCases.Checkpoints,
        ["policies"] = NoteCases.Policies,
        ["tlogproofs"] = NoteCases.ProofFiles,
        ["witness"] = NoteCases.WitnessConversation,
        ["tamper"] = NoteCases.Tampering,
        ["entries"] = AuditCases.Entries,
        ["subjects-receipts"] = AuditCases.SubjectsAndReceipts,
        ["bundles"] = AuditCases.Bundles,
        ["auditevent"] = AuditEventCase.Replay,
    };

    /// <summary>The kind that the file's name is or, before what tells several files of a kind apart, begins with.</summary>
    private static bool TryKind(string path, Dictionary<string, Func<TlogCase, string?>> kinds, [NotNullWhen(true)] out Func<TlogCase, string?>? replay)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        string? kind = kinds.Keys.Where(kind => name.StartsWith(kind, StringComparison.Ordinal)).MaxBy(kind => kind.Length);
        replay = kind is null ? null : kinds[kind];
        return replay is not null;
    }

    private static void RunFile(
        string path, string file, Dictionary<string, Func<TlogCase, string?>> kinds, ConformanceReport report, CancellationToken cancellationToken)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException malformed)
        {
            report.Fail(file, "JSON", malformed.Message);
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("auditEvent", out _))
            {
                Replay(new TlogCase(file, document.RootElement), AuditEventCase.Replay, report);
                return;
            }

            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("cases", out JsonElement cases)
                || cases.ValueKind != JsonValueKind.Array || !TryKind(path, kinds, out Func<TlogCase, string?>? replay))
            {
                report.Fail(file, "a file of the schema", "a file of an unknown kind");
                return;
            }

            foreach (JsonElement value in cases.EnumerateArray())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Replay(new TlogCase(file, value), replay, report);
            }
        }
    }

    private static void Replay(TlogCase value, Func<TlogCase, string?> replay, ConformanceReport report)
    {
        string? difference;
        try
        {
            difference = replay(value);
        }
        catch (Exception broken) when (broken is FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            difference = $"the case cannot be replayed: {broken.Message}";
        }

        if (difference is null)
        {
            report.Pass(value.Name);
        }
        else
        {
            report.Fail(value.Name, "the answer of the vectors", difference);
        }
    }
}
