using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Subnet.Health.Circuits;

/// <summary>
/// Rows that a card admits, as the integers that are encrypted. They are a patient's: they stay at the clinic, and disposing wipes
/// them.
/// </summary>
internal sealed class PreparedRows : IDisposable
{
    /// <param name="count">Number of rows.</param>
    /// <param name="features">Row-major feature vectors.</param>
    /// <param name="integers">Row-major encoded features.</param>
    public PreparedRows(int count, float[] features, long[] integers)
    {
        Count = count;
        FeatureVectors = features;
        Integers = integers;
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Row-major feature vectors, which a few links need once more.</summary>
    internal float[] FeatureVectors { get; }

    /// <summary>Row-major encoded features, the constant first.</summary>
    internal long[] Integers { get; }

    /// <summary>The encoded features of one row: what an audit opens.</summary>
    public ReadOnlySpan<long> Row(int row) => Integers.AsSpan(row * (Integers.Length / Count), Integers.Length / Count);

    /// <summary>Some of the rows, in the order given.</summary>
    public PreparedRows Take(int first, int count)
    {
        int width = FeatureVectors.Length / Count;
        int n = Integers.Length / Count;
        return new PreparedRows(
            count, FeatureVectors.AsSpan(first * width, count * width).ToArray(), Integers.AsSpan(first * n, count * n).ToArray());
    }

    /// <summary>Wipes them.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(FeatureVectors.AsSpan()));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(Integers.AsSpan()));
    }
}
