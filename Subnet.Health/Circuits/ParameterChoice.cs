using System.Numerics;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>
/// A set, a plain modulus and a weight scale for one integer form. Norm and bound are those a card declares: rounded up to
/// powers of two, so that they say little of the weights, and admitted as rounded.
/// </summary>
/// <param name="Parameters">Set and plain modulus.</param>
/// <param name="Form">The integer form at the chosen scale.</param>
/// <param name="DeclaredNorm1">At least the sum of the absolute weights.</param>
/// <param name="DeclaredBound">At least the largest absolute answer.</param>
/// <param name="LargestRounding">How far a score can be from the float model's, for any admitted row.</param>
internal sealed record ParameterChoice(
    KeylessParameters Parameters, IntegerForm Form, BigInteger DeclaredNorm1, BigInteger DeclaredBound, double LargestRounding)
{
    /// <summary>log2 of how far the flooding exceeds the noise bound before it; at least 40.</summary>
    public double FloodingMargin
    {
        get
        {
            // Twice B = 21.5 norm1 + Z, kept in integers.
            BigInteger twice = (43 * DeclaredNorm1) + (42 * ((2 * Parameters.Set.Degree) + 1));
            return Parameters.FloodBits + 1 - BigInteger.Log(twice, 2);
        }
    }
}
