using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// A message polynomial. In coefficient form (BFV): up to N coefficients below t, no level. In NTT form (CKKS always): N L
/// words, limb after limb, of one level, with a scale. Not safe for concurrent changes; disposing wipes the words.
/// </summary>
public sealed class Plaintext : IDisposable
{
    private WordBuffer _words = WordBuffer.Empty;
    private int _count;

    /// <summary>An empty plaintext in coefficient form; it takes its memory when something is written to it.</summary>
    public Plaintext()
    {
    }

    /// <summary>A plaintext in coefficient form.</summary>
    public Plaintext(ReadOnlySpan<ulong> coefficients) => coefficients.CopyTo(ResizeCoefficients(coefficients.Length));

    /// <summary>The level of a plaintext in NTT form; null in coefficient form.</summary>
    public Level? Level { get; private set; }

    /// <summary>Whether the words are transform values.</summary>
    public bool IsNttForm => Level is not null;

    /// <summary>The id in SEAL's sense: zero in coefficient form.</summary>
    public ParametersId ParametersId => Level?.Id ?? ParametersId.Zero;

    /// <summary>The factor between the encoded numbers and the coefficients; 1 for BFV.</summary>
    public double Scale { get; set; } = 1.0;

    /// <summary>Number of words.</summary>
    public int Count => _count;

    /// <summary>The coefficients, or the words of the limbs one after the other.</summary>
    public Span<ulong> Words => _words.Span[.._count];

    /// <summary>The N words of one prime of a plaintext in NTT form.</summary>
    /// <exception cref="InvalidOperationException">The plaintext is in coefficient form.</exception>
    public Span<ulong> Limb(int prime)
    {
        Level level = Level ?? throw new InvalidOperationException("a plaintext in coefficient form has no limbs; transform it to NTT form first");
        int n = level.Parameters.PolyModulusDegree;
        return Words.Slice(prime * n, n);
    }

    /// <summary>Makes this a plaintext in coefficient form with so many coefficients, whose content is then undefined.</summary>
    public Span<ulong> ResizeCoefficients(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Reserve(count);
        Level = null;
        Scale = 1.0;
        return Words;
    }

    /// <summary>Drops the highest coefficients.</summary>
    internal void Shorten(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)_count, nameof(count));
        _count = count;
    }

    /// <summary>Makes this a plaintext in NTT form of a level; the content is then undefined.</summary>
    public Span<ulong> ResizeNtt(Level level, double scale)
    {
        ArgumentNullException.ThrowIfNull(level);
        Reserve(level.PolynomialWords);
        Level = level;
        Scale = scale;
        return Words;
    }

    /// <summary>Copies everything from another plaintext; keeps the memory where it suffices.</summary>
    public void CopyFrom(Plaintext source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ReferenceEquals(source, this))
        {
            return;
        }

        Reserve(source._count);
        Level = source.Level;
        Scale = source.Scale;
        source.Words.CopyTo(Words);
    }

    /// <summary>Wipes the words.</summary>
    public void Dispose()
    {
        _words.Clear();
        _count = 0;
    }

    private void Reserve(int count)
    {
        if (_words.Length < count)
        {
            _words.Clear();
            _words = new WordBuffer(count);
        }

        _count = count;
    }
}
