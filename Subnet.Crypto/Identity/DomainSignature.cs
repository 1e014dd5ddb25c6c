using System.Buffers;
using System.Text;

namespace Subnet.Crypto.Identity;

/// <summary>
/// Ed25519 over domain LF || statement (protocol 8.1). The domain keeps signatures of one use from being taken for another; the statement
/// is canonical JSON, so one meaning has one signature.
/// </summary>
public static class DomainSignature
{
    /// <summary>Length of a signature in bytes.</summary>
    public const int ByteCount = 64;

    private static readonly SearchValues<char> DomainLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-/");

    /// <summary>Signs a statement.</summary>
    /// <exception cref="ArgumentException">The domain has other characters than lower-case letters, digits, '-' and '/'.</exception>
    public static byte[] Sign(SigningKey key, string domain, ReadOnlySpan<byte> statement)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Sign(Message(domain, statement));
    }

    /// <summary>Whether the signature is that of this key, domain and statement. Never throws on bad keys or signatures.</summary>
    /// <exception cref="ArgumentException">The domain has other characters than lower-case letters, digits, '-' and '/'.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, string domain, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature) =>
        publicKey.Length == Ss58Address.PublicKeyByteCount
        && signature.Length == ByteCount
        && Ed25519.Verify(publicKey, Message(domain, statement), signature);

    private static byte[] Message(string domain, ReadOnlySpan<byte> statement)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        if (domain.AsSpan().ContainsAnyExcept(DomainLetters))
        {
            throw new ArgumentException("a domain has lower-case letters, digits, '-' and '/' only", nameof(domain));
        }

        byte[] message = new byte[domain.Length + 1 + statement.Length];
        Encoding.ASCII.GetBytes(domain, message);
        message[domain.Length] = (byte)'\n';
        statement.CopyTo(message.AsSpan(domain.Length + 1));
        return message;
    }
}
