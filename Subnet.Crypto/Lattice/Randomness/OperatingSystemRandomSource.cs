using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice.Randomness;

/// <summary>The operating system's generator. It keeps no state here, so one instance may serve several threads.</summary>
public sealed class OperatingSystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    /// <summary>Does nothing: there is no state to wipe.</summary>
    public void Dispose()
    {
    }
}
