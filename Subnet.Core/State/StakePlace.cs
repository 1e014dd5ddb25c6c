namespace Subnet.Core.State;

/// <summary>A subnet and a hotkey behind which a coldkey has stake.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Hotkey">The hotkey.</param>
public readonly record struct StakePlace(ushort Netuid, AccountId Hotkey) : IComparable<StakePlace>
{
    /// <summary>By subnet, then by hotkey.</summary>
    public int CompareTo(StakePlace other) => Netuid != other.Netuid ? Netuid.CompareTo(other.Netuid) : Hotkey.CompareTo(other.Hotkey);

    /// <summary>By subnet, then by hotkey.</summary>
    public static bool operator <(StakePlace left, StakePlace right) => left.CompareTo(right) < 0;

    /// <summary>By subnet, then by hotkey.</summary>
    public static bool operator >(StakePlace left, StakePlace right) => left.CompareTo(right) > 0;

    /// <summary>By subnet, then by hotkey.</summary>
    public static bool operator <=(StakePlace left, StakePlace right) => left.CompareTo(right) <= 0;

    /// <summary>By subnet, then by hotkey.</summary>
    public static bool operator >=(StakePlace left, StakePlace right) => left.CompareTo(right) >= 0;
}
