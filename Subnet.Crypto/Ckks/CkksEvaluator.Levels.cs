using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

public sealed partial class CkksEvaluator
{
    /// <summary>destination = a one level down, divided by the last prime with rounding; the scale is divided by that prime.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or a is at the last level.</exception>
    public void RescaleToNext(Ciphertext a, Ciphertext destination)
    {
        Level next = CheckSwitch(a, destination);
        Level level = a.Level;
        int size = a.Size;
        double scale = a.Scale / level.Moduli[^1].Value;
        if (!ReferenceEquals(a, destination))
        {
            destination.Resize(next, size);
        }

        // In place the shorter polynomials move towards the front, in order.
        Span<ulong> source = a.Words;
        Span<ulong> target = destination.Words;
        for (int i = 0; i < size; i++)
        {
            RnsDivision.DivideByLast(
                level, source.Slice(i * level.PolynomialWords, level.PolynomialWords), isNtt: true, target.Slice(i * next.PolynomialWords, next.PolynomialWords));
        }

        Finish(destination, next, size, scale);
    }

    /// <summary>destination = a rescaled until it is at a lower level (or the same: a copy).</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or the level is above that of a.</exception>
    public void RescaleTo(Ciphertext a, Level level, Ciphertext destination)
    {
        CheckTarget(a, level, destination);
        destination.CopyFrom(a);
        while (!destination.Level.Matches(level))
        {
            RescaleToNext(destination, destination);
        }
    }

    /// <summary>destination = a one level down; the last limb is dropped and the scale stays.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, a is at the last level, or its scale does not fit the level below.</exception>
    public void ModSwitchToNext(Ciphertext a, Ciphertext destination)
    {
        Level next = CheckSwitch(a, destination);
        ModSwitchTo(a, next, destination);
    }

    /// <summary>destination = a at a lower level (or the same: a copy); the scale stays.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, the level is above that of a, or its scale does not fit the level.</exception>
    public void ModSwitchTo(Ciphertext a, Level level, Ciphertext destination)
    {
        CheckTarget(a, level, destination);
        if (level.Matches(a.Level))
        {
            destination.CopyFrom(a);
            return;
        }

        CheckFits(a.Scale, level);
        int size = a.Size;
        double scale = a.Scale;
        int from = a.Level.PolynomialWords;
        if (!ReferenceEquals(a, destination))
        {
            destination.Resize(level, size);
        }

        Span<ulong> source = a.Words;
        Span<ulong> target = destination.Words;
        for (int i = 0; i < size; i++)
        {
            source.Slice(i * from, level.PolynomialWords).CopyTo(target[(i * level.PolynomialWords)..]);
        }

        Finish(destination, level, size, scale);
    }

    /// <summary>destination = a plaintext at a lower level (or the same): limbs are dropped.</summary>
    /// <exception cref="ArgumentException">The plaintext does not belong to these parameters, the level is above its own, or its scale does not fit the level.</exception>
    public void ModSwitchTo(Plaintext plaintext, Level level, Plaintext destination)
    {
        PlainOperand.CheckValues(plaintext, Parameters);
        ArgumentNullException.ThrowIfNull(level);
        CheckDownwards(plaintext.Level!, level);
        CheckFits(plaintext.Scale, level);
        DropLimbs(plaintext, level, destination);
    }

    /// <summary>destination = a plaintext one level down.</summary>
    /// <exception cref="ArgumentException">The plaintext does not belong to these parameters, is at the last level, or its scale does not fit the level below.</exception>
    public void ModSwitchToNext(Plaintext plaintext, Plaintext destination) => ModSwitchTo(plaintext, NextLevel(plaintext), destination);

    private static void CheckFits(double scale, Level level)
    {
        if (!CkksScale.IsWithin(scale, level, slack: 0))
        {
            throw new ArgumentException($"the scale 2^{Math.Log2(scale):F1} does not fit the {level.TotalBits} bits of {level}; rescale instead");
        }
    }

    private Level CheckSwitch(Ciphertext a, Ciphertext destination)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        ArgumentNullException.ThrowIfNull(destination);
        return a.Level.Next
            ?? throw new ArgumentException($"the ciphertext is at the last level, {a.Level}; there is nothing below", nameof(a));
    }

    private void CheckTarget(Ciphertext a, Level level, Ciphertext destination)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(destination);
        CheckDownwards(a.Level, level);
        if (!level.Matches(a.Level))
        {
            CheckForm(a, nameof(a));
        }
    }

    private void Finish(Ciphertext destination, Level level, int size, double scale)
    {
        destination.Resize(level, size);
        destination.IsNttForm = true;
        destination.Scale = scale;
        CheckResult(destination);
    }
}
