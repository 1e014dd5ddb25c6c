using Subnet.Core.Registration;
using Subnet.Core.State;

namespace Subnet.Health.Node;

/// <summary>The questions that roles ask the ledger. Each answers from one consistent state.</summary>
internal static class LedgerQueries
{
    /// <summary>Where the ledger is.</summary>
    public static Task<LedgerTip> GetTipAsync(this ILedgerClient ledger, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(static view => new LedgerTip(view.Height, view.TipId, view.State.Hash, DateTimeOffset.FromUnixTimeMilliseconds((long)view.TimeMs)), cancellationToken);

    /// <summary>Settings of the whole network.</summary>
    public static Task<GlobalParameters> GetParametersAsync(this ILedgerClient ledger, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(static view => view.Parameters, cancellationToken);

    /// <summary>Free balance in rao and nonce; zeros for an account that was never used.</summary>
    public static Task<Account> GetAccountAsync(this ILedgerClient ledger, AccountId account, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => view.State.Accounts.Find(account) ?? Account.Empty, cancellationToken);

    /// <summary>All subnets beside root, ascending.</summary>
    public static Task<IReadOnlyList<SubnetView>> GetSubnetsAsync(this ILedgerClient ledger, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync<IReadOnlyList<SubnetView>>(static view => [.. view.State.Netuids.Select(netuid => SubnetView.Of(view.State, netuid)!)], cancellationToken);

    /// <summary>A subnet with its settings, or null.</summary>
    public static Task<SubnetView?> GetSubnetAsync(this ILedgerClient ledger, ushort netuid, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => SubnetView.Of(view.State, netuid), cancellationToken);

    /// <summary>A subnet's neurons with endpoints, stake and the outcome of their last epoch; null for no such subnet.</summary>
    public static Task<Metagraph?> GetMetagraphAsync(this ILedgerClient ledger, ushort netuid, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => Metagraph.Of(view, netuid), cancellationToken);

    /// <summary>A subnet's registered models, oldest first.</summary>
    public static Task<IReadOnlyList<ModelView>> GetModelsAsync(
        this ILedgerClient ledger, ushort netuid, bool withRetired = false, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync<IReadOnlyList<ModelView>>(
            view =>
            [
                .. view.State.Models.Unordered()
                    .Where(item => item.Key.Netuid == netuid && (withRetired || item.Value.RetiredHeight == 0))
                    .OrderBy(static item => item.Value.Height).ThenBy(static item => item.Key.Card)
                    .Select(static item => new ModelView(item.Key.Netuid, item.Key.Card, item.Value)),
            ],
            cancellationToken);

    /// <summary>A registered model by the hash of its card, or null.</summary>
    public static Task<ModelView?> GetModelAsync(this ILedgerClient ledger, ushort netuid, Hash256 card, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(
            view => view.State.Models.Find(new ModelKey(netuid, card)) is { } model ? new ModelView(netuid, card, model) : null, cancellationToken);

    /// <summary>The access epoch that the next block is in; tokens of it and of the one before are accepted.</summary>
    public static Task<ulong> GetAccessEpochAsync(this ILedgerClient ledger, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(static view => view.Parameters.AccessEpochAt(view.Height + 1), cancellationToken);

    /// <summary>The epoch of a subnet as of the newest block; 0 for a subnet that is not there.</summary>
    public static Task<ulong> GetSubnetEpochAsync(this ILedgerClient ledger, ushort netuid, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => view.State.SubnetStates.Find(new SubnetKey(netuid))?.EpochIndex ?? 0, cancellationToken);

    /// <summary>The keys of a subnet's token issuer, of one access epoch or of all that still count, by epoch and denomination.</summary>
    public static Task<IReadOnlyList<IssuerKeyView>> GetIssuerKeysAsync(
        this ILedgerClient ledger, ushort netuid, ulong? epoch = null, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync<IReadOnlyList<IssuerKeyView>>(
            view =>
            [
                .. view.State.IssuerKeys.Unordered()
                    .Where(item => item.Key.Netuid == netuid && (epoch is null || item.Key.Epoch == epoch))
                    .OrderBy(static item => item.Key.Epoch).ThenBy(static item => item.Key.Denomination)
                    .Select(static item => new IssuerKeyView(item.Key, item.Value)),
            ],
            cancellationToken);

    /// <summary>Tokens that an account paid for under one issuer key: what the issuer may sign for it in all.</summary>
    public static Task<ulong> GetPurchasedAsync(
        this ILedgerClient ledger, IssuerKeyId issuer, AccountId buyer, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => view.State.Purchases.Find(new PurchaseKey(issuer, buyer))?.Count ?? 0, cancellationToken);

    /// <summary>The newest anchored checkpoint of a transparency log, or null.</summary>
    public static Task<Anchor?> GetAnchorAsync(this ILedgerClient ledger, string origin, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync(view => view.State.Anchors.Find(new AnchorKey(origin)), cancellationToken);

    /// <summary>The newest anchored checkpoint of every log, by origin.</summary>
    public static Task<IReadOnlyList<AnchorView>> GetAnchorsAsync(this ILedgerClient ledger, CancellationToken cancellationToken = default) =>
        ledger.ReadAsync<IReadOnlyList<AnchorView>>(
            static view =>
            [
                .. view.State.Anchors.Unordered()
                    .OrderBy(static item => item.Key.Origin, StringComparer.Ordinal)
                    .Select(static item => new AnchorView(item.Key.Origin, item.Value)),
            ],
            cancellationToken);

    /// <summary>The number of a hyperparameter's change call, by its name in <see cref="HyperparameterCatalog"/>.</summary>
    /// <exception cref="ArgumentException">No such hyperparameter.</exception>
    public static ushort HyperparameterNumber(string name) =>
        HyperparameterCatalog.Find(name)?.Number ?? throw new ArgumentException($"no hyperparameter is called `{name}`", nameof(name));
}
