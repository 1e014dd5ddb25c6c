using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Lattice;

/// <summary>
/// A block of words that begins at a multiple of 64 bytes and does not move, so that no vector load crosses a cache line. The
/// garbage collector frees it.
/// </summary>
internal sealed class WordBuffer
{
    private const int AlignmentWords = 8;

    /// <summary>A block of zeros.</summary>
    public WordBuffer(int length)
    {
        Length = length;
        Array = length == 0 ? [] : GC.AllocateArray<ulong>(checked(length + AlignmentWords - 1), pinned: true);
        if (length != 0)
        {
            nint address = Marshal.UnsafeAddrOfPinnedArrayElement(Array, 0);
            Offset = (int)((-address / sizeof(ulong)) & (AlignmentWords - 1));
        }
    }

    /// <summary>A block without words.</summary>
    public static WordBuffer Empty { get; } = new(0);

    /// <summary>Number of words.</summary>
    public int Length { get; }

    /// <summary>The pinned array that holds the block.</summary>
    public ulong[] Array { get; }

    /// <summary>Where in the array the block begins.</summary>
    public int Offset { get; }

    /// <summary>The words.</summary>
    public Span<ulong> Span => Array.AsSpan(Offset, Length);

    /// <summary>Overwrites the words with zeros in a way that is not optimised away.</summary>
    public void Clear() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Span));
}
