using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

public sealed partial class ScoringEvaluator
{
    private const int BlockLength = 8;

    /// <summary>
    /// v = sign(pA - pB) yA (1 - yB), slot by slot: slot 128 i + j compares patient i with patient j, so the slots sum to the number of pairs ordered right less those
    /// ordered wrong.
    /// </summary>
    private Ciphertext PairSigns(ScoringInputs inputs)
    {
        Ciphertext d = Recompose(inputs.Planes);
        evaluator.Subtract(d, Recompose(inputs.OtherPlanes), d);
        Ciphertext m = Multiply(inputs.Label, inputs.OtherLabel!);
        Ciphertext g = Multiply(d, m);
        if (inputs.Planes.Count == 1)
        {
            // One bit: d is its own sign.
            return g;
        }

        Ciphertext u = Multiply(d, d);
        return Multiply(g, EvaluateEvenPart(u, SignPolynomial.EvenPart(inputs.Planes.Count, t.Value)));
    }

    /// <summary>q(u) in blocks of eight coefficients, neighbours joined as low + high u^8, then u^16, ...</summary>
    private Ciphertext EvaluateEvenPart(Ciphertext u, ulong[] coefficients)
    {
        int highest = Math.Min(BlockLength, coefficients.Length - 1);
        Ciphertext[] powers = new Ciphertext[BlockLength + 1];
        powers[1] = u;
        for (int i = 2; i <= highest; i++)
        {
            powers[i] = Multiply(powers[i / 2], powers[(i + 1) / 2]);
        }

        List<Ciphertext> blocks = [.. coefficients.Chunk(BlockLength).Select(block => Block(block, powers))];
        Ciphertext power = powers[highest];
        while (blocks.Count > 1)
        {
            List<Ciphertext> joined = [];
            for (int i = 0; i < blocks.Count; i += 2)
            {
                if (i + 1 < blocks.Count)
                {
                    Ciphertext high = Multiply(blocks[i + 1], power);
                    evaluator.Add(blocks[i], high, high);
                    joined.Add(high);
                }
                else
                {
                    joined.Add(blocks[i]);
                }
            }

            blocks = joined;
            if (blocks.Count > 1)
            {
                power = Multiply(power, power);
            }
        }

        return blocks[0];
    }

    /// <summary>sum of c_i u^i, the constant last. A coefficient that is zero adds nothing and is left out.</summary>
    private Ciphertext Block(ulong[] coefficients, Ciphertext[] powers)
    {
        Ciphertext? sum = null;
        for (int i = 1; i < coefficients.Length; i++)
        {
            if (coefficients[i] == 0)
            {
                continue;
            }

            Ciphertext term = Scale(powers[i], coefficients[i]);
            if (sum is null)
            {
                sum = term;
            }
            else
            {
                evaluator.Add(sum, term, sum);
            }
        }

        using Plaintext constant = new([coefficients[0]]);
        evaluator.AddPlain(sum!, constant, sum!);
        return sum!;
    }
}
