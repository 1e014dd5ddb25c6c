using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Ckks;

public sealed partial class SafeCkksEvaluator
{
    /// <summary>
    /// About -1 or 1 in every slot by its sign: within 2^-alpha and the noise for slots of absolute value 2^-alpha to 1. Slots nearer to
    /// zero are undecided, slots beyond 1 garbage: normalise first.
    /// </summary>
    /// <param name="a">Real slots.</param>
    /// <param name="sign">How precisely; it names the levels it uses.</param>
    /// <exception cref="ArgumentException">The operand does not fit.</exception>
    /// <exception cref="InvalidOperationException">There are not enough levels, or no relinearization keys.</exception>
    public Ciphertext Sign(Ciphertext a, MinimaxSign sign)
    {
        Check(a);
        ArgumentNullException.ThrowIfNull(sign);
        if (a.Level.ChainIndex < sign.Depth)
        {
            throw new InvalidOperationException(
                $"the sign for alpha {sign.Alpha} uses {sign.Depth} levels, the ciphertext has {a.Level.ChainIndex} left; use a longer chain or a smaller alpha");
        }

        foreach (IReadOnlyList<double> stage in sign.Stages)
        {
            a = Odd(a, stage);
        }

        return a;
    }

    /// <summary>About 1 in every slot where a is above b, 0 where it is below: half the sign of the difference, plus one half.</summary>
    /// <param name="a">Real slots.</param>
    /// <param name="b">Real slots; the differences are at most 1 in absolute value.</param>
    /// <param name="sign">How precisely.</param>
    /// <exception cref="ArgumentException">An operand does not fit.</exception>
    /// <exception cref="InvalidOperationException">There are not enough levels (one more than for the sign), or no relinearization keys.</exception>
    public Ciphertext IsGreater(Ciphertext a, Ciphertext b, MinimaxSign sign) =>
        AddConstant(MultiplyConstant(Sign(Subtract(a, b), sign), 0.5), 0.5);

    // Odd baby steps and giant steps: x^3 is made once and multiplied by constants wherever a level is to spare for it; where none
    // is, the constant goes into x before the product. Degree 3, 7, 15 in 2, 5, 8 products and 2, 3, 4 levels.
    private Ciphertext Odd(Ciphertext x, IReadOnlyList<double> c)
    {
        Level top = x.Level;
        Level Down(int levels) => Parameters.LevelAt(top.ChainIndex - levels);
        Ciphertext square = Square(x);
        Ciphertext Early(double c1, double c3) => Add(
            MultiplyConstant(x, c1, Down(2)), Multiply(MultiplyConstant(x, c3), square));
        if (c.Count == 2)
        {
            return Early(c[0], c[1]);
        }

        Ciphertext cube = Multiply(x, square);
        Ciphertext fourth = Square(square);
        Ciphertext Late(double c1, double c3, int levels) => Add(MultiplyConstant(x, c1, Down(levels)), MultiplyConstant(cube, c3, Down(levels)));
        if (c.Count == 4)
        {
            return Add(Late(c[0], c[1], 3), Multiply(Early(c[2], c[3]), fourth));
        }

        Ciphertext eighth = Square(fourth);
        Ciphertext high = Add(Late(c[4], c[5], 3), Multiply(Early(c[6], c[7]), fourth));
        Ciphertext low = Add(Late(c[0], c[1], 4), Multiply(Late(c[2], c[3], 3), fourth));
        return Add(low, Multiply(high, eighth));
    }
}
