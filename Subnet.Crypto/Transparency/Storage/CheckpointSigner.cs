using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The log's signature, given only to trees that extend the last one signed. What was signed is durable before the signature leaves:
/// the last line against signing a fork after a restore from backup.
/// </summary>
internal sealed class CheckpointSigner(ILogFiles files, DurableFiles durable, IReadOnlyList<NoteSigner> signers)
{
    private const string SignedPath = "state/signed";

    /// <summary>The name of the log.</summary>
    public string Origin => signers[0].Verifier.Name;

    /// <summary>What was signed last, or null if nothing was.</summary>
    /// <exception cref="LogStoreException">The record is damaged.</exception>
    public Checkpoint? LastSigned()
    {
        if (files.Read(SignedPath) is not { } bytes)
        {
            return null;
        }

        try
        {
            SignedNote note = SignedNote.Parse(bytes);
            Checkpoint signed = Checkpoint.Parse(note.Text);
            if (signed.Origin != Origin)
            {
                throw new LogStoreException(LogStoreFault.Foreign, $"the folder holds the log {signed.Origin}, which is not {Origin}");
            }

            note.Verify(signers.Select(signer => signer.Verifier));
            return signed;
        }
        catch (TransparencyException malformed)
        {
            throw new LogStoreException(LogStoreFault.Corrupt, $"state/signed is not what this log signed: {malformed.Message}", malformed);
        }
    }

    /// <summary>Refuses a tree that does not extend a checkpoint.</summary>
    /// <exception cref="LogStoreException">The checkpoint is ahead, or of another history.</exception>
    public static void RequireExtension(Checkpoint earlier, ITreeNodes tree, string what)
    {
        if (earlier.Size > tree.Size)
        {
            throw new LogStoreException(
                LogStoreFault.Behind,
                $"{what} has {earlier.Size} entries and the tree only {tree.Size}: the folder was restored from an older state; an operator must bring the missing entries back");
        }

        if (MerkleTree.Root(tree, earlier.Size) != earlier.Root)
        {
            throw new LogStoreException(LogStoreFault.Fork, $"{what} of {earlier.Size} entries is not the beginning of this tree; it will not be signed over");
        }
    }

    /// <summary>Signs the tree's head.</summary>
    /// <exception cref="LogStoreException">The tree does not extend what was signed last.</exception>
    public SignedNote Sign(ITreeNodes tree)
    {
        if (LastSigned() is { } last)
        {
            RequireExtension(last, tree, "the last signed tree");
        }

        string text = new Checkpoint(Origin, tree.Size, MerkleTree.Root(tree, tree.Size)).ToText();
        SignedNote note = SignedNote.Create(text, [.. signers.Select(signer => signer.Sign(text))]);
        durable.Replace(SignedPath, System.Text.Encoding.UTF8.GetBytes(note.ToString()));
        return note;
    }
}
