using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The ternary secret s as transform values modulo all primes: 8 N k bytes. Whoever holds it reads everything. Disposing wipes
/// it. Safe for concurrent reading.
/// </summary>
public sealed class SecretKey : IDisposable
{
    private readonly WordBuffer _words;
    private bool _disposed;

    /// <summary>A key of zeros to be filled by a generator or a reader.</summary>
    internal SecretKey(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        _words = new WordBuffer(parameters.KeyLevel.PolynomialWords);
    }

    /// <summary>The parameters it belongs to.</summary>
    public Parameters Parameters { get; }

    /// <summary>The words, limb after limb.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public ReadOnlySpan<ulong> Words => MutableWords;

    /// <summary>The words for who fills them.</summary>
    internal Span<ulong> MutableWords
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _words.Span;
        }
    }

    /// <summary>The N words modulo one prime.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public ReadOnlySpan<ulong> Limb(int prime) => MutableLimb(prime);

    /// <summary>The N words modulo one prime for who fills them.</summary>
    internal Span<ulong> MutableLimb(int prime)
    {
        int n = Parameters.PolyModulusDegree;
        return MutableWords.Slice(prime * n, n);
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose()
    {
        _words.Clear();
        _disposed = true;
    }
}
