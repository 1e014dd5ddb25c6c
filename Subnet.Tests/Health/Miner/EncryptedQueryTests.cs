using Google.Protobuf;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Crypto.Tokens;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Client;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Miner;

/// <summary>From a clinic's row to the answer that only it can read: real ciphertexts, tokens, receipts and gRPC.</summary>
[TestFixture]
internal sealed class EncryptedQueryTests
{
    private static readonly long[] Row = [1, 5, 7, -2];

    [Test]
    public async Task Clinic_reads_the_models_exact_answer_and_holds_the_miners_receipt()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request = MinerFixture.Message(client.Encrypt(Row), miner.BuyToken());
        QueryOutcome outcome = await miner.SendAsync(request);

        Assert.That(outcome.IsAnswered, outcome.Fault ?? outcome.Refusal?.Code);
        long[] answers = new long[1];
        Assert.That(client.TryDecrypt(outcome.Reply!.Value.Span, 1000, answers), Is.EqualTo(KeylessRefusal.None));
        Assert.That(answers[0], Is.EqualTo(MinerFixture.Expected(Row)));
        Assert.That(outcome.Receipt!.Request, Is.EqualTo(Convert.ToHexStringLower(request.Event.Span)));
    }

    [Test]
    public async Task Cards_are_served_with_their_hash()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using GrpcChannel channel = miner.NewChannel();
        ModelsReply models = await channel.UnaryAsync(InferenceMethods.Models, new ModelsRequest(), GrpcCallOptions.None, CancellationToken.None);
        Assert.That(models.Cards.Single().Hash.ToByteArray(), Is.EqualTo(MinerFixture.Card));
    }

    [Test]
    public async Task Retry_of_the_same_bytes_gets_the_very_same_reply()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request = MinerFixture.Message(client.Encrypt(Row), miner.BuyToken());
        QueryOutcome first = await miner.SendAsync(request);
        QueryOutcome second = await miner.SendAsync(request);
        Assert.That(second.Reply!.Value.ToArray(), Is.EqualTo(first.Reply!.Value.ToArray()));
    }

    [Test]
    public async Task Token_spent_by_many_at_once_serves_one()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(4, 64));
        byte[] token = miner.BuyToken();
        QueryOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using KeylessClient client = MinerFixture.NewClient();
            return await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), token));
        }));
        Assert.That(outcomes.Count(outcome => outcome.IsAnswered), Is.EqualTo(1));
        Assert.That(outcomes.Count(outcome => outcome.Refusal?.Code == RefusalStatement.TokenRefused), Is.EqualTo(11));
    }

    [Test]
    public async Task Forged_token_is_refused_and_uses_nothing_up()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        byte[] token = miner.BuyToken();
        token[^1] ^= 1;
        QueryOutcome outcome = await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), token));
        Assert.That(outcome.Refusal!.Code, Is.EqualTo(RefusalStatement.TokenRefused));
        Assert.That(await miner.Spent.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Query_of_an_unknown_card_is_refused_before_the_token_is_spent()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = new(new byte[32], new byte[32], MinerFixture.Parameters, new KeylessLayout(MinerFixture.Features, 1, 1));
        QueryOutcome outcome = await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()));
        Assert.That(outcome.Refusal!.Code, Is.EqualTo(RefusalStatement.QueryRefused));
        Assert.That(await miner.Spent.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task Damaged_queries_are_all_refused_with_one_code()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        byte[] query = client.Encrypt(Row);
        foreach (Action<byte[]> damage in new Action<byte[]>[] { q => q[47] = 2, q => q[52] = 9, q => q.AsSpan(185, 64).Fill(0xFF), q => q.AsSpan(57, 64).CopyTo(q.AsSpan(121)) })
        {
            byte[] damaged = [.. query];
            damage(damaged);
            QueryOutcome outcome = await miner.SendAsync(MinerFixture.Message(damaged, miner.BuyToken()));
            Assert.That(outcome.Refusal?.Code, Is.EqualTo(RefusalStatement.QueryRefused));
        }
    }

    [Test]
    public async Task Busy_miner_says_so_and_spends_nothing()
    {
        AdmissionControl admission = new(1, 0);
        await using MinerFixture miner = await MinerFixture.StartAsync(admission);
        using KeylessClient client = MinerFixture.NewClient();
        using (await admission.EnterAsync(CancellationToken.None))
        {
            GrpcException busy = (await Assert.ThrowsAsync<GrpcException>(() => miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()))))!;
            Assert.That(busy.Status.Code, Is.EqualTo(GrpcStatusCode.ResourceExhausted));
        }

        Assert.That(await miner.Spent.CountAsync(), Is.Zero);
        Assert.That((await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()))).IsAnswered);
    }

    [Test]
    public async Task Receipt_of_another_miner_counts_for_nothing()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        using GrpcChannel channel = miner.NewChannel();
        byte[] other = Subnet.Crypto.Identity.Ed25519.PublicKey(new byte[32]);
        QueryOutcome outcome = await new MinerClient(Patience.Long, 0, TimeProvider.System).SendAsync(
            channel, other, MinerFixture.Card, MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()), CancellationToken.None);
        Assert.That(outcome.IsAnswered, Is.False);
        Assert.That(outcome.Fault, Does.Contain("another miner's"));
    }

    [Test]
    public async Task Spent_tokens_and_replies_survive_a_restart()
    {
        using TemporaryFolder folder = new();
        byte[] pkcs8;
        using (BlindRsaSecretKey secret = BlindRsaSecretKey.Generate())
        {
            pkcs8 = secret.ToPkcs8();
        }

        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request;
        QueryOutcome before;
        string path = folder.Combine("spent.db");
        await using (MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8), BlindRsaSecretKey.FromPkcs8(pkcs8), path))
        {
            request = MinerFixture.Message(client.Encrypt(Row), miner.BuyToken());
            before = await miner.SendAsync(request);
        }

        await using (MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8), BlindRsaSecretKey.FromPkcs8(pkcs8), path))
        {
            QueryOutcome after = await miner.SendAsync(request);
            Assert.That(after.Reply!.Value.ToArray(), Is.EqualTo(before.Reply!.Value.ToArray()));
            QueryRequest other = MinerFixture.Message(client.Encrypt([1, 1, 1, 1]), request.Token.ToByteArray());
            Assert.That((await miner.SendAsync(other)).Refusal!.Code, Is.EqualTo(RefusalStatement.TokenRefused));
            Assert.That(await miner.Spent.UnsettledAsync(), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task Event_of_another_length_is_an_invalid_argument()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        QueryRequest request = new() { Event = ByteString.CopyFrom(1, 2, 3) };
        GrpcException refusal = (await Assert.ThrowsAsync<GrpcException>(() => miner.SendAsync(request)))!;
        Assert.That(refusal.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
    }

    [Test]
    public async Task Same_bytes_sent_twice_at_once_are_one_query_with_one_reply()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(4, 8));
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request = MinerFixture.Message(client.Encrypt(Row), miner.BuyToken());
        TaskCompletionSource gate = new();
        miner.Model.Gate = gate.Task;
        Task<QueryOutcome>[] sent = [.. Enumerable.Range(0, 3).Select(_ => miner.SendAsync(request))];
        await Task.Delay(50);
        gate.SetResult();
        QueryOutcome[] outcomes = await Task.WhenAll(sent);

        Assert.That(outcomes.Select(outcome => Convert.ToHexString(outcome.Reply!.Value.Span)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(miner.Model.Evaluated, Is.EqualTo(1));
        Assert.That(miner.Served, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Receipt_is_found_again_by_its_event_and_by_nothing_else()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8));
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request = MinerFixture.Message(client.Encrypt(Row), miner.BuyToken());
        QueryOutcome outcome = await miner.SendAsync(request);
        using GrpcChannel channel = miner.NewChannel();
        ReceiptReply again = await channel.UnaryAsync(InferenceMethods.Receipt, new ReceiptRequest { Event = request.Event }, GrpcCallOptions.None, CancellationToken.None);
        Assert.That(again.Receipt.ToByteArray(), Is.EqualTo(outcome.Receipt!.ToCanonical()));
        GrpcException none = (await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(
            InferenceMethods.Receipt, new ReceiptRequest { Event = ByteString.CopyFrom(new byte[16]) }, GrpcCallOptions.None, CancellationToken.None)))!;
        Assert.That(none.Status.Code, Is.EqualTo(GrpcStatusCode.NotFound));
    }

    [Test]
    public async Task Answer_does_not_leave_when_the_log_cannot_be_written_and_a_retry_needs_no_second_token()
    {
        byte[] pkcs8;
        using (BlindRsaSecretKey secret = BlindRsaSecretKey.Generate())
        {
            pkcs8 = secret.ToPkcs8();
        }

        using TemporaryFolder folder = new();
        using KeylessClient client = MinerFixture.NewClient();
        QueryRequest request;
        await using (MinerFixture broken = await MinerFixture.StartAsync(new AdmissionControl(2, 8), BlindRsaSecretKey.FromPkcs8(pkcs8), folder.Combine("spent.db"), isLogBroken: true))
        {
            request = MinerFixture.Message(client.Encrypt(Row), broken.BuyToken());
            GrpcException refused = (await Assert.ThrowsAsync<GrpcException>(() => broken.SendAsync(request)))!;
            Assert.That(refused.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable));
        }

        await using MinerFixture mended = await MinerFixture.StartAsync(new AdmissionControl(2, 8), BlindRsaSecretKey.FromPkcs8(pkcs8), folder.Combine("spent.db"));
        Assert.That((await mended.SendAsync(request)).IsAnswered);
    }

    [Test]
    public async Task Full_disk_of_the_spent_set_refuses_the_query_and_spends_nothing()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(2, 8), spentPages: 8);
        using KeylessClient client = MinerFixture.NewClient();
        GrpcException? full = null;
        for (int i = 0; i < 64 && full is null; i++)
        {
            try
            {
                await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()));
            }
            catch (GrpcException fault)
            {
                full = fault;
            }
        }

        Assert.That(full?.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable));
        Assert.That(full!.Status.Message, Does.Contain("disk"));
    }

    [Test]
    public async Task Draining_miner_answers_what_runs_and_takes_nothing_new()
    {
        AdmissionControl admission = new(2, 8);
        await using MinerFixture miner = await MinerFixture.StartAsync(admission);
        using KeylessClient client = MinerFixture.NewClient();
        TaskCompletionSource gate = new();
        miner.Model.Gate = gate.Task;
        Task<QueryOutcome> running = miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), miner.BuyToken()));
        while (admission.Inside == 0)
        {
            await Task.Delay(5);
        }

        Task draining = admission.DrainAsync(CancellationToken.None);
        using KeylessClient late = MinerFixture.NewClient();
        GrpcException refused = (await Assert.ThrowsAsync<GrpcException>(() => miner.SendAsync(MinerFixture.Message(late.Encrypt(Row), miner.BuyToken()))))!;
        Assert.That(refused.Status.Code, Is.EqualTo(GrpcStatusCode.Unavailable));
        Assert.That(draining.IsCompleted, Is.False);
        gate.SetResult();
        Assert.That((await running).IsAnswered);
        await draining;
    }

    [Test]
    public async Task Overload_is_told_at_once_and_never_more_than_the_bound_is_inside()
    {
        AdmissionControl admission = new(2, 2);
        await using MinerFixture miner = await MinerFixture.StartAsync(admission);
        TaskCompletionSource gate = new();
        miner.Model.Gate = gate.Task;
        byte[][] tokens = [.. Enumerable.Range(0, 12).Select(_ => miner.BuyToken())];
        Task<GrpcStatusCode>[] sent = [.. tokens.Select(async token =>
        {
            using KeylessClient client = MinerFixture.NewClient();
            try
            {
                await miner.SendAsync(MinerFixture.Message(client.Encrypt(Row), token));
                return GrpcStatusCode.Ok;
            }
            catch (GrpcException refused)
            {
                return refused.Status.Code;
            }
        })];
        Task<GrpcStatusCode>[] told = [];
        while (told.Length < 8)
        {
            await Task.Delay(5);
            told = [.. sent.Where(task => task.IsCompleted)];
        }

        Assert.That(admission.Inside, Is.EqualTo(admission.Most));
        Assert.That(told.Select(task => task.Result), Is.All.EqualTo(GrpcStatusCode.ResourceExhausted));
        gate.SetResult();
        Assert.That((await Task.WhenAll(sent)).Count(code => code == GrpcStatusCode.Ok), Is.EqualTo(4));
        Assert.That(await miner.Spent.CountAsync(), Is.EqualTo(4));
    }

    [Test]
    public async Task Random_and_cut_bytes_are_refused_or_invalid_and_the_miner_goes_on()
    {
        await using MinerFixture miner = await MinerFixture.StartAsync(new AdmissionControl(4, 16));
        using KeylessClient client = MinerFixture.NewClient();
        byte[] query = client.Encrypt(Row);
        byte[] token = miner.BuyToken();
        Random random = new(4711);
        for (int i = 0; i < 60; i++)
        {
            byte[] damagedQuery = i % 3 == 0 ? [.. query.Take(random.Next(query.Length))] : [.. query];
            byte[] damagedToken = [.. token];
            random.NextBytes(i % 3 == 1 ? damagedToken : damagedQuery.AsSpan(0, Math.Min(80, damagedQuery.Length)));
            QueryRequest request = new()
            {
                Query = ByteString.CopyFrom(damagedQuery),
                Token = ByteString.CopyFrom(damagedToken.AsSpan(0, i % 5 == 0 ? random.Next(damagedToken.Length) : damagedToken.Length)),
                Event = ByteString.CopyFrom(new byte[i % 7 == 0 ? random.Next(40) : 16]),
            };
            try
            {
                QueryOutcome outcome = await miner.SendAsync(request);
                Assert.That(outcome.Refusal, Is.Not.Null, outcome.Fault);
            }
            catch (GrpcException refused)
            {
                Assert.That(refused.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
            }
        }

        Assert.That((await miner.SendAsync(MinerFixture.Message(query, token))).IsAnswered);
    }
}
