using Subnet.Crypto.Bfv;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Comparison;

/// <summary>
/// The inner step of scoring, for measurements and known answers: the values' ciphertexts without re-randomisation, tags, checks and flooding. They show inputs to the key holder and are
/// never sent.
/// </summary>
public static class ScoringKnownAnswers
{
    /// <summary>The ciphertexts of a measure's values; N times coefficient 0 of each is the sum over its slots.</summary>
    /// <exception cref="ArgumentException">Keys and inputs are of different sets.</exception>
    public static IReadOnlyList<Ciphertext> Values(ScoringKeys keys, ScoringInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(inputs);
        return keys.Set == inputs.Measure.Set
            ? ScoringCircuits.Values(new CiphertextArithmetic(new BfvEvaluator(keys.Set.Parameters), keys.Relinearization), inputs.Measure, [.. inputs.Ordered])
            : throw new ArgumentException($"the inputs are for {inputs.Measure}, the keys of {keys.Set}", nameof(inputs));
    }
}
