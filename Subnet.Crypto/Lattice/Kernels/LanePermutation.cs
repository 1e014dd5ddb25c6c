using System.Collections.Concurrent;
using System.Numerics;

namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// Where transform values go under an automorphism. Positions are in bit-reversed order, so the permutation takes every aligned
/// block of a power of two to an aligned block: a kernel moves whole vectors and permutes their lanes, without a gather.
/// Immutable and safe for concurrent use.
/// </summary>
internal sealed class LanePermutation
{
    private readonly int[] _sources;
    private readonly ConcurrentDictionary<int, LaneBlocks> _blocks = new();

    /// <summary>Takes over a table: position i of the result is read at entry i.</summary>
    public LanePermutation(int[] sources) => _sources = sources;

    /// <summary>Number of positions.</summary>
    public int Length => _sources.Length;

    /// <summary>For each position of the result, the position that is read.</summary>
    public ReadOnlySpan<int> Sources => _sources;

    /// <summary>The permutation in vectors of a kind.</summary>
    public LaneBlocks Blocks<TLanes>()
        where TLanes : struct, IDoubleLanes<TLanes> =>
        _blocks.TryGetValue(TLanes.Count, out LaneBlocks? known) ? known : _blocks.GetOrAdd(TLanes.Count, Create<TLanes>(_sources));

    private static LaneBlocks Create<TLanes>(int[] sources)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        int count = TLanes.Count;
        int[] starts = new int[sources.Length / count];
        int[] patterns = new int[starts.Length];
        List<ulong> lanes = [];
        Dictionary<ulong, int> known = [];
        int bits = BitOperations.Log2((uint)count);
        for (int block = 0; block < starts.Length; block++)
        {
            starts[block] = sources[block * count] & -count;
            ulong packed = 0;
            for (int lane = 0; lane < count; lane++)
            {
                packed |= (ulong)(sources[(block * count) + lane] & (count - 1)) << (lane * bits);
            }

            if (!known.TryGetValue(packed, out int offset))
            {
                offset = lanes.Count;
                known.Add(packed, offset);
                for (int lane = 0; lane < count; lane++)
                {
                    lanes.Add(TLanes.LaneIndex(lane, sources[(block * count) + lane] & (count - 1)));
                }
            }

            patterns[block] = offset;
        }

        return new LaneBlocks(starts, patterns, [.. lanes]);
    }
}

/// <summary>A permutation in vectors.</summary>
/// <param name="Starts">For each vector of the result, where the vector begins that is read.</param>
/// <param name="Patterns">For each vector of the result, where in <paramref name="Lanes"/> its lane indices begin.</param>
/// <param name="Lanes">Lane indices as the vectors want them.</param>
internal sealed record LaneBlocks(int[] Starts, int[] Patterns, ulong[] Lanes);
