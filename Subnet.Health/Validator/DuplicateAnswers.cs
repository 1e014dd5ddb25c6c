namespace Subnet.Health.Validator;

/// <summary>What one hotkey answered to the rows that all were asked.</summary>
/// <param name="Hotkey">Address or name.</param>
/// <param name="CommitmentPosition">Where the ledger has its commitment: lower is older.</param>
/// <param name="Answers">Integer answers, in the same order of rows for all.</param>
internal sealed record AnsweredRows(string Hotkey, long CommitmentPosition, IReadOnlyList<long> Answers);

/// <summary>Two hotkeys whose answers are equal or nearly so.</summary>
/// <param name="Owner">The one with the older commitment: it is rewarded.</param>
/// <param name="Copy">The other one.</param>
/// <param name="Differing">Rows with different answers.</param>
/// <param name="LargestDifference">The largest difference of two answers.</param>
/// <param name="Compared">Rows compared.</param>
internal sealed record DuplicateFinding(string Owner, string Copy, int Differing, long LargestDifference, int Compared)
{
    /// <summary>Whether every answer is equal: one reward for both.</summary>
    public bool IsDuplicate => Differing == 0;
}

/// <summary>
/// Finds hotkeys that serve one model (protocol 4): equal answers on at least 32 rows that are not all answered alike are one reward, to the older commitment; near-equal
/// ones are reported with their distance. A relay cannot prove for its own commitment; this finds who registered a copy.
/// </summary>
internal static class DuplicateAnswers
{
    /// <summary>Rows whose answers must differ among themselves before equality says anything.</summary>
    public const int LeastRows = 32;

    /// <summary>Compares all pairs; near means that at most one row in <paramref name="nearShare"/> differs.</summary>
    /// <exception cref="ArgumentException">Unequal numbers of rows.</exception>
    public static IReadOnlyList<DuplicateFinding> Find(IReadOnlyList<AnsweredRows> miners, int nearShare = 20)
    {
        ArgumentNullException.ThrowIfNull(miners);
        ArgumentOutOfRangeException.ThrowIfLessThan(nearShare, 1);
        List<DuplicateFinding> findings = [];
        AnsweredRows[] byAge = [.. miners.OrderBy(miner => miner.CommitmentPosition).ThenBy(miner => miner.Hotkey, StringComparer.Ordinal)];
        for (int i = 0; i < byAge.Length; i++)
        {
            for (int j = i + 1; j < byAge.Length; j++)
            {
                if (Compare(byAge[i], byAge[j]) is { } finding && finding.Differing * (long)nearShare <= finding.Compared)
                {
                    findings.Add(finding);
                }
            }
        }

        return findings;
    }

    private static DuplicateFinding? Compare(AnsweredRows owner, AnsweredRows copy)
    {
        if (owner.Answers.Count != copy.Answers.Count)
        {
            throw new ArgumentException($"'{owner.Hotkey}' has {owner.Answers.Count} answers, '{copy.Hotkey}' {copy.Answers.Count}");
        }

        // Rows that a constant model would answer alike prove nothing: those with the owner's commonest answer are left out.
        long commonest = owner.Answers.Count == 0 ? 0 : owner.Answers.CountBy(answer => answer).MaxBy(pair => pair.Value).Key;
        int differing = 0;
        int compared = 0;
        long largest = 0;
        for (int i = 0; i < owner.Answers.Count; i++)
        {
            if (owner.Answers[i] == commonest && copy.Answers[i] == commonest)
            {
                continue;
            }

            compared++;
            long difference = Math.Abs(owner.Answers[i] - copy.Answers[i]);
            differing += difference == 0 ? 0 : 1;
            largest = Math.Max(largest, difference);
        }

        return compared >= LeastRows ? new DuplicateFinding(owner.Hotkey, copy.Hotkey, differing, largest, compared) : null;
    }
}
