namespace Subnet.Crypto.Transparency.Witnessing;

/// <summary>A store that forgets when the process ends; for checking conversations. Safe for concurrent use.</summary>
public sealed class InMemoryWitnessStore : IWitnessStore
{
    private readonly Dictionary<string, string> notes = [];
    private readonly Lock gate = new();

    /// <inheritdoc/>
    public string? Latest(string origin)
    {
        lock (gate)
        {
            return notes.GetValueOrDefault(origin);
        }
    }

    /// <inheritdoc/>
    public bool TryReplace(string origin, string? expected, string note)
    {
        lock (gate)
        {
            if (notes.GetValueOrDefault(origin) != expected)
            {
                return false;
            }

            notes[origin] = note;
            return true;
        }
    }
}
