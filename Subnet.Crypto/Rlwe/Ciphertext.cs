using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;

namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Polynomials c_0, c_1, ... with c_0 + c_1 s + c_2 s^2 + ... = message + noise. The words stand in one buffer, word
/// <c>(polynomial * L + limb) * N + position</c>, 8 * size * L * N bytes. Operations that write to a ciphertext reuse its
/// memory. Not safe for concurrent changes; concurrent reading is.
/// </summary>
public sealed class Ciphertext
{
    /// <summary>The most polynomials a ciphertext may have.</summary>
    public const int MaxSize = 16;

    private WordBuffer _words = WordBuffer.Empty;

    /// <summary>An empty ciphertext (size 0) to write a result to.</summary>
    /// <param name="parameters">Its parameters; it is at the first data level.</param>
    public Ciphertext(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Level = parameters.FirstDataLevel;
    }

    /// <summary>A ciphertext of zeros at a level.</summary>
    /// <param name="level">Where it is.</param>
    /// <param name="size">Number of polynomials, 0 to 16.</param>
    /// <param name="isNttForm">Whether the words are transform values.</param>
    /// <param name="scale">1 for BFV.</param>
    public Ciphertext(Level level, int size, bool isNttForm, double scale = 1.0)
    {
        ArgumentNullException.ThrowIfNull(level);
        Level = level;
        Resize(level, size);
        IsNttForm = isNttForm;
        Scale = scale;
        Words.Clear();
    }

    /// <summary>Where in the modulus chain it is.</summary>
    public Level Level { get; private set; }

    /// <summary>Number of polynomials.</summary>
    public int Size { get; private set; }

    /// <summary>Whether the words are transform values (CKKS, keys) or coefficients (BFV).</summary>
    public bool IsNttForm { get; set; }

    /// <summary>The factor between numbers and coefficients; 1 for BFV.</summary>
    public double Scale { get; set; } = 1.0;

    /// <summary>All words.</summary>
    public Span<ulong> Words => _words.Span[..(Size * Level.PolynomialWords)];

    /// <summary>
    /// Whether anyone can read the message: every polynomial from index 1 on is zero. Such a "ciphertext" hides nothing, so
    /// operations refuse to return it.
    /// </summary>
    public bool IsTransparent => Size < 2 || !Words[Level.PolynomialWords..].ContainsAnyExcept(0UL);

    /// <summary>The N L words of one polynomial.</summary>
    public Span<ulong> Polynomial(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Size, nameof(index));
        int words = Level.PolynomialWords;
        return _words.Span.Slice(index * words, words);
    }

    /// <summary>The N words of one polynomial modulo one prime.</summary>
    public Span<ulong> Limb(int polynomial, int prime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)prime, (uint)Level.PrimeCount, nameof(prime));
        int n = Level.Parameters.PolyModulusDegree;
        return Polynomial(polynomial).Slice(prime * n, n);
    }

    /// <summary>Where a limb begins in memory; it does not move while this ciphertext keeps its buffer.</summary>
    internal nint LimbAddress(int polynomial, int prime)
    {
        int word = ((polynomial * Level.PrimeCount) + prime) * Level.Parameters.PolyModulusDegree;
        return Marshal.UnsafeAddrOfPinnedArrayElement(_words.Array, _words.Offset + word);
    }

    /// <summary>Bytes of the memory it keeps.</summary>
    internal long MemoryBytes => (long)_words.Length * sizeof(ulong);

    /// <summary>Sets level and size; the memory is kept where it suffices and its content is then undefined.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not 0 to 16.</exception>
    public void Resize(Level level, int size)
    {
        ArgumentNullException.ThrowIfNull(level);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        int count = size * level.PolynomialWords;
        if (_words.Length < count)
        {
            _words = new WordBuffer(count);
        }

        Level = level;
        Size = size;
    }

    /// <summary>Adds polynomials of undefined content behind those that are there.</summary>
    internal void Grow(int size)
    {
        int used = Size * Level.PolynomialWords;
        int count = size * Level.PolynomialWords;
        if (_words.Length < count)
        {
            WordBuffer larger = new(count);
            _words.Span[..used].CopyTo(larger.Span);
            _words = larger;
        }

        Size = size;
    }

    /// <summary>Copies everything from another ciphertext; keeps the memory where it suffices.</summary>
    public void CopyFrom(Ciphertext source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (ReferenceEquals(source, this))
        {
            return;
        }

        Resize(source.Level, source.Size);
        IsNttForm = source.IsNttForm;
        Scale = source.Scale;
        source.Words.CopyTo(Words);
    }

    /// <summary>A copy with memory of its own.</summary>
    public Ciphertext Clone()
    {
        Ciphertext copy = new(Level.Parameters);
        copy.CopyFrom(this);
        return copy;
    }
}
