using System.Collections.Concurrent;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// The operations on BFV ciphertexts, word for word those of SEAL 4.1. Immutable and safe for concurrent use.
/// </summary>
public sealed partial class BfvEvaluator : Evaluator
{
    // By number of primes of the level; made when a level is first multiplied at.
    private readonly Lazy<BehzBase>[] _behz;
    private readonly ConcurrentDictionary<ulong, NttTables> _auxiliaryTables = new();

    /// <summary>An evaluator for BFV parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="policy">What to do with transparent results.</param>
    /// <exception cref="ArgumentException">The scheme is not BFV.</exception>
    public BfvEvaluator(Parameters parameters, TransparentPolicy policy = TransparentPolicy.Throw)
        : this(parameters, new EvaluatorOptions { Transparent = policy })
    {
    }

    /// <summary>An evaluator for BFV parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="options">What to do with transparent results, how many threads to use.</param>
    /// <exception cref="ArgumentException">The scheme is not BFV, or the options do not fit.</exception>
    public BfvEvaluator(Parameters parameters, EvaluatorOptions options)
        : base(parameters, Scheme.Bfv, options)
    {
        _behz =
        [
            .. Enumerable.Range(0, parameters.Moduli.Length + 1).Select(primes => new Lazy<BehzBase>(() => new BehzBase(
                parameters.PolyModulusDegree, parameters.Moduli[..primes], parameters.PlainModulus, AuxiliaryTables))),
        ];
    }

    private protected override bool WorksInNttForm => false;

    private BehzBase Behz(Level level) => _behz[level.PrimeCount].Value;

    private NttTables AuxiliaryTables(Modulus modulus) =>
        _auxiliaryTables.GetOrAdd(modulus.Value, static (_, state) => new NttTables(state.Degree, state.Modulus), (Degree: Parameters.PolyModulusDegree, Modulus: modulus));
}
