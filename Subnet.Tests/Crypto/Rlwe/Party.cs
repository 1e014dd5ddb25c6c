using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>Someone with a key pair from a fixed seed.</summary>
internal sealed class Party : IDisposable
{
    private readonly RandomSourceFactory _random;

    public Party(Parameters parameters, byte seed = 1)
    {
        byte[] bytes = new byte[PrngSeed.ByteCount];
        bytes[0] = seed;
        _random = RandomSourceFactory.FromSeed(bytes);
        Parameters = parameters;
        Generator = new KeyGenerator(parameters, _random);
        SecretKey = Generator.CreateSecretKey();
        PublicKey = Generator.CreatePublicKey(SecretKey);
        Encryptor = new Encryptor(parameters, _random);
        Decryptor = new Decryptor(SecretKey);
    }

    public Parameters Parameters { get; }

    public KeyGenerator Generator { get; }

    public SecretKey SecretKey { get; }

    public PublicKey PublicKey { get; }

    public Encryptor Encryptor { get; }

    public Decryptor Decryptor { get; }

    public ulong[] Decrypt(Ciphertext ciphertext)
    {
        using Plaintext plaintext = new();
        Decryptor.Decrypt(ciphertext, plaintext);
        return plaintext.Words.ToArray();
    }

    public void Dispose()
    {
        Decryptor.Dispose();
        SecretKey.Dispose();
        _random.Dispose();
    }
}
