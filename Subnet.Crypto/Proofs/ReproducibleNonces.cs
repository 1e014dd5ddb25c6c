using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Commitments.Secp256k1;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// Nonces that follow from a seed, SHA-512("subnet-test-nonce" LF || seed || label || be32 i) modulo the order: for known answers only. Whoever knows the seed computes
/// the weights from the proof.
/// </summary>
internal sealed class ReproducibleNonces(ReadOnlyMemory<byte> seed) : IProofNonces
{
    /// <inheritdoc/>
    public Scalar Draw(string label, int index)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, index);
        return Scalar.ReadWide(SHA512.HashData([.. "subnet-test-nonce\n"u8, .. seed.Span, .. Encoding.ASCII.GetBytes(label), .. number]));
    }
}
