using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// What can be said of an entry by itself, without those before it: its schema and its receipt's signature. It is the expensive part of a
/// verification, a pure function, and so is done for many entries at once.
/// </summary>
/// <param name="Entry">The entry; null where the schema refuses it.</param>
/// <param name="Refusal">Why the schema refuses it; empty where it does not.</param>
/// <param name="ReceiptIsGood">Whether its receipt is the miner's; true where it has none.</param>
internal readonly record struct PreparedEntry(AuditEntry? Entry, string Refusal, bool ReceiptIsGood)
{
    /// <summary>Reads an entry and checks its receipt.</summary>
    public static PreparedEntry Of(ReadOnlyMemory<byte> bytes) => Read(bytes, withReceipt: true);

    /// <summary>Reads an entry and takes its receipt as good: to see what the signatures cost.</summary>
    public static PreparedEntry WithoutReceipt(ReadOnlyMemory<byte> bytes) => Read(bytes, withReceipt: false);

    private static PreparedEntry Read(ReadOnlyMemory<byte> bytes, bool withReceipt)
    {
        try
        {
            AuditEntry entry = AuditEntry.Parse(bytes);
            bool good = !withReceipt || !entry.IsOk || entry.Members.ObjectOrNull("receipt") is not { } receipt
                || (SemanticVerifier.TryReadReceipt(entry, receipt, out ReceiptStatement statement, out byte[] signature) && statement.IsSignedBy(signature));
            return new PreparedEntry(entry, "", good);
        }
        catch (AuditEntryException refused)
        {
            return new PreparedEntry(null, refused.Message, false);
        }
    }
}
