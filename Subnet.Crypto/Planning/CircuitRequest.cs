namespace Subnet.Crypto.Planning;

/// <summary>What is to be computed and what the result must be like: the question to <see cref="ParameterPlanner"/>.</summary>
public sealed record CircuitRequest
{
    /// <summary>The values that are sent back, each a ciphertext of its own.</summary>
    public required IReadOnlyList<CircuitNode> Outputs { get; init; }

    /// <summary>Bits of the plain modulus: the smallest t that holds every result, 2 to 60.</summary>
    public required int PlainBits { get; init; }

    /// <summary>How many slots or coefficients are needed at least.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Whether the slots are used as slots: t is then a prime that is 1 modulo 2N; else it is a power of two.</summary>
    public bool Batching { get; init; } = true;

    /// <summary>
    /// Whether the reply must hide how it was computed: flooding then stands 2^40 above the noise, and every output is re-randomised.
    /// </summary>
    public bool CircuitPrivacy { get; init; } = true;

    /// <summary>The largest log2 of the failure probability.</summary>
    public double FailureLog2 { get; init; } = -128;

    /// <summary>The largest degree to try.</summary>
    public int LargestDegree { get; init; } = 32768;
}
