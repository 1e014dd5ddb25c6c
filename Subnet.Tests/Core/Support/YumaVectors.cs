using System.Text.Json;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Support;

/// <summary>Reads the cases of one file of the consensus vectors.</summary>
internal static class YumaVectors
{
    /// <summary>Every case of the file, at least one.</summary>
    public static IReadOnlyList<JsonElement> Cases(string file)
    {
        using FileStream stream = File.OpenRead(SharedFolder.Require("vectors", "yuma", file));
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement[] cases = [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(e => e.Clone())];
        Assert.That(cases, Is.Not.Empty, $"no case in {file}");
        return cases;
    }

    /// <summary>The cases of one function, at least one.</summary>
    public static IReadOnlyList<JsonElement> Cases(string file, string function)
    {
        JsonElement[] cases = [.. Cases(file).Where(c => c.GetProperty("fn").GetString() == function)];
        Assert.That(cases, Is.Not.Empty, $"no case of {function} in {file}");
        return cases;
    }
}
