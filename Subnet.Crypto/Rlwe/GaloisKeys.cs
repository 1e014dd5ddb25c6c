namespace Subnet.Crypto.Rlwe;

/// <summary>
/// Key-switching keys for s(X^g), by Galois element g; only those that exist take memory. Safe for concurrent reading.
/// </summary>
public sealed class GaloisKeys
{
    private readonly SortedDictionary<int, KeySwitchKey> _keys;

    /// <summary>Takes over the keys by Galois element.</summary>
    /// <exception cref="ArgumentException">An element is not odd and below 2N, or a key belongs to other parameters.</exception>
    public GaloisKeys(Parameters parameters, IEnumerable<KeyValuePair<int, KeySwitchKey>> keys)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(keys);
        Parameters = parameters;
        _keys = [];
        foreach ((int element, KeySwitchKey key) in keys)
        {
            GaloisElement.Check(parameters, element);
            if (!key.Parameters.Equals(parameters))
            {
                throw new ArgumentException($"the key for Galois element {element} belongs to {key.Parameters}, not to {parameters}", nameof(keys));
            }

            _keys[element] = key;
        }
    }

    /// <summary>The parameters they belong to.</summary>
    public Parameters Parameters { get; }

    /// <summary>The elements that have a key, ascending.</summary>
    public IReadOnlyCollection<int> Elements => _keys.Keys;

    /// <summary>The key for a Galois element, or null.</summary>
    public KeySwitchKey? Find(int element) => _keys.GetValueOrDefault(element);
}
