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
    private readonly RelinearizationKeys keys;
    private readonly ScoreRandomness randomness;
    private readonly BfvEvaluator evaluator;
    private readonly BatchEncoder encoder;
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
        this.keys = keys;
        this.randomness = randomness;
        evaluator = new BfvEvaluator(set.Parameters);
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

    /// <summary>Values, tags and checks as outputs; and the values' count.</summary>
    public IReadOnlyList<ScoreOutput> Evaluate(ScoringInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (!inputs.Label.Level.Parameters.Equals(set.Parameters))
        {
            throw new ArgumentException($"the inputs are not of {set}", nameof(inputs));
        }

        ScoringInputs fresh = Rerandomize(inputs);
        List<Ciphertext> results = fresh.OtherLabel is null ? [SquaredError(fresh)] : [PairSigns(fresh), fresh.Label];
        int values = results.Count;
        AddTags(results, values);
        AddChecks(fresh, results);
        return [.. results.Select(Finish)];
    }

    private ScoringInputs Rerandomize(ScoringInputs inputs)
    {
        List<Ciphertext> fresh = [];
        foreach (Ciphertext input in inputs.InOrder())
        {
            using IRandomSource source = randomness.Open($"in/{fresh.Count}");
            Ciphertext zero = publicKey.EncryptZero(source);
            evaluator.Add(input, zero, zero);
            fresh.Add(zero);
        }

        return inputs.With(fresh);
    }

    /// <summary>v = (p - 255 y)², slot by slot.</summary>
    private Ciphertext SquaredError(ScoringInputs inputs)
    {
        Ciphertext difference = Recompose(inputs.Planes);
        evaluator.Subtract(difference, Scale(inputs.Label, 255), difference);
        return Multiply(difference, difference);
    }

    /// <summary>p = sum of 2^b p_b.</summary>
    private Ciphertext Recompose(IReadOnlyList<Ciphertext> planes)
    {
        Ciphertext sum = planes[0].Clone();
        for (int bit = 1; bit < planes.Count; bit++)
        {
            evaluator.Add(sum, Scale(planes[bit], 1UL << bit), sum);
        }

        return sum;
    }

    private void AddTags(List<Ciphertext> results, int values)
    {
        using IRandomSource factors = randomness.Open("r");
        using IRandomSource shifts = randomness.Open("s");
        for (int value = 0; value < values; value++)
        {
            for (int i = 0; i < set.TagCount; i++)
            {
                Ciphertext tag = Scale(results[value], ScoreRandomness.NextNonZeroElement(factors, t.Value));
                results.Add(AddConstant(tag, ScoreRandomness.NextElement(shifts, t.Value)));
            }
        }
    }

    private Ciphertext Multiply(Ciphertext a, Ciphertext b)
    {
        Ciphertext product = new(set.Parameters);
        evaluator.Multiply(a, b, product);
        Ciphertext relinearized = new(set.Parameters);
        evaluator.Relinearize(product, keys, relinearized);
        return relinearized;
    }

    private Ciphertext Scale(Ciphertext a, ulong factor)
    {
        using Plaintext constant = new([factor]);
        Ciphertext scaled = new(set.Parameters);
        evaluator.MultiplyPlain(a, constant, scaled);
        return scaled;
    }

    /// <summary>Adds a constant so that a reader, who takes N times coefficient 0, finds it added once.</summary>
    private Ciphertext AddConstant(Ciphertext a, ulong constant)
    {
        using Plaintext shared = new([t.Multiply(constant, inverseDegree)]);
        evaluator.AddPlain(a, shared, a);
        return a;
    }

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
