using System.Collections;
using Subnet.Crypto.Transparency.Notes;

namespace Subnet.Health.Review.Logs;

/// <summary>The signers of a log while its keys are changed: readers see one whole list or the next. Safe for concurrent use.</summary>
internal sealed class SignerSet(IReadOnlyList<NoteSigner> first) : IReadOnlyList<NoteSigner>
{
    private volatile IReadOnlyList<NoteSigner> current = first;

    /// <inheritdoc/>
    public int Count => current.Count;

    /// <inheritdoc/>
    public NoteSigner this[int index] => current[index];

    /// <summary>Puts another list in the place of this one.</summary>
    public void Replace(IReadOnlyList<NoteSigner> next) => current = next;

    /// <inheritdoc/>
    public IEnumerator<NoteSigner> GetEnumerator() => current.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
