using System.Security.Cryptography;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Findings;

/// <summary>What a record does to a finding.</summary>
internal enum FindingAct
{
    /// <summary>Opens it.</summary>
    Open,

    /// <summary>Adds a remark.</summary>
    Note,

    /// <summary>Gives it to somebody.</summary>
    Assign,

    /// <summary>Closes it with a resolution.</summary>
    SignOff,

    /// <summary>Takes the sign-off back.</summary>
    Reopen,
}

/// <summary>
/// One signed step of a finding. The records of a finding are a chain: each names the hash of the one before, so none can be left out, moved or
/// changed. They may hold free text and therefore stay with the reviewers; a log has only their hashes.
/// </summary>
internal sealed class FindingRecord
{
    /// <summary>The first line of what is signed.</summary>
    public const string Domain = "subnet-finding/1";

    /// <summary>Letters of a remark, at most.</summary>
    public const int MaximumText = 4000;

    private static readonly string[] Always = ["finding", "seq", "prev", "act", "time", "by"];
    private static readonly string[] Optional = ["severity", "code", "log", "index", "size", "to", "resolution", "text"];

    private FindingRecord(CanonicalObject members, byte[] statement, byte[] signature)
    {
        Members = members;
        Statement = statement;
        Signature = signature;
    }

    /// <summary>The record's members.</summary>
    public CanonicalObject Members { get; }

    /// <summary>The canonical bytes, which are signed and hashed.</summary>
    public byte[] Statement { get; }

    /// <summary>The Ed25519 signature.</summary>
    public byte[] Signature { get; }

    /// <summary>The finding, 32 hexadecimal digits.</summary>
    public string Finding => Members.TextOrNull("finding")!;

    /// <summary>Its number in the chain, from 0.</summary>
    public long Seq => Members.IntegerOrNull("seq")!.Value;

    /// <summary>Hash of the record before it; zeros for the first.</summary>
    public string Previous => Members.TextOrNull("prev")!;

    /// <summary>What it does.</summary>
    public FindingAct Act { get; private init; }

    /// <summary>Who signed, 64 hexadecimal digits.</summary>
    public string By => Members.TextOrNull("by")!;

    /// <summary>When, by the signer's clock.</summary>
    public DateTimeOffset Time { get; private init; }

    /// <summary>Hash of the statement, 64 hexadecimal digits.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Statement));

    /// <summary>Whether the one it names signed it.</summary>
    public bool IsSigned => DomainSignature.Verify(Convert.FromHexString(By), Domain, Statement, Signature);

    /// <summary>The word of an act.</summary>
    public static string Word(FindingAct act) => act switch
    {
        FindingAct.SignOff => "sign-off",
        _ => act.ToString().ToLowerInvariant(),
    };

    /// <summary>Makes and signs a record.</summary>
    /// <exception cref="AuditEntryException">A member is malformed.</exception>
    public static FindingRecord Create(SigningKey key, string finding, long seq, string previous, FindingAct act, DateTimeOffset time, CanonicalObject details)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(details);
        CanonicalObject members = new()
        {
            { "finding", finding }, { "seq", seq }, { "prev", previous }, { "act", Word(act) }, { "time", EntryTime.Format(time) },
            { "by", Convert.ToHexStringLower(key.PublicKey) },
        };
        foreach ((string name, CanonicalValue value) in details)
        {
            members.Add(name, value);
        }

        byte[] statement = CanonicalJsonWriter.Write(members);
        return Read(statement, DomainSignature.Sign(key, Domain, statement));
    }

    /// <summary>Reads a record; its signature is not checked here.</summary>
    /// <exception cref="AuditEntryException">It is malformed.</exception>
    public static FindingRecord Read(byte[] statement, byte[] signature)
    {
        CanonicalObject members;
        try
        {
            members = CanonicalJsonReader.Read(statement);
        }
        catch (CanonicalJsonException malformed)
        {
            throw new AuditEntryException($"a finding's record is canonical JSON: {malformed.Message}");
        }

        Require(Array.TrueForAll(Always, name => members.TryGet(name, out _)), "a finding's record lacks one of " + string.Join(' ', Always));
        string? unknown = members.Names.FirstOrDefault(name => !Always.Contains(name) && !Optional.Contains(name));
        Require(unknown is null, $"'{unknown}' is not a member of a finding's record");
        Require(IsHex(members, "finding", 32) && IsHex(members, "prev", 64) && IsHex(members, "by", 64), "a finding's record names its finding, the record before and its signer in hexadecimal digits");
        Require(members.IntegerOrNull("seq") is >= 0, "a finding's record has a number");
        FindingAct? act = Enum.GetValues<FindingAct>().Cast<FindingAct?>().FirstOrDefault(act => Word(act!.Value) == members.TextOrNull("act"));
        Require(act is not null, "a finding's record opens, notes, assigns, signs off or reopens");
        Require(EntryTime.TryParse(members.TextOrNull("time") ?? "", out DateTimeOffset time), "a finding's record has a time");
        foreach (string name in (string[])["severity", "code", "log", "to", "resolution"])
        {
            Require(!members.TryGet(name, out _) || members.TextOrNull(name) is { Length: > 0 and <= 256 }, $"'{name}' of a finding's record is a text of 1 to 256 letters");
        }

        Require(!members.TryGet("text", out _) || members.TextOrNull("text") is { Length: > 0 and <= MaximumText }, $"'text' of a finding's record has 1 to {MaximumText} letters");
        return new FindingRecord(members, statement, signature) { Act = act!.Value, Time = time };
    }

    private static bool IsHex(CanonicalObject members, string name, int length) =>
        members.TextOrNull(name) is { } text && text.Length == length && !text.AsSpan().ContainsAnyExcept(EntryAlphabets.Hex);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new AuditEntryException(otherwise);
        }
    }
}
