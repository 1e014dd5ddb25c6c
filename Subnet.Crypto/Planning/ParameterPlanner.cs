using System.Numerics;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal.Packed;

namespace Subnet.Crypto.Planning;

/// <summary>
/// Finds the parameters of 128-bit security under which a BFV circuit is right, hides what it must and takes the least time: tries every
/// degree and every number of primes of at most 50 bits, follows the noise through the circuit and keeps what passes.
/// </summary>
/// <remarks>The answer depends on the description and the costs only, so two parties with the same description agree on it.</remarks>
public sealed class ParameterPlanner
{
    private const int LargestPrimeBits = 50;
    private const int SmallestPrimeBits = 30;
    private const int LargestPrimeCount = 18;
    private const double PrivacyBits = 40;

    private readonly UnitCosts _costs;

    /// <summary>A planner for a machine; null for <see cref="UnitCosts.Reference"/>.</summary>
    public ParameterPlanner(UnitCosts? costs = null) => _costs = costs ?? UnitCosts.Reference;

    /// <summary>The fastest parameters for a circuit; of equally fast ones those with the smaller query.</summary>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    /// <exception cref="InvalidOperationException">No parameters up to the largest degree suffice; the message says by how much the best ones failed.</exception>
    public ParameterPlan Plan(CircuitRequest request)
    {
        Check(request);
        ParameterPlan? best = null;
        double nearest = double.NegativeInfinity;
        for (int degree = 1024; degree <= request.LargestDegree; degree *= 2)
        {
            if (degree < request.Slots)
            {
                continue;
            }

            foreach (Parameters parameters in Candidates(request, degree))
            {
                ParameterPlan plan = Describe(request, parameters);
                double missing = Missing(request, plan);
                nearest = Math.Max(nearest, -missing);
                if (missing <= 0 && (best is null || (plan.Time, plan.QueryBytes).CompareTo((best.Time, best.QueryBytes)) < 0))
                {
                    best = plan;
                }
            }
        }

        return best ?? throw new InvalidOperationException(
            double.IsNegativeInfinity(nearest)
                ? $"no degree up to {request.LargestDegree} has {request.Slots} slots and a plain modulus of {request.PlainBits} bits; allow a larger degree or use fewer"
                : $"no parameters up to degree {request.LargestDegree} carry this circuit: the best lack {-nearest:F0} bits; allow a larger degree, make the circuit shallower or the plain modulus smaller");
    }

    /// <summary>What a circuit would be like under given parameters, whether they suffice or not.</summary>
    /// <exception cref="ArgumentException">The request is out of range, or the parameters are not BFV or lack the key switching that the circuit needs.</exception>
    public ParameterPlan Describe(CircuitRequest request, Parameters parameters)
    {
        Check(request);
        ArgumentNullException.ThrowIfNull(parameters);
        CircuitSurvey survey = new(request.Outputs);
        if (survey.NeedsKeySwitching && !parameters.HasSpecialPrime)
        {
            throw new ArgumentException($"the circuit needs relinearization or rotation, {parameters} has no key switching", nameof(parameters));
        }

        NoiseTracker tracker = new(parameters);
        Level level = parameters.FirstDataLevel;
        NoiseLevel noise = survey.Noise(tracker, level, request.CircuitPrivacy);
        int floodBits = request.CircuitPrivacy ? tracker.Bounds.FloodBits(level) : 0;
        double flooding = request.CircuitPrivacy ? Math.ScaleB(1, floodBits) : 0;
        Level reply = ReplyLevel(request, tracker, noise, flooding);
        CircuitWork work = survey.Work(level);
        bool needsPublicKey = survey.NeedsPublicKey || request.CircuitPrivacy;
        return new ParameterPlan
        {
            Parameters = parameters,
            ReplyLevel = reply,
            Noise = noise,
            FloodBits = floodBits,
            FloodMargin = request.CircuitPrivacy ? tracker.FloodMargin(level, noise) : 0,
            FailureLog2 = Failure(tracker, reply, noise, flooding),
            QueryBytes = survey.InputCount * PackedSize.SeededCiphertext(level),
            ReplyBytes = request.Outputs.Count * PackedSize.Ciphertext(reply, 2),
            PublicKeyBytes = needsPublicKey ? PackedSize.PublicKey(parameters, seeded: true) : 0,
            RelinearizationKeyBytes = survey.NeedsRelinearization ? PackedSize.SwitchingKeys(parameters, 1, seeded: true) : 0,
            GaloisKeyCount = survey.GaloisKeys,
            GaloisKeyBytes = survey.GaloisKeys > 0 ? PackedSize.SwitchingKeys(parameters, survey.GaloisKeys, seeded: true) : 0,
            Work = work,
            Time = _costs.Time(work, parameters.PolyModulusDegree),
        };
    }

