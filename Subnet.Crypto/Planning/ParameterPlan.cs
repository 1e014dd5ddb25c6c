using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Planning;

/// <summary>Parameters for a circuit, and what can be said of a run before anything is encrypted. Sizes are packed bytes.</summary>
public sealed record ParameterPlan
{
    /// <summary>N, chain and t.</summary>
    public required Parameters Parameters { get; init; }

    /// <summary>The level at which the reply is sent: the lowest at which it decrypts.</summary>
    public required Level ReplyLevel { get; init; }

    /// <summary>The noise of the worst output before flooding.</summary>
    public required NoiseLevel Noise { get; init; }

    /// <summary>f of flooding at the first data level; 0 where none was asked for.</summary>
    public required int FloodBits { get; init; }

    /// <summary>log2 of how far flooding stands above the privacy bound; 0 where none was asked for.</summary>
    public required double FloodMargin { get; init; }

    /// <summary>log2 of an upper bound on the probability that an honest query gets a wrong answer; minus infinity: it cannot happen.</summary>
    public required double FailureLog2 { get; init; }

    /// <summary>Bytes of the query, seeds in place of uniform halves.</summary>
    public required long QueryBytes { get; init; }

    /// <summary>Bytes of the reply, whole ciphertexts.</summary>
    public required long ReplyBytes { get; init; }

    /// <summary>Bytes of the public key, if one is needed.</summary>
    public required long PublicKeyBytes { get; init; }

    /// <summary>Bytes of the relinearization key, if one is needed.</summary>
    public required long RelinearizationKeyBytes { get; init; }

    /// <summary>Number of Galois keys.</summary>
    public required int GaloisKeyCount { get; init; }

    /// <summary>Bytes of all Galois keys.</summary>
    public required long GaloisKeyBytes { get; init; }

    /// <summary>What the evaluation takes.</summary>
    public required CircuitWork Work { get; init; }

    /// <summary>The predicted time of the evaluation on one thread.</summary>
    public required TimeSpan Time { get; init; }
}
