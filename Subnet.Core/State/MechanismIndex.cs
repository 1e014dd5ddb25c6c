namespace Subnet.Core.State;

/// <summary>
/// Where a mechanism's weights, bonds, commits and epochs are kept (<c>design/yuma.md</c> 4): under the subnet's number plus 4,096 for each mechanism before it. The
/// first mechanism's place is the subnet's own number.
/// </summary>
public static class MechanismIndex
{
    /// <summary>Most mechanisms of one subnet.</summary>
    public const int Most = 2;

    private const ushort Step = 4_096;

    /// <summary>The place of a subnet's mechanism.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No place for such a subnet or mechanism.</exception>
    public static ushort Of(ushort netuid, int mechanism)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(netuid, Step);
        ArgumentOutOfRangeException.ThrowIfNegative(mechanism);
        return checked((ushort)(netuid + (Step * mechanism)));
    }

    /// <summary>The subnet of a place.</summary>
    public static ushort NetuidOf(ushort index) => (ushort)(index % Step);

    /// <summary>The mechanism of a place, from 0.</summary>
    public static int MechanismOf(ushort index) => index / Step;
}
