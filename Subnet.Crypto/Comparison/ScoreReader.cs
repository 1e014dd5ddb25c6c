using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>The clinic's decryption of outputs: y = round(t (b + &lt;a, s&gt;) / 2^k), and from it N y modulo t, the sum of all slots. Disposing wipes the secret.</summary>
public sealed class ScoreReader : IDisposable
{
    private readonly ScoringSet set;
    private readonly long[] secret;

    /// <summary>Reads with a batch's secret key.</summary>
    /// <exception cref="ArgumentException">The key is of other parameters.</exception>
    public ScoreReader(ScoringSet set, SecretKey secretKey)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(secretKey);
        if (!secretKey.Parameters.Equals(set.Parameters))
        {
            throw new ArgumentException($"the secret key belongs to {secretKey.Parameters}, not to {set}", nameof(secretKey));
        }

        this.set = set;
        ulong q = set.Parameters.Moduli[0].Value;
        ulong[] coefficients = secretKey.Limb(0).ToArray();
        set.Parameters.FirstDataLevel.Tables(0).Kernels.Inverse(coefficients, coefficients);
        secret = [.. coefficients.Select(value => value > q / 2 ? (long)value - (long)q : (long)value)];
        coefficients.AsSpan().Clear();
    }

    /// <summary>The sum of all slots modulo t, in [0, t).</summary>
    public ulong Read(ScoreOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ulong[] residues = output.Unpack(set);
        int n = secret.Length;
        ulong phase = residues[n] + (residues[0] * (ulong)secret[0]);
        for (int i = 1; i < n; i++)
        {
            phase -= residues[n - i] * (ulong)secret[i];
        }

        phase &= (1UL << set.ReplyBits) - 1;
        Modulus t = new(set.Parameters.PlainModulus);
        UInt128 scaled = Math.BigMul(phase, t.Value) + (UInt128.One << (set.ReplyBits - 1));
        return t.Multiply(t.Reduce((ulong)(scaled >> set.ReplyBits)), t.Reduce((ulong)n));
    }

    /// <summary>Wipes the secret.</summary>
    public void Dispose() => secret.AsSpan().Clear();
}
