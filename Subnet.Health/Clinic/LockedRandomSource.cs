using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Clinic;

/// <summary>A random source that several threads share. Does not own the one behind it.</summary>
internal sealed class LockedRandomSource(IRandomSource source) : IRandomSource
{
    private readonly Lock gate = new();

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        lock (gate)
        {
            source.Fill(destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The source is its owner's.
    }
}
