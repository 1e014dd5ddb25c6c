namespace Subnet.Crypto.Identity;

/// <summary>An envelope and its signature.</summary>
/// <param name="Envelope">What was signed.</param>
/// <param name="Signature">64 bytes by the key <see cref="RequestEnvelope.From"/>; empty where a request came unsigned.</param>
public sealed record SignedEnvelope(RequestEnvelope Envelope, ReadOnlyMemory<byte> Signature);
