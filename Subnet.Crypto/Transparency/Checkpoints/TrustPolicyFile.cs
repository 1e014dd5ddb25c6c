using System.Text;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>
/// Reads tlog-policy files: lines <c>log</c>, <c>witness</c>, <c>group</c> and one <c>quorum</c>; names are declared before use and each
/// is a member of at most one group; a public key appears once among the logs and once among the witnesses.
/// </summary>
public sealed class TrustPolicyFile
{
    /// <summary>Length of a policy file in bytes, at most.</summary>
    public const int MaximumBytes = 1 << 18;

    private const string None = "none";

    private readonly List<VerifierKey> logs = [];
    private readonly Dictionary<string, VerifierKey> witnesses = [];
    private readonly Dictionary<string, Quorum> defined = [];
    private readonly HashSet<string> grouped = [];
    private Quorum? quorum;

    private TrustPolicyFile()
    {
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="TransparencyException">The file is malformed; the message names the line.</exception>
    public static TrustPolicy Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumBytes)
        {
            throw new TransparencyException($"a policy has at most {MaximumBytes} bytes");
        }

        if (bytes.IsEmpty || bytes[^1] != '\n')
        {
            throw new TransparencyException("every line of a policy, the last too, ends in a line feed");
        }

        TrustPolicyFile file = new();

        // Octets are opaque: Latin-1 gives each its own character, and names are compared as octets.
        string[] lines = Encoding.Latin1.GetString(bytes[..^1]).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                file.ReadLine(lines[i]);
            }
            catch (TransparencyException refused)
            {
                throw new TransparencyException($"line {i + 1} of the policy: {refused.Message}");
            }
        }

        return file.quorum is null
            ? throw new TransparencyException("the policy has no quorum line")
            : new TrustPolicy(file.logs, file.witnesses.ToDictionary(pair => ToText(pair.Key), pair => pair.Value), file.quorum);
    }

    private void ReadLine(string line)
    {
        if (line.AsSpan().ContainsAnyInRange('\0', '\b') || line.AsSpan().ContainsAnyInRange('\v', '\x1f') || line.Contains('\x7f'))
        {
            throw new TransparencyException("no control characters but tabs");
        }

        string[] items = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (items.Length == 0 || items[0].StartsWith('#'))
        {
            return;
        }

        switch (items[0])
        {
            case "log" when items.Length is 2 or 3:
                AddLog(ParseKey(items[1], SignatureType.Ed25519));
                break;
            case "witness" when items.Length is 3 or 4:
                AddWitness(items[1], ParseKey(items[2], SignatureType.Cosignature));
                break;
            case "group" when items.Length >= 4:
                AddGroup(items[1], items[2], items.AsSpan(3));
                break;
            case "quorum" when items.Length == 2:
                SetQuorum(items[1]);
                break;
            default:
                throw new TransparencyException("'log KEY [URL]', 'witness NAME KEY [URL]', 'group NAME all|any|K MEMBER...' or 'quorum NAME' expected");
        }
    }

    private static VerifierKey ParseKey(string item, SignatureType wanted)
    {
        VerifierKey key = VerifierKey.Parse(ToText(item));
        return key.Type == wanted ? key : throw new TransparencyException($"the key is not of type 0x{(int)wanted:x2}");
    }

    private void AddLog(VerifierKey key)
    {
        if (logs.Any(key.HasSamePublicKey))
        {
            throw new TransparencyException("this log's public key is there twice");
        }

        logs.Add(key);
    }

    private void AddWitness(string name, VerifierKey key)
    {
        if (witnesses.Values.Any(key.HasSamePublicKey))
        {
            throw new TransparencyException("this witness's public key is there twice: one key is one vote");
        }

        Define(name, new Quorum(key));
        witnesses.Add(name, key);
    }

    private void AddGroup(string name, string threshold, ReadOnlySpan<string> memberNames)
    {
        Quorum[] members = new Quorum[memberNames.Length];
        for (int i = 0; i < members.Length; i++)
        {
            if (!defined.TryGetValue(memberNames[i], out Quorum? member))
            {
                throw new TransparencyException($"'{memberNames[i]}' is not defined above");
            }

            members[i] = grouped.Add(memberNames[i]) ? member : throw new TransparencyException($"'{memberNames[i]}' is a member twice");
        }

        long count = threshold switch
        {
            "all" => members.Length,
            "any" => 1,
            _ => StrictDecimal.TryParse(threshold, out long k) ? k : 0,
        };
        if (count < 1 || count > members.Length)
        {
            throw new TransparencyException($"a threshold is all, any, or a number from 1 to {members.Length}");
        }

        Define(name, new Quorum((int)count, members));
    }

    private void Define(string name, Quorum meaning)
    {
        if (name == None || !defined.TryAdd(name, meaning))
        {
            throw new TransparencyException($"the name '{name}' is taken");
        }
    }

    private void SetQuorum(string name)
    {
        if (quorum is not null)
        {
            throw new TransparencyException("a second quorum line");
        }

        quorum = name == None ? new Quorum(0, [])
            : defined.TryGetValue(name, out Quorum? meaning) ? meaning
            : throw new TransparencyException($"'{name}' is not defined above");
    }

    private static string ToText(string octets)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(octets);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : octets;
    }
}
