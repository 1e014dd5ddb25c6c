using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Entries;

/// <summary>What a log's key signs when it lets a further key sign: the log's name and the new key.</summary>
internal static class KeyStatement
{
    /// <summary>The first line of what is signed.</summary>
    public const string Domain = "audit-key/1";

    /// <summary>The statement's canonical bytes.</summary>
    public static byte[] Write(string origin, VerifierKey added) => CanonicalJsonWriter.Write(new CanonicalObject { { "log", origin }, { "key", added.ToString() } });

    /// <summary>Whether one of the keys signed that the new one may sign.</summary>
    public static bool IsSignedBy(IEnumerable<VerifierKey> keys, string origin, VerifierKey added, string? signature)
    {
        byte[] bytes = new byte[66];
        if (signature is null || !Convert.TryFromBase64String(signature, bytes, out int length))
        {
            return false;
        }

        byte[] statement = Write(origin, added);
        return keys.Any(key => DomainSignature.Verify(key.PublicKey, Domain, statement, bytes.AsSpan(0, length)));
    }
}
