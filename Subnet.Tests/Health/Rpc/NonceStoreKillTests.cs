using System.Diagnostics;
using System.Globalization;
using Subnet.Health.Rpc;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Rpc;

/// <summary>Two processes on one store of nonces, killed (SIGKILL) at any moment, again and again.</summary>
[TestFixture]
internal sealed class NonceStoreKillTests
{
    private const int Rounds = 8;
    private const int LongestOverlap = 400;

    /// <summary>More than the store adds between two sweeps, so that some kills fall into one.</summary>
    private const int MostAnswers = 1_800;

    [Test]
    public async Task Store_killed_at_any_moment_accepts_no_nonce_twice_loses_none_that_was_answered_and_opens_again()
    {
        using TemporaryFolder folder = new();
        string file = folder.Combine("nonces.db");
        Random random = new(6);
        HashSet<int> accepted = [];
        int reached = -1;
        for (int round = 0; round < Rounds; round++)
        {
            // Some indices that were answered, and those that the dead took along without an answer, are offered again.
            int first = Math.Max(0, reached + 1 - random.Next(LongestOverlap));
            int[] lines = [random.Next(1, MostAnswers), random.Next(1, MostAnswers)];
            (int Index, bool IsAccepted)[][] answers = await Task.WhenAll(lines.Select(count => TakeAndKillAsync(file, first, count)));
            foreach ((int index, bool isAccepted) in answers.SelectMany(static of => of))
            {
                Assert.That(!isAccepted || accepted.Add(index), $"nonce {index} was accepted twice, by round {round}");
                reached = Math.Max(reached, index);
            }
        }

        Assert.That(accepted, Has.Count.GreaterThan(Rounds * LongestOverlap / 4), "what is not offered proves nothing");
        StandingClock clock = new();
        using SqliteNonceStore store = new(file, clock);
        foreach (int index in accepted)
        {
            Assert.That(TestProgram.TakeNonce(store, clock, index), Is.False, $"nonce {index} was answered and is forgotten");
        }

        Assert.That(TestProgram.TakeNonce(store, clock, reached + LongestOverlap), Is.True, "a new one is accepted");
    }

    private static async Task<(int Index, bool IsAccepted)[]> TakeAndKillAsync(string file, int first, int lines)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Subnet.Tests.dll");
        ProcessStartInfo start = new("dotnet", [program, "take-nonces", file, first.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        List<(int, bool)> answers = [];
        for (int i = 0; i < lines; i++)
        {
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Long);
            answers.Add(Read(line ?? throw new InvalidOperationException("it ended by itself")));
        }

        process.Kill();
        string rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        // The last line may be half a line: then nobody was answered.
        answers.AddRange(rest.Split('\n').SkipLast(1).Select(Read));
        return [.. answers];
    }

    private static (int Index, bool IsAccepted) Read(string line)
    {
        string[] words = line.Split(' ');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), words[1] == "+");
    }
}
