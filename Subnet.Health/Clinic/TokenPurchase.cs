using Google.Protobuf;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.TokensV1;

namespace Subnet.Health.Clinic;

/// <summary>
/// Buys tokens: keeps the requests, pays on the ledger for what is not paid yet, has the issuer sign. Each step may be repeated after a
/// crash; what was paid is counted on the ledger and what was signed by the issuer, so nothing is paid or signed twice. One purchase at a
/// time.
/// </summary>
/// <remarks>
/// Only keys that the ledger has are used: a key of the buyer's own would tag its tokens. The blinded messages are uniform, so the issuer
/// does not learn the miner; lots of all miners look the same.
/// </remarks>
internal sealed class TokenPurchase(
    TokenWallet wallet, SigningKey coldkey, ILedgerClient ledger, IssuerChannels issuers, TimeProvider time, IRandomSource random) : IDisposable
{
    private const int MostInLot = 64;
    private static readonly TimeSpan EnvelopeLifetime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim one = new(1, 1);
    private readonly EnvelopeSigner signer = new(coldkey, time, random);
    private readonly LedgerKey account = new(coldkey);

    /// <summary>Buys tokens of a kind.</summary>
    /// <param name="kind">What they are for.</param>
    /// <param name="count">How many.</param>
    /// <param name="mostPerToken">The highest price of one that is accepted, in rao.</param>
    /// <param name="delay">Mean of the random while before they are used.</param>
    /// <param name="cancellationToken">Gives up; what was begun is finished by the next purchase.</param>
    /// <exception cref="ClinicException">No such key is on the ledger, the ledger or the issuer refuses, or the issuer signs wrongly.</exception>
    public async Task BuyAsync(TokenKind kind, int count, ulong mostPerToken, TimeSpan delay, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IssuerKeyView key = await FindKeyAsync(kind, cancellationToken).ConfigureAwait(false);
            if (key.Key.Price > mostPerToken)
            {
                throw new ClinicException(
                    ClinicFault.IssuerRefused, $"A token for {kind.Rows} rows costs {key.Key.Price} rao, above the limit of {mostPerToken}.", "Raise the limit if that price is meant.");
            }

            await wallet.AddRequestsAsync(kind, count, time.GetUtcNow() + Exponential(delay), random).ConfigureAwait(false);
            await FinishAsync(key, mostPerToken, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Finishes purchases of a subnet that a crash or a refusal interrupted.</summary>
    /// <inheritdoc cref="BuyAsync" path="/exception"/>
    public async Task ResumeAsync(ushort netuid, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ulong now = await ledger.GetAccessEpochAsync(cancellationToken).ConfigureAwait(false);
            foreach (IssuerKeyView key in await ledger.GetIssuerKeysAsync(netuid, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (key.Id.Epoch >= now && (await wallet.OpenRequestsAsync(netuid, key.Id.Epoch, key.Id.Denomination, 1).ConfigureAwait(false)).Count > 0)
                {
                    await FinishAsync(key, ulong.MaxValue, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private async Task<IssuerKeyView> FindKeyAsync(TokenKind kind, CancellationToken cancellationToken)
    {
        IReadOnlyList<IssuerKeyView> keys = await ledger.GetIssuerKeysAsync(kind.Netuid, kind.Epoch, cancellationToken).ConfigureAwait(false);
        return keys.FirstOrDefault(key => key.Id.Denomination == kind.Rows)
            ?? throw new ClinicException(
                ClinicFault.IssuerRefused,
                $"The ledger has no token key of subnet {kind.Netuid}, access epoch {kind.Epoch}, for {kind.Rows} rows.",
                "Ask the subnet's owner whether its issuer runs, or buy for the next epoch.");
    }

    private async Task FinishAsync(IssuerKeyView key, ulong mostPerToken, CancellationToken cancellationToken)
    {
        await PayAsync(key, mostPerToken, cancellationToken).ConfigureAwait(false);
        if (!TokenKey.TryParse(key.Key.PublicKey.Span, out TokenKey? tokenKey))
        {
            throw new ClinicException(ClinicFault.IssuerRefused, "The token key on the ledger is malformed.", "Tell the subnet's owner.");
        }

        using (tokenKey)
        {
            while (true)
            {
                IReadOnlyList<OpenTokenRequest> open = await wallet
                    .OpenRequestsAsync(key.Id.Netuid, key.Id.Epoch, key.Id.Denomination, MostInLot)
                    .ConfigureAwait(false);
                if (open.Count == 0)
                {
                    return;
                }

                await SignAsync(key, tokenKey, open, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task PayAsync(IssuerKeyView key, ulong mostPerToken, CancellationToken cancellationToken)
    {
        long wanted = await wallet.CountOfKeyAsync(key.Id.Netuid, key.Id.Epoch, key.Id.Denomination).ConfigureAwait(false);
        ulong paid = await ledger.GetPurchasedAsync(key.Id, account.Account, cancellationToken).ConfigureAwait(false);
        if ((ulong)wanted <= paid)
        {
            return;
        }

        PurchaseAccessCall call = new(key.Id.Netuid, key.Id.Epoch, key.Id.Denomination, (ulong)wanted - paid, mostPerToken);
        CallOutcome outcome = await ledger.SubmitAsync(account, call, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsAccepted)
        {
            Rejection rejection = outcome.Reason.Describe();
            throw new ClinicException(ClinicFault.IssuerRefused, $"The ledger refuses the purchase ({rejection.Code}): {rejection.Sentence}", rejection.Fix);
        }
    }

    private async Task SignAsync(IssuerKeyView key, TokenKey tokenKey, IReadOnlyList<OpenTokenRequest> open, CancellationToken cancellationToken)
    {
        List<TokenRequest> requests = [];
        try
        {
            foreach (OpenTokenRequest item in open)
            {
                TokenChallenge challenge = TokenChallenge.ForMiner(
                    AccessTokenVerifier.IssuerOf(key.Id.Netuid), key.Id.Netuid, Convert.FromHexString(item.Kind.Miner));
                requests.Add(TokenWallet.Rebuild(item, tokenKey, challenge));
            }

            BuyLot lot = new() { Netuid = key.Id.Netuid, Epoch = key.Id.Epoch, Rows = key.Id.Denomination };
            lot.Requests.AddRange(requests.Select(request => ByteString.CopyFrom(request.Encoded)));
            BuyReply reply = await SendAsync(key, lot.ToByteString(), cancellationToken).ConfigureAwait(false);
            List<(byte[] Id, byte[] Token)> finished = [];
            for (int i = 0; i < requests.Count && i < reply.Responses.Count; i++)
            {
                if (requests[i].TryFinish(reply.Responses[i].Span, out Token? token))
                {
                    finished.Add((open[i].Id, token.Encoded.ToArray()));
                }
            }

            await wallet.FinishAsync(finished).ConfigureAwait(false);
            if (finished.Count < requests.Count)
            {
                throw new ClinicException(
                    ClinicFault.IssuerRefused, $"The issuer signed {finished.Count} of {requests.Count} tokens with the key on the ledger.", "Tell the subnet's owner: the others are paid for.");
            }
        }
        finally
        {
            requests.ForEach(request => request.Dispose());
        }
    }

    private async Task<BuyReply> SendAsync(IssuerKeyView key, ByteString lot, CancellationToken cancellationToken)
    {
        byte[] issuer = key.Key.Issuer.ToArray();
        SignedEnvelope envelope = signer.Sign(TokensMethods.BuyName, issuer, lot.Span, EnvelopeLifetime);
        BuyRequest request = new()
        {
            Lot = lot,
            Envelope = new Envelope
            {
                From = ByteString.CopyFrom(envelope.Envelope.From.Span),
                To = ByteString.CopyFrom(issuer),
                Nonce = ByteString.CopyFrom(envelope.Envelope.Nonce.Span),
                ExpiresMs = envelope.Envelope.Expires.ToUnixTimeMilliseconds(),
                Signature = ByteString.CopyFrom(envelope.Signature.Span),
            },
        };
        try
        {
            return await issuers.Of(key.Id.Netuid)
                .UnaryAsync(TokensMethods.Buy, request, GrpcCallOptions.None with { Timeout = CallTimeout }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (GrpcException fault)
        {
            throw new ClinicException(
                ClinicFault.IssuerRefused,
                $"The issuer of subnet {key.Id.Netuid} did not sign: {fault.Status.ToString().TrimEnd('.')}.",
                fault.Status.Code == GrpcStatusCode.FailedPrecondition
                    ? "Tokens of this account were signed for another folder: use that one, or give each gateway a coldkey of its own."
                    : "Run it again: what is paid for stays paid for, and is signed once.",
                fault);
        }
    }

    // An exponential time has no memory: whoever sees a token used learns nothing of when it was bought.
    private TimeSpan Exponential(TimeSpan mean)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        lock (one)
        {
            random.Fill(bytes);
        }

        double uniform = ((BitConverter.ToUInt64(bytes) >> 11) + 1) * Math.ScaleB(1, -53);
        return mean * -Math.Log(uniform);
    }
}
