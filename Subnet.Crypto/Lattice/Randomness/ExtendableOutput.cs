using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using SystemShake256 = System.Security.Cryptography.Shake256;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>One-shot extendable-output functions.</summary>
public static class ExtendableOutput
{
    /// <summary>
    /// SHAKE256 (FIPS 202) of <paramref name="message"/>, as many bytes as <paramref name="destination"/> holds: the platform's
    /// where it has one, else BouncyCastle's.
    /// </summary>
    public static void Shake256(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        if (SystemShake256.IsSupported)
        {
            SystemShake256.HashData(message, destination);
        }
        else
        {
            ManagedShake256(message, destination);
        }
    }

    /// <summary>The managed twin of <see cref="Shake256"/>, for platforms without a native one.</summary>
    internal static void ManagedShake256(ReadOnlySpan<byte> message, Span<byte> destination)
    {
        ShakeDigest digest = new(256);
        byte[] input = message.ToArray();
        byte[] output = new byte[destination.Length];
        digest.BlockUpdate(input, 0, input.Length);
        digest.DoFinal(output, 0, output.Length);
        output.CopyTo(destination);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(output);
    }
}
