using System.Globalization;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Issuer;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Cli.Commands;

/// <summary>The token issuers that run beside a node, one for each subnet of an owner, all on the node's own port.</summary>
internal sealed class IssuerGroup : IAsyncDisposable
{
    private readonly SigningKey? owner;
    private readonly OperatingSystemRandomSource random = new();
    private readonly List<TokenIssuerService> issuers = [];

    private IssuerGroup(SigningKey? owner) => this.owner = owner;

    /// <summary>Starts the issuers; none where no subnet is named.</summary>
    /// <param name="context">Home, clock, loggers.</param>
    /// <param name="ledger">The node's ledger.</param>
    /// <param name="netuids">The subnets.</param>
    /// <param name="openOwner">Opens the coldkey that owns them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IssuerGroup> StartAsync(
        CommandContext context, ILedgerClient ledger, IReadOnlyList<ushort> netuids, Func<SigningKey> openOwner, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(netuids);
        IssuerGroup group = new(netuids.Count == 0 ? null : openOwner());
        try
        {
            foreach (ushort netuid in netuids.Distinct())
            {
                IssuerSettings settings = new(netuid, Path.Combine(context.Home, "issuer", netuid.ToString(CultureInfo.InvariantCulture)));
                group.issuers.Add(await LedgerAccess.GuardAsync(
                    () => TokenIssuerService.StartAsync(settings, group.owner!, ledger, context.Time, group.random, context.Loggers, cancellationToken)).ConfigureAwait(false));
            }

            return group;
        }
        catch
        {
            await group.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts <c>subnet.v1.Tokens</c> on a server; does nothing without issuers.</summary>
    public void AddTo(GrpcServices services) => TokensEndpoint.AddTo(services, issuers);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (TokenIssuerService issuer in issuers)
        {
            await issuer.DisposeAsync().ConfigureAwait(false);
        }

        owner?.Dispose();
        random.Dispose();
    }
}
