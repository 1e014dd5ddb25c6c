using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// Both sides of a compiled forest on one machine, for verification; a clinic never has the private side. Keys are made once. Not
/// safe for concurrent use.
/// </summary>
internal sealed class EncryptedForest : IDisposable
{
    private readonly CompiledForest compiled;
    private readonly byte[] card;
    private readonly ForestReader reader;
    private readonly ForestKeyBundle keys;
    private readonly ForestEvaluation evaluation;

    /// <summary>Makes keys and encodes the forest.</summary>
    /// <param name="compiled">The model.</param>
    /// <param name="card">The 32-byte hash of its card.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    public EncryptedForest(CompiledForest compiled, ReadOnlySpan<byte> card, IRandomSourceFactory randomness)
    {
        this.compiled = compiled;
        this.card = card.ToArray();
        reader = new ForestReader(compiled.Set, compiled.Elements, randomness);
        evaluation = new ForestEvaluation(this.card, compiled.Set, compiled.Layout, compiled.Edges, compiled.Forest, randomness);
        ForestRefusal refusal = ForestKeyBundle.TryRead(compiled.Set, compiled.Elements, reader.Bundle.Span, out ForestKeyBundle? read);
        keys = read ?? throw new CircuitException($"an honest key bundle was refused ({refusal}); report this as a bug.");
    }

    /// <summary>Rows through encryption: one for a single patient's circuit, up to N for a batch.</summary>
    /// <param name="rows">Feature vectors that the circuit admits.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <exception cref="CircuitException">Query or reply was refused, which honest ones never are.</exception>
    public long[] Answer(IReadOnlyList<float[]> rows, CancellationToken cancellationToken)
    {
        byte[][] bits = [.. rows.Select(Bits)];
        byte[] query = reader.Encrypt(card, rows.Count, compiled.Edges.Bits, ForestSlots.Of(compiled.Layout, compiled.Edges.Bits, bits));
        byte[] request = SHA256.HashData(query);
        ForestRefusal refusal = evaluation.TryAnswer(keys, query, out byte[]? reply, cancellationToken);
        long[] answers = new long[rows.Count];
        if (refusal == ForestRefusal.None)
        {
            refusal = compiled.IsBatch
                ? reader.TryDecrypt(reply, request, ForestSlots.LargestAnswer, answers)
                : reader.TryDecrypt(reply, request, ForestSlots.LargestAnswer, out answers[0]);
        }

        return refusal == ForestRefusal.None ? answers : throw new CircuitException($"an honest query was refused ({refusal}); report this as a bug.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reader.Dispose();
        evaluation.Dispose();
    }

    private byte[] Bits(float[] x)
    {
        byte[] bits = new byte[compiled.Edges.Bits];
        return compiled.Edges.TryEncode(x, compiled.Model.Features.Names, bits) is string refusal ? throw new CircuitException($"{refusal}.") : bits;
    }
}
