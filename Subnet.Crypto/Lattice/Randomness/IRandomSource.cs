namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>
/// A stream of random bytes. Not safe for concurrent use: each operation takes a source of its own. Disposing wipes whatever
/// the source knows of its future and past output.
/// </summary>
public interface IRandomSource : IDisposable
{
    /// <summary>Overwrites <paramref name="destination"/> with the next bytes of the stream.</summary>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    void Fill(Span<byte> destination);
}
