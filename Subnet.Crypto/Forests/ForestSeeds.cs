using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Crypto.Forests;

/// <summary>
/// Keys and queries of private forests as functions of master seeds, for whoever must be able to show afterwards how a query was formed. parameters 4 says this of keyless
/// queries alone; here it is said in the same way: the 64-byte seed of a label of its own begins a stream (type 1), and every seed that keys or ciphertexts take
/// comes out of that stream, 64 bytes each, in the order in which they are made.
/// </summary>
/// <remarks>
/// <para><c>forest-keys</c> of the pseudonym's master: the secret key; then for the public key, the digits of the relinearisation key and the digits of each
/// rotation key in ascending order of the elements: the uniform half, then the noise.</para>
/// <para><c>forest-query</c> of the query's master: for each ciphertext the uniform half, then the noise.</para>
/// <para>Published seeds come out of a function that is one-way without the master, so they tell nothing of the others. Two queries under one pseudonym have masters of their
/// own: with one master they would share noise and the difference of two rows would be read from their sum.</para>
/// </remarks>
public static class ForestSeeds
{
    /// <summary>The label of a pseudonym's keys.</summary>
    public const string Keys = "forest-keys";

    /// <summary>The label of a query.</summary>
    public const string Query = "forest-query";

    /// <summary>The seeds of a master under a label, one after the other. The caller disposes it.</summary>
    /// <param name="master">32 bytes.</param>
    /// <param name="label"><see cref="Keys"/> or <see cref="Query"/>.</param>
    /// <exception cref="ArgumentException">The master has not 32 bytes.</exception>
    public static RandomSourceFactory Open(ReadOnlySpan<byte> master, string label)
    {
        Span<byte> seed = stackalloc byte[PrngSeed.ByteCount];
        KeylessSeeds.Derive(master, label, seed);
        RandomSourceFactory factory = RandomSourceFactory.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return factory;
    }
}
