namespace Subnet.Crypto.Comparison;

/// <summary>
/// What a scoring circuit is made of. The circuits are written once over this: run on ciphertexts they score, run on noise estimates they give the bounds of the very
/// same operations.
/// </summary>
/// <typeparam name="T">A ciphertext, or what is known of one.</typeparam>
internal interface IScoringArithmetic<T>
    where T : class
{
    /// <summary>a + b.</summary>
    T Add(T a, T b);

    /// <summary>a - b.</summary>
    T Subtract(T a, T b);

    /// <summary>a b, relinearised at once.</summary>
    T Multiply(T a, T b);

    /// <summary>c a for a public integer in [0, t), taken as it stands: as in SEAL, a factor of t - 1 costs the noise of t - 1.</summary>
    T Scale(T a, ulong factor);

    /// <summary>The sum of c_i a_i over the factors that are not 0, of which there is one at least; each as in <see cref="Scale"/>.</summary>
    T Combine(ReadOnlySpan<T> terms, ReadOnlySpan<ulong> factors);

    /// <summary>-a, which costs nothing.</summary>
    T Negate(T a);

    /// <summary>a + c in every slot.</summary>
    T AddConstant(T a, ulong constant);
}
