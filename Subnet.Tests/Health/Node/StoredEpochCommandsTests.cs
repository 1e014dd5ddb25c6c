using System.Text.Json.Nodes;
using Subnet.Core.Analysis;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>Commands over what a ledger stored of its epochs, models, fees and anchors: two validators weigh two miners.</summary>
[TestFixture]
internal sealed class StoredEpochCommandsTests
{
    private StoredLedger ledger = null!;

    private LedgerKey AliceHot => ledger.AliceHot;

    private LedgerKey BobHot => ledger.BobHot;

    private LedgerKey FirstMiner => ledger.FirstMiner;

    [OneTimeSetUp]
    public async Task MakeLedger()
    {
        ledger = await StoredLedger.OpenAsync(
            ("tempo", 5), ("commit_reveal_weights_enabled", 0), ("weights_set_rate_limit", 0), ("subnet_emission_enabled", 1), ("max_allowed_validators", 2));
        await ledger.Register(BobHot, FirstMiner, ledger.SecondMiner);
        await ledger.Stake(ledger.Alice, AliceHot, 60);
        await ledger.Stake(ledger.Bob, BobHot, 40);
        await ledger.Skip(6);
        await ledger.Do(AliceHot, new SetWeightsCall(1, new ushort[] { 2, 3 }, new ushort[] { 65_535, 20_000 }, 0));
        await ledger.Do(BobHot, new SetWeightsCall(1, new ushort[] { 2, 3 }, new ushort[] { 65_535, 40_000 }, 0));
        await ledger.Skip(13);
    }

    [OneTimeTearDown]
    public ValueTask Remove() => ledger.DisposeAsync();

