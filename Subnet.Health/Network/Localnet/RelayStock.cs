using Subnet.Health.Clinic;
using Subnet.Health.Node;
using Subnet.Health.Validator;

namespace Subnet.Health.Network.Localnet;

/// <summary>
/// Tokens of a relay, bought ahead: there is a lot for each size of query before the relay serves, and it is filled up while queries are answered, so that nobody waits for a
/// block and an issuer. Safe for concurrent use.
/// </summary>
/// <param name="tokens">Where they are kept and bought; stays the caller's and must outlive this object.</param>
/// <param name="netuid">The subnet.</param>
/// <param name="victim">The miner that is asked, 32 bytes.</param>
/// <param name="rowClasses">Sizes of query that it answers.</param>
/// <param name="interval">After how long the stock is looked at when nothing was taken: tokens go bad when an access epoch ends.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of purchases that failed; they are tried again.</param>
internal sealed partial class RelayStock(
    IAccessTokens tokens, ushort netuid, ReadOnlyMemory<byte> victim, IReadOnlyList<int> rowClasses, TimeSpan interval, TimeProvider time, ILogger<RelayStock> logger)
    : IAccessTokens, IAsyncDisposable
{
    /// <summary>Tokens of each size that are kept.</summary>
    public const int Lot = 16;

    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim taken = new(0, 1);
    private Task filling = Task.CompletedTask;

    /// <summary>Buys the first lots, and goes on filling them up until this object is disposed of.</summary>
    /// <exception cref="ClinicException">The ledger or the issuer refuses.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await FillAsync(cancellationToken).ConfigureAwait(false);
        filling = KeepFilledAsync();
    }

    /// <inheritdoc/>
    public async Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken)
    {
        byte[]? token = await tokens.TakeAsync(netuid, miner, rows, cancellationToken).ConfigureAwait(false);
        try
        {
            taken.Release();
        }
        catch (SemaphoreFullException)
        {
            // The filler has been told and has not looked yet.
            return token;
        }

        return token;
    }

    /// <inheritdoc/>
    public Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken) =>
        tokens.EnsureAsync(netuid, miner, rows, count, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await filling.ConfigureAwait(false);
        stopping.Dispose();
        taken.Dispose();
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        foreach (int rows in rowClasses)
        {
            await tokens.EnsureAsync(netuid, victim, rows, Lot, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task KeepFilledAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                await Task.WhenAny(taken.WaitAsync(either.Token), Task.Delay(interval, time, either.Token)).ConfigureAwait(false);
                await either.CancelAsync().ConfigureAwait(false);
                await FillAsync(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is ClinicException or LedgerUnreachableException or LedgerRefusedException or IOException)
            {
                LogNotBought(logger, fault.Message);
                await Task.Delay(interval, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(EventId = 9301, Level = LogLevel.Warning, Message = "The relay has no new tokens and tries again: {Reason}")]
    private static partial void LogNotBought(ILogger logger, string reason);
}
