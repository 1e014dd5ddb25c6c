namespace Subnet.Crypto.Transparency.Notes;

/// <summary>One signature line of a note, as it stands there; not verified.</summary>
/// <param name="Name">The signer's name.</param>
/// <param name="KeyId">The signer's key id.</param>
/// <param name="Bytes">What follows the id; its meaning depends on the type of the key.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes);
