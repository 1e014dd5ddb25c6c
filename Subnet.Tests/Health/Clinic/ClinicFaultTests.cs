using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Clinic;
using Subnet.Health.Miner;
using Subnet.Health.Node;
using Subnet.Health.Review.Entries;
using Subnet.Health.Wallets;
using Subnet.Tests.Crypto.Transparency.Storage;
using Subnet.Tests.Health.Rpc;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Clinic;

/// <summary>What goes wrong between a clinic and its miners, and that nothing is lost, doubled or left out of the log.</summary>
[TestFixture]
internal sealed class ClinicFaultTests
{
    private RoleNetwork network = null!;

    [OneTimeSetUp]
    public async Task Start() => network = await RoleNetwork.StartAsync("miner", "second-miner");

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    [Test]
    public async Task Purchase_interrupted_after_its_requests_were_stored_is_finished_later_and_paid_once()
    {
        string miner = Hex("miner");
        ulong epoch = await network.Ledger.Client.GetAccessEpochAsync();
        await using (ClinicClient before = await network.OpenClinicAsync("interrupted"))
        {
            using OperatingSystemRandomSource random = new();
            await before.Wallet.AddRequestsAsync(new TokenKind(network.Netuid, miner, epoch, 16), 3, DateTimeOffset.UnixEpoch, random);
        }

        ulong paid = await PaidAsync(epoch, 16);
        await using ClinicClient after = await network.OpenClinicAsync("interrupted");
        await after.ResumePurchasesAsync(network.Netuid);
        await after.ResumePurchasesAsync(network.Netuid);

        Assert.That((await after.TokensAsync()).Single(budget => budget.Rows == 16).Ready, Is.EqualTo(3));
        Assert.That(await PaidAsync(epoch, 16), Is.EqualTo(paid + 3));
    }

