namespace Subnet.Crypto.Comparison;

/// <summary>One scoring output: c1 and coefficient 0 of c0 modulo 2^k, an LWE sample. Immutable.</summary>
public sealed class ScoreOutput
{
    private readonly byte[] packed;

    internal ScoreOutput(byte[] packed) => this.packed = packed;

    /// <summary>c1, then coefficient 0 of c0, k bits each, the last byte padded with zero bits.</summary>
    public ReadOnlySpan<byte> Packed => packed;

    /// <summary>Bytes of an output of a set.</summary>
    public static int ByteCount(ScoringSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Rlwe.Keyless.ResiduePacking.ByteCount(set.Parameters.PolyModulusDegree + 1, set.ReplyBits);
    }

    /// <summary>Reads an output; null for another length or a padding bit that is not zero.</summary>
    public static ScoreOutput? TryParse(ScoringSet set, ReadOnlySpan<byte> packed)
    {
        ArgumentNullException.ThrowIfNull(set);
        return packed.Length == ByteCount(set)
            && Rlwe.Keyless.ResiduePacking.TryUnpack(packed, set.ReplyBits, new ulong[set.Parameters.PolyModulusDegree + 1])
                ? new ScoreOutput(packed.ToArray())
                : null;
    }

    /// <summary>The residues: N of c1, then one of c0.</summary>
    internal ulong[] Unpack(ScoringSet set)
    {
        ulong[] residues = new ulong[set.Parameters.PolyModulusDegree + 1];
        Rlwe.Keyless.ResiduePacking.TryUnpack(packed, set.ReplyBits, residues);
        return residues;
    }
}
