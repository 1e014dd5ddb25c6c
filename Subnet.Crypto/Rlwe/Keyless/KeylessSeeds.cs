using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>The labelled seeds of one query, all from its master seed (parameters 4).</summary>
/// <remarks>
/// The public seeds come out of a one-way function of the master under labels of their own, so they tell nothing of the secret
/// ones. A master serves one query; using it twice would encrypt two rows under one key and noise.
/// </remarks>
public static class KeylessSeeds
{
    /// <summary>Bytes of a master seed.</summary>
    public const int MasterBytes = 32;

    /// <summary>The stream of the secret key.</summary>
    public const string Secret = "secret";

    /// <summary>The public stream of the ciphertext's uniform half.</summary>
    public const string CiphertextMask = "ct-a";

    /// <summary>The public stream of the public key's uniform half.</summary>
    public const string PublicKeyMask = "pk-a";

    /// <summary>The stream of the ciphertext's noise.</summary>
    public const string CiphertextNoise = "ct-noise";

    /// <summary>The stream of the public key's noise.</summary>
    public const string PublicKeyNoise = "pk-noise";

    /// <summary>The label of ciphertext number <paramref name="ciphertext"/>: the first has the plain label, the others <c>label/1</c>, <c>label/2</c>, ...</summary>
    public static string Of(string label, int ciphertext) =>
        ciphertext == 0 ? label : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{label}/{ciphertext}");

    private static ReadOnlySpan<byte> Domain => "subnet-seed/1\n"u8;

    /// <summary>SHAKE256("subnet-seed/1" LF || u8 length(label) || label || master), 64 bytes.</summary>
    /// <param name="master">32 bytes.</param>
    /// <param name="label">At most 32 ASCII characters.</param>
    /// <param name="destination">64 bytes.</param>
    /// <exception cref="ArgumentException">A length is not as said.</exception>
    public static void Derive(ReadOnlySpan<byte> master, string label, Span<byte> destination)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        if (master.Length != MasterBytes || destination.Length != PrngSeed.ByteCount || label.Length > MasterBytes)
        {
            throw new ArgumentException($"a master seed has {MasterBytes} bytes, a seed {PrngSeed.ByteCount} and a label at most {MasterBytes} characters");
        }

        Span<byte> message = stackalloc byte[Domain.Length + 1 + label.Length + MasterBytes];
        Domain.CopyTo(message);
        message[Domain.Length] = (byte)label.Length;
        Encoding.ASCII.GetBytes(label, message[(Domain.Length + 1)..]);
        master.CopyTo(message[^MasterBytes..]);
        ExtendableOutput.Shake256(message, destination);
        CryptographicOperations.ZeroMemory(message);
    }

    /// <summary>A stream (type 1) that begins at a labelled seed.</summary>
    public static IRandomSource Open(ReadOnlySpan<byte> master, string label)
    {
        Span<byte> seed = stackalloc byte[PrngSeed.ByteCount];
        Derive(master, label, seed);
        SeededRandomSource source = new(PrngType.Blake2Xb, seed);
        CryptographicOperations.ZeroMemory(seed);
        return source;
    }
}
