namespace Subnet.Crypto.Rlwe;

public abstract partial class Evaluator
{
    /// <summary>destination = a plaintext in NTT form without the limbs that a lower level does not have.</summary>
    private protected void DropLimbs(Plaintext plaintext, Level level, Plaintext destination)
    {
        PlainOperand.CheckValues(plaintext, Parameters);
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(destination);
        CheckDownwards(plaintext.Level!, level);
        if (ReferenceEquals(plaintext, destination))
        {
            destination.ResizeNtt(level, plaintext.Scale);
        }
        else
        {
            plaintext.Words[..level.PolynomialWords].CopyTo(destination.ResizeNtt(level, plaintext.Scale));
        }
    }

    /// <summary>The level below that of a plaintext in NTT form.</summary>
    private protected Level NextLevel(Plaintext plaintext)
    {
        PlainOperand.CheckValues(plaintext, Parameters);
        return plaintext.Level!.Next
            ?? throw new ArgumentException($"the plaintext is at the last level, {plaintext.Level}; there is nothing below", nameof(plaintext));
    }

    /// <summary>Checks that a level is not above another.</summary>
    private protected void CheckDownwards(Level from, Level to)
    {
        if (!to.Parameters.Equals(Parameters) || to.ChainIndex > from.ChainIndex)
        {
            throw new ArgumentException($"{from} cannot be switched to {to}; levels only go down", nameof(to));
        }
    }
}
