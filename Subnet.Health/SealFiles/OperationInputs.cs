using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>What one homomorphic operation works on. What an operation needs and nobody gave is an error that names it.</summary>
internal sealed record OperationInputs
{
    /// <summary>The ciphertexts in order.</summary>
    public required IReadOnlyList<Ciphertext> Ciphertexts { get; init; }

    /// <summary>The plaintext, where the operation takes one.</summary>
    public Plaintext? Plaintext { get; init; }

    /// <summary>The keys that bring products back to two polynomials.</summary>
    public RelinearizationKeys? RelinearizationKeys { get; init; }

    /// <summary>The keys of rotations.</summary>
    public GaloisKeys? GaloisKeys { get; init; }

    /// <summary>By how many slots to rotate to the left.</summary>
    public int? Step { get; init; }

    /// <summary>The rotations that are made together, where they are many.</summary>
    public IReadOnlyList<int>? Steps { get; init; }

    /// <summary>The level to go down to.</summary>
    public Level? Level { get; init; }

    /// <summary>The Galois element.</summary>
    public int? Element { get; init; }

    /// <summary>The exponent.</summary>
    public int? Exponent { get; init; }

    /// <summary>The first ciphertext.</summary>
    public Ciphertext First => Ciphertexts.Count > 0 ? Ciphertexts[0] : throw Missing("a ciphertext");

    /// <summary>The second ciphertext.</summary>
    public Ciphertext Second => Ciphertexts.Count > 1 ? Ciphertexts[1] : throw Missing("a second ciphertext");

    /// <summary>The plaintext that must be there.</summary>
    public Plaintext NeedPlaintext => Plaintext ?? throw Missing("a plaintext");

    /// <summary>The relinearization keys that must be there.</summary>
    public RelinearizationKeys NeedRelinearizationKeys => RelinearizationKeys ?? throw Missing("relinearization keys, named where there are several");

    /// <summary>The Galois keys that must be there.</summary>
    public GaloisKeys NeedGaloisKeys => GaloisKeys ?? throw Missing("Galois keys, named where there are several");

    /// <summary>The step that must be there.</summary>
    public int NeedStep => Step ?? throw Missing("a step");

    /// <summary>The level that must be there.</summary>
    public Level NeedLevel => Level ?? throw Missing("a level to go down to");

    /// <summary>The element that must be there.</summary>
    public int NeedElement => Element ?? throw Missing("a Galois element");

    /// <summary>The exponent that must be there.</summary>
    public int NeedExponent => Exponent ?? throw Missing("an exponent");

    private static ArgumentException Missing(string what) => new($"the operation needs {what}");
}
