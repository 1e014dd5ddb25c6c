namespace Subnet.Health.Conformance.Proofs;

/// <summary>Replays the cases of one file kind.</summary>
/// <param name="vector">The case.</param>
/// <param name="folder">The other files, for cases that refer to them.</param>
/// <returns>Null where every answer is as expected, else the first difference.</returns>
internal delegate VectorDifference? VectorReplay(VectorCase vector, VectorFolder folder);

/// <summary>What a case expected and what came.</summary>
/// <param name="Expected">From the vector.</param>
/// <param name="Actual">From the replay.</param>
internal sealed record VectorDifference(string Expected, string Actual)
{
    /// <summary>A difference, or null where the two are equal.</summary>
    public static VectorDifference? Between(string what, string expected, string actual) =>
        string.Equals(expected, actual, StringComparison.Ordinal) ? null : new VectorDifference($"{what} {expected}", $"{what} {actual}");

    /// <summary>A difference, or null where the two are equal.</summary>
    public static VectorDifference? Between(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual) =>
        Between(what, Convert.ToHexStringLower(expected), Convert.ToHexStringLower(actual));

    /// <summary>A difference, or null where the two are equal.</summary>
    public static VectorDifference? Between(string what, long expected, long actual) =>
        expected == actual ? null : new VectorDifference($"{what} {expected}", $"{what} {actual}");

    /// <summary>
    /// The answer to a case whose inputs cannot even be put together (a hash of 31 bytes, ragged rows): right where the case is to be refused, else the fault.
    /// </summary>
    public static VectorDifference? OfUnreadable(bool isToBeTaken, string fault) =>
        isToBeTaken ? new VectorDifference("inputs that are taken", $"inputs refused: {fault}") : null;

    /// <summary>A difference, or null where the verdicts agree.</summary>
    public static VectorDifference? OfVerdict(string what, bool expected, bool actual) =>
        expected == actual ? null : new VectorDifference($"{what} {(expected ? "taken" : "refused")}", $"{what} {(actual ? "taken" : "refused")}");
}
