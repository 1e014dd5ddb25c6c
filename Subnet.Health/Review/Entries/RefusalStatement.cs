using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Entries;

/// <summary>
/// What a miner signs when it does not answer (protocol 8.2). The code is coarse on purpose: a client that shapes malformed queries
/// must not learn from refusals what went wrong inside.
/// </summary>
/// <param name="Request">The <c>event</c> of the query, 32 hexadecimal digits.</param>
/// <param name="In">Hash of the query's bytes, 64 digits.</param>
/// <param name="Code">One of the constants here.</param>
/// <param name="Time">When, by the miner's clock.</param>
/// <param name="Miner">The miner's verifier key.</param>
internal sealed record RefusalStatement(string Request, string In, string Code, DateTimeOffset Time, VerifierKey Miner)
{
    /// <summary>The first line of what is signed.</summary>
    public const string Domain = "subnet-refusal/1";

    /// <summary>The query is malformed, of an unknown card, or does not fit it.</summary>
    public const string QueryRefused = "query-refused";

    /// <summary>The token is not good here: forged, of another miner, epoch or number of rows, or spent.</summary>
    public const string TokenRefused = "token-refused";

    /// <summary>The statement's canonical bytes.</summary>
    public byte[] ToCanonical() => CanonicalJsonWriter.Write(new CanonicalObject
    {
        { "request", Request },
        { "in", In },
        { "code", Code },
        { "time", EntryTime.Format(Time) },
        { "miner", Miner.ToString() },
    });

    /// <summary>Signs the statement with the miner's key.</summary>
    public byte[] Sign(SigningKey key) => DomainSignature.Sign(key, Domain, ToCanonical());

    /// <summary>Whether the signature is the miner's over this statement.</summary>
    public bool IsSignedBy(ReadOnlySpan<byte> signature) => DomainSignature.Verify(Miner.PublicKey, Domain, ToCanonical(), signature);

    /// <summary>Reads a statement; no other members are allowed.</summary>
    /// <exception cref="AuditEntryException">The statement is malformed.</exception>
    public static RefusalStatement Parse(CanonicalObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string request = value.TextOrNull("request") ?? "";
        string input = value.TextOrNull("in") ?? "";
        string code = value.TextOrNull("code") ?? "";
        bool fits = value.Count == 5
            && request.Length == 32 && !request.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex)
            && input.Length == 64 && !input.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex)
            && code.Length is > 0 and <= 32 && !code.AsSpan().ContainsAnyExcept(EntryAlphabets.Word);
        if (!fits || !EntryTime.TryParse(value.TextOrNull("time") ?? "", out DateTimeOffset time))
        {
            throw new AuditEntryException("a refusal states request, in, code, time and miner, and nothing else");
        }

        try
        {
            return new RefusalStatement(request, input, code, time, VerifierKey.Parse(value.TextOrNull("miner") ?? ""));
        }
        catch (TransparencyException malformed)
        {
            throw new AuditEntryException($"the miner of a refusal is a verifier key: {malformed.Message}");
        }
    }
}
