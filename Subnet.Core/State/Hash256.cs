using System.Security.Cryptography;

namespace Subnet.Core.State;

/// <summary>A SHA-256 digest.</summary>
public readonly record struct Hash256 : IComparable<Hash256>, IStateRecord<Hash256>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = Bytes32.Size;

    private readonly Bytes32 _value;

    /// <summary>From exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Hash256(ReadOnlySpan<byte> bytes) => _value = new Bytes32(bytes);

    private Hash256(Bytes32 value) => _value = value;

    /// <summary>SHA-256 of <paramref name="data"/>.</summary>
    public static Hash256 Of(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(data, digest);
        return new Hash256(digest);
    }

    /// <summary>Whether all bytes are zero.</summary>
    public bool IsZero => _value.IsZero;

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> target) => _value.CopyTo(target);

    /// <summary>The 32 bytes in an array of their own.</summary>
    public byte[] ToArray() => _value.ToArray();

    /// <inheritdoc/>
    public void Write(CanonicalWriter writer) => writer.Digest(this);

    /// <inheritdoc/>
    public static Hash256 Read(ref CanonicalReader reader) => reader.Digest();

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? hex, out Hash256 value)
    {
        bool parsed = Bytes32.TryParse(hex, out Bytes32 bytes);
        value = new Hash256(bytes);
        return parsed;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => _value.ToString();

    /// <summary>Hash for tables in memory; not part of any encoding.</summary>
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Order of the bytes.</summary>
    public int CompareTo(Hash256 other) => _value.CompareTo(other._value);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;
}
