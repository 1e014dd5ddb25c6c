using System.Globalization;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Scoring;

/// <summary>
/// What of a score becomes public (protocol 5, step 6): rounded to 1/64 of its range, or with discrete Laplace noise. Exact scores would give labels away to who chose the
/// predictions.
/// </summary>
/// <param name="EpsilonThousandths">0 for rounding; else epsilon of the whole batch over all its miners, in thousandths.</param>
internal sealed record ScorePublication(int EpsilonThousandths)
{
    /// <summary>Steps of the rounding.</summary>
    public const int Grid = 64;

    /// <summary>Largest epsilon of a batch, in thousandths: above, the noise hides next to nothing and the name would mislead.</summary>
    public const int MaximumEpsilon = 8_000;

    /// <summary>Rounding to 1/64.</summary>
    public static ScorePublication Rounded { get; } = new(0);

    /// <summary>Whether noise is added.</summary>
    public bool IsNoised => EpsilonThousandths > 0;

    /// <summary>As statements have it: <c>grid-64</c>, or <c>epsilon-500</c> for 0.5.</summary>
    public string Word => IsNoised ? $"epsilon-{EpsilonThousandths}" : $"grid-{Grid}";

    /// <summary>Reads a <see cref="Word"/>.</summary>
    public static ScorePublication? Parse(string word)
    {
        if (word == Rounded.Word)
        {
            return Rounded;
        }

        return word.StartsWith("epsilon-", StringComparison.Ordinal)
            && int.TryParse(word.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out int thousandths)
            && thousandths is >= 1 and <= MaximumEpsilon
            && new ScorePublication(thousandths) is var noised
            && noised.Word == word
                ? noised
                : null;
    }

    /// <summary>Whether scores of a kind can be published so.</summary>
    public bool Fits(ScoringKind kind) => !IsNoised || ScoreRatio.Sensitivity(kind) is not null;

    /// <summary>The public value: a number out of 64, or the numerator with noise, held within its range.</summary>
    /// <param name="kind">What was computed.</param>
    /// <param name="exact">The exact score.</param>
    /// <param name="miners">Miners of the batch: they share epsilon, since one patient is in all their scores.</param>
    /// <param name="noise">The stream of eta || seeds.</param>
    public long Publish(ScoringKind kind, ScoreRatio exact, int miners, IRandomSource noise)
    {
        ArgumentNullException.ThrowIfNull(exact);
        if (!IsNoised)
        {
            // Halves up, in integers.
            return (long)((((Int128)exact.Numerator * 2 * Grid) + exact.Denominator) / (2 * (Int128)exact.Denominator));
        }

        // Scale = sensitivity / (epsilon / miners).
        long sensitivity = ScoreRatio.Sensitivity(kind) ?? throw new InvalidOperationException($"{kind} cannot be published with noise");
        long drawn = DiscreteLaplace.Sample(noise, (ulong)sensitivity * (ulong)miners * 1000, (ulong)EpsilonThousandths);
        return Math.Clamp(exact.Numerator + drawn, 0, exact.Denominator);
    }

    /// <summary>The quality from 0 to 1 that a public value stands for.</summary>
    public double Quality(ScoringKind kind, long value, int patients)
    {
        long range = !IsNoised ? Grid : kind == ScoringKind.SquaredError ? 255L * 255 * patients : patients;
        return new ScoreRatio(Math.Clamp(value, 0, range), range).Quality(kind);
    }
}
