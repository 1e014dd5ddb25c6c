namespace Subnet.Crypto.Transparency.Notes;

/// <summary>A signature of a note that verified.</summary>
/// <param name="Key">The key that signed.</param>
/// <param name="Time">The time in a cosignature, in seconds since 1970; null for a plain signature.</param>
public sealed record VerifiedSignature(VerifierKey Key, long? Time);
