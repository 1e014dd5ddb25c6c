namespace Subnet.Core.Emission;

/// <summary>How an epoch's emission is divided between the mechanisms of one subnet (<c>design/yuma.md</c> 4).</summary>
public static class MechanismSplit
{
    /// <summary>
    /// Parts of an amount, one per mechanism; they add up to it because mechanism 0 takes what rounding leaves, and what fractions beyond
    /// the last mechanism would have got.
    /// </summary>
    /// <param name="amount">In smallest units.</param>
    /// <param name="count">Number of mechanisms, at least 1.</param>
    /// <param name="parts">Fractions of 65535, together at most 65535; 0 where there is none; null for an even split.</param>
    /// <exception cref="ArgumentException">No mechanism, or parts above one in total.</exception>
    public static ulong[] Divide(ulong amount, int count, IReadOnlyList<ushort>? parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        if (parts is not null && parts.Sum(p => (long)p) > ushort.MaxValue)
        {
            throw new ArgumentException("the parts of the mechanisms may add up to 65535 at most", nameof(parts));
        }

        ulong[] result = new ulong[count];
        ulong given = 0;
        for (int i = 0; i < count; i++)
        {
            ulong part = parts is null ? 1 : i < parts.Count ? parts[i] : 0UL;
            ulong whole = parts is null ? (ulong)count : ushort.MaxValue;
            result[i] = (ulong)((UInt128)amount * part / whole);
            given += result[i];
        }

        result[0] += amount - given;
        return result;
    }
}
