namespace Subnet.Crypto.Rlwe;

/// <summary>The level of the homomorphic encryption standard that a parameter set must reach (classical attacks, ternary secret).</summary>
public enum SecurityLevel
{
    /// <summary>No bound. For tests with tiny degrees only; writing it down is the permission.</summary>
    None = 0,

    /// <summary>128 bits, the default.</summary>
    Classical128 = 128,

    /// <summary>192 bits.</summary>
    Classical192 = 192,

    /// <summary>256 bits.</summary>
    Classical256 = 256,
}
