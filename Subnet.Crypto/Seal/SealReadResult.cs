using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Seal;

/// <summary>An object that was read, and how it was written.</summary>
/// <typeparam name="T">The type of the object.</typeparam>
/// <param name="Value">The object.</param>
/// <param name="Header">Its header; <see cref="SealHeader.Size"/> bytes of the source belong to it.</param>
/// <param name="Seeds">The seeds that polynomials were expanded from, in the order of the file; empty for an object written in full.</param>
public sealed record SealReadResult<T>(T Value, SealHeader Header, IReadOnlyList<PrngSeed> Seeds)
{
    /// <summary>Bytes of the source that belong to the object.</summary>
    public int ByteCount => (int)Header.Size;
}
