using System.Numerics;

namespace Subnet.Crypto.Lattice;

/// <summary>The constants of <see cref="BehzBase"/>, residues of the modulus that the row belongs to. Immutable.</summary>
internal sealed class BehzConstants
{
    public BehzConstants(ReadOnlySpan<Modulus> moduli, Modulus[] auxiliary, ulong plainModulus)
    {
        Moduli = moduli.ToArray();
        Auxiliary = auxiliary;
        int inputs = Moduli.Length;
        int outputs = auxiliary.Length;
        BigInteger q = BehzBase.Product(moduli);
        BigInteger b = BehzBase.Product(auxiliary.AsSpan(..^1));
        BigInteger t = plainModulus;
        BigInteger mTilde = BehzBase.MTilde;

        ExtendScale = new ulong[inputs];
        ToTilde = new ulong[inputs];
        FloorScale = new ulong[inputs];
        for (int i = 0; i < inputs; i++)
        {
            Modulus modulus = Moduli[i];
            ulong punctured = modulus.Invert(Residue(q / modulus.Value, modulus));
            ExtendScale[i] = modulus.Multiply(punctured, Residue(mTilde, modulus));
            FloorScale[i] = modulus.Multiply(punctured, Residue(t, modulus));
            Modulus tilde = new(BehzBase.MTilde);
            ToTilde[i] = tilde.Negate(tilde.Invert(tilde.Reduce(modulus.Value)));
        }

        ExtendMatrix = new ulong[outputs * (inputs + 1)];
        FloorMatrix = new ulong[outputs * (inputs + 1)];
        ToMsk = new ulong[outputs - 1];
        for (int j = 0; j < outputs; j++)
        {
            Modulus p = auxiliary[j];
            ulong inverseTilde = p.Invert(Residue(mTilde, p));
            ulong inverseQ = p.Invert(Residue(q, p));
            bool isMsk = j == outputs - 1;

            // Row j of the floor yields v_j for the primes of B, and the part of alpha that z contributes for m_sk.
            ulong follow = isMsk ? p.Negate(p.Invert(Residue(b, p))) : p.Invert(Residue(b / p.Value, p));
            for (int i = 0; i < inputs; i++)
            {
                ExtendMatrix[(j * (inputs + 1)) + i] = p.Multiply(Residue(q / Moduli[i].Value, p), inverseTilde);
                FloorMatrix[(j * (inputs + 1)) + i] = p.Negate(p.Multiply(p.Invert(p.Reduce(Moduli[i].Value)), follow));
            }

            ExtendMatrix[(j * (inputs + 1)) + inputs] = p.Multiply(Residue(q, p), inverseTilde);
            FloorMatrix[(j * (inputs + 1)) + inputs] = p.Multiply(p.Multiply(Residue(t, p), inverseQ), follow);
        }

        Modulus msk = auxiliary[^1];
        ReturnMatrix = new ulong[inputs * outputs];
        for (int j = 0; j < outputs - 1; j++)
        {
            ToMsk[j] = msk.Invert(msk.Reduce(auxiliary[j].Value));
            for (int i = 0; i < inputs; i++)
            {
                ReturnMatrix[(i * outputs) + j] = Residue(b / auxiliary[j].Value, Moduli[i]);
            }
        }

        for (int i = 0; i < inputs; i++)
        {
            ReturnMatrix[(i * outputs) + outputs - 1] = Moduli[i].Negate(Residue(b, Moduli[i]));
        }
    }

    /// <summary>q_i.</summary>
    public Modulus[] Moduli { get; }

    /// <summary>b_0, b_1, ..., m_sk.</summary>
    public Modulus[] Auxiliary { get; }

    /// <summary>m~ (q/q_i)^-1 mod q_i.</summary>
    public ulong[] ExtendScale { get; }

    /// <summary>-1/q_i mod m~.</summary>
    public ulong[] ToTilde { get; }

    /// <summary>Row per auxiliary prime: (q/q_i)/m~ per i, then q/m~ for r.</summary>
    public ulong[] ExtendMatrix { get; }

    /// <summary>t (q/q_i)^-1 mod q_i.</summary>
    public ulong[] FloorScale { get; }

    /// <summary>
    /// Row per auxiliary prime: -1/q_i per i, then t/q for the product's own residue; all times (B/b_j)^-1 for b_j and times -1/B
    /// for m_sk.
    /// </summary>
    public ulong[] FloorMatrix { get; }

    /// <summary>1/b_j mod m_sk: what v_j contributes to alpha.</summary>
    public ulong[] ToMsk { get; }

    /// <summary>Row per q_i: B/b_j per j, then -B for alpha.</summary>
    public ulong[] ReturnMatrix { get; }

    private static ulong Residue(BigInteger value, Modulus modulus) => (ulong)(value % modulus.Value);
}
