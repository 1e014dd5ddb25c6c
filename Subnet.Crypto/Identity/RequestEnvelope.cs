using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Subnet.Crypto.Identity;

/// <summary>
/// The signed envelope of a request between identified parties (protocol 8.1): who asks whom for which method with which body, once, until when.
/// </summary>
/// <param name="Method">Name of the method, printable ASCII without quotes, backslash and blanks, at most 128 characters.</param>
/// <param name="From">Public key of the sender, 32 bytes.</param>
/// <param name="To">Public key of the receiver, 32 bytes.</param>
/// <param name="BodyHash">SHA-256 of the body, 32 bytes.</param>
/// <param name="Nonce">16 random bytes.</param>
/// <param name="Expires">End of validity, UTC, at most five minutes ahead; milliseconds are signed.</param>
public sealed record RequestEnvelope(
    string Method,
    ReadOnlyMemory<byte> From,
    ReadOnlyMemory<byte> To,
    ReadOnlyMemory<byte> BodyHash,
    ReadOnlyMemory<byte> Nonce,
    DateTimeOffset Expires)
{
    /// <summary>Domain of the signature.</summary>
    public const string Domain = "subnet-request/1";

    /// <summary>Length of a nonce in bytes.</summary>
    public const int NonceByteCount = 16;

    /// <summary>Longest validity that a receiver takes.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromMinutes(5);

    private const int MaxMethodLength = 128;

    private static readonly SearchValues<char> MethodLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_-");

    /// <summary>Whether every member has the form that the statement needs.</summary>
    public bool IsWellFormed =>
        Method is { Length: > 0 and <= MaxMethodLength }
        && !Method.AsSpan().ContainsAnyExcept(MethodLetters)
        && From.Length == Ss58Address.PublicKeyByteCount
        && To.Length == Ss58Address.PublicKeyByteCount
        && BodyHash.Length == SHA256.HashSizeInBytes
        && Nonce.Length == NonceByteCount
        && Expires.Offset == TimeSpan.Zero
        && Expires.Ticks % TimeSpan.TicksPerMillisecond == 0;

    /// <summary>The canonical JSON that is signed (audit-log section 6): members sorted by name, bytes in lower-case hex.</summary>
    /// <exception cref="InvalidOperationException">The envelope is not well formed.</exception>
    public byte[] ToStatement()
    {
        if (!IsWellFormed)
        {
            throw new InvalidOperationException("a member of the envelope has a wrong length or form");
        }

        string expires = Expires.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes(
            $$"""
            {"body":"{{Convert.ToHexStringLower(BodyHash.Span)}}","expires":"{{expires}}","from":"{{Convert.ToHexStringLower(From.Span)}}","method":"{{Method}}","nonce":"{{Convert.ToHexStringLower(Nonce.Span)}}","to":"{{Convert.ToHexStringLower(To.Span)}}"}
            """);
    }
}
