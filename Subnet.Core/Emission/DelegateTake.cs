using Subnet.Core.Numerics;

namespace Subnet.Core.Emission;

/// <summary>A validator's amount divided between the hotkey's owner and all who stake to it.</summary>
/// <param name="Take">To the hotkey's owner, floored to smallest units.</param>
/// <param name="Rest">To all nominators pro rata, floored to smallest units.</param>
public readonly record struct DelegateTake(ulong Take, ulong Rest)
{
    /// <summary>Default and greatest take: 18 % as a fraction of 65535.</summary>
    public const ushort Maximum = 11_796;

    /// <summary>Divides an amount.</summary>
    /// <param name="amount">In smallest units.</param>
    /// <param name="take">A fraction of 65535.</param>
    public static DelegateTake Split(U96F32 amount, ushort take)
    {
        U96F32 taken = amount * U96F32.FromStoredFraction(take);
        return new(taken.FloorToUInt64(), (amount - taken).FloorToUInt64());
    }
}
