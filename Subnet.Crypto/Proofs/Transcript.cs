using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// The Fiat-Shamir transcript (protocol 4): state = H(name LF); absorb(label, m): state = H(state || u8 length(label) || label || be32 length(m) || m);
/// challenge(label): absorb(label, empty), then SHA-512(0x01 || state) modulo the order. Everything a verifier knows goes in before the challenge that depends on
/// it. Not safe for concurrent use.
/// </summary>
internal sealed class Transcript
{
    private readonly byte[] state;

    /// <summary>Starts a transcript of the protocol <paramref name="name"/>.</summary>
    public Transcript(string name) => state = SHA256.HashData(Encoding.UTF8.GetBytes(name + "\n"));

    private Transcript(byte[] state) => this.state = state;

    /// <summary>The 32-byte state.</summary>
    public ReadOnlySpan<byte> State => state;

    /// <summary>An independent copy.</summary>
    public Transcript Fork() => new((byte[])state.Clone());

    /// <summary>Binds the transcript to a message.</summary>
    public void Absorb(string label, ReadOnlySpan<byte> message)
    {
        Span<byte> prefix = stackalloc byte[byte.MaxValue + 1];
        int length = Encoding.UTF8.GetBytes(label, prefix[1..]);
        prefix[0] = (byte)length;
        Span<byte> size = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(size, (uint)message.Length);

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(state);
        hash.AppendData(prefix[..(1 + length)]);
        hash.AppendData(size);
        hash.AppendData(message);
        hash.GetHashAndReset(state);
    }

    /// <summary>Draws a challenge; false for zero, which both sides refuse (probability 2^-256).</summary>
    public bool TryChallenge(string label, out Scalar challenge)
    {
        Absorb(label, default);
        Span<byte> message = stackalloc byte[1 + SHA256.HashSizeInBytes];
        message[0] = 1;
        state.CopyTo(message[1..]);
        Span<byte> wide = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(message, wide);
        challenge = Scalar.ReadWide(wide);
        return !challenge.IsZero;
    }
}
