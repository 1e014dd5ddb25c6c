using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Logs;

/// <summary>A key that a log was given after it began, with the word of one that it had before: what the log's <c>key.added</c> says, and a witness is told.</summary>
/// <param name="Key">The key; its name is the log's.</param>
/// <param name="Signature">Of the statement of <see cref="KeyStatement"/>, base64.</param>
internal sealed record AddedKey(VerifierKey Key, string Signature)
{
    /// <summary>Keys that a log can have been given, at most, for a witness to follow; with a change of keys each year some decades.</summary>
    public const int Most = 32;

    /// <summary>Whether one of these keys lets it sign.</summary>
    public bool IsSignedBy(IEnumerable<VerifierKey> keys) => KeyStatement.IsSignedBy(keys, Key.Name, Key, Signature);

    /// <summary>As a line of a file.</summary>
    public string ToLine() => $"{Key} {Signature}";

    /// <summary>Reads a line; null where it is none.</summary>
    public static AddedKey? TryParse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        try
        {
            return line.Split(' ') is [{ } key, { } signature] && VerifierKey.Parse(key) is { Type: SignatureType.Ed25519 } read ? new AddedKey(read, signature) : null;
        }
        catch (TransparencyException)
        {
            return null;
        }
    }
}
