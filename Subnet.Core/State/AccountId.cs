namespace Subnet.Core.State;

/// <summary>A coldkey or hotkey: the 32 bytes of its Ed25519 public key.</summary>
public readonly record struct AccountId : IComparable<AccountId>, IStateRecord<AccountId>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Bytes32.Size;

    private readonly Bytes32 _value;

    /// <summary>From exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public AccountId(ReadOnlySpan<byte> bytes) => _value = new Bytes32(bytes);

    private AccountId(Bytes32 value) => _value = value;

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => _value.IsZero;

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> target) => _value.CopyTo(target);

    /// <summary>The 32 bytes in an array of their own.</summary>
    public byte[] ToArray() => _value.ToArray();

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer) => writer.Account(this);

    /// <inheritdoc/>
    public static AccountId Read(ref CanonicalReader reader) => reader.Account();

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? hex, out AccountId value)
    {
        bool parsed = Bytes32.TryParse(hex, out Bytes32 bytes);
        value = new AccountId(bytes);
        return parsed;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => _value.ToString();

    /// <summary>Hash for tables in memory; not part of any encoding.</summary>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Order of the bytes.</summary>
    public int CompareTo(AccountId other) => _value.CompareTo(other._value);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(AccountId left, AccountId right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(AccountId left, AccountId right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(AccountId left, AccountId right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(AccountId left, AccountId right) => left.CompareTo(right) >= 0;
}
