using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Scoring;

/// <summary>
/// What a clinic logs of a prediction when the result arrives, before any outcome (protocol 5, step 0): H("subnet-prediction/1" LF || event 16 || salt 32 || p), p one byte a
/// class. The salt keeps the 256 possible values from being tried; the clinic keeps salt and p, and later scores exactly these.
/// </summary>
/// <param name="Event">The query's event, 32 hexadecimal digits.</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Prediction">round(255 x calibrated probability), class by class where there is more than one.</param>
internal sealed record PredictionCommitment(string Event, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Prediction)
{
    /// <summary>The hash: <c>pred</c> of the entry <c>result.received</c>.</summary>
    public byte[] Hash => SHA256.HashData([.. "subnet-prediction/1\n"u8, .. Convert.FromHexString(Event), .. Salt.Span, .. Prediction.Span]);

    /// <summary>Commits to a probability.</summary>
    /// <param name="random">Where the salt comes from.</param>
    /// <param name="eventName">The query's event, 32 hexadecimal digits.</param>
    /// <param name="probabilities">Calibrated probabilities in [0, 1]; one for a binary model, one a class otherwise.</param>
    /// <exception cref="ArgumentException">A probability outside [0, 1], no or more than 8 of them, or an event of another form.</exception>
    public static PredictionCommitment Create(IRandomSource random, string eventName, params ReadOnlySpan<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (!ScoringEvents.IsEvent(eventName))
        {
            throw new ArgumentException("an event has 32 lower-case hexadecimal digits", nameof(eventName));
        }

        byte[] salt = new byte[32];
        random.Fill(salt);
        return new PredictionCommitment(eventName, salt, Round(probabilities));
    }

    /// <summary>round(255 p), halves to even, as every party computes it.</summary>
    public static byte[] Round(ReadOnlySpan<double> probabilities)
    {
        byte[] rounded = new byte[probabilities.Length];
        for (int i = 0; i < rounded.Length; i++)
        {
            double p = probabilities[i];
            if (!(p >= 0 && p <= 1))
            {
                throw new ArgumentException($"a probability is in [0, 1], not {p}", nameof(probabilities));
            }

            rounded[i] = (byte)Math.Round(255 * p, MidpointRounding.ToEven);
        }

        return rounded.Length is >= 1 and <= 8 ? rounded : throw new ArgumentException("a prediction has 1 to 8 classes", nameof(probabilities));
    }
}
