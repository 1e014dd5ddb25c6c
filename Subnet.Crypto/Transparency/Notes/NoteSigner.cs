using System.Buffers.Binary;
using System.Text;
using Subnet.Crypto.Identity;

namespace Subnet.Crypto.Transparency.Notes;

/// <summary>Signs notes under a name: a log its checkpoints, a witness those of others. Does not own the key; safe for concurrent use.</summary>
public sealed class NoteSigner
{
    private readonly SigningKey key;

    /// <summary>A signer of a name, a type and a key, which stays the caller's.</summary>
    /// <exception cref="TransparencyException">The name is not one.</exception>
    public NoteSigner(string name, SignatureType type, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        this.key = key;
        Verifier = new VerifierKey(name, type, key.PublicKey);
    }

    /// <summary>The public half.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>Signs a text with a plain signature.</summary>
    /// <exception cref="InvalidOperationException">This signer writes cosignatures.</exception>
    public NoteSignature Sign(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Verifier.Type == SignatureType.Ed25519
            ? new NoteSignature(Verifier.Name, Verifier.Id, key.Sign(Encoding.UTF8.GetBytes(text)))
            : throw new InvalidOperationException("a witness signs with a time");
    }

    /// <summary>Signs a statement of a domain that is not a note's, such as the announcement of a new key.</summary>
    public byte[] SignStatement(string domain, ReadOnlySpan<byte> statement) => DomainSignature.Sign(key, domain, statement);

    /// <summary>
    /// Cosigns a checkpoint's text: at <paramref name="time"/> this was the largest consistent tree the signer had seen of this origin.
    /// </summary>
    /// <exception cref="InvalidOperationException">This signer writes plain signatures.</exception>
    public NoteSignature Cosign(string checkpointText, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(checkpointText);
        if (Verifier.Type != SignatureType.Cosignature)
        {
            throw new InvalidOperationException("a log signs without a time");
        }

        long seconds = time.ToUnixTimeSeconds();
        byte[] bytes = new byte[CosignatureMessage.ByteCount];
        BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
        key.Sign(CosignatureMessage.Build(seconds, Encoding.UTF8.GetBytes(checkpointText))).CopyTo(bytes, 8);
        return new NoteSignature(Verifier.Name, Verifier.Id, bytes);
    }
}
