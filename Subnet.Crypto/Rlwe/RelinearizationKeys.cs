namespace Subnet.Crypto.Rlwe;

/// <summary>Key-switching keys for s^2, s^3, ...: they bring a product back to two polynomials. Safe for concurrent reading.</summary>
public sealed class RelinearizationKeys
{
    /// <summary>The most powers: a ciphertext of 16 polynomials reaches s^15.</summary>
    public const int MaxCount = Ciphertext.MaxSize - 2;

    private readonly KeySwitchKey?[] _keys;

    /// <summary>Takes over the keys; entry j is for s^(j+2), null where there is none.</summary>
    /// <exception cref="ArgumentException">There are more than 14 or than N, or one belongs to other parameters.</exception>
    public RelinearizationKeys(Parameters parameters, IReadOnlyList<KeySwitchKey?> keys)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(keys);
        int most = Math.Min(MaxCount, parameters.PolyModulusDegree);
        if (keys.Count > most)
        {
            throw new ArgumentException($"there are at most {most} relinearization keys, not {keys.Count}", nameof(keys));
        }

        foreach (KeySwitchKey? key in keys)
        {
            if (key is not null && !key.Parameters.Equals(parameters))
            {
                throw new ArgumentException($"a relinearization key belongs to {key.Parameters}, not to {parameters}", nameof(keys));
            }
        }

        Parameters = parameters;
        _keys = [.. keys];
    }

    /// <summary>The parameters they belong to.</summary>
    public Parameters Parameters { get; }

    /// <summary>Number of entries; the highest power is one more.</summary>
    public int Count => _keys.Length;

    /// <summary>The key for s^power, or null.</summary>
    public KeySwitchKey? Find(int power) => power >= 2 && power - 2 < _keys.Length ? _keys[power - 2] : null;
}
