using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Crypto.Rlwe;

/// <summary>Small secret coefficients on borrowed memory, wiped when disposed.</summary>
internal readonly ref struct SecretCoefficients
{
    private readonly sbyte[] _array;

    public SecretCoefficients(int count)
    {
        _array = ArrayPool<sbyte>.Shared.Rent(count);
        Span = _array.AsSpan(0, count);
    }

    /// <summary>The coefficients.</summary>
    public Span<sbyte> Span { get; }

    /// <summary>Wipes and gives back.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Span));
        ArrayPool<sbyte>.Shared.Return(_array);
    }
}
