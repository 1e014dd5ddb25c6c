using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>A statement of protocol 8.2 under its domain and signature. Nothing in it is believed before <see cref="IsSigned"/> was asked.</summary>
/// <param name="Domain">What the signature is for, such as <c>subnet-batch/1</c>.</param>
/// <param name="Statement">Canonical JSON.</param>
/// <param name="Signer">The signer's public key, 32 bytes.</param>
/// <param name="Signature">Ed25519, 64 bytes.</param>
internal sealed record SignedStatement(
    string Domain, ReadOnlyMemory<byte> Statement, ReadOnlyMemory<byte> Signer, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Longest statement: every list in one is replaced by its hash, so statements are short.</summary>
    public const int MaximumBytes = 4096;

    /// <summary>Hash of the statement: what other statements and the log call it.</summary>
    public byte[] Hash => SHA256.HashData(Statement.Span);

    /// <summary>Whether the signature is the signer's under this domain.</summary>
    public bool IsSigned => ScoringDomains.IsKnown(Domain)
        && Statement.Length <= MaximumBytes
        && DomainSignature.Verify(Signer.Span, Domain, Statement.Span, Signature.Span);

    /// <summary>Signs members.</summary>
    public static SignedStatement Sign(SigningKey key, string domain, CanonicalObject members)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] statement = CanonicalJsonWriter.Write(members);
        return new SignedStatement(domain, statement, key.PublicKey.ToArray(), DomainSignature.Sign(key, domain, statement));
    }

    /// <summary>Whether the statement is by this signer, well signed, and under this domain.</summary>
    public bool IsBy(ReadOnlySpan<byte> signer, string domain) => Domain == domain && Signer.Span.SequenceEqual(signer) && IsSigned;
}
