using System.Text.Json;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Conformance.Seal;

/// <summary>
/// Replays folders of objects and answers that Microsoft SEAL made: loads and validates every object, writes it back, decrypts
/// and compares the slots, carries out every operation and compares the words, and treats damaged files as the manifest says.
/// </summary>
internal sealed class SealConformance : IConformanceSuite
{
    private const string ManifestName = "manifest.json";
    private const string TablesName = "tables.json";

    /// <inheritdoc/>
    public string Name => "seal";

    /// <inheritdoc/>
    public string Description => "Objects, operations and tables of Microsoft SEAL: loaded, recomputed and compared word for word.";

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => [$"vector path: {ActiveVectorPath.Current}"];

    /// <inheritdoc/>
    public void Run(string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (string current in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Prepend(folder).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            RunFolder(folder, current, report, cancellationToken);
        }
    }

    private static void RunFolder(string root, string folder, ConformanceReport report, CancellationToken cancellationToken)
    {
        string prefix = folder == root ? "" : Path.GetRelativePath(root, folder).Replace('\\', '/') + "/";
        CaseReport cases = new(report, prefix);
        HashSet<string> known = new(StringComparer.OrdinalIgnoreCase) { "README.md" };
        string tables = Path.Combine(folder, TablesName);
        if (File.Exists(tables))
        {
            known.Add(TablesName);
            cases.Guard(TablesName, () => SealTables.Replay(Parse(tables), cases));
        }

        string manifest = Path.Combine(folder, ManifestName);
        if (File.Exists(manifest))
        {
            known.Add(ManifestName);
            cases.Guard(ManifestName, () => RunManifest(folder, Parse(manifest), cases, known, cancellationToken));
        }

        foreach (string file in Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (!known.Contains(file))
            {
                cases.Fail(file, "a file that the manifest names", "a file that nothing names");
            }
        }
    }

    private static void RunManifest(
        string folder, JsonElement manifest, CaseReport cases, HashSet<string> known, CancellationToken cancellationToken)
    {
        if (manifest.TryGetProperty("objects", out _))
        {
            using SealSet set = SealSet.Open(folder, manifest, cases);
            known.UnionWith(set.FileNames);
            CheckClearInputs(folder, set, cases, known);
            SealSetReplay.Replay(set, cases, cancellationToken);
        }
        else if (manifest.TryGetProperty("items", out JsonElement items))
        {
            SealMalformed.Replay(folder, items, cases, known, cancellationToken);
        }
        else
        {
            cases.Fail(ManifestName, "objects or items", "neither");
        }
    }

    /// <summary>Clear inputs that no plaintext of the set was encoded from: they must at least be lists of values of the scheme.</summary>
    private static void CheckClearInputs(string folder, SealSet set, CaseReport cases, HashSet<string> known)
    {
        bool isBfv = set.Parameters.Scheme == Scheme.Bfv;
        foreach (string file in Directory.EnumerateFiles(folder, isBfv ? "*.u64" : "*.c128").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (known.Add(file))
            {
                int most = isBfv ? set.Parameters.PolyModulusDegree * sizeof(ulong) : set.Parameters.PolyModulusDegree * sizeof(double);
                long length = new FileInfo(Path.Combine(folder, file)).Length;
                cases.Check($"{file} length", length % (isBfv ? sizeof(ulong) : 2 * sizeof(double)) == 0 && length <= most, $"values up to {most} bytes", $"{length} bytes");
            }
        }
    }

    private static JsonElement Parse(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
