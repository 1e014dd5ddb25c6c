using System.Numerics;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>
/// What a card says of the chance that an answer is decrypted wrongly, and of what encryption can therefore cost. Computed from set and bounds
/// by the miner, and again by every client that reads the card.
/// </summary>
/// <param name="FailureProbability">For an honestly formed query: 0 where no noise is large enough, else a bound.</param>
/// <param name="EncryptionLoss">How far a decrypted answer is from the integer model's.</param>
internal sealed record ExactnessClaim(string FailureProbability, string EncryptionLoss)
{
    // Bounds of 64 deviations stand for a tail below 2^-128 (parameters 3).
    private const string Tail = "below 2^-128";

    private static readonly ExactnessClaim Never = new("0", "0");
    private static readonly ExactnessClaim AlmostNever = new(Tail, $"0 except with probability {Tail}");

    /// <summary>The claim of a keyless query.</summary>
    /// <param name="parameters">Set and plain modulus.</param>
    /// <param name="norm1">The declared norm.</param>
    /// <exception cref="CircuitException">A correct decryption is not certain: the parameters are not to be used.</exception>
    public static ExactnessClaim Of(KeylessParameters parameters, BigInteger norm1) => parameters.NeverFails(norm1)
        ? Never
        : throw new CircuitException("the parameters do not make decryption certain; compile the model again.");

    /// <summary>The claim of a single patient's forest.</summary>
    public static ExactnessClaim Of(ForestLayout layout)
    {
        var noise = new ForestNoise(layout.Set);
        return Of(noise, noise.LargestSinglePatient(layout), noise.SinglePatient(layout));
    }

    /// <summary>The claim of a batch.</summary>
    /// <param name="set">The set.</param>
    /// <param name="depth">The deepest tree.</param>
    /// <param name="trees">At least as many as there are.</param>
    /// <param name="bound">No answer is larger.</param>
    public static ExactnessClaim Of(ForestSet set, int depth, int trees, long bound)
    {
        var noise = new ForestNoise(set);
        return Of(noise, noise.LargestBatch(depth, trees, bound), noise.Batch(depth, trees));
    }

    private static ExactnessClaim Of(ForestNoise noise, double largest, double usual) => noise.NeverFails(largest)
        ? Never
        : noise.Admits(usual) ? AlmostNever : throw new CircuitException("the set leaves no margin for flooding; compile the model again.");
}