    private static void Check(CircuitRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Outputs is not { Count: > 0 })
        {
            throw new ArgumentException("a circuit has at least one output", nameof(request));
        }

        if (request.PlainBits is < 2 or > 60 || request.Slots < 1 || request.LargestDegree < 1024 || request.FailureLog2 > -1)
        {
            throw new ArgumentException(
                $"a request has 2 to 60 plain bits, 1 slot or more, a degree of 1024 or more and a failure bound below 1/2, not {request}", nameof(request));
        }
    }

    // Where the reply still decrypts: rounding and flooding are divided along with the rest.
    private static Level ReplyLevel(CircuitRequest request, NoiseTracker tracker, NoiseLevel noise, double flooding)
    {
        Level reply = tracker.Parameters.FirstDataLevel;
        while (reply.Next is { } next && Failure(tracker, next, noise, flooding) <= request.FailureLog2)
        {
            reply = next;
        }

        return reply;
    }

    private static double Failure(NoiseTracker tracker, Level reply, NoiseLevel noise, double flooding)
    {
        Level top = tracker.Parameters.FirstDataLevel;
        double ratio = (double)(top.Product / reply.Product);
        return tracker.FailureLog2(reply, tracker.ModSwitchTo(top, reply, noise), flooding / ratio);
    }

    // How many bits a plan falls short of what was asked; 0 or less: it does not.
    private static double Missing(CircuitRequest request, ParameterPlan plan)
    {
        NoiseTracker tracker = new(plan.Parameters);
        double margin = Math.Log2(plan.Noise.RootMeanSquare * NoiseLevel.PrivacyDeviations) - Math.Log2(tracker.Bounds.Limit(plan.Parameters.FirstDataLevel));
        double failure = plan.FailureLog2 <= request.FailureLog2 ? 0 : Math.Max(1, margin);
        return Math.Max(failure, request.CircuitPrivacy ? PrivacyBits - plan.FloodMargin : 0);
    }

    private static IEnumerable<Parameters> Candidates(CircuitRequest request, int degree)
    {
        CircuitSurvey survey = new(request.Outputs);
        int allowed = SecurityTable.MaxBitCount(degree, SecurityLevel.Classical128);
        ulong? plain = PlainModulusOf(request, degree);
        for (int primes = survey.NeedsKeySwitching ? 2 : 1; plain is { } t && primes <= LargestPrimeCount; primes++)
        {
            int bits = Math.Min(LargestPrimeBits, allowed / primes);
            if (bits < SmallestPrimeBits && primes > 1)
            {
                yield break;
            }

            if (TryCreate(degree, Enumerable.Repeat(bits, primes).ToArray(), t, survey.NeedsKeySwitching) is { } parameters)
            {
                yield return parameters;
            }
        }
    }

    private static ulong? PlainModulusOf(CircuitRequest request, int degree)
    {
        if (!request.Batching)
        {
            return 1UL << request.PlainBits;
        }

        // A prime of so many bits may be below 2^bits - 1 by little only; too few bits have none that is 1 modulo 2N.
        return request.PlainBits > BitOperations.Log2((uint)degree) + 1 ? TryBatching(degree, request.PlainBits) : null;
    }

    private static ulong? TryBatching(int degree, int bits)
    {
        try
        {
            return PlainModulus.Batching(degree, bits);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Parameters? TryCreate(int degree, int[] bits, ulong plainModulus, bool hasSpecialPrime)
    {
        try
        {
            return Parameters.Create(new ParametersLiteral
            {
                Scheme = Scheme.Bfv,
                PolyModulusDegree = degree,
                CoeffModulus = CoeffModulus.Create(degree, bits),
                PlainModulus = plainModulus,
                HasSpecialPrime = hasSpecialPrime,
            });
        }
        catch (ArgumentException)
        {
            // Not enough primes of this size, or t is one of them: no candidate.
            return null;
        }
    }
}
