namespace Subnet.Health.Validator.Weights;

/// <summary>What was answered under a card to labelled rows.</summary>
/// <param name="Hotkey">The miner's address.</param>
/// <param name="Card">Its hash, lower-case hex.</param>
/// <param name="Age">Height at which its commitment was registered first: lower is older.</param>
/// <param name="All">Answers by row.</param>
/// <param name="Proved">Those of epochs with a verdict for it.</param>
internal sealed record AnsweredCard(string Hotkey, string Card, long Age, IReadOnlyDictionary<int, long> All, IReadOnlyDictionary<int, long> Proved);

/// <summary>
/// Which cards are one model under two hotkeys, and which of two is paid (protocol 4): the one of the older commitment, where it proved what it answered. Were equal answers enough, a
/// miner could register any commitment early, relay everything to a newer miner, fail every proof, and take that miner's reward away all the same.
/// </summary>
internal static class AnsweredCards
{
    /// <summary>Compares cards of different hotkeys.</summary>
    /// <param name="cards">The cards.</param>
    /// <returns>All findings, for whoever looks at them, and the cards that are paid nothing.</returns>
    public static (IReadOnlyList<DuplicateFinding> Findings, IReadOnlySet<string> Copies) Compare(IReadOnlyList<AnsweredCard> cards)
    {
        ArgumentNullException.ThrowIfNull(cards);
        List<DuplicateFinding> findings = [];
        HashSet<string> copies = new(StringComparer.Ordinal);
        AnsweredCard[] byAge = [.. cards.OrderBy(card => card.Age).ThenBy(card => card.Hotkey, StringComparer.Ordinal)];
        for (int i = 0; i < byAge.Length; i++)
        {
            foreach (AnsweredCard copy in byAge.Skip(i + 1).Where(copy => copy.Hotkey != byAge[i].Hotkey))
            {
                findings.AddRange(Compare(byAge[i], byAge[i].All, copy));
                if (Compare(byAge[i], byAge[i].Proved, copy).Any(static finding => finding.IsDuplicate))
                {
                    copies.Add(copy.Card);
                }
            }
        }

        return (findings, copies);
    }

    private static IReadOnlyList<DuplicateFinding> Compare(AnsweredCard owner, IReadOnlyDictionary<int, long> answers, AnsweredCard copy)
    {
        int[] common = [.. answers.Keys.Where(copy.All.ContainsKey).Order()];
        return DuplicateAnswers.Find(
        [
            new AnsweredRows(owner.Hotkey, owner.Age, [.. common.Select(row => answers[row])]),
            new AnsweredRows(copy.Hotkey, copy.Age, [.. common.Select(row => copy.All[row])]),
        ]);
    }
}