    [Test]
    public async Task Log_that_cannot_be_written_keeps_the_query_inside()
    {
        MemoryLogFiles files = new();
        await using ClinicClient clinic = await network.OpenClinicAsync("broken-log", settings => settings with { LogFiles = files });
        await clinic.BuyTokensAsync(network.Netuid, RoleNetwork.AddressOf("miner"), 1, 1);
        long answered = (await network.Miner("miner").GetStatusAsync()).Answered;
        files.Plan = (files.Operations + 1, MemoryLogFiles.Fault.Fail);

        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(network, CompiledSample.Heart.Table(1)))))!;

        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.StoreFailed));
        Assert.That((await network.Miner("miner").GetStatusAsync()).Answered, Is.EqualTo(answered));
    }

    [Test]
    public async Task Answer_that_cannot_be_recorded_is_not_shown_and_the_next_entry_is_preceded_by_a_gap([Values] bool answers)
    {
        MemoryLogFiles files = new();
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner");
        await own.Miner("miner").StopAsync();
        HangingModel hanging = new(CompiledSample.Heart.Publish(own.Randomness, 1), answers);
        await own.StartMinerAsync("miner", hanging, own.SettingsOf("miner"));
        await using (ClinicClient clinic = await own.OpenClinicAsync("late-failure", settings => settings with { LogFiles = files, Retries = 0 }))
        {
            await clinic.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf("miner"), 1, 1);
            Task<ClinicAnswer> asking = clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1)));
            await hanging.Reached.Task.WaitAsync(Patience.Long);
            files.FailNext();
            hanging.Release.SetResult();
            ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => asking))!;
            Assert.That(refused.Fault, Is.EqualTo(ClinicFault.StoreFailed));
        }

        await using ClinicClient again = await own.OpenClinicAsync("late-failure", settings => settings with { LogFiles = files });
        await again.Log.Recorder.RecordAsync("subject.shredded", []);
        await again.Log.FlushAsync();
        AuditEntry[] entries = [.. again.Log.Read().Select(item => item.Entry)];
        Assert.That(entries.Select(entry => entry.Type).TakeLast(3), Is.EqualTo(new[] { "query.sent", "gap", "subject.shredded" }));
        Assert.That(entries[^2].Members.IntegerOrNull("count"), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_tokens_nothing_is_sent_and_the_message_says_what_to_do()
    {
        await using ClinicClient clinic = await network.OpenClinicAsync("poor");
        long entries = clinic.LogSize;
        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(network, CompiledSample.Heart.Table(1)))))!;
        Assert.That((refused.Fault, clinic.LogSize), Is.EqualTo((ClinicFault.NoToken, entries)));
        Assert.That(refused.Fix, Does.Contain("clinic keygen"));
    }

    [Test]
    public async Task Broken_bytes_on_the_ports_of_miner_and_issuer_end_in_errors_and_they_go_on()
    {
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner");
        Assert.That(await PortAttack.RunAsync(own.Miner("miner").Address), Is.GreaterThan(3));
        Assert.That(await PortAttack.RunAsync(own.IssuerAddress), Is.GreaterThan(0));
        await using ClinicClient clinic = await own.OpenClinicAsync("after-noise");
        await clinic.BuyTokensAsync(own.Netuid, (await clinic.ModelsAsync(own.Netuid))[0].Miner, 1, 1);
        Assert.That((await clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1)))).Scores, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Overloaded_miner_says_so_holds_no_more_than_its_places_and_is_shown_no_token_twice()
    {
        const int Asked = 24;
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner");
        await own.Miner("miner").StopAsync();
        HangingModel hanging = new(CompiledSample.Heart.Publish(own.Randomness, 1));
        MinerHost miner = await own.StartMinerAsync("miner", hanging, own.SettingsOf("miner") with { Running = 2, Waiting = 2 });
        ClinicClient clinic = await own.OpenClinicAsync("crowd", settings => settings with { Retries = 0 });
        await clinic.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf("miner"), 1, Asked);

        Task<ClinicAnswer>[] asking = [.. Enumerable.Range(0, Asked).Select(i => Task.Run(() => clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1, skip: i)))))];
        await Patience.UntilAsync(() => asking.Count(task => task.IsCompleted) == Asked - 4);
        MinerStatus status = await miner.GetStatusAsync();
        hanging.Release.SetResult();
        await ((Task)Task.WhenAll(asking)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.That((status.Inside, status.Busy), Is.EqualTo((4, Asked - 4)));
        Assert.That(asking.Count(task => task.Exception?.InnerException?.Message.Contains("busy", StringComparison.Ordinal) == true), Is.EqualTo(Asked - 4));

        // A busy miner read the tokens: with another query each would say that the two are one clinic's.
        await clinic.DisposeAsync();
        await using ClinicClient again = await own.OpenClinicAsync("crowd");
        Assert.That((await again.TokensAsync()).Where(budget => budget.Rows == 1).Sum(budget => budget.Ready), Is.Zero);
    }

    [Test]
    public async Task Tokens_taken_by_many_at_once_are_all_given_out_and_each_once()
    {
        using TemporaryFolder folder = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        await using TokenWallet wallet = new(folder.Combine("tokens.db"), atRest);
        const int Tokens = 200;
        await wallet.AddRequestsAsync(new TokenKind(1, Hex("miner"), 1, 1), Tokens, DateTimeOffset.UnixEpoch, random);
        IReadOnlyList<OpenTokenRequest> requests = await wallet.OpenRequestsAsync(1, 1, 1, Tokens);
        await wallet.FinishAsync([.. requests.Select(request => (request.Id, request.Seed))]);

        TakenToken?[] taken = await Task.WhenAll(Enumerable.Range(0, Tokens).Select(_ => Task.Run(() => wallet.TakeAsync(1, Hex("miner"), 1, 1, DateTimeOffset.UnixEpoch))));

        Assert.That(taken, Has.None.Null);
        Assert.That(taken.Select(token => Convert.ToHexStringLower(token!.Id)), Is.Unique);
        Assert.That(await wallet.TakeAsync(1, Hex("miner"), 1, 1, DateTimeOffset.UnixEpoch), Is.Null);
    }

    [Test]
    public async Task Tokens_taken_out_ahead_and_not_used_come_back_when_the_wallet_is_closed([Range(1, 9)] int used)
    {
        using TemporaryFolder folder = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        const int Tokens = 20;
        const int MostOut = 8;
        await using (TokenWallet wallet = new(folder.Combine("tokens.db"), atRest))
        {
            await wallet.AddRequestsAsync(new TokenKind(1, Hex("miner"), 1, 1), Tokens, DateTimeOffset.UnixEpoch, random);
            IReadOnlyList<OpenTokenRequest> requests = await wallet.OpenRequestsAsync(1, 1, 1, Tokens);
            await wallet.FinishAsync([.. requests.Select(request => (request.Id, request.Seed))]);
            HashSet<string> taken = [];
            for (int i = 0; i < used; i++)
            {
                Assert.That(taken.Add(Convert.ToHexStringLower((await wallet.TakeAsync(1, Hex("miner"), 1, 1, DateTimeOffset.UnixEpoch))!.Id)));
            }

            Assert.That((await wallet.BudgetAsync(DateTimeOffset.UnixEpoch)).Single().Ready, Is.InRange(Tokens - used - MostOut, Tokens - used));
        }

        await using TokenWallet again = new(folder.Combine("tokens.db"), atRest);
        Assert.That((await again.BudgetAsync(DateTimeOffset.UnixEpoch)).Single().Ready, Is.EqualTo(Tokens - used));
    }

    [Test]
    public async Task Miner_that_is_not_reached_costs_no_token_and_the_message_says_why()
    {
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner");
        await using ClinicClient clinic = await own.OpenClinicAsync("unreached", settings => settings with { Retries = 0, Parallel = 4 });
        await clinic.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf("miner"), 16, 3);
        await clinic.ModelsAsync(own.Netuid);
        await own.Miner("miner").StopAsync();

        // Four queries and three tokens: who finds no token must not hide why the others failed.
        ClinicException failed = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(64)))))!;

        Assert.That(failed.Fault, Is.EqualTo(ClinicFault.NoAnswer));
        Assert.That(failed.Message, Does.Contain("cannot be reached"));
        Assert.That((await clinic.TokensAsync()).Single(budget => budget.Rows == 16).Ready, Is.EqualTo(3));
    }

    [Test]
    public async Task Miner_killed_in_the_middle_of_a_query_is_left_for_another_and_both_attempts_are_in_the_log()
    {
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner", "second-miner");
        await using ClinicClient clinic = await own.OpenClinicAsync("failover", settings => settings with { Retries = 0, Timeout = Patience.Long });
        foreach (string name in new[] { "miner", "second-miner" })
        {
            await clinic.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf(name), 1, 2);
        }

        string address = (await clinic.ModelsAsync(own.Netuid))[0].Miner;
        string first = address == RoleNetwork.AddressOf("miner") ? "miner" : "second-miner";
        byte blinding = (byte)(first == "miner" ? 1 : 2);
        await own.Miner(first).StopAsync();
        HangingModel hanging = new(CompiledSample.Heart.Publish(own.Randomness, blinding));
        MinerHost dying = await own.StartMinerAsync(first, hanging, own.SettingsOf(first) with { DrainTime = TimeSpan.FromMilliseconds(50) });

        Task<ClinicAnswer> asking = clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1, skip: 2)));
        await hanging.Reached.Task.WaitAsync(Patience.Long);
        Task stopping = dying.StopAsync();
        ClinicAnswer answer = await asking;
        hanging.Release.SetResult();
        await stopping;

        Assert.That(answer.Queries.Single().Miner, Is.Not.EqualTo(address));
        FailedAttempt attempt = answer.Failed.Single();
        Assert.That(attempt.Miner, Is.EqualTo(address));
        await clinic.Log.FlushAsync();
        AuditEntry[] entries = [.. clinic.Log.Read().Select(item => item.Entry)];
        Assert.That(entries.Count(entry => entry.Type == "query.sent"), Is.EqualTo(2));
        Assert.That(entries.Single(entry => entry.Type == "result.received" && entry.Ref == attempt.Event).IsOk, Is.False);
        Assert.That(entries.Single(entry => entry.Type == "result.received" && entry.Ref == answer.Queries.Single().Event).IsOk);
    }

    [Test]
    public async Task Miner_with_two_cards_of_one_model_does_not_agree_with_itself()
    {
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner", "second-miner");
        await using ClinicClient clinic = await own.OpenClinicAsync("agreement", settings => settings with { Retries = 0 });
        foreach (string name in new[] { "miner", "second-miner" })
        {
            await clinic.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf(name), 1, 6);
        }

        await own.Miner("miner").StopAsync();
        await own.StartMinerAsync("miner", [CompiledSample.Heart.Publish(own.Randomness, 1), CompiledSample.Heart.Publish(own.Randomness, 9)]);
        await Patience.UntilAsync(async () => (await clinic.ModelsAsync(own.Netuid)).Count == 3);
        await own.Miner("second-miner").StopAsync();

        // Both cards of the first miner would give the same exact answer.
        ClinicException alone = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1)) with { Agree = 2 })))!;
        Assert.That(alone.Fault, Is.EqualTo(ClinicFault.NoAnswer));
        Assert.That(alone.Message, Does.Contain($"Only 1 of the 2 miners that must agree answered ({RoleNetwork.AddressOf("miner")})").And.Contain(RoleNetwork.AddressOf("second-miner") + " (unavailable"));

        ClinicException tooFew = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(own, CompiledSample.Heart.Table(1)) with { Agree = 3 })))!;
        Assert.That(tooFew.Fault, Is.EqualTo(ClinicFault.ModelNotFound));
        Assert.That(tooFew.Message, Does.Contain("3 miners are to agree and 2 serve"));
    }

    [Test]
    public async Task Second_gateway_of_one_account_is_told_why_nothing_is_signed_for_it()
    {
        await using RoleNetwork own = await RoleNetwork.StartAsync("miner");
        await using (ClinicClient first = await own.OpenClinicAsync("first"))
        {
            await first.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf("miner"), 1, 2);
        }

        await using ClinicClient second = await own.OpenClinicAsync("second");
        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => second.BuyTokensAsync(own.Netuid, RoleNetwork.AddressOf("miner"), 1, 2)))!;

        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.IssuerRefused));
        Assert.That(refused.Fix, Does.Contain("a coldkey of its own"));
        Assert.That(refused.Message, Does.Not.Contain(".."));
    }

    [Test]
    public async Task Empty_wallet_is_told_with_the_command_that_fills_it()
    {
        await using ClinicClient clinic = await network.OpenClinicAsync("without-tokens");

        ClinicException refused = (await Assert.ThrowsAsync<ClinicException>(() => clinic.QueryAsync(Query(network, CompiledSample.Heart.Table(2)))))!;

        Assert.That(refused.Fault, Is.EqualTo(ClinicFault.NoToken));
        Assert.That(refused.Message, Does.Contain("no usable token of 16 rows").And.Contain("nothing was sent"));
        Assert.That(refused.Fix, Does.Contain($"subnet clinic keygen --netuid {network.Netuid} --rows 16"));
    }

    [Test]
    public async Task Full_disk_of_wallet_or_history_is_told_and_stores_nothing_of_what_was_refused()
    {
        using TemporaryFolder folder = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using OperatingSystemRandomSource random = new();
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        await using TokenWallet wallet = new(folder.Combine("tokens.db"), atRest, maxPages: 12);
        TokenKind kind = new(1, Hex("miner"), 1, 1);
        await wallet.AddRequestsAsync(kind, 5, DateTimeOffset.UnixEpoch, random);
        Assert.That(() => wallet.AddRequestsAsync(kind, 1000, DateTimeOffset.UnixEpoch, random), Throws.InstanceOf<Microsoft.Data.Sqlite.SqliteException>());
        Assert.That(await wallet.CountOfKeyAsync(1, 1, 1), Is.EqualTo(5));

        await using ClinicHistory history = new(folder.Combine("history.db"), atRest, maxPages: 12);
        HistorySecret secret = new("heart", null, [], new byte[32], [], new byte[100_000], [], [], null, null, null);
        Assert.That(
            () => history.AddAsync(new HistoryEntry(new string('0', 32), DateTimeOffset.UnixEpoch, 1, "", "", 1, secret)),
            Throws.InstanceOf<Microsoft.Data.Sqlite.SqliteException>());
        Assert.That(await history.NewestAsync(10), Is.Empty);
    }

    [Test]
    public void Sealed_value_opens_with_its_own_wallet_and_place_only_and_notices_a_changed_byte()
    {
        using OperatingSystemRandomSource random = new();
        using SigningKey key = InProcessLedger.SigningKeyOf("clinic");
        using SigningKey other = InProcessLedger.SigningKeyOf("miner");
        using AtRestKey atRest = AtRestKey.Derive(key, "test", random);
        using AtRestKey stranger = AtRestKey.Derive(other, "test", random);
        byte[] sealedValue = atRest.Seal("value"u8, "place"u8);
        Assert.That(atRest.Open(sealedValue, "place"u8), Is.EqualTo("value"u8.ToArray()));
        Assert.That(stranger.Open(sealedValue, "place"u8), Is.Null);
        Assert.That(atRest.Open(sealedValue, "other"u8), Is.Null);
        sealedValue[^1] ^= 1;
        Assert.That(atRest.Open(sealedValue, "place"u8), Is.Null);
    }

    private static string Hex(string name)
    {
        using SigningKey key = InProcessLedger.SigningKeyOf(name + "-hot");
        return Convert.ToHexStringLower(key.PublicKey);
    }

    private static ClinicQuery Query(RoleNetwork network, string table) => new(network.Netuid, "heart", ClinicInput.FromCsv(new StringReader(table)));

    private Task<ulong> PaidAsync(ulong epoch, ushort rows) =>
        network.Ledger.Client.GetPurchasedAsync(new IssuerKeyId(network.Netuid, epoch, rows), network.Ledger.Id("clinic"));
}
