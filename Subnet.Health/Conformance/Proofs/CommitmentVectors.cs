using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Proofs;

namespace Subnet.Health.Conformance.Proofs;

/// <summary>generators.json, encodings.json, commitments.json.</summary>
internal static class CommitmentVectors
{
    /// <summary>Label and index to point, and the candidates refused before it.</summary>
    public static VectorDifference? Generator(VectorCase vector, VectorFolder folder)
    {
        string label = vector.Text("label");
        long index = vector.Integer("index");
        if (label is not ("G" or "H" or "U" or "Q") || index is < 0 or > uint.MaxValue)
        {
            throw new VectorFormatException("has a label that is none of G, H, U, Q, or an index of more than 32 bits");
        }

        (byte[] point, int refused) = ProofKnownAnswers.Generator(label, (uint)index);
        return VectorDifference.Between("point", vector.Hex("point"), point)
            ?? VectorDifference.Between("refused candidates", vector.Integer("refused"), refused);
    }

    /// <summary>Point and scalar encodings to take or refuse.</summary>
    public static VectorDifference? Encoding(VectorCase vector, VectorFolder folder)
    {
        byte[] bytes = vector.Hex("bytes");
        bool taken = vector.Text("kind") switch
        {
            "point" => ProofKnownAnswers.IsPoint(bytes),
            "scalar" => ProofKnownAnswers.IsScalar(bytes),
            var kind => throw new VectorFormatException($"is of an unknown kind '{kind}'"),
        };
        return VectorDifference.OfVerdict("encoding", vector.Flag("ok"), taken);
    }

    /// <summary>Weights and blinding to commitment.</summary>
    public static VectorDifference? Commitment(VectorCase vector, VectorFolder folder)
    {
        using CommitmentOpening opening = Opening(vector);
        return VectorDifference.Between("commitment", vector.Hex("commitment"), opening.Commit(folder.Generators(opening.Count)).Bytes);
    }

    /// <summary>The weights (or their rule) and the blinding of a case.</summary>
    public static CommitmentOpening Opening(VectorCase vector)
    {
        long[] weights = vector.Has("gen") ? Generated(vector.Object("gen")) : vector.Integers("weights");
        return weights.Length is > 0 and <= GeneratorSet.MaxCount && CommitmentOpening.TryCreate(weights, vector.Hex("blinding"), out CommitmentOpening? opening)
            ? opening
            : throw new VectorFormatException("has no weights, too many of them, or a blinding that is no scalar");
    }

    /// <summary>Entry i is lo + (first 8 bytes of SHA-256(tag || be32 i), big-endian, modulo hi - lo + 1).</summary>
    private static long[] Generated(VectorCase rule)
    {
        byte[] tag = System.Text.Encoding.UTF8.GetBytes(rule.Text("tag"));
        long low = rule.Integer("lo");
        long high = rule.Integer("hi");
        if (high < low)
        {
            throw new VectorFormatException("has a rule with hi below lo");
        }

        int count = rule.Count("n");
        if (count > GeneratorSet.MaxCount)
        {
            throw new VectorFormatException($"has a rule for more than {GeneratorSet.MaxCount} entries");
        }

        long[] values = new long[count];
        byte[] message = new byte[tag.Length + sizeof(int)];
        tag.CopyTo(message, 0);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(tag.Length), i);
            ulong drawn = BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(message));

            // All 64-bit integers are one more than the largest modulus: then the drawn word stands as it is.
            ulong span = (ulong)high - (ulong)low;
            values[i] = (long)((ulong)low + (span == ulong.MaxValue ? drawn : drawn % (span + 1)));
        }

        return values;
    }
}
