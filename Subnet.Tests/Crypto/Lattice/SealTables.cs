using System.Text.Json;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Lattice;

/// <summary>The tables that native SEAL printed: <c>vectors/seal/tables.json</c>.</summary>
internal static class SealTables
{
    /// <summary>The entries of one table; a table without entries fails the test.</summary>
    public static IReadOnlyList<JsonElement> Read(string table)
    {
        using FileStream file = File.OpenRead(SharedFolder.Require("vectors", "seal", "tables.json"));
        using JsonDocument document = JsonDocument.Parse(file);
        List<JsonElement> entries = [.. document.RootElement.GetProperty(table).EnumerateArray().Select(e => e.Clone())];
        Assert.That(entries, Is.Not.Empty, table);
        return entries;
    }

    public static ulong[] Words(this JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(e => e.GetUInt64())];

    public static int[] Integers(this JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
}
