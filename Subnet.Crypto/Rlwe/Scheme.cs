namespace Subnet.Crypto.Rlwe;

/// <summary>The encryption scheme; the values are those of SEAL's files.</summary>
public enum Scheme : byte
{
    /// <summary>No scheme; not usable for computation.</summary>
    None = 0,

    /// <summary>Brakerski/Fan-Vercauteren: exact integers modulo the plain modulus.</summary>
    Bfv = 1,

    /// <summary>Cheon-Kim-Kim-Song: approximate complex numbers.</summary>
    Ckks = 2,

    /// <summary>Brakerski-Gentry-Vaikuntanathan: known from files, not computed with here.</summary>
    Bgv = 3,
}
