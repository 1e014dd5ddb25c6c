using System.Text.RegularExpressions;
using Subnet.Tests.Support;

namespace Subnet.Tests.Architecture;

/// <summary>Which top folder of a project uses which other, read from the sources.</summary>
internal sealed partial class FolderGraph
{
    private readonly Dictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);

    /// <summary>Reads a project's sources.</summary>
    public FolderGraph(string project)
    {
        string root = Path.Combine(RepositoryFolder.Find(), project);
        foreach (string file in Sources(root))
        {
            string relative = Path.GetRelativePath(root, file);
            string folder = relative.Split(Path.DirectorySeparatorChar)[0];
            if (folder == relative)
            {
                continue;
            }

            SortedSet<string> targets = uses.TryGetValue(folder, out SortedSet<string>? known) ? known : uses[folder] = new(StringComparer.Ordinal);
            foreach (Match match in FolderName(project).Matches(WithoutComments(File.ReadAllText(file))))
            {
                string target = match.Groups[1].Value;
                if (target != folder && Directory.Exists(Path.Combine(root, target)))
                {
                    targets.Add(target);
                }
            }
        }
    }

    /// <summary>Folder to the folders it uses.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> Uses => uses;

    /// <summary>One circle of folders that use each other, first folder repeated at the end; null when there is none.</summary>
    public IReadOnlyList<string>? FindCycle()
    {
        HashSet<string> finished = new(StringComparer.Ordinal);
        foreach (string folder in uses.Keys.Order(StringComparer.Ordinal))
        {
            List<string> path = [];
            if (Visit(folder, path, finished))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>Every source file below <paramref name="root"/>, without build output.</summary>
    public static IEnumerable<string> Sources(string root) => Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    /// <summary>The source without line comments: a mention in a docstring is no dependency.</summary>
    public static string WithoutComments(string source) => Comment().Replace(source, "");

    private bool Visit(string folder, List<string> path, HashSet<string> finished)
    {
        if (finished.Contains(folder))
        {
            return false;
        }

        int start = path.IndexOf(folder);
        path.Add(folder);
        if (start >= 0)
        {
            path.RemoveRange(0, start);
            return true;
        }

        if (uses.TryGetValue(folder, out SortedSet<string>? targets) && targets.Any(target => Visit(target, path, finished)))
        {
            return true;
        }

        path.RemoveAt(path.Count - 1);
        finished.Add(folder);
        return false;
    }

    private static Regex FolderName(string project) => new($@"\b{Regex.Escape(project)}\.([A-Z]\w*)\b");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
