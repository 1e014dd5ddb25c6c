namespace Subnet.Crypto.Rlwe;

/// <summary>Takes the results of hoisted rotations, prime by prime.</summary>
internal interface IRotationSink
{
    /// <summary>Takes the limbs of one rotation modulo one prime; the spans are only valid during the call.</summary>
    void Accept(int rotation, int prime, ReadOnlySpan<ulong> c0, ReadOnlySpan<ulong> c1);
}
