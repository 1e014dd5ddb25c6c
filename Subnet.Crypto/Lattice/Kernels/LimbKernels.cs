namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>
/// The operations on one limb: N residues modulo one prime. One implementation works in integers and serves every prime on
/// every machine; the other works in double precision for primes below 2^50. Both give the same words. Immutable.
/// </summary>
/// <remarks>All spans have N words in [0, q) unless said otherwise; a result may be written over any of its inputs.</remarks>
internal abstract class LimbKernels
{
    /// <summary>The prime.</summary>
    public abstract Modulus Modulus { get; }

    /// <summary>Whether the limb is processed in double precision.</summary>
    public abstract bool IsDouble { get; }

    /// <summary>r = a in NTT form.</summary>
    public abstract void Forward(ReadOnlySpan<ulong> a, Span<ulong> r);

    /// <summary>r = a in coefficient form.</summary>
    public abstract void Inverse(ReadOnlySpan<ulong> a, Span<ulong> r);

    /// <summary>r = m mod q with m centred: m - t where m is at least (t + 1) / 2.</summary>
    public abstract void LiftCentred(ReadOnlySpan<ulong> message, Modulus plain, Span<ulong> r);

    /// <summary>
    /// Takes a digit of a gadget decomposition (coefficients in [0, other prime)) modulo q and transforms it. The result is in the
    /// working form of these kernels, which only the gadget products read.
    /// </summary>
    public abstract void ExtendDigit(ReadOnlySpan<ulong> digit, Modulus sourceModulus, Span<ulong> working);

    /// <summary>Brings transform values modulo q into the working form.</summary>
    public abstract void ImportDigit(ReadOnlySpan<ulong> values, Span<ulong> working);

    /// <summary>r_h = sum over the digits of digit times key_h, in NTT form.</summary>
    /// <param name="working">The digits in working form, N words each.</param>
    /// <param name="key0">Addresses of the N key words of polynomial 0, per digit; the memory is pinned by its owner.</param>
    /// <param name="key1">The same of polynomial 1.</param>
    /// <param name="r0">N words.</param>
    /// <param name="r1">N words.</param>
    public abstract void GadgetProduct(
        ReadOnlySpan<ulong> working, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1, Span<ulong> r0, Span<ulong> r1);

    /// <summary>
    /// The same sums after an automorphism of the digits; with an offset, which is added to the moved digits; and added to what is
    /// there where asked for.
    /// </summary>
    /// <param name="working">The digits in working form, N words each.</param>
    /// <param name="permutation">The automorphism.</param>
    /// <param name="offset">In working form, N words for each digit; or empty.</param>
    /// <param name="key0">As in the other overload.</param>
    /// <param name="key1">As in the other overload.</param>
    /// <param name="r0">N words.</param>
    /// <param name="r1">N words.</param>
    /// <param name="accumulate">Whether to add to r instead of overwriting it.</param>
    public abstract void GadgetProduct(
        ReadOnlySpan<ulong> working, LanePermutation permutation, ReadOnlySpan<ulong> offset, ReadOnlySpan<nint> key0, ReadOnlySpan<nint> key1,
        Span<ulong> r0, Span<ulong> r1, bool accumulate);

    /// <summary>a = a - b, both in working form.</summary>
    public abstract void SubtractWorking(Span<ulong> a, ReadOnlySpan<ulong> b);

    /// <summary>How many neighbouring positions <see cref="MultiplyLines"/> works on at once.</summary>
    public abstract int LineLength { get; }

    /// <summary>
    /// Writes a limb as one of several into a table of lines: line i holds positions i LineLength and following of slot 0, then of
    /// slot 1, and so on, in the form that <see cref="MultiplyLines"/> reads.
    /// </summary>
    public abstract void PackLines(ReadOnlySpan<ulong> values, int slot, int slots, Span<ulong> lines);

    /// <summary>
    /// Sums of products in groups, all groups in one walk over memory: sum g of polynomial h is over the terms t of the group of
    /// factor t times input slot 2 input_t + h.
    /// </summary>
    /// <param name="factors">Lines with one slot a term.</param>
    /// <param name="termInputs">For each term, its input.</param>
    /// <param name="groupEnds">For each group, one past its last term; groups follow one another.</param>
    /// <param name="inputs">Lines with two slots an input.</param>
    /// <param name="sums">2 N words a group: polynomial 0, polynomial 1; residues.</param>
    public abstract void MultiplyLines(
        ReadOnlySpan<ulong> factors, ReadOnlySpan<int> termInputs, ReadOnlySpan<int> groupEnds, ReadOnlySpan<ulong> inputs, Span<ulong> sums);

