using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Network;

/// <summary>
/// Where the keys of a network on this machine come from: one root of 32 bytes, and a label for each use. From a number the root can be found again by anyone who tries
/// numbers, so such a network keeps nothing secret and says so in every key file; a fresh root is the operating system's.
/// </summary>
internal sealed class NetworkSeed : IDisposable
{
    private const int RootBytes = 32;

    private readonly byte[] root;

    private NetworkSeed(byte[] root, bool isShared)
    {
        this.root = root;
        IsShared = isShared;
    }

    /// <summary>Whether others can derive the same keys.</summary>
    public bool IsShared { get; }

    /// <summary>The keys of a number.</summary>
    public static NetworkSeed Of(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return new NetworkSeed(SHA256.HashData([.. "subnet-network-seed/1\n"u8, .. bytes]), isShared: true);
    }

    /// <summary>Keys that nobody else has.</summary>
    public static NetworkSeed Fresh(IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] root = new byte[RootBytes];
        random.Fill(root);
        return new NetworkSeed(root, isShared: false);
    }

    /// <summary>The key of a label.</summary>
    public SigningKey Key(string label)
    {
        byte[] seed = Derive("key/" + label, SigningKey.SeedByteCount);
        try
        {
            return SigningKey.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Streams of a label, each independent of the others.</summary>
    public RandomSourceFactory Random(string label)
    {
        byte[] seed = Derive("random/" + label, PrngSeed.ByteCount);
        try
        {
            return RandomSourceFactory.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>Wipes the root.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(root);

    private byte[] Derive(string label, int count) => HKDF.Expand(HashAlgorithmName.SHA256, root, count, Encoding.UTF8.GetBytes("subnet-network/1\n" + label));
}
