using System.Security.Cryptography;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Miner;

/// <summary>A model that a miner serves: its public card and its private weights, ready to evaluate.</summary>
internal sealed class ServedModel : IDisposable
{
    /// <param name="card">The card's canonical bytes.</param>
    /// <param name="circuit">The weights, under the hash of this card.</param>
    public ServedModel(ReadOnlyMemory<byte> card, KeylessModel circuit)
    {
        ArgumentNullException.ThrowIfNull(circuit);
        Card = card;
        CardHash = SHA256.HashData(card.Span);
        Circuit = circuit;
    }

    /// <summary>The card's canonical bytes.</summary>
    public ReadOnlyMemory<byte> Card { get; }

    /// <summary>SHA-256 of the card.</summary>
    public ReadOnlyMemory<byte> CardHash { get; }

    /// <summary>The evaluator.</summary>
    public KeylessModel Circuit { get; }

    /// <summary>Wipes the weights.</summary>
    public void Dispose() => Circuit.Dispose();
}
