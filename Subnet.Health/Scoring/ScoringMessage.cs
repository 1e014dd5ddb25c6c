using Subnet.Crypto.CanonicalJson;

namespace Subnet.Health.Scoring;

/// <summary>
/// What travels between clinic, validators and reviewer, and what a transcript keeps: a signed statement and the byte strings and lists that it names by their hash.
/// </summary>
/// <param name="Signed">The statement.</param>
/// <param name="Attachments">What it names by hash, in the order of its kind.</param>
internal sealed record ScoringMessage(SignedStatement Signed, IReadOnlyList<ReadOnlyMemory<byte>> Attachments)
{
    /// <summary>A message of a statement alone.</summary>
    public static ScoringMessage Of(SignedStatement signed) => new(signed, []);

    /// <summary>The statement's members, or null where it is not signed, not canonical or not of this domain.</summary>
    public StatementReader? Open(string domain)
    {
        if (Signed.Domain != domain || !Signed.IsSigned)
        {
            return null;
        }

        try
        {
            return new StatementReader(CanonicalJsonReader.Read(Signed.Statement.Span));
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }
}
