using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;

namespace Subnet.Health.Node;

/// <summary>The gRPC side of a node: the ledger's service, the health check, and the services of whoever runs beside it.</summary>
internal sealed class LedgerServer : IAsyncDisposable
{
    private readonly GrpcServerHost _server;
    private readonly HealthService _health;

    private LedgerServer(GrpcServerHost server, HealthService health) => (_server, _health) = (server, health);

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public Uri Address => _server.Address;

    /// <summary>Starts to listen.</summary>
    /// <param name="host">The ledger.</param>
    /// <param name="gateway">Where transactions go.</param>
    /// <param name="client">The same ledger.</param>
    /// <param name="options">Address, port, certificates.</param>
    /// <param name="beside">Adds services that run beside the ledger, such as a subnet's token issuer; null for none.</param>
    /// <param name="loggers">Where calls that failed are logged.</param>
    /// <param name="time">The clock of deadlines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">Without TLS and not on loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LedgerServer> StartAsync(
        LedgerHost host,
        ITransactionGateway gateway,
        ILedgerClient client,
        GrpcServerHostOptions options,
        Action<GrpcServices>? beside,
        ILoggerFactory loggers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        GrpcServices services = new();
        HealthService health = new();
        health.AddTo(services);
        new LedgerService(host, gateway, client).AddTo(services);
        beside?.Invoke(services);
        GrpcServerHost server = await GrpcServerHost.StartAsync(options, services, loggers, time, cancellationToken).ConfigureAwait(false);
        health.Set(LedgerMethods.ServiceName, true);
        return new LedgerServer(server, health);
    }

    /// <summary>Says that it stops, lets running calls end, and closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        _health.Set("", false);
        _health.Set(LedgerMethods.ServiceName, false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }
}
