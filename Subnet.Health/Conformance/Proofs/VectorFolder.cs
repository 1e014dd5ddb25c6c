using System.Numerics;
using System.Text.Json;
using Subnet.Crypto.Commitments;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>A folder of proof vectors, and the generators that its cases share.</summary>
internal sealed class VectorFolder(string path)
{
    private const string Readme = "README.md";

    private readonly Dictionary<string, Dictionary<string, VectorCase>> byId = [];
    private readonly Dictionary<int, GeneratorSet> generators = [];

    /// <summary>The files, by name: all but the README, so that a file of an unknown kind is met and fails.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
        .Where(file => !string.Equals(Path.GetFileName(file), Readme, StringComparison.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);

    /// <summary>The cases of a file.</summary>
    /// <exception cref="VectorFormatException">Not JSON, or without a list of cases.</exception>
    public static IReadOnlyList<VectorCase> Read(string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("cases", out JsonElement cases)
                && cases.ValueKind == JsonValueKind.Array
                    ? [.. cases.EnumerateArray().Select(item => new VectorCase(item.Clone(), Path.GetFileName(file)))]
                    : throw new VectorFormatException("is not an object with a list 'cases'");
        }
        catch (JsonException fault)
        {
            throw new VectorFormatException($"is not JSON: {fault.Message}");
        }
    }

    /// <summary>A case of another file of the folder; null where file or id are absent.</summary>
    public VectorCase? Find(string file, string id)
    {
        if (!byId.TryGetValue(file, out Dictionary<string, VectorCase>? cases))
        {
            string? found = Files.FirstOrDefault(name => Path.GetFileName(name) == file);
            cases = [];
            foreach (VectorCase item in found is null ? [] : Read(found))
            {
                cases.TryAdd(item.Id, item);
            }

            byId.Add(file, cases);
        }

        return cases.TryGetValue(id, out VectorCase vector) ? vector : null;
    }

    /// <summary>Generators for vectors of that length.</summary>
    public GeneratorSet Generators(int count)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(count, 1, GeneratorSet.MaxCount));
        if (!generators.TryGetValue(size, out GeneratorSet? set))
        {
            set = GeneratorSet.Create(size);
            generators.Add(size, set);
        }

        return set;
    }
}
