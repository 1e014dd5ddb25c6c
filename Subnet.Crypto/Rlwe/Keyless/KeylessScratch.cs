using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>A few borrowed polynomials of a set, wiped when given back: they hold secrets on either side.</summary>
internal readonly ref struct KeylessScratch
{
    private readonly ulong[] words;
    private readonly int polynomialWords;

    public KeylessScratch(KeylessSet set, int polynomials)
    {
        polynomialWords = set.Degree * set.Moduli.Length;
        words = ArrayPool<ulong>.Shared.Rent(polynomials * polynomialWords);
    }

    /// <summary>Polynomial number <paramref name="index"/>, limb after limb; content undefined at first.</summary>
    public Span<ulong> this[int index] => words.AsSpan(index * polynomialWords, polynomialWords);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words.AsSpan()));
        ArrayPool<ulong>.Shared.Return(words);
    }
}
