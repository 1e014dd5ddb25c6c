using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Witnessing;

/// <summary>The body of add-checkpoint (C2SP tlog-witness): old size, consistency proof, blank line, checkpoint note.</summary>
/// <param name="OldSize">The size the sender believes the witness to know.</param>
/// <param name="Proof">From that size to the checkpoint's.</param>
/// <param name="Note">The signed checkpoint.</param>
public sealed record AddCheckpointRequest(long OldSize, IReadOnlyList<TreeHash> Proof, SignedNote Note)
{
    /// <summary>Length of a body in bytes, at most.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>Reads a body. The checkpoint inside is checked by the witness.</summary>
    /// <exception cref="TransparencyException">The body is malformed.</exception>
    public static AddCheckpointRequest Parse(ReadOnlySpan<byte> body)
    {
        int blank = body.IndexOf("\n\n"u8);
        if (body.Length > MaximumBytes || blank < 0 || !System.Text.Unicode.Utf8.IsValid(body))
        {
            throw new TransparencyException("the body is an old line, hashes, a blank line and a note, in UTF-8");
        }

        string[] lines = Encoding.UTF8.GetString(body[..blank]).Split('\n');
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal) || !StrictDecimal.TryParse(lines[0].AsSpan(4), out long oldSize))
        {
            throw new TransparencyException("the first line is 'old ' and a size without leading zeros");
        }

        if (lines.Length - 1 > ConsistencyProof.MaximumLength)
        {
            throw new TransparencyException($"a consistency proof has at most {ConsistencyProof.MaximumLength} hashes");
        }

        TreeHash[] proof = new TreeHash[lines.Length - 1];
        for (int i = 0; i < proof.Length; i++)
        {
            proof[i] = TreeHash.TryParseBase64(lines[i + 1], out TreeHash hash) ? hash : throw new TransparencyException("a line of the proof is not base64 of 32 bytes");
        }

        SignedNote note = SignedNote.Parse(body[(blank + 2)..]);
        Checkpoint.ParseForm(note.Text);
        return new AddCheckpointRequest(oldSize, proof, note);
    }

    /// <summary>The body.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"old {OldSize}\n{string.Concat(Proof.Select(hash => hash.ToBase64() + "\n"))}\n{Note}");
}
