namespace Subnet.Core.Numerics;

/// <summary>
/// Division by 2 to 31 as a multiplication: <c>floor(p / i) = (p * Factors[i] / 2^64) >> Shifts[i]</c> for p below 2^63
/// (Granlund and Montgomery, "Division by invariant integers using multiplication", theorem 4.2).
/// </summary>
internal static class SmallDivisors
{
    /// <summary><c>floor(2^(64 + shift) / i) + 1</c>; nothing at 0 and 1.</summary>
    public static ReadOnlySpan<ulong> Factors =>
    [
        0x0000000000000000, 0x0000000000000000, 0x8000000000000001, 0xAAAAAAAAAAAAAAAB,
        0x8000000000000001, 0xCCCCCCCCCCCCCCCD, 0xAAAAAAAAAAAAAAAB, 0x924924924924924A,
        0x8000000000000001, 0xE38E38E38E38E38F, 0xCCCCCCCCCCCCCCCD, 0xBA2E8BA2E8BA2E8C,
        0xAAAAAAAAAAAAAAAB, 0x9D89D89D89D89D8A, 0x924924924924924A, 0x8888888888888889,
        0x8000000000000001, 0xF0F0F0F0F0F0F0F1, 0xE38E38E38E38E38F, 0xD79435E50D79435F,
        0xCCCCCCCCCCCCCCCD, 0xC30C30C30C30C30D, 0xBA2E8BA2E8BA2E8C, 0xB21642C8590B2165,
        0xAAAAAAAAAAAAAAAB, 0xA3D70A3D70A3D70B, 0x9D89D89D89D89D8A, 0x97B425ED097B425F,
        0x924924924924924A, 0x8D3DCB08D3DCB08E, 0x8888888888888889, 0x8421084210842109,
    ];

    /// <summary><c>ceil(log2(i)) - 1</c>; nothing at 0 and 1.</summary>
    public static ReadOnlySpan<byte> Shifts => [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4];
}
