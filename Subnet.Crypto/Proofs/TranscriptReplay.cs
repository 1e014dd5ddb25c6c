using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>A Fiat-Shamir transcript step by step, for replaying known answers. Not safe for concurrent use.</summary>
public sealed class TranscriptReplay
{
    private readonly Transcript transcript;

    /// <summary>Starts the transcript of a protocol.</summary>
    public TranscriptReplay(string name) => transcript = new Transcript(name);

    /// <summary>The 32-byte state.</summary>
    public ReadOnlySpan<byte> State => transcript.State;

    /// <summary>Absorbs a message under a label.</summary>
    public void Absorb(string label, ReadOnlySpan<byte> message) => transcript.Absorb(label, message);

    /// <summary>Draws a challenge, 32 bytes big-endian.</summary>
    public byte[] Challenge(string label)
    {
        transcript.TryChallenge(label, out Scalar challenge);
        return challenge.ToBytes();
    }
}
