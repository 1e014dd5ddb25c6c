using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Validator.Challenges;
using Subnet.Health.Validator.Verdicts;

namespace Subnet.Health.Validator.Weights;

/// <summary>
/// Finds miners that serve one model, from the labelled rows that several were asked (<see cref="DuplicateAnswers"/>). The reward is the older commitment's, not the older card's, and only for
/// answers of epochs in which its own proof held: who relays another's answers under an older commitment takes no reward from it.
/// </summary>
internal sealed class DuplicateStep(ValidatorParts parts, ScoringStep scoring)
{
    /// <summary>Steps of a probability when two miners' answers are compared; cards of one model with other scales differ by less.</summary>
    private const double Resolution = 1 << 20;

    /// <summary>The findings of a subnet from all that was answered so far, for whoever looks at them.</summary>
    public async Task<IReadOnlyList<DuplicateFinding>> FindAsync(ushort netuid, IReadOnlyList<ServedCard> served, CancellationToken cancellationToken) =>
        (await CompareAsync(netuid, served, cancellationToken).ConfigureAwait(false)).Findings;

    /// <summary>The cards, lower-case hex, that are paid nothing: all they answered is what an older commitment answered that proved it.</summary>
    public async Task<IReadOnlySet<string>> FindCopiesAsync(ushort netuid, IReadOnlyList<ServedCard> served, CancellationToken cancellationToken) =>
        (await CompareAsync(netuid, served, cancellationToken).ConfigureAwait(false)).Copies;

    private async Task<(IReadOnlyList<DuplicateFinding> Findings, IReadOnlySet<string> Copies)> CompareAsync(
        ushort netuid, IReadOnlyList<ServedCard> served, CancellationToken cancellationToken)
    {
        ulong[] ages = await parts.Ledger.ReadAsync<ulong[]>(
            view => [.. served.Select(model => view.State.Commitments.Find(Hash256.Of(model.Model.Registration.Commitment.Span))?.Height ?? model.Model.Registration.Height)],
            cancellationToken).ConfigureAwait(false);
        HashSet<(string Card, ulong Epoch)> proved =
        [
            .. parts.Store.Verdicts(netuid)
                .Where(verdict => verdict.Passes && StoredVerdictSignatures.Signers(verdict).Count == 1 + CoValidatorDraw.Count)
                .Select(verdict => (Convert.ToHexStringLower(verdict.Card), verdict.Epoch)),
        ];
        (IReadOnlyList<DuplicateFinding> findings, IReadOnlySet<string> copies) =
            AnsweredCards.Compare([.. served.Zip(ages, (model, age) => Read(netuid, model, age, proved))]);
        parts.Store.PutDuplicates(netuid, findings);
        foreach (DuplicateFinding finding in findings.Where(finding => finding.IsDuplicate))
        {
            ValidatorLog.Duplicate(parts.Logger, netuid, finding.Copy, finding.Owner);
        }

        return (findings, copies);
    }

    private AnsweredCard Read(ushort netuid, ServedCard model, ulong age, HashSet<(string Card, ulong Epoch)> proved)
    {
        string card = Convert.ToHexStringLower(model.Card.Hash);
        ILookup<bool, Challenge> challenges = parts.Store.ChallengesOf(netuid, model.Card.Hash.ToArray()).ToLookup(challenge => proved.Contains((card, challenge.Epoch)));
        Dictionary<int, long> ofProved = Answers(netuid, model, challenges[true]);
        Dictionary<int, long> all = Answers(netuid, model, challenges[false]);
        foreach ((int row, long answer) in ofProved)
        {
            all[row] = answer;
        }

        return new AnsweredCard(Ss58Address.Encode(model.Neuron.Hotkey.ToArray()), card, (long)age, all, ofProved);
    }

    private Dictionary<int, long> Answers(ushort netuid, ServedCard model, IEnumerable<Challenge> challenges)
    {
        Dictionary<int, long> answers = [];
        foreach ((int row, double probability, bool _) in scoring.Predictions(netuid, model.Card, challenges))
        {
            answers[row] = (long)Math.Round(probability * Resolution);
        }

        return answers;
    }
}
