using System.Buffers;
using System.Security.Cryptography;

namespace Subnet.Crypto.Seal;

/// <summary>
/// A pooled buffer that grows up to a limit which the caller derived from the context, never from the input. Everything that
/// passes through is wiped, because it may be a secret key.
/// </summary>
internal sealed class BoundedOutput(int limit) : IDisposable
{
    private const int SmallestBuffer = 4096;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Clamp(limit, 1, SmallestBuffer));

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    /// <summary>Room for <paramref name="count"/> more bytes, which count as written.</summary>
    /// <exception cref="SealFormatException">The limit would be passed.</exception>
    public Span<byte> Take(int count)
    {
        EnsureRoom(count);
        Span<byte> taken = buffer.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    /// <summary>Repeats <paramref name="length"/> bytes from <paramref name="distance"/> bytes back; both may overlap.</summary>
    /// <exception cref="SealFormatException">The limit would be passed, or the distance lies before the start.</exception>
    public void Repeat(int distance, int length)
    {
        if (distance <= 0 || distance > Length)
        {
            throw new SealFormatException("corrupt compressed data: a match lies before the start");
        }

        EnsureRoom(length);
        int from = Length - distance;
        if (distance >= length)
        {
            buffer.AsSpan(from, length).CopyTo(buffer.AsSpan(Length));
        }
        else
        {
            for (int i = 0; i < length; i++)
            {
                buffer[Length + i] = buffer[from + i];
            }
        }

        Length += length;
    }

    /// <summary>Gives back <paramref name="count"/> bytes that were taken and not used.</summary>
    public void Return(int count) => Length -= count;

    /// <summary>How many bytes may still be written.</summary>
    public int Room => limit - Length;

    /// <summary>Wipes and returns the buffer.</summary>
    public void Dispose()
    {
        Release(buffer);
        buffer = [];
        Length = 0;
    }

    private static void Release(byte[] rented)
    {
        CryptographicOperations.ZeroMemory(rented);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void EnsureRoom(int count)
    {
        if (count > Room)
        {
            throw new SealFormatException($"the decompressed object is larger than the {limit} bytes that its context allows");
        }

        if (count <= buffer.Length - Length)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, Math.Max((long)Length + count, 2L * buffer.Length)));
        Written.CopyTo(larger);
        Release(buffer);
        buffer = larger;
    }
}
