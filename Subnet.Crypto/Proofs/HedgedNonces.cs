using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Commitments.Secp256k1;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Proofs;

/// <summary>
/// Nonces from 32 fresh random bytes mixed with the secret blinding and the transcript: SHA-512(key || label || be32 i) modulo the order, where key =
/// HMAC-SHA512 of the statement under random || blinding. A generator that repeats itself then still gives other nonces for another statement, and one that an
/// attacker knows still needs the blinding.
/// </summary>
internal sealed class HedgedNonces : IProofNonces, IDisposable
{
    private readonly byte[] key;

    /// <summary>Draws the random part and mixes in the rest.</summary>
    public HedgedNonces(IRandomSource random, in Scalar blinding, ReadOnlySpan<byte> statement)
    {
        Span<byte> secret = stackalloc byte[32 + Scalar.ByteCount];
        random.Fill(secret[..32]);
        blinding.Write(secret[32..]);
        key = HMACSHA512.HashData(secret, statement);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <inheritdoc/>
    public Scalar Draw(string label, int index)
    {
        Span<byte> message = stackalloc byte[64 + 16 + sizeof(int)];
        key.CopyTo(message);
        int length = 64 + Encoding.ASCII.GetBytes(label, message[64..]);
        BinaryPrimitives.WriteInt32BigEndian(message[length..], index);
        Span<byte> wide = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(message[..(length + sizeof(int))], wide);
        Scalar scalar = Scalar.ReadWide(wide);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(wide);
        return scalar;
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);
}
