using System.Globalization;
using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Review.Entries;

/// <summary>An entry that the closed schema allows, with its canonical bytes.</summary>
internal sealed class AuditEntry
{
    private AuditEntry(CanonicalObject members, ReadOnlyMemory<byte> bytes)
    {
        Members = members;
        Bytes = bytes;
    }

    /// <summary>The entry's members.</summary>
    public CanonicalObject Members { get; }

    /// <summary>The canonical bytes, which are what is hashed and stored.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The kind of event.</summary>
    public string Type => Members.TextOrNull("type")!;

    /// <summary>The random name of the event, 32 hexadecimal digits.</summary>
    public string Event => Members.TextOrNull("event")!;

    /// <summary>The event that this one answers, or null.</summary>
    public string? Ref => Members.TextOrNull("ref");

    /// <summary>When, by the recorder's clock.</summary>
    public DateTimeOffset Time => EntryTime.TryParse(Members.TextOrNull("time")!, out DateTimeOffset time) ? time : default;

    /// <summary>Who recorded it: kind and id, as one text.</summary>
    public string Actor => $"{Members.ObjectOrNull("actor")!.TextOrNull("kind")} {Members.ObjectOrNull("actor")!.TextOrNull("id")}";

    /// <summary>The actor's own counter.</summary>
    public long Seq => Members.IntegerOrNull("seq")!.Value;

    /// <summary>Whether the event succeeded.</summary>
    public bool IsOk => Members.TextOrNull("outcome") == "ok";

    /// <summary>Reads an entry and holds it against the schema.</summary>
    /// <exception cref="AuditEntryException">The bytes are not canonical, or the schema does not allow the entry.</exception>
    public static AuditEntry Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > EntrySchema.MaximumBytes)
        {
            throw new AuditEntryException($"an entry has at most {EntrySchema.MaximumBytes} bytes, not {bytes.Length}");
        }

        try
        {
            CanonicalObject members = CanonicalJsonReader.Read(bytes.Span);
            EntrySchema.Check(members);
            return new AuditEntry(members, bytes);
        }
        catch (CanonicalJsonException malformed)
        {
            throw new AuditEntryException($"an entry is canonical JSON: {malformed.Message}");
        }
    }

    /// <summary>Checks and writes an entry.</summary>
    /// <exception cref="AuditEntryException">The schema does not allow the entry; nothing of it may be stored.</exception>
    public static AuditEntry Create(CanonicalObject members)
    {
        EntrySchema.Check(members);
        byte[] bytes = CanonicalJsonWriter.Write(members);
        return bytes.Length <= EntrySchema.MaximumBytes
            ? new AuditEntry(members, bytes)
            : throw new AuditEntryException($"an entry has at most {EntrySchema.MaximumBytes} bytes, not {bytes.Length}");
    }

    /// <summary>The idempotency key of stored bytes: the value of <c>event</c>; null if the bytes are not such an entry.</summary>
    public static UInt128? IdentityOf(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            string? name = CanonicalJsonReader.Read(bytes.Span).TextOrNull("event");
            return name is { Length: 32 } && UInt128.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 identity)
                ? identity
                : null;
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}
