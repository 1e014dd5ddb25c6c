using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency.Merkle;

namespace Subnet.Crypto.Transparency.Checkpoints;

/// <summary>
/// A proof file of C2SP tlog-proof: an entry's index, its inclusion path and a signed checkpoint, checked offline with nothing but
/// public keys.
/// </summary>
public sealed class TlogProof
{
    /// <summary>Length of a proof file in bytes, at most.</summary>
    public const int MaximumBytes = 2 << 20;

    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>Puts a proof together.</summary>
    public TlogProof(long index, IReadOnlyList<TreeHash> path, string checkpointNote, byte[]? extra = null)
    {
        Index = index;
        Path = path;
        CheckpointNote = checkpointNote;
        Extra = extra;
    }

    /// <summary>Place of the entry in the log.</summary>
    public long Index { get; }

    /// <summary>Inclusion path, the leaf's sibling first.</summary>
    public IReadOnlyList<TreeHash> Path { get; }

    /// <summary>The signed checkpoint as it stands in the file.</summary>
    public string CheckpointNote { get; }

    /// <summary>Bytes of the application, which nothing vouches for; null if there are none.</summary>
    public byte[]? Extra { get; }

    /// <summary>Reads a proof file.</summary>
    /// <exception cref="TransparencyException">The file is malformed.</exception>
    public static TlogProof Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumBytes || !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            throw new TransparencyException("a proof is UTF-8 of at most 2 MiB");
        }

        string text = Encoding.UTF8.GetString(bytes);
        int blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        string[] lines = blank < 0 ? [] : text[..blank].Split('\n');
        if (lines.Length < 2 || lines[0] != Header)
        {
            throw new TransparencyException($"a proof begins with the line '{Header}' and has an index line, a path, a blank line and a checkpoint");
        }

        byte[]? extra = null;
        int at = 1;
        if (lines[at].StartsWith("extra ", StringComparison.Ordinal))
        {
            if (!StrictBase64.TryDecode(lines[at].AsSpan(6), out extra))
            {
                throw new TransparencyException("the extra line is not base64");
            }

            at++;
        }

        if (at == lines.Length || !lines[at].StartsWith("index ", StringComparison.Ordinal) || !StrictDecimal.TryParse(lines[at].AsSpan(6), out long index))
        {
            throw new TransparencyException("the index line is 'index ' and a decimal number without leading zeros");
        }

        return new TlogProof(index, ReadPath(lines.AsSpan(at + 1)), text[(blank + 2)..], extra);
    }

    /// <summary>
    /// Whether the leaf hash is an entry of the log: the checkpoint is accepted under the policy and the path leads to its root.
    /// </summary>
    /// <param name="leaf">Hash of the entry.</param>
    /// <param name="origin">The log that is asked about.</param>
    /// <param name="policy">Whom the verifier trusts.</param>
    /// <param name="why">One sentence on the refusal; empty if accepted.</param>
    public bool Verify(TreeHash leaf, string origin, TrustPolicy policy, out string why)
    {
        OpenedCheckpoint opened = OpenedCheckpoint.Open(CheckpointNote, origin, policy);
        why = opened.Message;
        if (!opened.IsAccepted)
        {
            return false;
        }

        bool included = InclusionProof.Verify(Index, opened.Checkpoint!.Size, leaf, [.. Path], opened.Checkpoint.Root);
        why = included ? "" : "the inclusion proof does not lead from this entry to the checkpoint's root";
        return included;
    }

    /// <summary>The file.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(Header).Append('\n');
        if (Extra is not null)
        {
            text.Append("extra ").Append(Convert.ToBase64String(Extra)).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (TreeHash hash in Path)
        {
            text.Append(hash.ToBase64()).Append('\n');
        }

        return text.Append('\n').Append(CheckpointNote).ToString();
    }

    private static TreeHash[] ReadPath(ReadOnlySpan<string> lines)
    {
        if (lines.Length > InclusionProof.MaximumLength)
        {
            throw new TransparencyException($"an inclusion proof has at most {InclusionProof.MaximumLength} hashes");
        }

        TreeHash[] path = new TreeHash[lines.Length];
        for (int i = 0; i < path.Length; i++)
        {
            path[i] = TreeHash.TryParseBase64(lines[i], out TreeHash hash) ? hash : throw new TransparencyException("a line of the path is not base64 of 32 bytes");
        }

        return path;
    }
}
