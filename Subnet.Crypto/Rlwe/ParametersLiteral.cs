namespace Subnet.Crypto.Rlwe;

/// <summary>
/// The plain description of a parameter set, unchecked, as it is written in a configuration or read from a file.
/// <see cref="Parameters.Create(ParametersLiteral)"/> is the one door through which it becomes usable.
/// </summary>
public sealed record ParametersLiteral
{
    /// <summary>BFV or CKKS.</summary>
    public required Scheme Scheme { get; init; }

    /// <summary>N: a power of two; 1024 to 32768 unless <see cref="Security"/> is none.</summary>
    public required int PolyModulusDegree { get; init; }

    /// <summary>The primes q_0, q_1, ... in order, the special prime last where there is one; 2 to 60 bits each, distinct, 1 modulo 2N.</summary>
    public required IReadOnlyList<ulong> CoeffModulus { get; init; }

    /// <summary>t of 2 to 60 bits for BFV, 0 for CKKS. Batching needs a prime that is 1 modulo 2N.</summary>
    public ulong PlainModulus { get; init; }

    /// <summary>The security that the set must reach; anything below 128 bits only by writing <see cref="SecurityLevel.None"/> here.</summary>
    public SecurityLevel Security { get; init; } = SecurityLevel.Classical128;

    /// <summary>
    /// Whether the last of several primes is the special prime of key switching, as in SEAL. False for keyless sets: every prime
    /// then belongs to the first data level, and there are no relinearization or Galois keys. So it is, whatever this says, where the primes
    /// before the last do not carry the plain modulus.
    /// </summary>
    public bool HasSpecialPrime { get; init; } = true;
}