    [Test]
    public async Task Stored_epoch_is_run_again_and_explained()
    {
        CommandRun run = await ledger.Home.Read("epoch", "run", "--netuid", "1", "--explain", "--json");
        JsonNode answer = JsonNode.Parse(run.Output)!;
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(answer["name"]!.GetValue<string>(), Does.StartWith("subnet 1 epoch "));
            Assert.That(answer["neurons"]!.AsArray(), Has.Count.EqualTo(4));
            Assert.That(answer["invariants"]!.AsArray().Select(static i => i!["holds"]!.GetValue<bool>()), Is.All.True);
        });
    }

    [Test]
    public async Task Stored_epoch_is_run_under_other_settings_and_with_a_cabal()
    {
        CommandRun changed = await ledger.Home.Read("epoch", "what-if", "--netuid", "1", "--set", "kappa=10", "--cabal", "1", "--miner", "3", "--share", "0.9", "--json");
        Assert.That(changed.ExitCode, Is.Zero, changed.Error);
        Assert.That(JsonNode.Parse(changed.Output)!["neurons"]!.AsArray(), Is.Not.Empty);
    }

    [Test]
    public async Task Adversaries_run_against_a_stored_epoch()
    {
        CommandRun run = await ledger.Home.Read("epoch", "what-if", "--netuid", "1", "--adversaries", "--epochs", "3", "--json");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        JsonArray adversaries = JsonNode.Parse(run.Output)!["adversaries"]!.AsArray();
        Assert.That(adversaries, Has.Count.EqualTo(5));
        Assert.That(adversaries.Select(static a => a!["adversary"]!.GetValue<string>()), Is.Unique);
    }

    [Test]
    public async Task Epoch_that_is_not_kept_or_named_twice_is_refused()
    {
        CommandRun missing = await ledger.Home.Read("epoch", "run", "--netuid", "1", "--epoch", "999999");
        CommandRun nowhere = await ledger.Home.Read("epoch", "run", "--netuid", "9");
        CommandRun both = await ledger.Home.Read("epoch", "run", "samples/epoch.json", "--netuid", "1");
        CommandRun neither = await ledger.Home.Read("epoch", "what-if");
        Assert.Multiple(() =>
        {
            Assert.That((missing.ExitCode, missing.Output), Is.EqualTo((1, "")));
            Assert.That(missing.Error, Does.Contain("999999"));
            Assert.That((nowhere.ExitCode, both.ExitCode, neither.ExitCode), Is.EqualTo((1, 2, 2)));
        });
    }

    [Test]
    public async Task Emission_of_a_miner_is_traced_from_weights_to_payment()
    {
        CommandRun run = await ledger.Home.Read("emission", "explain", "--netuid", "1", "--hotkey", Address(FirstMiner), "--json");
        JsonNode answer = JsonNode.Parse(run.Output)!;
        TracedEmission traced = (await ledger.Node.Client.TraceEmissionAsync(1, FirstMiner.Account))!;
        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            Assert.That(answer["committed"]!.GetValue<bool>());
            Assert.That(answer["paid_as_miner"]!.GetValue<bool>());
            Assert.That(answer["weights"]!.AsArray().Select(static w => w!["raw_weight"]!.GetValue<int>()), Is.EqualTo((int[])[65_535, 65_535]));
            Assert.That(answer["weights"]!.AsArray().Select(static w => w!["transaction"]!.GetValue<string>()), Has.All.Length.EqualTo(64));
            Assert.That(answer["payments"]!.AsArray().Select(static p => p!["kind"]!.GetValue<string>()), Does.Contain("server_emission"));
            Assert.That(traced.Trace.Outcome.ServerEmission, Is.GreaterThan(0UL));
            Assert.That(traced.Sources.Values, Has.All.Matches<WeightSource>(s => s is { IsReveal: false } && s.Height < traced.Block.Height));
        });
        CommandRun people = await ledger.Home.Read("emission", "explain", "--netuid", "1", "--hotkey", Address(FirstMiner));
        Assert.That(people.Output, Does.Contain("gives what its block commits to"));
        CommandRun stranger = await ledger.Home.Read("emission", "explain", "--netuid", "1", "--hotkey", Address(ledger.Bob));
        Assert.That((stranger.ExitCode, stranger.Output), Is.EqualTo((1, "")));
    }

    [Test]
    public async Task Validators_are_paid_their_pot_in_proportion_to_the_epochs_figures_and_nothing_is_made_by_rounding()
    {
        IReadOnlyList<ulong> indexes = await ledger.Node.Client.GetEpochIndexesAsync(1);
        int most = 0;
        foreach ((ulong previous, ulong index) in indexes.Zip(indexes.Skip(1)))
        {
            EpochRecord before = (await ledger.Node.Client.GetEpochAsync(1, previous))!, record = (await ledger.Node.Client.GetEpochAsync(1, index))!;
            LedgerBlock block = (await ledger.Node.Client.GetBlockAsync(record.Height))!;
            EmissionTrace[] traces = [.. record.Neurons.Select(n => EmissionTrace.Of(record, [.. block.Events], n.Hotkey)!)];
            ulong paid = traces[0].PaidToValidators, owner = Sum(block, EventKind.OwnerCut), dustBefore = Sum((await ledger.Node.Client.GetBlockAsync(before.Height))!, EventKind.Dust);
            ulong handedOut = owner + paid + Sum(block, EventKind.ServerEmission) + Sum(block, EventKind.ServerEmissionWithheld) + Sum(block, EventKind.EmissionRecycled) + Sum(block, EventKind.Dust);
            Assert.That(handedOut, Is.EqualTo(record.Input.Emission + owner + dustBefore), "what was set aside, and no unit more");
            foreach (EmissionTrace trace in traces.Where(t => t.Outcome.ValidatorEmission > 0))
            {
                Int128 own = trace.Payments.Where(static p => p.Kind is EventKind.ValidatorEmission or EventKind.RootEmission).Aggregate((Int128)0, static (sum, p) => sum + p.Amount + p.Take);
                Int128 share = (Int128)trace.Outcome.ValidatorEmission * paid / trace.EpochOfValidators;

                // A quotient of 32 fraction bits and the roundings down of take and rest.
                Assert.That(Int128.Abs(own - share), Is.LessThanOrEqualTo((Int128)(paid >> 32) + 3), $"uid {trace.Uid} in epoch {index}");
            }

            most = Math.Max(most, traces.Count(t => t.Outcome.ValidatorEmission > 0));
        }

        Assert.That(most, Is.EqualTo(2), "an epoch in which the pot was divided");
        CommandRun told = await ledger.Home.Read("emission", "explain", "--netuid", "1", "--hotkey", Address(AliceHot));
        Assert.That(told.Output, Does.Match("all validators: [0-9]+ by the epoch's figures, paid [0-9]+:"));

        static ulong Sum(LedgerBlock of, EventKind kind) => of.Events.Where(e => e.Kind == kind && e.Netuid == 1).Aggregate(0UL, static (sum, e) => sum + e.Amount);
    }

    [Test]
    public async Task Changed_record_or_event_is_not_what_the_block_commits_to()
    {
        EpochRecord record = (await ledger.Node.Client.GetEpochAsync(1))!;
        LedgerBlock block = (await ledger.Node.Client.GetBlockAsync(record.Height))!;
        LedgerEvent[] events = [.. block.Events];
        EpochRecord richer = record with { Input = record.Input with { Emission = record.Input.Emission + 1 } };
        Assert.Multiple(() =>
        {
            Assert.That(Trace(record, static _ => true).IsCommitted);
            Assert.That(Trace(richer, static _ => true).IsCommitted, Is.False);
            Assert.That(Trace(record, static e => e.Kind != EventKind.EpochRun).IsCommitted, Is.False);
            Assert.That(Trace(record, static e => e.Kind != EventKind.ServerEmission).IsPaidAsMiner, Is.False);
        });

        EmissionTrace Trace(EpochRecord read, Func<LedgerEvent, bool> told) => EmissionTrace.Of(read, [.. events.Where(told)], FirstMiner.Account)!;
    }

    [Test]
    public async Task Emission_of_a_subnet_is_explained_from_the_ledgers_own_figures()
    {
        CommandRun run = await ledger.Home.Read("emission", "explain", "--netuid", "1", "--json");
        JsonNode answer = JsonNode.Parse(run.Output)!;
        ulong before = await ledger.Node.Client.ReadAsync(static view => view.State.SubnetStates[new SubnetKey(1)].PendingServer + view.State.SubnetStates[new SubnetKey(1)].PendingValidator);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(before % ulong.Parse(answer["server_rao"]!.ToString()), Is.Zero, "each block since the epoch added the explained amount");
    }

    [Test]
    public async Task Concentration_counts_coldkeys_and_validators_compare_after_take()
    {
        CommandRun concentration = await ledger.Home.Read("subnets", "concentration", "1", "--json");
        CommandRun compared = await ledger.Home.Read("delegate", "compare", "1", "--json");
        JsonNode stake = JsonNode.Parse(concentration.Output)!["stake"]!, emission = JsonNode.Parse(concentration.Output)!["emission"]!;
        JsonArray validators = JsonNode.Parse(compared.Output)!["validators"]!.AsArray();
        Assert.Multiple(() =>
        {
            Assert.That(stake["coldkeys"]!.GetValue<int>(), Is.EqualTo(2), "four hotkeys, two owners");
            Assert.That(emission["nakamoto50"]!.GetValue<int>(), Is.EqualTo(1));
            Assert.That(validators.Select(static v => v!["hotkey"]!.GetValue<string>()), Is.EquivalentTo((string[])[Address(AliceHot), Address(BobHot)]));
            Assert.That(validators.Select(static v => v!["mean_validator_trust"]!.GetValue<double>()), Has.All.GreaterThan(0.3));
        });
        CommandRun window = await ledger.Home.Read("delegate", "compare", "1", "--window", "0");
        Assert.That((window.ExitCode, window.Output), Is.EqualTo((2, "")));
    }

    [Test]
    public async Task Models_fees_anchors_and_child_takes_have_commands()
    {
        using TokenIssuer issuer = new(BlindRsaSecretKey.Generate());
        ulong epoch = await ledger.Node.Client.GetAccessEpochAsync() + 1;
        await ledger.Do(ledger.Alice, new PublishIssuerKeyCall(1, epoch, 16, issuer.Key.Encoded.ToArray()));
        byte[] card = [.. Enumerable.Repeat((byte)7, 32)];
        await ledger.Do(FirstMiner, new RegisterModelCall(1, 1, new Hash256(card), card, Array.Empty<byte>()));
        string checkpoint = Path.Combine(ledger.Home.Home, "checkpoint"), tokens = Path.Combine(ledger.Home.Home, "tokens");
        await File.WriteAllTextAsync(checkpoint, $"clinic.example/log\n5\n{Convert.ToBase64String(card)}\n\n\u2014 clinic.example/log {Convert.ToBase64String(new byte[68])}\n");
        await File.WriteAllTextAsync(tokens, "00ff\n");

        CommandRun bought = await ledger.Call(["subnets", "purchase", "1", "--access-epoch", $"{epoch}", "--denomination", "16", "--count", "3"]);
        CommandRun unsold = await ledger.Call(["subnets", "purchase", "1", "--access-epoch", $"{epoch + 5}", "--count", "3"]);
        CommandRun anchored = await ledger.Call(["node", "anchor", checkpoint]);
        CommandRun notOne = await ledger.Call(["node", "anchor", tokens]);
        CommandRun take = await ledger.Call(["children", "take", "9", "--netuid", "1"]);
        CommandRun settled = await ledger.Call(["subnets", "settle", "1", "--tokens", tokens, "--access-epoch", $"{epoch}", "--denomination", "16"]);
        await File.WriteAllTextAsync(tokens, "zz\n");
        CommandRun malformed = await ledger.Call(["subnets", "settle", "1", "--tokens", tokens]);
        CommandRun retired = await ledger.Call(["subnets", "retire-model", "1", Convert.ToHexString(card)]);

        CommandRun models = await ledger.Home.Read("subnets", "models", "1", "--json");
        CommandRun fees = await ledger.Home.Read("subnets", "fees", "1", "--json");
        CommandRun anchors = await ledger.Home.Read("node", "anchors", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(bought.ExitCode, Is.Zero, bought.Error);
            Assert.That((unsold.ExitCode, unsold.Output), Is.EqualTo((1, "")), unsold.Error);
            Assert.That(anchored.ExitCode, Is.Zero, anchored.Error);
            Assert.That((notOne.ExitCode, notOne.Output), Is.EqualTo((3, "")));
            Assert.That(take.ExitCode, Is.Zero, take.Error);
            Assert.That((settled.ExitCode, settled.Output), Is.EqualTo((1, "")), settled.Error);
            Assert.That((malformed.ExitCode, malformed.Output), Is.EqualTo((3, "")));
            Assert.That((retired.ExitCode, retired.Output), Is.EqualTo((1, "")), "another miner's card");
            Assert.That(JsonNode.Parse(models.Output)!["models"]![0]!["hotkey"]!.GetValue<string>(), Is.EqualTo(Address(FirstMiner)));
            Assert.That(JsonNode.Parse(fees.Output)!["keys"]![0]!["sold"]!.ToString(), Is.EqualTo("3"));
            Assert.That(JsonNode.Parse(anchors.Output)!["anchors"]![0]!["origin"]!.GetValue<string>(), Is.EqualTo("clinic.example/log"));
        });
    }

    private static string Address(LedgerKey key) => Ss58Address.Encode(key.Account.ToArray());
}
