using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Forests;

/// <summary>
/// How bits and leaves share the slots of one ciphertext (encrypted-inference 3b). A leaf stands in every copy of the leaves; the copies share
/// the work: each multiplies an own stretch of the bits, which the client's slots begin with, and rotations by whole copies
/// add the stretches up. Immutable.
/// </summary>
public sealed class ForestLayout
{
    /// <summary>Shorter paths cost as much: the zero test has at least this degree.</summary>
    public const int FewestPathFeatures = 4;

    /// <summary>The most distinct features on a path that a zero test is made for.</summary>
    public const int MostPathFeatures = 16;

    private readonly int copiesInRow;

    /// <summary>Plans a layout.</summary>
    /// <param name="set">The set.</param>
    /// <param name="bits">n, a power of two from 2 to N/2.</param>
    /// <param name="leaves">L, a power of two from 2 to N; copies of them must not be more than there are bits.</param>
    /// <param name="pathFeatures">D, the most distinct features on a path: even, from 4 to 16.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public ForestLayout(ForestSet set, int bits, int leaves, int pathFeatures = FewestPathFeatures)
    {
        ArgumentNullException.ThrowIfNull(set);
        int half = set.Degree / 2;
        if (!int.IsPow2(bits) || bits < 2 || bits > half || !int.IsPow2(leaves) || leaves < 2 || leaves > set.Degree || set.Degree / leaves > bits)
        {
            throw new ArgumentException($"{bits} bits and {leaves} leaves are not powers of two that share {set.Degree} slots");
        }

        if (pathFeatures < FewestPathFeatures || pathFeatures > MostPathFeatures || int.IsOddInteger(pathFeatures))
        {
            throw new ArgumentException($"{pathFeatures} features on a path are not an even number from {FewestPathFeatures} to {MostPathFeatures}");
        }

        Set = set;
        PathFeatures = pathFeatures;
        Bits = bits;
        Leaves = leaves;
        Copies = set.Degree / leaves;
        copiesInRow = Math.Max(1, half / leaves);
        Plan = new MatrixVectorPlan(set.Parameters, Enumerable.Range(0, bits / Copies));
        Folds = [.. Enumerable.Range(0, 31).Select(shift => leaves << shift).TakeWhile(step => step < half && step > 0)];
        Elements = [
            .. new SortedSet<int>(
                Plan.RotationSteps.Concat(Folds).Select(step => GaloisElement.FromStep(set.Parameters, step)).Concat(Copies > 1 ? [GaloisElement.FromStep(set.Parameters, 0)] : []))];
    }

    /// <summary>The set.</summary>
    public ForestSet Set { get; }

    /// <summary>n.</summary>
    public int Bits { get; }

    /// <summary>L.</summary>
    public int Leaves { get; }

    /// <summary>D: mismatch counts go from 0 to D, and the zero test is of degree D.</summary>
    public int PathFeatures { get; }

    /// <summary>How often each leaf stands in the slots.</summary>
    public int Copies { get; }

    /// <summary>The matrix products.</summary>
    public MatrixVectorPlan Plan { get; }

    /// <summary>Rotations that add the copies of a row.</summary>
    public IReadOnlyList<int> Folds { get; }

    /// <summary>The Galois elements of the rotation keys that a clinic uploads, ascending.</summary>
    public IReadOnlyList<int> Elements { get; }

    /// <summary>The leaf of a slot.</summary>
    public int LeafOf(int slot) => Leaves == Set.Degree ? slot : slot % (Set.Degree / 2) % Leaves;

    /// <summary>The bit that a client puts into a slot.</summary>
    public int BitOf(int slot)
    {
        int half = Set.Degree / 2;
        int index = slot % half;
        int copy = Copies == 1 ? 0 : ((slot / half) * copiesInRow) + (index / Leaves);
        return (index + (copy * (Bits / Copies))) % Bits;
    }

    /// <summary>The bit that a slot multiplies by its factor of a diagonal.</summary>
    public int BitUnder(int slot, int diagonal)
    {
        int half = Set.Degree / 2;
        return BitOf((slot / half * half) + (((slot % half) + diagonal) % half));
    }

    /// <summary>The client's slots.</summary>
    /// <param name="bits">n bits.</param>
    public ulong[] Slots(ReadOnlySpan<byte> bits)
    {
        ulong[] slots = new ulong[Set.Degree];
        for (int slot = 0; slot < slots.Length; slot++)
        {
            slots[slot] = bits[BitOf(slot)];
        }

        return slots;
    }
}
