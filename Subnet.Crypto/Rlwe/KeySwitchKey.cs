namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Turns a polynomial that belongs to another secret s' into a ciphertext under s: digit i encrypts zero under s with P s' added
/// to limb i of polynomial 0 (P the special prime). 16 N k (k - 1) bytes. Safe for concurrent reading.
/// </summary>
public sealed class KeySwitchKey
{
    private readonly Ciphertext[] _digits;

    /// <summary>Takes over the digits; nobody else may keep them.</summary>
    /// <exception cref="ArgumentException">There is not one per data prime, or one is not of size 2 in NTT form at the key level.</exception>
    internal KeySwitchKey(Parameters parameters, IReadOnlyList<Ciphertext> digits)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(digits);
        if (!parameters.HasSpecialPrime)
        {
            throw new ArgumentException($"{parameters} has no key switching", nameof(parameters));
        }

        if (digits.Count != parameters.FirstDataLevel.PrimeCount)
        {
            throw new ArgumentException(
                $"a key-switching key of {parameters} has {parameters.FirstDataLevel.PrimeCount} digits, not {digits.Count}", nameof(digits));
        }

        foreach (Ciphertext digit in digits)
        {
            if (digit.Size != 2 || !digit.IsNttForm || !digit.Level.Matches(parameters.KeyLevel))
            {
                throw new ArgumentException(
                    $"a digit of a key-switching key has 2 polynomials in NTT form at {parameters.KeyLevel}, not {digit.Size} at {digit.Level}", nameof(digits));
            }
        }

        Parameters = parameters;
        _digits = [.. digits];
    }

    /// <summary>The parameters it belongs to.</summary>
    public Parameters Parameters { get; }

    /// <summary>Number of digits: data primes.</summary>
    public int DigitCount => _digits.Length;

    /// <summary>The N words of one polynomial of the encryption of a digit modulo one prime.</summary>
    public ReadOnlySpan<ulong> Limb(int digit, int polynomial, int prime) => _digits[digit].Limb(polynomial, prime);

    /// <summary>The encryption of digit i; read only.</summary>
    internal Ciphertext Digit(int index) => _digits[index];
}
