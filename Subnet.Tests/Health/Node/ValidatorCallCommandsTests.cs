using System.Text.Json.Nodes;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>What a validator or miner calls by hand: weights, moved stake, settled tokens. Alice owns the subnet and validates with her hotkey, uid 0.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ValidatorCallCommandsTests
{
    private StoredLedger ledger = null!;

    private LedgerKey AliceHot => ledger.AliceHot;

    private LedgerKey BobHot => ledger.BobHot;

    [SetUp]
    public async Task MakeLedger()
    {
        ledger = await StoredLedger.OpenAsync(("tempo", 1_000), ("weights_set_rate_limit", 0));
        await ledger.Register(BobHot);
        await ledger.Stake(ledger.Alice, AliceHot, 60);
    }

    [TearDown]
    public ValueTask Remove() => ledger.DisposeAsync();

    [Test]
    public async Task Weights_are_committed_revealed_in_the_next_epoch_and_set_where_no_commit_is_needed()
    {
        string[] row = ["--netuid", "1", "--weights", "0:1,1:3", "--salt", "9f3c61d2a0b4e875"];
        CommandRun tooEarly = await ledger.Call(["weights", "set", "--netuid", "1", "--weights", "1:5"]);
        Assert.That(tooEarly.Error, Does.Contain("commit-reveal-enabled"));
        CommandRun committed = await ledger.Call(["weights", "commit", .. row]);
        Assert.That(committed.ExitCode, Is.Zero, committed.Error);
        CommandRun early = await ledger.Call(["weights", "reveal", .. row]);
        Assert.That((early.ExitCode, early.Output), Is.EqualTo((1, "")));
        Assert.That(early.Error, Does.Contain("reveal-too-early"));

        // Due in the block of the second call, and then for a long time no more.
        await ledger.Set("tempo", 2);
        await ledger.Set("tempo", 1_000);
        CommandRun otherSalt = await ledger.Call(["weights", "reveal", .. row[..^1], "0000"]);
        Assert.That(otherSalt.Error, Does.Contain("commit-not-found"));
        CommandRun revealed = await ledger.Call(["weights", "reveal", .. row]);
        Assert.That(revealed.ExitCode, Is.Zero, revealed.Error);
        Assert.That(await Weights(), Is.EqualTo((ushort[])[21_845, 65_535]));

        await ledger.Set("commit_reveal_weights_enabled", 0);
        CommandRun set = await ledger.Call(["weights", "set", "--netuid", "1", "--weights", "0:4,1:2", "--json"]);
        Assert.That(set.ExitCode, Is.Zero, set.Error);
        Assert.That(JsonNode.Parse(set.Output)!["events"]![0]!["kind"]!.GetValue<string>(), Is.EqualTo("weights_set"));
        Assert.That(await Weights(), Is.EqualTo((ushort[])[65_535, 32_768]));
    }

    [TestCase("1:65536")]
    [TestCase("1")]
    [TestCase("one:2")]
    public async Task Malformed_row_is_refused_before_the_ledger_sees_it(string row)
    {
        CommandRun run = await ledger.Home.Run("alice", "weights", "set", "--netuid", "1", "--weights", row);
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
    }

    [Test]
    public async Task Stake_moves_to_another_hotkey_of_the_same_subnet()
    {
        ulong before = await Stake(AliceHot);
        CommandRun moved = await ledger.Call(
            ["stake", "move", "--netuid", "1", "--from-hotkey", Address(AliceHot), "--to-hotkey", Address(BobHot), "--amount", "10"]);
        Assert.That(moved.ExitCode, Is.Zero, moved.Error);
        Assert.That(await Stake(BobHot), Is.EqualTo(10 * NodeFixture.Tao));
        Assert.That(await Stake(AliceHot), Is.EqualTo(before - (10 * NodeFixture.Tao)).Within(2));
        CommandRun same = await ledger.Call(
            ["stake", "move", "--netuid", "1", "--from-hotkey", Address(BobHot), "--to-hotkey", Address(BobHot), "--amount", "1"]);
        Assert.That((same.ExitCode, same.Output), Is.EqualTo((1, "")));
    }

    [Test]
    public async Task Tokens_that_were_paid_for_are_settled_once()
    {
        using TokenIssuer issuer = new(BlindRsaSecretKey.Generate());
        using OperatingSystemRandomSource random = new();
        ulong epoch = await ledger.Node.Client.GetAccessEpochAsync() + 1;
        await ledger.Do(ledger.Alice, new PublishIssuerKeyCall(1, epoch, 1, issuer.Key.Encoded.ToArray()));
        await ledger.Do(ledger.Bob, new PurchaseAccessCall(1, epoch, 1, 2, ulong.MaxValue));
        using TokenRequest request = TokenRequest.Create(
            issuer.Key, TokenChallenge.ForMiner(AccessTokenVerifier.IssuerOf(1), 1, AliceHot.Account.ToArray()), random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response));
        Assert.That(request.TryFinish(response, out Token? token));
        string file = Path.Combine(ledger.Home.Home, "tokens");
        await File.WriteAllTextAsync(file, Convert.ToHexString(token!.Encoded) + "\n");
        string[] settle = ["subnets", "settle", "1", "--tokens", file, "--access-epoch", $"{epoch}", "--denomination", "1"];
        CommandRun settled = await ledger.Call(settle);
        Assert.That(settled.ExitCode, Is.Zero, settled.Error);
        Assert.That(await ledger.Node.Client.ReadAsync(view => view.State.IssuerKeys[new IssuerKeyId(1, epoch, 1)].Settled), Is.EqualTo(1UL));
        CommandRun again = await ledger.Call(settle);
        Assert.That((again.ExitCode, again.Output), Is.EqualTo((1, "")));
        Assert.That(again.Error, Does.Contain("token-spent"));
    }

    private static string Address(LedgerKey key) => Ss58Address.Encode(key.Account.ToArray());

    private Task<ushort[]> Weights() => ledger.Node.Client.ReadAsync(static view => view.State.Weights[new NeuronKey(1, 0)].Values.ToArray());

    private Task<ulong> Stake(LedgerKey hotkey) => ledger.Node.Client.ReadAsync(view => view.StakeOf(1, hotkey.Account, ledger.Alice.Account));
}
