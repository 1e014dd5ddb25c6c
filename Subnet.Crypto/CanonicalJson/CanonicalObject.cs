using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Subnet.Crypto.CanonicalJson;

/// <summary>
/// An object of restricted canonical JSON. Members are kept in the canonical order whatever the order they were added in. Names match
/// <c>[a-z][a-z0-9_]*</c>, so that order by byte, by UTF-16 unit and by letter agree. Not safe for concurrent change.
/// </summary>
public sealed class CanonicalObject : CanonicalValue, IEnumerable<KeyValuePair<string, CanonicalValue>>
{
    private readonly SortedList<string, CanonicalValue> members = new(StringComparer.Ordinal);

    /// <summary>How many members there are.</summary>
    public int Count => members.Count;

    /// <inheritdoc/>
    public override string Kind => "object";

    /// <summary>The member names in canonical order.</summary>
    public IEnumerable<string> Names => members.Keys;

    /// <summary>The value of a member; setting one replaces it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such member.</exception>
    /// <exception cref="CanonicalJsonException">The name is not of the form above.</exception>
    public CanonicalValue this[string name]
    {
        get => members[name];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            CheckName(name);
            members[name] = value;
        }
    }

    /// <summary>Adds a member.</summary>
    /// <exception cref="CanonicalJsonException">The name is malformed or taken.</exception>
    public void Add(string name, CanonicalValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        if (!members.TryAdd(name, value))
        {
            throw new CanonicalJsonException($"member '{name}' is there twice");
        }
    }

    /// <summary>Looks a member up.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out CanonicalValue? value) => members.TryGetValue(name, out value);

    /// <summary>The text of a member, or null if the member is absent or not a text.</summary>
    public string? TextOrNull(string name) => members.TryGetValue(name, out CanonicalValue? value) && value is CanonicalText text ? text.Value : null;

    /// <summary>The integer of a member, or null if the member is absent or not an integer.</summary>
    public long? IntegerOrNull(string name) =>
        members.TryGetValue(name, out CanonicalValue? value) && value is CanonicalInteger integer ? integer.Value : null;

    /// <summary>The object of a member, or null if the member is absent or not an object.</summary>
    public CanonicalObject? ObjectOrNull(string name) => members.TryGetValue(name, out CanonicalValue? value) ? value as CanonicalObject : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, CanonicalValue>> GetEnumerator() => members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Appends a member that a reader has already checked to follow all others.</summary>
    internal void AppendInOrder(string name, CanonicalValue value) => members.Add(name, value);

    internal static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name[0] is < 'a' or > 'z')
        {
            return false;
        }

        foreach (char letter in name)
        {
            if (letter is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_'))
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name))
        {
            throw new CanonicalJsonException("a member name is lower-case letters, digits and underscores, and starts with a letter");
        }
    }
}
