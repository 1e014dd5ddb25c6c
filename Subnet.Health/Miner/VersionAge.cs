using Subnet.Core.State;
using Subnet.Health.Node;

namespace Subnet.Health.Miner;

/// <summary>
/// How long a version of a model lives (protocol 4): eight access epochs from the one it was registered in, unless its owner says otherwise. Every exact answer is an equation of its weights, and
/// each validator may have n/4 of them proved; a version that ends takes with it what was collected.
/// </summary>
internal static class VersionAge
{
    /// <summary>Access epochs that a version lives where its owner says nothing.</summary>
    public const ulong DefaultEpochs = 8;

    /// <summary>The cards of models that have lived their time, lower-case hex.</summary>
    /// <param name="ledger">Says when they were registered.</param>
    /// <param name="netuid">The subnet.</param>
    /// <param name="models">The models; one that is not registered has not begun.</param>
    /// <param name="epochs">Access epochs that a version lives, the one of its registration included.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<HashSet<string>> EndedAsync(
        ILedgerClient ledger, ushort netuid, IReadOnlyList<IServedModel> models, ulong epochs, CancellationToken cancellationToken) => ledger.ReadAsync<HashSet<string>>(
        view =>
        [
            .. models
                .Select(model => new Hash256(model.CardHash.Span))
                .Where(card => view.State.Models.Find(new ModelKey(netuid, card)) is { } known
                    && view.Parameters.AccessEpochAt(view.Height + 1) - view.Parameters.AccessEpochAt(known.Height) >= epochs)
                .Select(card => Convert.ToHexStringLower(card.ToArray())),
        ],
        cancellationToken);
}
