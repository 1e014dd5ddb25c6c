using Subnet.Health.Circuits;

namespace Subnet.Health.Web.Miners;

/// <summary>Where a page finds the cards whose hashes the ledger has. A card is believed by its hash.</summary>
internal interface IModelCards
{
    /// <summary>A card that is at hand, or null; asks nobody.</summary>
    /// <param name="hash">Its hash, 64 hexadecimal digits in lower case.</param>
    ReadCard? Find(string hash);
}

/// <summary>A node that has no cards at hand.</summary>
internal sealed class NoModelCards : IModelCards
{
    /// <inheritdoc/>
    public ReadCard? Find(string hash) => null;
}

/// <summary>The cards that a role holds itself.</summary>
internal sealed class HeldModelCards(Func<string, ReadCard?> find) : IModelCards
{
    /// <inheritdoc/>
    public ReadCard? Find(string hash) => find(hash);
}
