using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// Reads a statement's members strictly: each once asked for, no other one allowed. A wrong member does not throw; it makes <see cref="IsComplete"/> false, and what was read
/// counts for nothing.
/// </summary>
internal sealed class StatementReader(CanonicalObject members)
{
    private bool isSound = true;
    private int read;

    /// <summary>Whether every member asked for was there in its form, and no other one.</summary>
    public bool IsComplete => isSound && read == members.Count;

    /// <summary>Whether a member is there.</summary>
    public bool Has(string name) => members.TryGet(name, out _);

    /// <summary>A byte string as lower-case hex.</summary>
    public byte[] Bytes(string name, int length)
    {
        string? text = Take(members.TextOrNull(name));
        if (text is null || text.Length != 2 * length || text.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex))
        {
            isSound = false;
            return new byte[length];
        }

        return Convert.FromHexString(text);
    }

    /// <summary>A text.</summary>
    public string Text(string name) => Take(members.TextOrNull(name)) ?? Unsound("");

    /// <summary>An integer of at least 0 and at most <paramref name="most"/>.</summary>
    public long Integer(string name, long most = CanonicalValue.MaximumInteger)
    {
        long? value = members.IntegerOrNull(name);
        read++;
        return value is { } known && known >= 0 && known <= most ? known : Unsound(0L);
    }

    /// <summary>A time in UTC with milliseconds.</summary>
    public DateTimeOffset Time(string name) =>
        EntryTime.TryParse(Take(members.TextOrNull(name)) ?? "", out DateTimeOffset time) ? time : Unsound(DateTimeOffset.MinValue);

    private string? Take(string? value)
    {
        read++;
        return value;
    }

    private T Unsound<T>(T value)
    {
        isSound = false;
        return value;
    }
}
