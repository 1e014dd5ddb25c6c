using Subnet.Crypto.Forests;

namespace Subnet.Health.Circuits.Forests;

/// <summary>Where a clinic puts the bits of its rows.</summary>
internal static class ForestSlots
{
    /// <summary>|answer| &lt; t/2.</summary>
    public const long LargestAnswer = (long)(ForestSet.PlainModulus / 2);

    /// <summary>The slots of each ciphertext of a query: one with all bits of a patient, or one for each bit with all patients.</summary>
    public static ulong[][] Of(ForestLayout? layout, int bits, IReadOnlyList<byte[]> rows)
    {
        if (layout is not null)
        {
            return [layout.Slots(rows[0])];
        }

        var slots = new ulong[bits][];
        for (int bit = 0; bit < bits; bit++)
        {
            slots[bit] = [.. rows.Select(row => (ulong)row[bit])];
        }

        return slots;
    }
}
