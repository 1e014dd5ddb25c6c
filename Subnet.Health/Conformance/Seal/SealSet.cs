using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;

namespace Subnet.Health.Conformance.Seal;

/// <summary>One folder of objects under one parameter set: manifest, parameters, and objects by name.</summary>
internal sealed class SealSet : IDisposable
{
    private readonly string folder;
    private readonly Dictionary<string, SealObject> byName = new(StringComparer.Ordinal);

    private SealSet(string folder, JsonElement manifest, Parameters parameters, IReadOnlyList<SealObject> objects)
    {
        this.folder = folder;
        Manifest = manifest;
        Parameters = parameters;
        Objects = objects;
        foreach (SealObject item in objects.Where(item => item.Value is not null))
        {
            byName.TryAdd(item.Name, item);
        }
    }

    /// <summary>The manifest.</summary>
    public JsonElement Manifest { get; }

    /// <summary>The parameters that it describes.</summary>
    public Parameters Parameters { get; }

    /// <summary>Every object file in the order of the manifest.</summary>
    public IReadOnlyList<SealObject> Objects { get; }

    /// <summary>The files that the manifest names.</summary>
    public IEnumerable<string> FileNames => Objects.SelectMany(item => item.ValuesFile is { } values ? new[] { item.File, values } : [item.File]);

    /// <summary>
    /// Reads manifest and objects. An object that cannot be read is a failure of its own, and what needs it fails for want of it.
    /// </summary>
    public static SealSet Open(string folder, JsonElement manifest, CaseReport cases)
    {
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = ReadScheme(Json.Text(manifest, "scheme")),
            PolyModulusDegree = manifest.GetProperty("poly_modulus_degree").GetInt32(),
            CoeffModulus = Json.Words(manifest.GetProperty("coeff_modulus")),
            PlainModulus = manifest.GetProperty("plain_modulus").GetUInt64(),
            Security = ReadSecurity(Json.Text(manifest, "security")),
        });
        List<SealObject> objects = [];
        SealReader reader = new(parameters, parameters.PolyModulusDegree);
        int index = 0;
        foreach (JsonElement entry in manifest.GetProperty("objects").EnumerateArray())
        {
            cases.Guard($"manifest.json objects[{index++}]", () => objects.Add(SealObject.Open(folder, entry, reader, cases)));
        }

        return new SealSet(folder, manifest, parameters, objects);
    }

    /// <summary>The security level of a word of the manifest.</summary>
    public static SecurityLevel ReadSecurity(string word) => word switch
    {
        "none" => SecurityLevel.None,
        "tc128" => SecurityLevel.Classical128,
        "tc192" => SecurityLevel.Classical192,
        "tc256" => SecurityLevel.Classical256,
        _ => throw new JsonException($"security '{word}' is unknown"),
    };

    /// <summary>The object of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or its file could not be read.</exception>
    public T Find<T>(string name)
        where T : class =>
        byName.TryGetValue(name, out SealObject? item)
            ? item.Value as T ?? throw new KeyNotFoundException($"'{name}' is a {item.Type}, not a {typeof(T).Name}")
            : throw new KeyNotFoundException($"the set has no object '{name}' that could be read");

    /// <summary>The object of a name, whatever it is; null if there is none that could be read.</summary>
    public object? TryFind(string name) => byName.GetValueOrDefault(name)?.Value;

    /// <summary>The object of a type of key, where the set has one of one name.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or there are several and nothing says which.</exception>
    public T FindOnly<T>()
        where T : class =>
        TryFindOnly<T>()
        ?? throw new KeyNotFoundException($"the set has {(byName.Values.Any(item => item.Value is T) ? "several objects of type" : "no")} {typeof(T).Name}, and the operation names none");

    /// <summary>The object of a type of key, where the set has one of one name; null if it has none or several.</summary>
    public T? TryFindOnly<T>()
        where T : class
    {
        T[] found = [.. byName.Values.Select(item => item.Value).OfType<T>()];
        return found.Length == 1 ? found[0] : null;
    }

    /// <summary>The bytes of a file of the folder.</summary>
    public byte[] ReadFile(string name) => File.ReadAllBytes(Path.Combine(folder, name));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable value in Objects.Select(item => item.Value).OfType<IDisposable>())
        {
            value.Dispose();
        }
    }

    private static Scheme ReadScheme(string word) => word switch
    {
        "bfv" => Scheme.Bfv,
        "ckks" => Scheme.Ckks,
        _ => throw new JsonException($"scheme '{word}' is unknown; bfv and ckks are known"),
    };
}
