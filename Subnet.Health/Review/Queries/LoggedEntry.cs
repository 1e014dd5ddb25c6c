using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Transparency;

namespace Subnet.Health.Review.Queries;

/// <summary>An entry that was shown to be in a log.</summary>
/// <param name="Index">Its place.</param>
/// <param name="Leaf">Its hash.</param>
/// <param name="Bytes">Its canonical bytes.</param>
/// <param name="Members">What it says.</param>
internal sealed record LoggedEntry(long Index, TreeHash Leaf, ReadOnlyMemory<byte> Bytes, CanonicalObject Members)
{
    /// <summary>The canonical text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);
}
