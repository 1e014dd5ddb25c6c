namespace Subnet.Health.Network;

/// <summary>The samples of a checkout: beside the current folder or above the program.</summary>
internal sealed class SampleFolder
{
    private const string Name = "samples";

    private readonly string root;

    private SampleFolder(string root) => this.root = root;

    /// <summary>Finds the folder.</summary>
    /// <param name="currentDirectory">The caller's folder; it and those above it are tried first, then those above the program.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static SampleFolder Find(string currentDirectory) =>
        Above(currentDirectory).Concat(Above(AppContext.BaseDirectory)).Select(folder => Path.Combine(folder, Name))
            .FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "models")) && Directory.Exists(Path.Combine(folder, "data"))) is { } found
            ? new SampleFolder(found)
            : throw new DirectoryNotFoundException("the folder 'samples' with models and data is neither here nor above the program; run from a checkout");

    /// <summary>Where a model or a file beside it is.</summary>
    public string ModelPath(string name) => Path.Combine(root, "models", name);

    /// <summary>A table.</summary>
    public string Table(string name) => File.ReadAllText(Path.Combine(root, "data", name + ".csv"));

    /// <summary>The FHIR records, by name.</summary>
    public IReadOnlyList<(string Name, byte[] Json)> Records() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(root, "fhir"), "*.json").Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file))),
    ];

    private static IEnumerable<string> Above(string? folder)
    {
        for (DirectoryInfo? place = folder is null ? null : new DirectoryInfo(folder); place is not null; place = place.Parent)
        {
            yield return place.FullName;
        }
    }
}
