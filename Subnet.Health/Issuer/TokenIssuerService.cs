using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Rpc.TokensV1;
using Subnet.Health.Wallets;
using IssuerKeyMessage = Subnet.Health.Rpc.TokensV1.IssuerKey;

namespace Subnet.Health.Issuer;

/// <summary>
/// A subnet's token issuer (protocol 3): puts one key for each epoch and size class on the ledger before the epoch, signs as many blinded
/// tokens as an account paid for, and destroys keys when their epoch is over. It never sees a token, a miner's name or a query. Runs
/// beside the node; safe for concurrent use.
/// </summary>
internal sealed class TokenIssuerService : IAsyncDisposable
{
    private readonly IssuerSettings settings;
    private readonly LedgerKey owner;
    private readonly ILedgerClient ledger;
    private readonly AtRestKey atRest;
    private readonly IssuerStore store;
    private readonly SqliteNonceStore nonces;
    private readonly EnvelopeVerifier envelopes;
    private readonly ILogger<TokenIssuerService> logger;
    private readonly SemaphoreSlim workers;
    private readonly ConcurrentDictionary<(ulong Epoch, int Rows), TokenIssuer> open = new();
    private readonly CancellationTokenSource stopping = new();
    private Task following = Task.CompletedTask;
    private ulong forgotten;
    private int waiting;

