using System.Collections;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Review.Logs;

/// <summary>The witnesses of a log while validators come and go: readers see one whole list or the next. Safe for concurrent use.</summary>
internal sealed class WitnessSet(IReadOnlyList<IWitnessClient> first) : IReadOnlyList<IWitnessClient>
{
    private volatile IReadOnlyList<IWitnessClient> current = first;

    /// <inheritdoc/>
    public int Count => current.Count;

    /// <inheritdoc/>
    public IWitnessClient this[int index] => current[index];

    /// <summary>Puts another list in the place of this one.</summary>
    public void Replace(IReadOnlyList<IWitnessClient> next) => current = next;

    /// <inheritdoc/>
    public IEnumerator<IWitnessClient> GetEnumerator() => current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
