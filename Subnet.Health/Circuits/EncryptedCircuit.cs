using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>
/// Both sides of a compiled model on one machine: encrypts rows as a clinic does, answers as a miner does, decrypts. For
/// verification; a clinic never has the private side. Safe for concurrent use.
/// </summary>
internal sealed class EncryptedCircuit : IDisposable
{
    private readonly CompiledModel compiled;
    private readonly byte[] card;
    private readonly IRandomSourceFactory randomness;
    private readonly KeylessModel[] models;

    /// <summary>Loads the private side.</summary>
    /// <param name="compiled">The model.</param>
    /// <param name="card">The 32-byte hash of its card.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    public EncryptedCircuit(CompiledModel compiled, ReadOnlySpan<byte> card, IRandomSourceFactory randomness)
    {
        this.compiled = compiled;
        this.card = card.ToArray();
        this.randomness = randomness;
        models = new KeylessModel[compiled.Parts.Length];
        for (int i = 0; i < models.Length; i++)
        {
            ParameterChoice part = compiled.Parts[i];
            models[i] = new KeylessModel(this.card, part.Parameters, part.Form.Classes, part.Form.Weights, (long)part.DeclaredBound, randomness);
        }
    }

    /// <summary>One row through encryption.</summary>
    /// <param name="x">A feature vector.</param>
    /// <param name="answers">Takes one integer for each raw score.</param>
    /// <returns>Null, or why the row is refused before anything would be sent.</returns>
    /// <exception cref="CircuitException">Query or reply was refused, which honest ones never are.</exception>
    public string? TryAnswer(ReadOnlySpan<float> x, Span<long> answers)
    {
        int at = 0;
        Span<byte> master = stackalloc byte[32];
        for (int i = 0; i < models.Length; i++)
        {
            ParameterChoice part = compiled.Parts[i];
            long[] phi = new long[part.Form.Features];
            if (part.Form.Encoding.TryEncode(x, phi) is string refusal)
            {
                return refusal;
            }

            using (IRandomSource source = randomness.Create())
            {
                source.Fill(master);
            }

            var layout = new KeylessLayout(part.Form.Features, part.Form.Classes, 1);
            using var client = new KeylessClient(master, card, part.Parameters, layout);
            byte[] query = client.Encrypt(phi);
            KeylessRefusal refused = models[i].TryAnswer(query, out byte[]? reply);
            if (refused == KeylessRefusal.None)
            {
                refused = client.TryDecrypt(reply, (long)part.DeclaredBound, answers.Slice(at, part.Form.Classes));
            }

            CryptographicOperations.ZeroMemory(master);
            if (refused != KeylessRefusal.None)
            {
                throw new CircuitException($"an honest query was refused ({refused}); report this as a bug.");
            }

            at += part.Form.Classes;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(models, model => model.Dispose());
}
