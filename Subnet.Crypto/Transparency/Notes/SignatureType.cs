namespace Subnet.Crypto.Transparency.Notes;

/// <summary>How a line of a signed note signs; the byte before the public key in a verifier key. Lines of other types are skipped.</summary>
public enum SignatureType
{
    /// <summary>Ed25519 over the note's text.</summary>
    Ed25519 = 0x01,

    /// <summary>cosignature/v1: a time, then Ed25519 over that time and a checkpoint (C2SP tlog-cosignature).</summary>
    Cosignature = 0x04,
}
