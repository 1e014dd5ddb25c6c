namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Sums of products for hoisted rotations and matrix products.</summary>
internal sealed partial class IntegerLimbKernels
{
    public override int LineLength => 1;

    public override unsafe void GadgetProduct(
        ReadOnlySpan<ulong> working, LanePermutation permutation, ReadOnlySpan<ulong> offset, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1,
        Span<ulong> r0, Span<ulong> r1, bool accumulate)
    {
        int n = tables.Degree;
        CheckLengths(n, r0.Length, r1.Length, permutation.Length);
        CheckLengths(working.Length / n, key0.Length, key1.Length, offset.IsEmpty ? key0.Length : offset.Length / n);
        Modulus q = Modulus;
        ReadOnlySpan<int> sources = permutation.Sources;
        for (int i = 0; i < n; i++)
        {
            UInt128 sum0 = accumulate ? r0[i] : 0;
            UInt128 sum1 = accumulate ? r1[i] : 0;
            for (int digit = 0; digit < key0.Length; digit++)
            {
                ulong moved = working[(digit * n) + sources[i]];
                UInt128 d = offset.IsEmpty ? moved : q.Add(moved, offset[(digit * n) + i]);

                // Reduced in time: 63 products of two 61-bit residues and a residue fit 128 bits.
                if (digit % MostTerms == MostTerms - 1)
                {
                    sum0 = q.Reduce(sum0);
                    sum1 = q.Reduce(sum1);
                }

                sum0 += d * ((ulong*)key0[digit])[i];
                sum1 += d * ((ulong*)key1[digit])[i];
            }

            r0[i] = q.Reduce(sum0);
            r1[i] = q.Reduce(sum1);
        }
    }

    public override void SubtractWorking(Span<ulong> a, ReadOnlySpan<ulong> b) => ModularVector.Subtract(a, b, a, Modulus);

    public override void PackLines(ReadOnlySpan<ulong> values, int slot, int slots, Span<ulong> lines)
    {
        CheckLengths(tables.Degree, values.Length, values.Length, lines.Length / slots);
        for (int i = 0; i < values.Length; i++)
        {
            lines[(i * slots) + slot] = values[i];
        }
    }

    public override void MultiplyLines(
        ReadOnlySpan<ulong> factors, ReadOnlySpan<int> termInputs, ReadOnlySpan<int> groupEnds, ReadOnlySpan<ulong> inputs, Span<ulong> sums)
    {
        int n = tables.Degree;
        int terms = termInputs.Length;
        int slots = inputs.Length / n;
        CheckLengths(terms, factors.Length / n, groupEnds[^1], terms);
        CheckLengths(2 * n * groupEnds.Length, sums.Length, sums.Length, sums.Length);
        CheckInputs(termInputs, slots / 2);
        Modulus q = Modulus;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<ulong> line = inputs.Slice(i * slots, slots);
            int term = 0;
            for (int group = 0; group < groupEnds.Length; group++)
            {
                UInt128 sum0 = 0;
                UInt128 sum1 = 0;
                for (int count = 1; term < groupEnds[group]; term++, count++)
                {
                    UInt128 factor = factors[(i * terms) + term];
                    sum0 += factor * line[2 * termInputs[term]];
                    sum1 += factor * line[(2 * termInputs[term]) + 1];
                    if (count % MostTerms == 0)
                    {
                        sum0 = q.Reduce(sum0);
                        sum1 = q.Reduce(sum1);
                    }
                }

                sums[(2 * group * n) + i] = q.Reduce(sum0);
                sums[(((2 * group) + 1) * n) + i] = q.Reduce(sum1);
            }
        }
    }
}