    private TokenIssuerService(
        IssuerSettings settings, SigningKey ownerColdkey, ILedgerClient ledger, TimeProvider time, IRandomSource random, ILoggerFactory loggers)
    {
        this.settings = settings;
        this.ledger = ledger;
        owner = new LedgerKey(ownerColdkey);
        logger = loggers.CreateLogger<TokenIssuerService>();
        workers = new SemaphoreSlim(settings.Workers, settings.Workers);
        Directory.CreateDirectory(settings.Folder);
        atRest = AtRestKey.Derive(ownerColdkey, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"issuer/{settings.Netuid}"), random);
        store = new IssuerStore(Path.Combine(settings.Folder, "issuer.db"), atRest, settings.GenerateKey);
        nonces = new SqliteNonceStore(Path.Combine(settings.Folder, "nonces.db"), time);
        envelopes = new EnvelopeVerifier(ownerColdkey.PublicKey, nonces, time);
        Account = ownerColdkey.PublicKey.ToArray();
    }

    /// <summary>The account that answers for the keys: the subnet owner's coldkey, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Account { get; }

    /// <summary>The subnet.</summary>
    public ushort Netuid => settings.Netuid;

    /// <summary>Tokens that wait for their signature.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>
    /// Opens the store and begins to put the next epochs' keys on the ledger, now and with each block; when it returns they may not all be
    /// there yet.
    /// </summary>
    /// <param name="settings">Subnet, folder, bounds.</param>
    /// <param name="ownerColdkey">The subnet owner's coldkey; stays the caller's and must live as long as the service.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Nonces of the encryption at rest; keys come from the platform's RSA.</param>
    /// <param name="loggers">Loggers.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="LedgerRefusedException">The coldkey is not the subnet's owner. A subnet that does not exist yet is waited for.</exception>
    public static async Task<TokenIssuerService> StartAsync(
        IssuerSettings settings,
        SigningKey ownerColdkey,
        ILedgerClient ledger,
        TimeProvider time,
        IRandomSource random,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        TokenIssuerService service = new(settings, ownerColdkey, ledger, time, random, loggers);
        try
        {
            ulong height = (await ledger.GetTipAsync(cancellationToken).ConfigureAwait(false)).Height;
            SubnetView? subnet = await ledger.GetSubnetAsync(settings.Netuid, cancellationToken).ConfigureAwait(false);
            if (subnet is not null && subnet.Info.OwnerColdkey != service.owner.Account)
            {
                throw new LedgerRefusedException(RejectionReason.NotSubnetOwner);
            }

            service.following = Task.Run(() => service.FollowAsync(height + 1), CancellationToken.None);
            return service;
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts <c>subnet.v1.Tokens</c> for this subnet alone on a server.</summary>
    public void AddTo(GrpcServices services) => TokensEndpoint.AddTo(services, [this]);

    /// <summary>The keys that are sold under now.</summary>
    public async Task<KeysReply> KeysAsync(KeysRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Netuid != settings.Netuid)
        {
            throw new GrpcException(GrpcStatusCode.NotFound, $"This issuer sells for subnet {settings.Netuid}.");
        }

        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        KeysReply reply = new() { Issuer = AccessTokenVerifier.IssuerOf(settings.Netuid) };
        foreach (IssuerKeyView view in await ledger.GetIssuerKeysAsync(settings.Netuid, cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (view.Id.Epoch >= now)
            {
                reply.Keys.Add(new IssuerKeyMessage
                {
                    Epoch = view.Id.Epoch,
                    Rows = view.Id.Denomination,
                    PublicKey = ByteString.CopyFrom(view.Key.PublicKey.Span),
                    Sold = view.Key.Sold,
                    Signed = (ulong)await store.CountAsync(view.Id.Epoch, view.Id.Denomination).ConfigureAwait(false),
                });
            }
        }

        return reply;
    }

    /// <summary>Signs a paid lot.</summary>
    /// <exception cref="GrpcException">As <c>tokens.proto</c> says; nothing was counted.</exception>
    public async Task<BuyReply> BuyAsync(BuyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        BuyLot lot = ReadLot(request);
        byte[] buyer = Authenticate(request);
        int count = lot.Requests.Count;
        if (Interlocked.Add(ref waiting, count) > settings.MostWaiting)
        {
            Interlocked.Add(ref waiting, -count);
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, "The issuer's queue is full; nothing was counted, ask again later.");
        }

        try
        {
            TokenIssuer issuer = await FindIssuerAsync(lot, cancellationToken).ConfigureAwait(false);
            ulong purchased = await ledger
                .GetPurchasedAsync(new IssuerKeyId(settings.Netuid, lot.Epoch, (ushort)lot.Rows), new AccountId(buyer), cancellationToken)
                .ConfigureAwait(false);
            if (!await store.TryCountAsync(lot.Epoch, (int)lot.Rows, buyer, lot.Requests.Select(item => item.Memory), purchased).ConfigureAwait(false))
            {
                throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"The account paid for {purchased} tokens of this key, and more would be signed.");
            }

            return await SignAsync(issuer, lot, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref waiting, -count);
        }
    }

    /// <summary>Stops following the ledger and closes the store; what was counted is durable already.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await store.DisposeAsync().ConfigureAwait(false);
        nonces.Dispose();
        foreach (TokenIssuer issuer in open.Values)
        {
            issuer.Dispose();
        }

        atRest.Dispose();
        workers.Dispose();
        stopping.Dispose();
    }

    /// <summary>Signs a lot on all workers. Lots that come together share them signature by signature, so that a small one does not wait for a large one's end.</summary>
    private async Task<BuyReply> SignAsync(TokenIssuer issuer, BuyLot lot, CancellationToken cancellationToken)
    {
        byte[][] responses = new byte[lot.Requests.Count][];
        ParallelOptions options = new() { MaxDegreeOfParallelism = settings.Workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, responses.Length), options, async (i, stop) =>
        {
            await workers.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                responses[i] = issuer.TryIssue(lot.Requests[i].Span, out byte[]? response)
                    ? response
                    : throw new GrpcException(GrpcStatusCode.InvalidArgument, "A token request is malformed or of another key.");
            }
            finally
            {
                workers.Release();
            }
        }).ConfigureAwait(false);
        BuyReply reply = new();
        reply.Responses.AddRange(responses.Select(response => ByteString.CopyFrom(response)));
        return reply;
    }

    private BuyLot ReadLot(BuyRequest request)
    {
        BuyLot lot;
        try
        {
            lot = BuyLot.Parser.ParseFrom(request.Lot);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The lot is not a BuyLot message.");
        }

        bool fits = lot.Netuid == settings.Netuid
            && TokenKeySet.Denominations.Contains((int)lot.Rows)
            && lot.Requests.Count is > 0 and <= IssuerSettings.MostInLot
            && lot.Requests.All(item => item.Length == TokenRequest.ByteCount);
        return fits
            ? lot
            : throw new GrpcException(
                GrpcStatusCode.InvalidArgument,
                $"A lot is of subnet {settings.Netuid}, of 1, 16 or 256 rows, with 1 to {IssuerSettings.MostInLot} requests of {TokenRequest.ByteCount} bytes.");
    }

    private byte[] Authenticate(BuyRequest request)
    {
        Envelope given = request.Envelope ?? throw new GrpcException(GrpcStatusCode.Unauthenticated, "The purchase is not signed.");
        DateTimeOffset expires = given.ExpiresMs is >= 0 and < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(given.ExpiresMs)
            : default;
        RequestEnvelope envelope = new(
            TokensMethods.BuyName,
            given.From.Memory,
            given.To.Memory,
            System.Security.Cryptography.SHA256.HashData(request.Lot.Span),
            given.Nonce.Memory,
            expires);
        EnvelopeVerdict verdict = envelopes.Verify(new SignedEnvelope(envelope, given.Signature.Memory), TokensMethods.BuyName, request.Lot.Span);
        return verdict == EnvelopeVerdict.Accepted
            ? given.From.ToByteArray()
            : throw new GrpcException(GrpcStatusCode.Unauthenticated, $"The purchase's envelope is refused ({verdict}).");
    }

    private async Task<TokenIssuer> FindIssuerAsync(BuyLot lot, CancellationToken cancellationToken)
    {
        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        if (lot.Epoch >= now)
        {
            if (open.TryGetValue((lot.Epoch, (int)lot.Rows), out TokenIssuer? known))
            {
                return known;
            }

            if (await store.FindAsync(lot.Epoch, (int)lot.Rows).ConfigureAwait(false) is { } secret)
            {
                return Remember(lot.Epoch, (int)lot.Rows, secret);
            }
        }

        throw new GrpcException(GrpcStatusCode.FailedPrecondition, $"No key of epoch {lot.Epoch} for {lot.Rows} rows is on sale; the access epoch is {now}.");
    }

    private TokenIssuer Remember(ulong epoch, int rows, BlindRsaSecretKey secret)
    {
        TokenIssuer made = new(secret);
        TokenIssuer kept = open.GetOrAdd((epoch, rows), made);
        if (!ReferenceEquals(kept, made))
        {
            made.Dispose();
        }

        return kept;
    }

    private async Task FollowAsync(ulong from)
    {
        try
        {
            await TryPublishAsync().ConfigureAwait(false);
            await foreach (LedgerBlock _ in ledger.FollowAsync(from, stopping.Token).ConfigureAwait(false))
            {
                await TryPublishAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task TryPublishAsync()
    {
        try
        {
            await PublishAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is LedgerUnreachableException or LedgerRefusedException or InvalidDataException or SqliteException)
        {
            IssuerLog.PublishFailed(logger, settings.Netuid, fault.Message);
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        if (await ledger.GetSubnetAsync(settings.Netuid, cancellationToken).ConfigureAwait(false) is null)
        {
            return;
        }

        ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<IssuerKeyView> known = await ledger.GetIssuerKeysAsync(settings.Netuid, cancellationToken: cancellationToken).ConfigureAwait(false);
        for (ulong epoch = now + 1; epoch <= now + (ulong)settings.EpochsAhead; epoch++)
        {
            foreach (int rows in TokenKeySet.Denominations.ToArray())
            {
                if (known.Any(key => key.Id.Epoch == epoch && key.Id.Denomination == rows))
                {
                    continue;
                }

                TokenIssuer issuer = Remember(epoch, rows, await store.GetOrCreateAsync(epoch, rows, cancellationToken).ConfigureAwait(false));
                PublishIssuerKeyCall call = new(settings.Netuid, epoch, (ushort)rows, issuer.Key.Encoded.ToArray());
                CallOutcome outcome = await ledger.SubmitAsync(owner, call, cancellationToken).ConfigureAwait(false);

                // With short epochs the key's own may have begun before its block: the next one is published in time.
                if (outcome.Reason is not (RejectionReason.IssuerKeyExists or RejectionReason.EpochNotFuture))
                {
                    outcome.Demand();
                    IssuerLog.KeyPublished(logger, settings.Netuid, epoch, rows);
                }
            }
        }

        if (now == forgotten)
        {
            return;
        }

        foreach (((ulong epoch, int rows), TokenIssuer issuer) in open.Where(item => item.Key.Epoch < now).ToArray())
        {
            if (open.TryRemove((epoch, rows), out _))
            {
                issuer.Dispose();
            }
        }

        await store.ForgetBeforeAsync(now).ConfigureAwait(false);
        forgotten = now;
    }
}
