using System.Text.Json;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Scoring;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Scoring;

/// <summary><c>subnet validator aborts</c> and <c>subnet validator epsilon</c> on what real batches left behind.</summary>
[TestFixture]
internal sealed class ScoringCommandTests
{
    [Test]
    public async Task Aborts_shows_the_pairs_that_a_validator_counted_and_no_store_is_told()
    {
        using TemporaryFolder home = new();
        string folder = home.Combine(Path.Combine("validator", "north"));
        Directory.CreateDirectory(folder);
        Assert.That((await CommandRun.Of(home.Path, ["validator", "aborts", "--name", "north", "--json"])).ExitCode, Is.EqualTo(3));

        await using ScoringFixture fixture = new();
        await fixture.OpenSeedsAsync(silent: 1);
        ScoreBatchOpen batch = fixture.Clinic.Batch!;
        IReadOnlyList<SeedCommitment> drawn = batch.Drawn(fixture.Beacon.Hash);
        ReadOnlyMemory<byte> silent = fixture.ValidatorKeys[1].PublicKey.ToArray();
        using (SqliteScoringStore store = new(Path.Combine(folder, "scoring.db"), new OperatingSystemRandomSource()))
        {
            OrganicOutcome missing = new(batch.Panel[0].Miner, batch.Panel[0].Card, null, ScoringFault.SeedWithheld, false);
            store.Count(batch, drawn, [missing], [new ScoringFinding(ScoringFault.SeedWithheld, silent, batch.Panel[0].Miner)]);
        }

        CommandRun run = await CommandRun.Of(home.Path, ["validator", "aborts", "--name", "north", "--json"]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement[] pairs = [.. document.RootElement.GetProperty("pairs").EnumerateArray()];
        Assert.That(pairs, Has.Length.EqualTo(2));
        Assert.That(
            pairs.Where(pair => pair.GetProperty("not_seeded").GetInt64() == 1).Select(pair => pair.GetProperty("validator").GetString()),
            Is.EqualTo(new[] { Ss58Address.Encode(silent.Span) }));
        Assert.That(pairs.Select(pair => pair.GetProperty("not_opened").GetInt64()), Is.All.Zero);
    }

    [Test]
    public async Task Epsilon_counts_a_batch_once_and_names_cases_of_two_batches()
    {
        using TemporaryFolder home = new();
        string first = home.Combine("first.transcript");
        string second = home.Combine("second.transcript");
        await WriteAsync(first, 250);
        await WriteAsync(second, 500);

        CommandRun one = await CommandRun.Of(home.Path, ["validator", "epsilon", first, first, "--json"]);
        Assert.That(one.ExitCode, Is.Zero, one.Error);
        using JsonDocument account = JsonDocument.Parse(one.Output);
        Assert.That(account.RootElement.GetProperty("largest_epsilon_thousandths").GetInt32(), Is.EqualTo(250));
        Assert.That(account.RootElement.GetProperty("batches").GetArrayLength(), Is.EqualTo(1));

        // A clinic that forgot what it scored, and gives both batches one name besides.
        CommandRun both = await CommandRun.Of(home.Path, ["validator", "epsilon", first, second, "--json"]);
        Assert.That(both.ExitCode, Is.EqualTo(1), both.Error);
        using JsonDocument sum = JsonDocument.Parse(both.Output);
        Assert.That(sum.RootElement.GetProperty("largest_epsilon_thousandths").GetInt32(), Is.EqualTo(750));
        Assert.That(sum.RootElement.GetProperty("scored_twice").GetArrayLength(), Is.Positive);

        byte[] bytes = await File.ReadAllBytesAsync(first);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(first, bytes);
        Assert.That((await CommandRun.Of(home.Path, ["validator", "epsilon", first])).ExitCode, Is.EqualTo(3));
    }

    private static async Task WriteAsync(string path, int epsilon)
    {
        await using ScoringFixture fixture = new(publication: new ScorePublication(epsilon));
        await fixture.OpenBatchAsync();
        await File.WriteAllBytesAsync(path, await ScoringFixture.WriteAsync(new ScoringTranscript(fixture.Beacon, fixture.Transcript)));
    }
}
