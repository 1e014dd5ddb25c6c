using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

public sealed partial class BfvEvaluator
{
    /// <summary>destination = a one level down: every polynomial divided by the last prime with rounding. The message stays.</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or a is at the last level.</exception>
    public void ModSwitchToNext(Ciphertext a, Ciphertext destination)
    {
        Check(a, nameof(a));
        CheckForm(a, nameof(a));
        ArgumentNullException.ThrowIfNull(destination);
        Level level = a.Level;
        Level next = level.Next
            ?? throw new ArgumentException($"the ciphertext is at the last level, {level}; there is nothing below", nameof(a));
        int size = a.Size;
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
                level, source.Slice(i * level.PolynomialWords, level.PolynomialWords), isNtt: false, target.Slice(i * next.PolynomialWords, next.PolynomialWords));
        }

        destination.Resize(next, size);
        destination.IsNttForm = false;
        destination.Scale = 1.0;
        CheckResult(destination);
    }

    /// <summary>destination = a at a lower level (or the same).</summary>
    /// <exception cref="ArgumentException">Parameters or form do not fit, or the level is above that of a.</exception>
    public void ModSwitchTo(Ciphertext a, Level level, Ciphertext destination)
    {
        Check(a, nameof(a));
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(destination);
        if (!level.Parameters.Equals(Parameters) || level.ChainIndex > a.Level.ChainIndex)
        {
            throw new ArgumentException($"a ciphertext at {a.Level} cannot be switched to {level}; levels only go down", nameof(level));
        }

        if (level.Matches(a.Level))
        {
            destination.CopyFrom(a);
            return;
        }

        ModSwitchToNext(a, destination);
        while (!destination.Level.Matches(level))
        {
            ModSwitchToNext(destination, destination);
        }
    }

    /// <summary>
    /// destination = a plaintext in NTT form at a lower level (or the same): limbs are dropped. A plaintext in coefficient form belongs
    /// to no level and is used at every one as it is.
    /// </summary>
    /// <exception cref="ArgumentException">The plaintext is not one of these parameters in NTT form, or the level is above its own.</exception>
    public void ModSwitchTo(Plaintext plaintext, Level level, Plaintext destination) => DropLimbs(plaintext, level, destination);

    /// <summary>destination = a plaintext in NTT form one level down.</summary>
    /// <exception cref="ArgumentException">The plaintext is not one of these parameters in NTT form, or is at the last level.</exception>
    public void ModSwitchToNext(Plaintext plaintext, Plaintext destination) => DropLimbs(plaintext, NextLevel(plaintext), destination);
}
