using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Entries;

/// <summary>
/// What a miner signs for each answer (design/audit-log.md section 6.2): it cannot deny what it served, and the clinic cannot later
/// swap the model or the result.
/// </summary>
/// <param name="Request">The <c>event</c> of the query, 32 hexadecimal digits.</param>
/// <param name="Model">Hash of the model card, 64 digits.</param>
/// <param name="In">Hash of the query's bytes, 64 digits.</param>
/// <param name="Out">Hash of the reply's bytes, 64 digits.</param>
/// <param name="Time">When, by the miner's clock.</param>
/// <param name="Miner">The miner's verifier key.</param>
internal sealed record ReceiptStatement(string Request, string Model, string In, string Out, DateTimeOffset Time, VerifierKey Miner)
{
    /// <summary>The first line of what is signed; keeps receipts apart from other uses of the key.</summary>
    public const string Domain = "audit-receipt/1";

    /// <summary>The statement's canonical bytes.</summary>
    public byte[] ToCanonical() => CanonicalJsonWriter.Write(new CanonicalObject
    {
        { "request", Request },
        { "model", Model },
        { "in", In },
        { "out", Out },
        { "time", EntryTime.Format(Time) },
        { "miner", Miner.ToString() },
    });

    /// <summary>The bytes under the signature.</summary>
    public byte[] ToMessage() => [.. Encoding.ASCII.GetBytes(Domain + "\n"), .. ToCanonical()];

    /// <summary>Signs the statement with the miner's key.</summary>
    /// <exception cref="ArgumentException">The key is not that of the statement.</exception>
    public byte[] Sign(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.PublicKey.SequenceEqual(Miner.PublicKey)
            ? DomainSignature.Sign(key, Domain, ToCanonical())
            : throw new ArgumentException("the key is not the one that the statement names", nameof(key));
    }

    /// <summary>Whether the signature is the miner's over this statement.</summary>
    public bool IsSignedBy(ReadOnlySpan<byte> signature) => DomainSignature.Verify(Miner.PublicKey, Domain, ToCanonical(), signature);

    /// <summary>Reads a statement; no other members are allowed.</summary>
    /// <exception cref="AuditEntryException">The statement is malformed.</exception>
    public static ReceiptStatement Parse(CanonicalObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Count != 6)
        {
            throw new AuditEntryException("a receipt states request, model, in, out, time and miner, and nothing else");
        }

        try
        {
            VerifierKey miner = VerifierKey.Parse(value.TextOrNull("miner") ?? throw new AuditEntryException("a receipt names its miner"));
            return EntryTime.TryParse(value.TextOrNull("time") ?? "", out DateTimeOffset time)
                ? new ReceiptStatement(Hex(value, "request", 32), Hex(value, "model", 64), Hex(value, "in", 64), Hex(value, "out", 64), time, miner)
                : throw new AuditEntryException("the time of a receipt is UTC with milliseconds");
        }
        catch (TransparencyException malformed)
        {
            throw new AuditEntryException($"the miner of a receipt is a verifier key: {malformed.Message}");
        }
    }

    private static string Hex(CanonicalObject value, string name, int length) =>
        value.TextOrNull(name) is { } text && text.Length == length && !text.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex)
            ? text
            : throw new AuditEntryException($"'{name}' of a receipt is {length} lower-case hexadecimal digits");
}
