namespace Subnet.Health.Circuits;

/// <summary>What one query will cost, known before anything is encrypted.</summary>
/// <param name="EncryptMilliseconds">At the clinic, on one core.</param>
/// <param name="EvaluateMilliseconds">At the miner, on one core, from the query's bytes to the reply's.</param>
/// <param name="DecryptMilliseconds">At the clinic.</param>
/// <param name="KeyBytes">Uploaded once; 0 for keyless circuits.</param>
/// <param name="UploadBytes">The query.</param>
/// <param name="ReplyBytes">The reply.</param>
/// <param name="NoiseBits">log2 of the root mean square of an answer's noise before flooding.</param>
/// <param name="FloodBits">log2 of the flooding's reach.</param>
internal sealed record CostEstimate(
    double EncryptMilliseconds,
    double EvaluateMilliseconds,
    double DecryptMilliseconds,
    long KeyBytes,
    long UploadBytes,
    long ReplyBytes,
    double NoiseBits,
    int FloodBits)
{
    /// <summary>Encryption, evaluation and decryption.</summary>
    public double TotalMilliseconds => EncryptMilliseconds + EvaluateMilliseconds + DecryptMilliseconds;
}
