using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Subnet.Core.Numerics;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>
/// Reads a JSON object member by member and knows which were asked for, so that a member nobody understands is an error and not
/// overlooked.
/// </summary>
internal sealed class VectorObject
{
    private readonly Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);
    private readonly string name;

    /// <summary>Wraps an object.</summary>
    /// <exception cref="VectorFormatException">It is not one, or names a member twice.</exception>
    public VectorObject(string name, JsonElement element)
    {
        this.name = name;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new VectorFormatException($"{name} is {element.ValueKind}, not an object");
        }

        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
            {
                throw new VectorFormatException($"{name} names '{member.Name}' twice");
            }
        }
    }

    /// <summary>Names of the members, in the order of the file.</summary>
    public IReadOnlyCollection<string> Names => members.Keys;

    /// <summary>Whether the member is there.</summary>
    public bool Has(string member) => members.ContainsKey(member);

    /// <summary>A member that must be there.</summary>
    public JsonElement Take(string member)
    {
        taken.Add(member);
        return members.TryGetValue(member, out JsonElement value) ? value : throw new VectorFormatException($"{name} has no '{member}'");
    }

    /// <summary>A member that may be absent.</summary>
    public JsonElement? TakeOptional(string member) => Has(member) ? Take(member) : null;

    /// <summary>Throws where a member was not asked for.</summary>
    public void RequireAllTaken()
    {
        string? unknown = members.Keys.FirstOrDefault(m => !taken.Contains(m));
        if (unknown is not null)
        {
            throw new VectorFormatException($"{name} has an unknown member '{unknown}'");
        }
    }

    /// <summary>
    /// As <see cref="RequireAllTaken"/>, but a text nobody asked for is a remark of the author: it cannot change what a case computes.
    /// </summary>
    public void RequireAllTakenButRemarks()
    {
        taken.UnionWith(members.Where(m => m.Value.ValueKind == JsonValueKind.String).Select(m => m.Key));
        RequireAllTaken();
    }

    public VectorObject Object(string member) => new(member, Take(member));

    public string Text(string member) => Text(member, Take(member));

    public bool Boolean(string member) => Boolean(member, Take(member));

    public long Int64(string member) => Int64(member, Take(member));

    public ulong UInt64(string member) => UInt64(member, Take(member));

    public ushort UInt16(string member) => UInt16(member, Take(member));

    public int Int32(string member) => (int)Bounded(member, Int64(member), int.MinValue, int.MaxValue);

    public short Int16(string member) => (short)Bounded(member, Int64(member), short.MinValue, short.MaxValue);

    public I32F32 I32F32(string member) => new(Int64(member));

    public T Fixed<T>(string member)
        where T : struct, IFixedPoint<T> => Fixed<T>(member, Take(member));

    public T[] Array<T>(string member, Func<string, JsonElement, T> read) => Array(member, Take(member), read);

    public static T[] Array<T>(string name, JsonElement element, Func<string, JsonElement, T> read) =>
        [.. Elements(name, element).Select(e => read(name, e))];

    public static IEnumerable<JsonElement> Elements(string name, JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray()
        : throw new VectorFormatException($"'{name}' is {element.ValueKind}, not an array");

    /// <summary>An array of a fixed number of elements.</summary>
    public static JsonElement[] Tuple(string name, JsonElement element, int count)
    {
        JsonElement[] parts = [.. Elements(name, element)];
        return parts.Length == count ? parts : throw new VectorFormatException($"'{name}' has {parts.Length} elements where {count} belong");
    }

    public static string Text(string name, JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : throw new VectorFormatException($"'{name}' is {element.ValueKind}, not a string");

    public static bool Boolean(string name, JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? element.GetBoolean()
        : throw new VectorFormatException($"'{name}' is {element.ValueKind}, not true or false");

    public static long Int64(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value)
            ? value
            : throw new VectorFormatException($"'{name}' is not a signed 64-bit integer");

    public static ulong UInt64(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out ulong value)
            ? value
            : throw new VectorFormatException($"'{name}' is not an unsigned 64-bit integer");

    public static ushort UInt16(string name, JsonElement element) =>
        (ushort)Bounded(name, Int64(name, element), ushort.MinValue, ushort.MaxValue);

    public static I32F32 I32F32(string name, JsonElement element) => new(Int64(name, element));

    /// <summary>Raw bits of a fixed-point number, as a decimal string.</summary>
    public static T Fixed<T>(string name, JsonElement element)
        where T : struct, IFixedPoint<T>
    {
        const int LongestDecimal = 40;
        string text = Text(name, element);
        if (text.Length > LongestDecimal
            || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger bits)
            || bits < T.MinValue.ToBigInteger()
            || bits > T.MaxValue.ToBigInteger())
        {
            throw new VectorFormatException($"'{name}' does not hold the bits of {typeof(T).Name}");
        }

        return T.FromBigInteger(bits);
    }

    private static long Bounded(string name, long value, long least, long greatest) => value >= least && value <= greatest
        ? value
        : throw new VectorFormatException($"'{name}' is {value}, outside {least} to {greatest}");
}
