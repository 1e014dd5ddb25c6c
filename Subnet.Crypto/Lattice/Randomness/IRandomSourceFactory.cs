namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>Makes independent random sources; safe for concurrent use.</summary>
public interface IRandomSourceFactory
{
    /// <summary>A new source whose output is independent of every other source of this factory. The caller disposes it.</summary>
    IRandomSource Create();

    /// <summary>A new seed for a stream that will be published as its seed (the uniform half of a ciphertext or key).</summary>
    PrngSeed CreatePublicSeed();
}
