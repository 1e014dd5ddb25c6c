using Subnet.Crypto.Bfv;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// A validator's encrypted scoring (parameters 3.1): a function of ciphertexts, keys and seed, the same bytes on every machine, so that everyone who holds the ciphertexts
/// replays it once the seed is open. Every input is re-randomised before anything else; every output carries a fresh encryption of zero and flooding. Not safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// Without the first step a clinic could shape its relinearisation key to the digits it foresees and move the score; without the last one the tags' factors could be read
/// off the outputs (encrypted-inference 4.1).
/// </remarks>
public sealed partial class ScoringEvaluator
{
    private readonly ScoringSet set;
    private readonly ScoringPublicKey publicKey;
    private readonly ScoreRandomness randomness;
    private readonly BfvEvaluator evaluator;
    private readonly BatchEncoder encoder;
    private readonly CiphertextArithmetic arithmetic;
    private readonly Ciphertext product;
    private readonly Modulus t;
    private readonly ulong inverseDegree;

    /// <summary>Scores under one batch's keys with one session's randomness.</summary>
    /// <exception cref="ArgumentException">The relinearisation keys are of other parameters.</exception>
    public ScoringEvaluator(ScoringPublicKey publicKey, RelinearizationKeys keys, ScoreRandomness randomness)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(randomness);
        set = publicKey.Set;
        if (!keys.Parameters.Equals(set.Parameters))
        {
            throw new ArgumentException($"the relinearisation keys belong to {keys.Parameters}, not to {set}", nameof(keys));
        }

        this.publicKey = publicKey;
        this.randomness = randomness;
        evaluator = new BfvEvaluator(set.Parameters);
        arithmetic = new CiphertextArithmetic(evaluator, keys);
        product = new Ciphertext(set.Parameters);
        encoder = new BatchEncoder(set.Parameters);
        t = new Modulus(set.Parameters.PlainModulus);
        inverseDegree = t.Invert((ulong)set.Parameters.PolyModulusDegree);
    }

    /// <summary>Outputs for so many values: the values, their tags, the checks.</summary>
    public static int OutputCount(ScoringSet set, int values)
    {
        ArgumentNullException.ThrowIfNull(set);
        return values + ((values + 1) * set.TagCount);
    }

    /// <summary>Values, tags and checks as outputs.</summary>
    /// <exception cref="ArgumentException">The inputs are of another set.</exception>
    public IReadOnlyList<ScoreOutput> Evaluate(ScoringInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Measure.Set != set)
        {
            throw new ArgumentException($"the inputs are for {inputs.Measure}, the keys of {set}", nameof(inputs));
        }

        List<Ciphertext> fresh = Rerandomize(inputs);
        List<Ciphertext> results = [.. ScoringCircuits.Values(arithmetic, inputs.Measure, fresh)];
        AddTags(results, results.Count);
        AddChecks(inputs.Measure, fresh, results);
        return [.. results.Select(Finish)];
    }

    private List<Ciphertext> Rerandomize(ScoringInputs inputs)
    {
        List<Ciphertext> fresh = [];
        foreach (Ciphertext input in inputs.Ordered)
        {
            using IRandomSource source = randomness.Open($"in/{fresh.Count}");
            Ciphertext zero = publicKey.EncryptZero(source);
            evaluator.Add(input, zero, zero);
            fresh.Add(zero);
        }

        return fresh;
    }

    private void AddTags(List<Ciphertext> results, int values)
    {
        using IRandomSource factors = randomness.Open("r");
        using IRandomSource shifts = randomness.Open("s");
        for (int value = 0; value < values; value++)
        {
            for (int i = 0; i < set.TagCount; i++)
            {
                Ciphertext tag = arithmetic.Scale(results[value], ScoreRandomness.NextNonZeroElement(factors, t.Value));
                results.Add(AddShared(tag, ScoreRandomness.NextElement(shifts, t.Value)));
            }
        }
    }

    /// <summary>Adds a constant so that a reader, who takes N times coefficient 0, finds it added once.</summary>
    private Ciphertext AddShared(Ciphertext a, ulong constant) => arithmetic.AddConstant(a, t.Multiply(constant, inverseDegree));

    private ScoreOutput Finish(Ciphertext result, int index)
    {
        using IRandomSource zeros = randomness.Open($"out/{index}");
        Ciphertext output = publicKey.EncryptZero(zeros);
        evaluator.Add(result, output, output);
        using IRandomSource flooding = randomness.Open($"flood/{index}");
        ScoreOutputs.Flood(set, flooding, output);
        return ScoreOutputs.Round(set, evaluator, output);
    }
}
