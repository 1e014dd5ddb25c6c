using System.Collections.Immutable;

namespace Subnet.Crypto.Forests;

/// <summary>
/// A leaf as a box: m = constant + sum of bits - sum of bits counts the features of its path that miss their interval; the leaf is
/// reached where m is 0. Private.
/// </summary>
/// <param name="Constant">Intervals with a lower end.</param>
/// <param name="Added">Bits of upper ends.</param>
/// <param name="Subtracted">Bits of lower ends.</param>
/// <param name="Value">What the leaf adds to the answer.</param>
public sealed record MismatchLeaf(int Constant, ImmutableArray<int> Added, ImmutableArray<int> Subtracted, long Value);
