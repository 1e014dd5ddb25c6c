using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;

namespace Subnet.Crypto.Transparency.Notes;

/// <summary>
/// A public key that signs notes (C2SP signed-note): <c>name+hex8(id)+base64(type || 32-byte key)</c>. The id is the first four bytes
/// of H(name LF type key), so that a name alone never selects a key.
/// </summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly byte[] publicKey;

    /// <summary>The key of a name, a type and 32 public bytes.</summary>
    /// <exception cref="TransparencyException">The name is empty, or has a space or a plus; the key has not 32 bytes.</exception>
    public VerifierKey(string name, SignatureType type, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
        {
            throw new TransparencyException("a key name is not empty and has neither spaces nor plus signs");
        }

        if (type is not (SignatureType.Ed25519 or SignatureType.Cosignature) || publicKey.Length != Ed25519.PublicKeyByteCount)
        {
            throw new TransparencyException("a verifier key is of type 0x01 or 0x04 and has 32 bytes of public key");
        }

        Name = name;
        Type = type;
        this.publicKey = publicKey.ToArray();
        Id = ComputeId(name, type, publicKey);
    }

    /// <summary>Who signs: the origin of a log, or the name of a witness.</summary>
    public string Name { get; }

    /// <summary>How the key signs.</summary>
    public SignatureType Type { get; }

    /// <summary>The four bytes of the key id, as a big-endian number.</summary>
    public uint Id { get; }

    /// <summary>The public key, 32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => publicKey;

    /// <summary>Name and id as notes and messages give them: <c>name+hex8</c>.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"{Name}+{Id:x8}");

    /// <summary>Reads the text form.</summary>
    /// <exception cref="TransparencyException">The text is malformed, of an unknown type, or its id is not that of the key.</exception>
    public static VerifierKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('+', 3);
        if (parts.Length != 3)
        {
            throw new TransparencyException("a verifier key has three parts: name+id+key");
        }

        if (parts[1].Length != 8 || parts[1].AsSpan().ContainsAnyExcept(LowerHex))
        {
            throw new TransparencyException("the id of a verifier key is eight lower-case hexadecimal digits");
        }

        if (!StrictBase64.TryDecode(parts[2], out byte[]? bytes) || bytes.Length != 1 + Ed25519.PublicKeyByteCount)
        {
            throw new TransparencyException("the last part of a verifier key is base64 of a type and 32 bytes");
        }

        VerifierKey key = new(parts[0], (SignatureType)bytes[0], bytes.AsSpan(1));
        return key.Id == uint.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            ? key
            : throw new TransparencyException($"the id of the verifier key of '{parts[0]}' does not match the key");
    }

    /// <summary>Whether a text can be the name of a key.</summary>
    public static bool IsName(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] is < ' ' or '+' || char.IsWhiteSpace(name[i]) || (char.IsSurrogate(name[i]) && (i + 1 == name.Length || !char.IsSurrogatePair(name, i++))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the other key is the same key, whatever the names: one key is one vote.</summary>
    public bool HasSamePublicKey(VerifierKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return publicKey.AsSpan().SequenceEqual(other.publicKey);
    }

    /// <inheritdoc/>
    public bool Equals(VerifierKey? other) =>
        other is not null && Name == other.Name && Type == other.Type && publicKey.AsSpan().SequenceEqual(other.publicKey);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Id);

    /// <summary>The text form.</summary>
    public override string ToString() => $"{Label}+{Convert.ToBase64String([(byte)Type, .. publicKey])}";

    private static uint ComputeId(string name, SignatureType type, ReadOnlySpan<byte> publicKey)
    {
        byte[] input = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey];
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(input));
    }
}
