using System.Buffers;
using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Health.Audits;

/// <summary>
/// What is signed in an audit's exchange (protocol 8.2): canonical JSON of the message's fields, in which byte strings above 64 bytes and lists stand as their hash.
/// </summary>
internal static class AuditStatements
{
    /// <summary>Domain of a plan's signature.</summary>
    public const string PlanDomain = "subnet-plan/1";

    /// <summary>Domain of the signature under an opened plan.</summary>
    public const string OpenDomain = "subnet-audit-open/1";

    /// <summary>Domain of the signature under a proof.</summary>
    public const string ProofDomain = "subnet-proof/1";

    private const int LongestInFull = 64;

    /// <summary>The plan of an epoch.</summary>
    public static byte[] Plan(ushort netuid, ulong epoch, ReadOnlySpan<byte> validator, ReadOnlySpan<byte> root) => CanonicalJsonWriter.Write(new CanonicalObject
    {
        ["netuid"] = netuid,
        ["epoch"] = checked((long)epoch),
        ["validator"] = Hex(validator),
        ["root"] = Hex(root),
    });

    /// <summary>An opened plan.</summary>
    public static byte[] Open(AuditOpen message)
    {
        ArgumentNullException.ThrowIfNull(message);
        CanonicalList audits = [];
        foreach (Rpc.InferenceV1.OpenedAudit audit in message.Audits)
        {
            audits.Add(Audit(audit));
        }

        return CanonicalJsonWriter.Write(new CanonicalObject
        {
            ["netuid"] = message.Netuid,
            ["epoch"] = checked((long)message.Epoch),
            ["validator"] = Hex(message.Validator.Span),
            ["miner"] = Hex(message.Miner.Span),
            ["card"] = Hex(message.Card.Span),
            ["audits"] = HashOf(audits),
        });
    }

    /// <summary>A proof.</summary>
    public static byte[] Proof(
        ushort netuid, ulong epoch, ReadOnlySpan<byte> validator, ReadOnlySpan<byte> miner, ReadOnlySpan<byte> card, LinearProof message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return CanonicalJsonWriter.Write(new CanonicalObject
        {
            ["netuid"] = netuid,
            ["epoch"] = checked((long)epoch),
            ["validator"] = Hex(validator),
            ["miner"] = Hex(miner),
            ["card"] = Hex(card),
            ["audits"] = Hex(message.Audits.Span),
            ["proof"] = Hex(message.Proof.Span),
            ["rho"] = Hex(message.Rho.Span),
        });
    }

    private static CanonicalObject Audit(Rpc.InferenceV1.OpenedAudit audit)
    {
        CanonicalList rows = [];
        foreach (AuditRow row in audit.Rows)
        {
            CanonicalList values = [];
            foreach (long value in row.Values)
            {
                values.Add(value);
            }

            rows.Add(values);
        }

        CanonicalObject opened = new() { ["master"] = Hex(audit.Master.Span), ["rows"] = HashOf(rows) };
        if (!audit.Keys.IsEmpty)
        {
            opened.Add("keys", Hex(audit.Keys.Span));
        }

        if (!audit.Receipt.IsEmpty)
        {
            opened.Add("receipt", Hex(audit.Receipt.Span));
        }

        return opened;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        bytes.Length > LongestInFull ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : Convert.ToHexStringLower(bytes);

    private static string HashOf(CanonicalList list)
    {
        ArrayBufferWriter<byte> written = new();
        CanonicalJsonWriter.Write(list, written);
        return Convert.ToHexStringLower(SHA256.HashData(written.WrittenSpan));
    }
}
