using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

public sealed partial class ScoringEvaluator
{
    private const int BlockSize = ScoringBatch.PairwisePatients;

    /// <summary>
    /// The checks: sum over planes and labels of rho (x² - x), which is 0 where every slot is a bit (for an argmax also where a patient's labels sum to a bit); for pairs
    /// also the layout check, which is 0 where layout B holds what layout A holds. Each plus s'.
    /// </summary>
    private void AddChecks(ScoringMeasure measure, List<Ciphertext> inputs, List<Ciphertext> results)
    {
        Ciphertext[] defects = [.. ScoringCircuits.Bits(arithmetic, measure, inputs).Select(bit => ToNtt(ScoringCircuits.Defect(arithmetic, bit)))];
        int half = ScoringCircuits.FirstLayoutCount(measure);
        Ciphertext[] first = measure.Kind == ScoringKind.Pairs ? [.. inputs.Take(half).Select(ToNtt)] : [];
        Ciphertext[] second = measure.Kind == ScoringKind.Pairs
            ? [.. inputs.Skip(half).Take(measure.Bits).Select(ToNtt), ToNtt(BitComparison.Complement(arithmetic, inputs[^1]))]
            : [];
        using IRandomSource shifts = randomness.Open("s'");
        for (int i = 0; i < set.TagCount; i++)
        {
            using IRandomSource source = randomness.Open($"rho/{i}");
            Ciphertext? sum = null;
            ulong[] slots = new ulong[encoder.SlotCount];
            ulong[] others = new ulong[encoder.SlotCount];
            foreach (Ciphertext defect in defects)
            {
                Draw(source, slots);
                sum = AddProduct(sum, defect, slots);
            }

            for (int plane = 0; plane < first.Length; plane++)
            {
                Draw(source, slots);
                Draw(source, others);
                BalanceLayouts(slots, others);
                sum = AddProduct(sum, first[plane], slots);
                sum = AddProduct(sum, second[plane], others);
            }

            evaluator.TransformFromNtt(sum!, sum!);
            results.Add(AddShared(sum!, ScoreRandomness.NextElement(shifts, t.Value)));
        }
    }

    /// <summary>alpha at (i, 0) becomes what makes row i of alpha and column i of beta sum to 0.</summary>
    private void BalanceLayouts(ulong[] alpha, ulong[] beta)
    {
        for (int i = 0; i < BlockSize; i++)
        {
            ulong sum = beta[i];
            for (int j = 1; j < BlockSize; j++)
            {
                sum = t.Add(sum, t.Add(alpha[(BlockSize * i) + j], beta[(BlockSize * j) + i]));
            }

            alpha[BlockSize * i] = t.Negate(sum);
        }
    }

    private Ciphertext ToNtt(Ciphertext x)
    {
        Ciphertext transformed = new(set.Parameters);
        evaluator.TransformToNtt(x, transformed);
        return transformed;
    }

    private void Draw(IRandomSource source, ulong[] slots)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = ScoreRandomness.NextElement(source, t.Value);
        }
    }

    private Ciphertext AddProduct(Ciphertext? sum, Ciphertext transformed, ulong[] slots)
    {
        using Plaintext coefficients = new();
        using Plaintext values = new();
        encoder.Encode(slots, coefficients);
        evaluator.TransformToNtt(coefficients, set.Parameters.FirstDataLevel, values);
        Ciphertext into = sum is null ? new Ciphertext(set.Parameters) : product;
        evaluator.MultiplyPlain(transformed, values, into);
        if (sum is null)
        {
            return into;
        }

        evaluator.Add(sum, product, sum);
        return sum;
    }
}
