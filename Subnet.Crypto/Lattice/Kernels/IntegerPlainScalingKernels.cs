namespace Subnet.Crypto.Lattice.Kernels;

/// <summary>Plain scaling in 128-bit integers, one coefficient at a time.</summary>
internal sealed class IntegerPlainScalingKernels(int degree, PlainScaling scaling) : PlainScalingKernels
{
    public override void AddScaled(ReadOnlySpan<ulong> message, Span<ulong> c, bool subtract)
    {
        CheckLengths(degree, scaling, message.Length, c.Length);
        for (int k = 0; k < degree; k++)
        {
            UInt128 numerator = ((UInt128)scaling.Remainder * message[k]) + scaling.Half;
            ulong fix = scaling.Plain.DivRem((ulong)(numerator >> 64), (ulong)numerator, out _);
            for (int i = 0; i < scaling.Moduli.Length; i++)
            {
                Modulus q = scaling.Moduli[i];
                ulong scaled = q.Reduce(((UInt128)message[k] * scaling.Delta[i]) + fix);
                ref ulong word = ref c[(i * degree) + k];
                word = subtract ? q.Subtract(word, scaled) : q.Add(word, scaled);
            }
        }
    }

    public override void ScaleDown(ReadOnlySpan<ulong> phase, Span<ulong> message)
    {
        CheckLengths(degree, scaling, message.Length, phase.Length);
        for (int k = 0; k < degree; k++)
        {
            ulong whole = 0;

            // Fractions as multiples of 2^-64, and one half for the rounding.
            UInt128 fraction = 1UL << 63;
            for (int i = 0; i < scaling.Moduli.Length; i++)
            {
                Modulus q = scaling.Moduli[i];
                ulong y = q.Multiply(phase[(i * degree) + k], scaling.Inverses[i]);
                ulong high = Math.BigMul(y, scaling.Plain.Value, out ulong low);
                whole = scaling.Plain.Add(whole, scaling.Plain.Reduce(q.DivRem(high, low, out ulong remainder)));
                fraction += q.ShoupQuotient(remainder);
            }

            message[k] = scaling.Plain.Reduce(whole + (ulong)(fraction >> 64));
        }
    }
}
