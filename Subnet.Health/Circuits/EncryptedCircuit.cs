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
    private readonly KeylessModel model;

    /// <summary>Loads the private side.</summary>
    /// <param name="compiled">The model.</param>
    /// <param name="card">The 32-byte hash of its card.</param>
    /// <param name="randomness">The operating system's generator in production.</param>
    public EncryptedCircuit(CompiledModel compiled, ReadOnlySpan<byte> card, IRandomSourceFactory randomness)
    {
        this.compiled = compiled;
        this.card = card.ToArray();
        this.randomness = randomness;
        ParameterChoice choice = compiled.Choice;
        model = new KeylessModel(this.card, choice.Parameters, choice.Form.Classes, choice.Form.Weights, (long)choice.DeclaredBound, randomness);
    }

    /// <summary>One row through encryption.</summary>
    /// <param name="x">A feature vector.</param>
    /// <param name="answers">Takes one integer for each raw score.</param>
    /// <returns>Null, or why the row is refused before anything would be sent.</returns>
    /// <exception cref="CircuitException">Query or reply was refused, which honest ones never are.</exception>
    public string? TryAnswer(ReadOnlySpan<float> x, Span<long> answers)
    {
        ParameterChoice choice = compiled.Choice;
        long[] phi = new long[choice.Form.Features];
        if (choice.Form.Encoding.TryEncode(x, phi) is string refusal)
        {
            return refusal;
        }

        Span<byte> master = stackalloc byte[KeylessSeeds.MasterBytes];
        using (IRandomSource source = randomness.Create())
        {
            source.Fill(master);
        }

        using var client = new KeylessClient(master, card, choice.Parameters, new KeylessLayout(choice.Form.Features, choice.Form.Classes, 1));
        CryptographicOperations.ZeroMemory(master);
        KeylessRefusal refused = model.TryAnswer(client.Encrypt(phi), out byte[]? reply);
        if (refused == KeylessRefusal.None)
        {
            refused = client.TryDecrypt(reply, (long)choice.DeclaredBound, answers);
        }

        return refused == KeylessRefusal.None ? null : throw new CircuitException($"an honest query was refused ({refused}); report this as a bug.");
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();
}
