using System.Collections;

namespace Subnet.Crypto.CanonicalJson;

/// <summary>A list of values in their order. Not safe for concurrent change.</summary>
public sealed class CanonicalList : CanonicalValue, IReadOnlyList<CanonicalValue>
{
    private readonly List<CanonicalValue> items = [];

    /// <summary>An empty list; <c>new CanonicalList { 1, "two" }</c> fills it.</summary>
    public CanonicalList()
    {
    }

    /// <summary>A list of the given values.</summary>
    public CanonicalList(IEnumerable<CanonicalValue> values) => items.AddRange(values);

    /// <inheritdoc/>
    public int Count => items.Count;

    /// <inheritdoc/>
    public override string Kind => "list";

    /// <inheritdoc/>
    public CanonicalValue this[int index] => items[index];

    /// <summary>Appends a value.</summary>
    public void Add(CanonicalValue value) => items.Add(value ?? throw new ArgumentNullException(nameof(value)));

    /// <inheritdoc/>
    public IEnumerator<CanonicalValue> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
