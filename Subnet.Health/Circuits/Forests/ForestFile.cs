using System.Security.Cryptography;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>The private side of a forest's card.</summary>
/// <param name="Card">Hash of the card, 32 bytes.</param>
/// <param name="Salt">Of the commitment, 32 bytes.</param>
/// <param name="Forest">The trees.</param>
internal sealed record PrivateForest(byte[] Card, byte[] Salt, IntegerForest Forest);

/// <summary>The file a miner serves a forest's card from: salt 32 || canonical forest, under <see cref="SealedFile"/>.</summary>
internal static class ForestFile
{
    private const int SaltBytes = 32;

    private static ReadOnlySpan<byte> FirstLine => "subnet-forest/1\n"u8;

    /// <summary>Whether a file begins as such a file does.</summary>
    public static bool IsForest(ReadOnlySpan<byte> file) => file.StartsWith(FirstLine);

    /// <summary>Encrypts the private side under a password.</summary>
    /// <exception cref="ArgumentException">The password is empty or the cost outside its bounds.</exception>
    public static byte[] Seal(PrivateForest forest, ReadOnlySpan<byte> password, ScryptCost cost, IRandomSource random)
    {
        byte[] plain = [.. forest.Salt, .. forest.Forest.ToCanonical()];
        byte[] file = SealedFile.Seal(FirstLine, forest.Card, plain, password, cost, random);
        CryptographicOperations.ZeroMemory(plain);
        return file;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="CircuitException">Not such a file, or not opened by this password.</exception>
    public static PrivateForest Unseal(ReadOnlySpan<byte> file, ReadOnlySpan<byte> password)
    {
        (byte[] card, byte[] plain) = SealedFile.Unseal(FirstLine, file, password);
        try
        {
            return plain.Length > SaltBytes && IntegerForest.FromCanonical(plain.AsSpan(SaltBytes)) is { } forest
                ? new PrivateForest(card, plain[..SaltBytes], forest)
                : throw SealedFile.Damaged();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
