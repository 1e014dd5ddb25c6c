using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Subnet.Crypto.Tokens;

/// <summary>
/// TokenChallenge of RFC 9577 section 2.1.1 for token type 2: who issues, in which redemption context, for which origin. Its hash is inside the blinded message, so the
/// issuer does not learn the origin and only that origin takes the token. Immutable.
/// </summary>
public sealed class TokenChallenge
{
    private readonly byte[] encoded;
    private readonly byte[] digest;

    private TokenChallenge(byte[] encoded, string issuer, string origin)
    {
        this.encoded = encoded;
        Issuer = issuer;
        Origin = origin;
        digest = SHA256.HashData(encoded);
    }

    /// <summary>issuer_name, as on the ledger.</summary>
    public string Issuer { get; }

    /// <summary>origin_info.</summary>
    public string Origin { get; }

    /// <summary>The encoding.</summary>
    public ReadOnlySpan<byte> Encoded => encoded;

    /// <summary>challenge_digest, the SHA-256 of the encoding.</summary>
    public ReadOnlySpan<byte> Digest => digest;

    /// <summary>The challenge of a miner: empty redemption context, origin <c>subnet/NETUID/miner/HOTKEY</c>.</summary>
    /// <exception cref="ArgumentException">An empty or too long issuer name, or a hotkey that has not 32 bytes.</exception>
    public static TokenChallenge ForMiner(string issuer, ushort netuid, ReadOnlySpan<byte> hotkey)
    {
        ArgumentException.ThrowIfNullOrEmpty(issuer);
        if (hotkey.Length != 32)
        {
            throw new ArgumentException($"a hotkey has 32 bytes, not {hotkey.Length}", nameof(hotkey));
        }

        string origin = string.Create(CultureInfo.InvariantCulture, $"subnet/{netuid}/miner/{Convert.ToHexStringLower(hotkey)}");
        byte[] name = Encoding.ASCII.GetBytes(issuer);
        if (!Ascii.IsValid(issuer) || name.Length > ushort.MaxValue)
        {
            throw new ArgumentException("an issuer's name is ASCII, at most 65535 characters", nameof(issuer));
        }

        byte[] info = Encoding.ASCII.GetBytes(origin);
        byte[] encoded = new byte[2 + 2 + name.Length + 1 + 2 + info.Length];
        BinaryPrimitives.WriteUInt16BigEndian(encoded, Token.Type);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(2), (ushort)name.Length);
        name.CopyTo(encoded, 4);
        BinaryPrimitives.WriteUInt16BigEndian(encoded.AsSpan(5 + name.Length), (ushort)info.Length);
        info.CopyTo(encoded, 7 + name.Length);
        return new TokenChallenge(encoded, issuer, origin);
    }

    /// <summary>Reads a challenge of type 2: a non-empty ASCII issuer, a redemption context of 0 or 32 bytes, an ASCII origin, nothing after it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TokenChallenge? challenge)
    {
        challenge = null;
        ReadOnlySpan<byte> rest = bytes;
        if (rest.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(rest) != Token.Type)
        {
            return false;
        }

        rest = rest[2..];
        if (!TryTake(ref rest, 2, out ReadOnlySpan<byte> issuer)
            || issuer.IsEmpty
            || !TryTake(ref rest, 1, out ReadOnlySpan<byte> context)
            || context.Length is not (0 or 32)
            || !TryTake(ref rest, 2, out ReadOnlySpan<byte> origin)
            || !rest.IsEmpty
            || !Ascii.IsValid(issuer)
            || !Ascii.IsValid(origin))
        {
            return false;
        }

        challenge = new TokenChallenge(bytes.ToArray(), Encoding.ASCII.GetString(issuer), Encoding.ASCII.GetString(origin));
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, int prefix, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (rest.Length < prefix)
        {
            return false;
        }

        int length = prefix == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < prefix + length)
        {
            return false;
        }

        value = rest.Slice(prefix, length);
        rest = rest[(prefix + length)..];
        return true;
    }
}
