using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;

namespace Subnet.Health.Miner;

/// <summary>Loads what <c>subnet model compile</c> wrote, whatever the circuit.</summary>
internal static class ServedModels
{
    /// <summary>Loads a model.</summary>
    /// <param name="canonical">The card's bytes.</param>
    /// <param name="sealedFile">The private file beside it.</param>
    /// <param name="password">Its password.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    /// <exception cref="CircuitException">Card or file are refused or do not belong together.</exception>
    public static IServedModel Load(
        ReadOnlySpan<byte> canonical, ReadOnlySpan<byte> sealedFile, ReadOnlySpan<byte> password, IRandomSourceFactory randomness) =>
        CardReader.Read(canonical).Forest is null
            ? CircuitServedModel.Load(canonical, sealedFile, password, randomness)
            : ForestServedModel.Load(canonical, sealedFile, password, randomness);
}
