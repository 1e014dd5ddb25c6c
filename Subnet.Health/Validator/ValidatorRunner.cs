using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Node;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Weights;
using Subnet.Health.Wallets;

namespace Subnet.Health.Validator;

/// <summary>
/// Runs a validator in a program of one's own, as <c>subnet validator run</c> does: connects to a node, executes its blocks, sends challenges, judges, and sets weights. Stops
/// between two steps and goes on where it stopped. Safe for concurrent use.
/// </summary>
public sealed class ValidatorRunner : IAsyncDisposable
{
    private readonly RemoteLedger ledger;
    private readonly SigningKey hotkey;
    private readonly AtRestKey atRest;
    private readonly ValidatorTokens tokens;
    private readonly ValidatorService service;
    private readonly RandomSourceFactory random;

    private ValidatorRunner(
        RemoteLedger ledger, SigningKey hotkey, AtRestKey atRest, ValidatorTokens tokens, ValidatorService service, RandomSourceFactory random) =>
        (this.ledger, this.hotkey, this.atRest, this.tokens, this.service, this.random) = (ledger, hotkey, atRest, tokens, service, random);

    /// <summary>Where its gRPC services listen.</summary>
    public Uri Address => service.Address;

    /// <summary>Name of its transparency log.</summary>
    public string LogOrigin => service.Log.Origin;

    /// <summary>Ends when the validator stopped; faulted if it could not go on.</summary>
    public Task Completion => service.Completion;

    /// <summary>The validator itself.</summary>
    internal ValidatorService Service => service;

    /// <summary>The ledger as this validator executes it.</summary>
    internal ILedgerClient Ledger => ledger.Client;

    /// <summary>Starts a validator with the system's clock and randomness.</summary>
    /// <param name="options">What it needs.</param>
    /// <param name="loggers">Where it writes its structured log; null for nowhere.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="KeystoreException">The password does not open the keystore.</exception>
    /// <exception cref="ArgumentException">The seed has not 32 bytes, or an address is plaintext beyond this machine.</exception>
    /// <exception cref="IOException">The node cannot be reached, another process has the folder open, or the port is taken.</exception>
    public static Task<ValidatorRunner> StartAsync(ValidatorRunnerOptions options, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default) =>
        StartAsync(
            options ?? throw new ArgumentNullException(nameof(options)), HotkeyOf(options), null, RandomSourceFactory.FromOperatingSystem(),
            TimeProvider.System, loggers ?? NullLoggerFactory.Instance, null, cancellationToken);

    /// <summary>Where it stands.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ValidatorStatus> GetStatusAsync(CancellationToken cancellationToken = default) => service.GetStatusAsync(cancellationToken);

    /// <summary>Finishes the step that runs, answers the calls that are under way, and ends.</summary>
    /// <param name="cancellationToken">Ends at once.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => service.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync().ConfigureAwait(false);
        await tokens.DisposeAsync().ConfigureAwait(false);
        await ledger.DisposeAsync().ConfigureAwait(false);
        atRest.Dispose();
        hotkey.Dispose();
        random.Dispose();
    }

    private static SigningKey HotkeyOf(ValidatorRunnerOptions options) => options.KeystoreFile is { } file
        ? KeystoreFile.Unseal(File.ReadAllBytes(file), options.KeystorePassword.Span)
        : SigningKey.FromSeed(options.HotkeySeed.Span);

    /// <summary>Starts a validator with everything from outside.</summary>
    /// <param name="options">What it needs; its seed is not looked at.</param>
    /// <param name="hotkey">The hotkey; becomes the validator's.</param>
    /// <param name="policy">How weights come about; null for earned scores.</param>
    /// <param name="random">Becomes the validator's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Structured log.</param>
    /// <param name="open">Opens what must listen before the address is on the ledger; null for nothing.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    internal static async Task<ValidatorRunner> StartAsync(
        ValidatorRunnerOptions options,
        SigningKey hotkey,
        Func<ValidatorParts, IWeightPolicy>? policy,
        RandomSourceFactory random,
        TimeProvider time,
        ILoggerFactory loggers,
        Func<ValidatorService, ILedgerClient, Task>? open,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        AtRestKey? atRest = null;
        RemoteLedger? ledger = null;
        ValidatorTokens? tokens = null;
        try
        {
            ledger = await RemoteLedger.ConnectAsync(new NodeConnection(options.Node, null, time), null, time, cancellationToken).ConfigureAwait(false);
            IRandomSource bought = random.Create();
            atRest = AtRestKey.Derive(hotkey, "validator", bought);
            TokenWallet wallet = new(Path.Combine(options.Folder, "tokens.db"), atRest);
            TokenPurchase purchase = new(wallet, hotkey, ledger.Client, new IssuerChannels(options.IssuerOf, new GrpcChannelOptions(), time), time, bought);
            tokens = new ValidatorTokens(wallet, purchase, ledger.Client, options.MostPerRow, options.TokenDelay, time);
            ILedgerClient client = ledger.Client;
            ValidatorService service = await ValidatorService.StartAsync(
                new ValidatorSettings(options.Folder, options.Netuids) { Endpoint = options.Endpoint, Shadow = options.Shadow, Challenges = policy is null },
                hotkey,
                ledger.Client,
                tokens,
                options.LabelledTables.ToDictionary(table => table.Key, table => new LabelledRows(table.Value)),
                new PeerChannels(null, time),
                time,
                random,
                loggers,
                policy,
                null,
                open is null ? null : opened => open(opened, client),
                cancellationToken).ConfigureAwait(false);
            service.Run();
            return new ValidatorRunner(ledger, hotkey, atRest, tokens, service, random);
        }
        catch
        {
            if (tokens is not null)
            {
                await tokens.DisposeAsync().ConfigureAwait(false);
            }

            if (ledger is not null)
            {
                await ledger.DisposeAsync().ConfigureAwait(false);
            }

            atRest?.Dispose();
            hotkey.Dispose();
            random.Dispose();
            throw;
        }
    }
}
