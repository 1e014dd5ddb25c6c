using Subnet.Crypto.Rlwe;

namespace Subnet.Health.SealFiles;

/// <summary>One operation under SEAL's name: what it takes, and how it is carried out.</summary>
/// <param name="Ciphertexts">How many ciphertexts it takes; <see cref="Any"/> for one or more.</param>
/// <param name="TakesPlaintext">Whether it takes a plaintext.</param>
/// <param name="Run">Carries it out.</param>
internal sealed record SealOperation(int Ciphertexts, bool TakesPlaintext, Action<OperationInputs, Ciphertext> Run)
{
    /// <summary>One ciphertext or more.</summary>
    public const int Any = -1;

    /// <summary>An operation on one ciphertext.</summary>
    public static SealOperation Unary(Action<OperationInputs, Ciphertext> run) => new(1, false, run);

    /// <summary>An operation on two ciphertexts.</summary>
    public static SealOperation Binary(Action<OperationInputs, Ciphertext> run) => new(2, false, run);

    /// <summary>An operation on a ciphertext and a plaintext.</summary>
    public static SealOperation WithPlaintext(Action<OperationInputs, Ciphertext> run) => new(1, true, run);

    /// <summary>An operation on a list of ciphertexts.</summary>
    public static SealOperation OnList(Action<OperationInputs, Ciphertext> run) => new(Any, false, run);

    /// <summary>Whether it can go on with the result of another.</summary>
    public bool IsUnary => Ciphertexts == 1 && !TakesPlaintext;

    /// <summary>Checks that nothing is missing and nothing would be left unused.</summary>
    /// <exception cref="ArgumentException">The inputs are too few or too many.</exception>
    public void Check(string name, OperationInputs inputs)
    {
        int given = inputs.Ciphertexts.Count;
        if (Ciphertexts == Any ? given == 0 : given != Ciphertexts)
        {
            throw new ArgumentException($"{name} takes {(Ciphertexts == Any ? "one ciphertext or more" : $"{Ciphertexts} ciphertext{(Ciphertexts == 1 ? "" : "s")}")}, {given} are given");
        }

        if (TakesPlaintext != (inputs.Plaintext is not null))
        {
            throw new ArgumentException(TakesPlaintext ? $"{name} takes a plaintext, none is given" : $"{name} takes no plaintext, one is given");
        }
    }
}
