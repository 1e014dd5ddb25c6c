using Google.Protobuf;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.TokensV1;
using Subnet.Tests.Health.Clinic;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Issuer;

[TestFixture]
internal sealed class TokenIssuerServiceTests
{
    private readonly OperatingSystemRandomSource random = new();
    private RoleNetwork network = null!;
    private ulong epoch;

    [OneTimeSetUp]
    public async Task Start()
    {
        network = await RoleNetwork.StartAsync("miner");
        epoch = await network.Ledger.Client.GetAccessEpochAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }

        random.Dispose();
    }

    [Test]
    public async Task Same_blinded_message_gets_the_same_signature_and_counts_once()
    {
        await PayAsync(1);
        ulong before = await SignedAsync();
        using TokenRequest request = await NewRequestAsync();
        BuyLot lot = Lot(request);
        BuyReply first = await network.Issuer.BuyAsync(Signed(lot, "clinic"), CancellationToken.None);
        BuyReply second = await network.Issuer.BuyAsync(Signed(lot, "clinic"), CancellationToken.None);
        Assert.That(second.Responses[0], Is.EqualTo(first.Responses[0]));
        Assert.That(request.TryFinish(first.Responses[0].Span, out _));
        Assert.That(await SignedAsync(), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Lots_that_all_workers_sign_at_once_come_back_in_the_order_of_their_requests()
    {
        const int Count = 12;
        await PayAsync(2 * Count);
        TokenRequest[] requests = await Task.WhenAll(Enumerable.Range(0, 2 * Count).Select(_ => NewRequestAsync()));
        BuyReply[] replies = await Task.WhenAll(requests.Chunk(Count).Select(lot => network.Issuer.BuyAsync(Signed(Lot(lot), "clinic"), CancellationToken.None)));
        ByteString[] responses = [.. replies.SelectMany(reply => reply.Responses)];
        Assert.That(responses, Has.Length.EqualTo(2 * Count));
        Assert.That(requests.Zip(responses, (request, response) => request.TryFinish(response.Span, out _)), Is.All.True, "each is the signature of the request in its place");
        Array.ForEach(requests, request => request.Dispose());
    }

    [Test]
    public async Task Never_more_is_signed_than_was_paid_for_also_when_asked_at_once()
    {
        await PayAsync(2);
        ulong paid = await network.Ledger.Client.GetPurchasedAsync(new IssuerKeyId(network.Netuid, epoch, 1), network.Ledger.Id("clinic"));
        int left = (int)(paid - await SignedAsync());
        TokenRequest[] requests = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => NewRequestAsync()));
        bool[] signed = await Task.WhenAll(requests.Select(IsSignedAsync));
        Assert.That(signed.Count(item => item), Is.EqualTo(left).And.InRange(2, 5));
        Array.ForEach(requests, request => request.Dispose());
    }

    [Test]
    public async Task Envelope_of_another_or_seen_or_of_another_lot_is_refused()
    {
        using TokenRequest request = await NewRequestAsync();
        using TokenRequest other = await NewRequestAsync();
        BuyRequest good = Signed(Lot(request), "miner");
        await Refuses(GrpcStatusCode.FailedPrecondition, good);
        await Refuses(GrpcStatusCode.Unauthenticated, good);
        BuyRequest swapped = Signed(Lot(request), "clinic");
        swapped.Lot = Lot(other).ToByteString();
        await Refuses(GrpcStatusCode.Unauthenticated, swapped);
        BuyRequest unsigned = Signed(Lot(request), "clinic");
        unsigned.Envelope = null;
        await Refuses(GrpcStatusCode.Unauthenticated, unsigned);
        BuyRequest late = Signed(Lot(request), "clinic");
        late.Envelope.ExpiresMs = long.MaxValue;
        await Refuses(GrpcStatusCode.Unauthenticated, late);
    }

    [Test]
    public async Task Malformed_lots_are_invalid_arguments()
    {
        using TokenRequest request = await NewRequestAsync();
        foreach (Action<BuyLot> damage in new Action<BuyLot>[]
        {
            lot => lot.Rows = 2,
            lot => lot.Netuid = 60_000,
            lot => lot.Requests.Clear(),
            lot => lot.Requests[0] = ByteString.CopyFrom(1, 2, 3),
            lot => lot.Requests.Add(Enumerable.Repeat(lot.Requests[0], 300)),
        })
        {
            BuyLot lot = Lot(request);
            damage(lot);
            await Refuses(GrpcStatusCode.InvalidArgument, Signed(lot, "clinic"));
        }

        await Refuses(GrpcStatusCode.InvalidArgument, new BuyRequest { Lot = ByteString.CopyFrom(0xff, 0xff, 0xff) });
    }

    [Test]
    public async Task Keys_on_sale_are_those_of_the_ledger_and_none_of_a_past_epoch()
    {
        KeysReply keys = await network.Issuer.KeysAsync(new KeysRequest { Netuid = network.Netuid }, CancellationToken.None);
        Assert.That(keys.Issuer, Is.EqualTo(AccessTokenVerifier.IssuerOf(network.Netuid)));
        Assert.That(keys.Keys.Select(key => key.Epoch), Is.All.GreaterThanOrEqualTo(epoch));
        foreach (IssuerKeyView view in await network.Ledger.Client.GetIssuerKeysAsync(network.Netuid, epoch))
        {
            Assert.That(keys.Keys.Single(key => key.Epoch == epoch && key.Rows == view.Id.Denomination).PublicKey.ToByteArray(), Is.EqualTo(view.Key.PublicKey.ToArray()));
        }
    }

    private Task<CallOutcome> PayAsync(ulong count) => network.Ledger.Do("clinic", new PurchaseAccessCall(network.Netuid, epoch, 1, count, ulong.MaxValue));

    private async Task<ulong> SignedAsync()
    {
        KeysReply keys = await network.Issuer.KeysAsync(new KeysRequest { Netuid = network.Netuid }, CancellationToken.None);
        return keys.Keys.Single(key => key.Epoch == epoch && key.Rows == 1).Signed;
    }

    private async Task<bool> IsSignedAsync(TokenRequest request)
    {
        try
        {
            await network.Issuer.BuyAsync(Signed(Lot(request), "clinic"), CancellationToken.None);
            return true;
        }
        catch (GrpcException refused)
        {
            Assert.That(refused.Status.Code, Is.EqualTo(GrpcStatusCode.FailedPrecondition));
            return false;
        }
    }

    private async Task Refuses(GrpcStatusCode code, BuyRequest request)
    {
        GrpcException refused = (await Assert.ThrowsAsync<GrpcException>(() => network.Issuer.BuyAsync(request, CancellationToken.None)))!;
        Assert.That(refused.Status.Code, Is.EqualTo(code), refused.Status.Message);
    }

    private async Task<TokenRequest> NewRequestAsync()
    {
        IssuerKeyView view = (await network.Ledger.Client.GetIssuerKeysAsync(network.Netuid, epoch)).Single(key => key.Id.Denomination == 1);
        Assert.That(TokenKey.TryParse(view.Key.PublicKey.Span, out TokenKey? key));
        return TokenRequest.Create(key!, TokenChallenge.ForMiner(AccessTokenVerifier.IssuerOf(network.Netuid), network.Netuid, new byte[32]), random);
    }

    private BuyLot Lot(params TokenRequest[] requests) => new() { Netuid = network.Netuid, Epoch = epoch, Rows = 1, Requests = { requests.Select(request => ByteString.CopyFrom(request.Encoded)) } };

    private BuyRequest Signed(BuyLot lot, string buyer)
    {
        using SigningKey key = InProcessLedger.SigningKeyOf(buyer);
        ByteString body = lot.ToByteString();
        SignedEnvelope envelope = new EnvelopeSigner(key, TimeProvider.System, random).Sign(TokensMethods.BuyName, network.Issuer.Account.Span, body.Span, TimeSpan.FromMinutes(1));
        return new BuyRequest
        {
            Lot = body,
            Envelope = new Envelope
            {
                From = ByteString.CopyFrom(envelope.Envelope.From.Span),
                To = ByteString.CopyFrom(envelope.Envelope.To.Span),
                Nonce = ByteString.CopyFrom(envelope.Envelope.Nonce.Span),
                ExpiresMs = envelope.Envelope.Expires.ToUnixTimeMilliseconds(),
                Signature = ByteString.CopyFrom(envelope.Signature.Span),
            },
        };
    }
}
