namespace Subnet.Crypto.Identity;

/// <summary>
/// Cost of scrypt (RFC 7914): memory is 128 · N · r bytes, time grows with N · r · p. Bounded on both sides: a file must not make its
/// reader spend more than 256 MiB, and must not be cheap to guess at either.
/// </summary>
/// <param name="N">Cost, a power of two from 2^14 to 2^18.</param>
/// <param name="R">Block size, 8.</param>
/// <param name="P">Parallelisation, 1 to 4.</param>
public readonly record struct ScryptCost(int N, int R, int P)
{
    /// <summary>What new files use: 128 MiB, a few tenths of a second.</summary>
    public static ScryptCost Default { get; } = new(1 << 17, 8, 1);

    /// <summary>The least that is taken: 16 MiB.</summary>
    public static ScryptCost Minimum { get; } = new(1 << 14, 8, 1);

    /// <summary>Whether the cost is within the bounds above.</summary>
    public bool IsAcceptable => N is >= 1 << 14 and <= 1 << 18 && (N & (N - 1)) == 0 && R == 8 && P is >= 1 and <= 4;
}
