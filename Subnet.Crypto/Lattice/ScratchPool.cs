using System.Numerics;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// Working memory that operations borrow and give back, so that a steady stream of them allocates nothing. Blocks are rounded up
/// to powers of two; what is given back beyond the limit goes to the garbage collector. Safe for concurrent use.
/// </summary>
internal sealed class ScratchPool
{
    /// <summary>Enough for several threads of BFV multiplication at N = 16384.</summary>
    public const long DefaultLimitBytes = 256L << 20;

    private const int SizeClasses = 31;

    private readonly Lock _gate = new();
    private readonly Stack<WordBuffer>[] _free = new Stack<WordBuffer>[SizeClasses];
    private readonly long _limitBytes;
    private long _heldBytes;

    public ScratchPool(long limitBytes = DefaultLimitBytes)
    {
        _limitBytes = limitBytes;
        for (int i = 0; i < SizeClasses; i++)
        {
            _free[i] = new Stack<WordBuffer>();
        }
    }

    /// <summary>Bytes that wait to be borrowed.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_gate)
            {
                return _heldBytes;
            }
        }
    }

    /// <summary>Borrows words of undefined content until the result is disposed.</summary>
    /// <param name="words">How many, at least 1.</param>
    /// <param name="isSecret">Wipe the words when they are given back.</param>
    public Scratch Rent(int words, bool isSecret = false)
    {
        int sizeClass = BitOperations.Log2((uint)words - 1) + 1;
        lock (_gate)
        {
            if (_free[sizeClass].TryPop(out WordBuffer? buffer))
            {
                _heldBytes -= (long)buffer.Length * sizeof(ulong);
                return new Scratch(this, buffer, words, isSecret);
            }
        }

        return new Scratch(this, new WordBuffer(1 << sizeClass), words, isSecret);
    }

    /// <summary>Counts memory that is kept elsewhere against the limit; false where it does not fit.</summary>
    public bool TryHold(long bytes)
    {
        lock (_gate)
        {
            bool fits = _heldBytes + bytes <= _limitBytes;
            _heldBytes += fits ? bytes : 0;
            return fits;
        }
    }

    /// <summary>Takes back what <see cref="TryHold"/> counted.</summary>
    public void Release(long bytes)
    {
        lock (_gate)
        {
            _heldBytes -= bytes;
        }
    }

    private void Return(WordBuffer buffer)
    {
        long bytes = (long)buffer.Length * sizeof(ulong);
        lock (_gate)
        {
            if (_heldBytes + bytes <= _limitBytes)
            {
                _heldBytes += bytes;
                _free[BitOperations.Log2((uint)buffer.Length)].Push(buffer);
            }
        }
    }

    /// <summary>Borrowed words; dispose exactly once.</summary>
    internal readonly ref struct Scratch(ScratchPool pool, WordBuffer buffer, int words, bool isSecret)
    {
        /// <summary>The words.</summary>
        public Span<ulong> Span { get; } = buffer.Span[..words];

        /// <summary>Gives the words back.</summary>
        public void Dispose()
        {
            if (isSecret)
            {
                buffer.Clear();
            }

            pool.Return(buffer);
        }
    }
}
