using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Seal;

/// <summary>What can be told of an object from its bytes alone. Nothing of it is validated against parameters.</summary>
public sealed record SealInspection
{
    /// <summary>The header.</summary>
    public required SealHeader Header { get; init; }

    /// <summary>What the layout fits.</summary>
    public required SealObjectKind Kind { get; init; }

    /// <summary>Bytes without compression, header included.</summary>
    public required long UncompressedByteCount { get; init; }

    /// <summary>The description, for encryption parameters.</summary>
    public ParametersLiteral? Parameters { get; init; }

    /// <summary>The id of the level, for everything else.</summary>
    public ParametersId? Id { get; init; }

    /// <summary>Whether the words are transform values, for plaintexts and ciphertexts.</summary>
    public bool? IsNttForm { get; init; }

    /// <summary>Number of polynomials, for ciphertexts.</summary>
    public int? Size { get; init; }

    /// <summary>N, for ciphertexts.</summary>
    public int? PolyModulusDegree { get; init; }

    /// <summary>Number of primes, for ciphertexts.</summary>
    public int? PrimeCount { get; init; }

    /// <summary>The scale, for plaintexts and ciphertexts.</summary>
    public double? Scale { get; init; }

    /// <summary>Number of words, for plaintexts.</summary>
    public int? WordCount { get; init; }

    /// <summary>Number of entries of a set of keys, those without a key included.</summary>
    public int? EntryCount { get; init; }

    /// <summary>Number of keys of a set of keys.</summary>
    public int? KeyCount { get; init; }

    /// <summary>Whether polynomials are stored as seeds, for ciphertexts and sets of keys.</summary>
    public bool? IsSeeded { get; init; }
}
