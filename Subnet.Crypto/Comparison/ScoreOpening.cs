using System.Buffers.Binary;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Crypto.Comparison;

/// <summary>What a clinic decrypted of one session: committed before any seed is open, opened to the validators, checked by each.</summary>
public static class ScoreOpening
{
    /// <summary>C = H("subnet-score/1" LF || nonce 32 || all outputs of all validators, be64 each, in order).</summary>
    /// <exception cref="ArgumentException">The nonce has not 32 bytes: a short one could be guessed with the score.</exception>
    public static byte[] Commit(ReadOnlySpan<byte> nonce, IEnumerable<ulong> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (nonce.Length != 32)
        {
            throw new ArgumentException($"a nonce has 32 bytes, not {nonce.Length}", nameof(nonce));
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("subnet-score/1\n"u8);
        hash.AppendData(nonce);
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        foreach (ulong output in outputs)
        {
            BinaryPrimitives.WriteUInt64BigEndian(word, output);
            hash.AppendData(word);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>
    /// A validator's check of its own outputs: each tag is r v + s, each check is s'. A clinic that changes a value guesses r: at most t^-tau.
    /// </summary>
    /// <param name="measure">What was computed.</param>
    /// <param name="randomness">The validator's session randomness.</param>
    /// <param name="outputs">All opened outputs of this validator, modulo t.</param>
    public static ScoreVerdict Verify(ScoringMeasure measure, ScoreRandomness randomness, ReadOnlySpan<ulong> outputs)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(randomness);
        ScoringSet set = measure.Set;
        int values = measure.ValueCount;
        Modulus t = new(set.Parameters.PlainModulus);
        if (outputs.Length != ScoringEvaluator.OutputCount(set, values) || !ModularVector.AllBelow(outputs, t.Value))
        {
            return ScoreVerdict.Malformed;
        }

        using IRandomSource factors = randomness.Open("r");
        using IRandomSource shifts = randomness.Open("s");
        using IRandomSource checks = randomness.Open("s'");
        ReadOnlySpan<ulong> tags = outputs[values..];
        for (int i = 0; i < values * set.TagCount; i++)
        {
            ulong expected = t.Multiply(ScoreRandomness.NextNonZeroElement(factors, t.Value), outputs[i / set.TagCount]);
            if (tags[i] != t.Add(expected, ScoreRandomness.NextElement(shifts, t.Value)))
            {
                return ScoreVerdict.WrongTag;
            }
        }

        foreach (ulong check in tags[(values * set.TagCount)..])
        {
            if (check != ScoreRandomness.NextElement(checks, t.Value))
            {
                return ScoreVerdict.InvalidInputs;
            }
        }

        return ScoreVerdict.Holds;
    }
}

/// <summary>What a validator says of opened outputs.</summary>
public enum ScoreVerdict
{
    /// <summary>No verdict was reached; never returned.</summary>
    None,

    /// <summary>Tags and checks hold.</summary>
    Holds,

    /// <summary>Another number of outputs, or one that is not below t.</summary>
    Malformed,

    /// <summary>A tag is not that of its value: the clinic changed a value, or decrypts something else.</summary>
    WrongTag,

    /// <summary>A check is not 0: a plane or label is not a bit, or the two layouts differ.</summary>
    InvalidInputs,
}