    /// <summary>A polynomial of residues in working form and transformed.</summary>
    public abstract void ForwardWorking(ReadOnlySpan<ulong> a, Span<ulong> working);

    /// <summary>r = a times the polynomial that is given in working form and transformed; a and r in coefficient form.</summary>
    public abstract void Convolve(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> working, Span<ulong> r);

    /// <summary>r = a b.</summary>
    public abstract void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r);

    /// <summary>r = r + a b.</summary>
    public abstract void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> r);

    /// <summary>r = w a for a constant w in [0, q).</summary>
    public abstract void MultiplyScalar(ReadOnlySpan<ulong> a, ulong w, Span<ulong> r);

    /// <summary>r = a mod q, a being residues modulo another prime.</summary>
    public abstract void Reduce(ReadOnlySpan<ulong> a, Modulus source, Span<ulong> r);

    /// <summary>(r0, r1, r2) = (a0 b0, a0 b1 + a1 b0, a1 b1).</summary>
    public abstract void Tensor(
        ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, ReadOnlySpan<ulong> b0, ReadOnlySpan<ulong> b1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2);

    /// <summary>(r0, r1, r2) = (a0^2, 2 a0 a1, a1^2).</summary>
    public abstract void TensorSquare(ReadOnlySpan<ulong> a0, ReadOnlySpan<ulong> a1, Span<ulong> r0, Span<ulong> r1, Span<ulong> r2);

    /// <summary>
    /// The other limbs' part of dividing by the last prime p with rounding: r = (x - (l - h)) / p modulo q, where
    /// <paramref name="last"/> holds l = (x_last + h) mod p and h = (p - 1) / 2, and <paramref name="inverse"/> is 1/p mod q.
    /// </summary>
    public abstract void DivideRound(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> r);

    /// <summary>r = (l - h) mod q for l as in <see cref="DivideRound"/>.</summary>
    public abstract void CentreLast(ReadOnlySpan<ulong> last, Modulus lastModulus, Span<ulong> r);

    /// <summary>
    /// <see cref="DivideRound"/> for an x in NTT form, where <paramref name="last"/> is in coefficient form; the result is in NTT form.
    /// </summary>
    /// <param name="x">N words in NTT form.</param>
    /// <param name="last">As in <see cref="DivideRound"/>.</param>
    /// <param name="lastModulus">p.</param>
    /// <param name="inverse">1/p mod q.</param>
    /// <param name="work">N words, overwritten.</param>
    /// <param name="r">N words; may be x.</param>
    public abstract void DivideRoundValues(
        ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> last, Modulus lastModulus, ulong inverse, Span<ulong> work, Span<ulong> r);

    /// <summary>r = (x - y) w for a constant w.</summary>
    public abstract void SubtractMultiply(ReadOnlySpan<ulong> x, ReadOnlySpan<ulong> y, ulong w, Span<ulong> r);

    /// <summary>The kernels for one prime: in double precision where the prime, the degree and the processor allow it.</summary>
    public static LimbKernels For(NttTables tables)
    {
        if (tables.Modulus.FitsDouble)
        {
            if (DoubleLanes512.IsSupported && tables.Degree >= DoubleNtt<DoubleLanes512>.MinDegree)
            {
                return new DoubleLimbKernels<DoubleLanes512>(tables);
            }

            if (DoubleLanes256.IsSupported && tables.Degree >= DoubleNtt<DoubleLanes256>.MinDegree)
            {
                return new DoubleLimbKernels<DoubleLanes256>(tables);
            }

            if (DoubleLanes128.IsSupported && tables.Degree >= DoubleNtt<DoubleLanes128>.MinDegree)
            {
                return new DoubleLimbKernels<DoubleLanes128>(tables);
            }
        }

        return new IntegerLimbKernels(tables);
    }

    /// <summary>Checks that terms name inputs that are there.</summary>
    protected static void CheckInputs(ReadOnlySpan<int> termInputs, int inputs)
    {
        foreach (int input in termInputs)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)input, (uint)inputs, nameof(termInputs));
        }
    }

    /// <summary>Checks that all spans have N words.</summary>
    protected static void CheckLengths(int n, int a, int b, int r)
    {
        if (a != n || b != n || r != n)
        {
            throw new ArgumentException($"a limb has {n} words, not {a}, {b} or {r}");
        }
    }
}
