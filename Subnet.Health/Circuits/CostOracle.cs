using System.Collections.Concurrent;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;

namespace Subnet.Health.Circuits;

/// <summary>
/// Predicts what queries of keyless circuits cost on this machine. Their time depends on nothing but the set, the number of
/// ciphertexts and the number of answers, so each set is timed once on small made-up queries and all models are predicted from
/// that. Safe for concurrent use.
/// </summary>
internal sealed class CostOracle
{
    // The runtime compiles what runs often a second time, after a tenth of a second and more; queries that are served run that code. The least
    // of the times since is what an undisturbed core takes.
    private const int FewestRounds = 20;
    private const int MostRounds = 2000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Measured = TimeSpan.FromMilliseconds(60);

    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<byte, Lazy<UnitTimes>> units = new();

    /// <summary>Predicts by a clock.</summary>
    public CostOracle(TimeProvider time) => this.time = time;

    // Milliseconds: for a query of one ciphertext and one answer, for each further ciphertext, for each further answer.
    private sealed record UnitTimes(Times Base, Times Ciphertext, Times Answer);

    private readonly record struct Times(double Encrypt, double Evaluate, double Decrypt)
    {
        public static Times operator +(Times a, Times b) => new(a.Encrypt + b.Encrypt, a.Evaluate + b.Evaluate, a.Decrypt + b.Decrypt);

        public static Times operator *(double factor, Times a) => new(factor * a.Encrypt, factor * a.Evaluate, factor * a.Decrypt);

        public Times Per(Times whole, double count) => new(
            Math.Max(0, whole.Encrypt - Encrypt) / count, Math.Max(0, whole.Evaluate - Evaluate) / count, Math.Max(0, whole.Decrypt - Decrypt) / count);
    }

    /// <summary>The cost of one query of a compiled model.</summary>
    /// <param name="choice">Form and parameters.</param>
    /// <param name="rowClass">R.</param>
    public CostEstimate Estimate(ParameterChoice choice, int rowClass)
    {
        KeylessSet set = choice.Parameters.Set;
        var layout = new KeylessLayout(choice.Form.Features, choice.Form.Classes, rowClass);
        int ciphertexts = layout.Place(set).Ciphertexts;
        UnitTimes unit = units.GetOrAdd(set.Id, _ => new Lazy<UnitTimes>(() => Measure(set))).Value;
        Times times = unit.Base + ((ciphertexts - 1) * unit.Ciphertext) + ((layout.Answers - 1) * unit.Answer);
        return new CostEstimate(
            times.Encrypt,
            times.Evaluate,
            times.Decrypt,
            0,
            KeylessQuery.ByteCount(set, ciphertexts),
            KeylessReply.ByteCount(choice.Parameters, layout.Answers),
            NoiseBits(choice.Form, set),
            set.WeightsArePublic ? 0 : choice.Parameters.FloodBits);
    }

    // w v + e_pk u + e1 + e2 s: fresh noise has variance 10.5, u and s are ternary with variance 2/3.
    private static double NoiseBits(IntegerForm form, KeylessSet set)
    {
        const double Fresh = 10.5;
        double squares = form.Weights.Sum(weight => (double)weight * weight);
        double zero = set.WeightsArePublic ? 0 : Fresh * (1 + (4.0 * set.Degree / 3));
        return Math.Log2((Fresh * squares) + zero) / 2;
    }

    private UnitTimes Measure(KeylessSet set)
    {
        const int Ciphertexts = 5;
        const int Answers = 65;
        Time(set, new KeylessLayout(16, 1, 1), WarmUp);
        Times one = Time(set, new KeylessLayout(16, 1, 1), Measured);
        Times wide = set.WeightsArePublic ? one : Time(set, new KeylessLayout(set.Degree * Ciphertexts, 1, 1), Measured);
        Times many = Time(set, new KeylessLayout(16, Answers, 1), Measured);
        return new UnitTimes(one, one.Per(wide, Ciphertexts - 1), one.Per(many, Answers - 1));
    }

    private Times Time(KeylessSet set, KeylessLayout layout, TimeSpan atLeast)
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromSeed(new byte[PrngSeed.ByteCount]);
        var parameters = new KeylessParameters(set, 20);
        byte[] card = new byte[KeylessQuery.DigestBytes];
        long[] weights = new long[layout.Features * layout.Classes];
        weights[0] = 1;
        using var model = new KeylessModel(card, parameters, layout.Classes, weights, 1, randomness);
        long[] features = new long[layout.Features];
        features[0] = 1;
        long[] answers = new long[layout.Answers];
        Times best = new(double.MaxValue, double.MaxValue, double.MaxValue);
        long began = time.GetTimestamp();
        for (int round = 0; round < FewestRounds || (round < MostRounds && time.GetElapsedTime(began) < atLeast); round++)
        {
            long start = time.GetTimestamp();
            using var client = new KeylessClient(new byte[KeylessSeeds.MasterBytes], card, parameters, layout);
            byte[] query = client.Encrypt(features);
            long encrypted = time.GetTimestamp();
            model.TryAnswer(query, out byte[]? reply);
            long answered = time.GetTimestamp();
            client.TryDecrypt(reply, 1, answers);
            long decrypted = time.GetTimestamp();
            best = new Times(
                Math.Min(best.Encrypt, time.GetElapsedTime(start, encrypted).TotalMilliseconds),
                Math.Min(best.Evaluate, time.GetElapsedTime(encrypted, answered).TotalMilliseconds),
                Math.Min(best.Decrypt, time.GetElapsedTime(answered, decrypted).TotalMilliseconds));
        }

        return best;
    }
}
