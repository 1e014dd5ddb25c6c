using Subnet.Crypto.Identity;

namespace Subnet.Health.Validator.Weights;

/// <summary>Finds miners that serve one model, from the labelled rows that several were asked (<see cref="DuplicateAnswers"/>).</summary>
internal sealed class DuplicateStep(ValidatorParts parts, ScoringStep scoring)
{
    /// <summary>Steps of a probability when two miners' answers are compared; cards of one model with other scales differ by less.</summary>
    private const double Resolution = 1 << 20;

    /// <summary>The findings of a subnet from all that was answered so far.</summary>
    public IReadOnlyList<DuplicateFinding> Find(ushort netuid, IReadOnlyList<ServedCard> served)
    {
        List<(ServedCard Model, Dictionary<int, long> Answers)> answered = [];
        foreach (ServedCard model in served)
        {
            Dictionary<int, long> answers = [];
            foreach ((int row, double probability, bool _) in scoring.Predictions(netuid, model.Card, parts.Store.ChallengesOf(netuid, model.Card.Hash.ToArray())))
            {
                answers[row] = (long)Math.Round(probability * Resolution);
            }

            answered.Add((model, answers));
        }

        List<DuplicateFinding> findings = [];
        for (int i = 0; i < answered.Count; i++)
        {
            for (int j = i + 1; j < answered.Count; j++)
            {
                if (answered[i].Model.Neuron.Hotkey != answered[j].Model.Neuron.Hotkey)
                {
                    int[] common = [.. answered[i].Answers.Keys.Intersect(answered[j].Answers.Keys).Order()];
                    findings.AddRange(DuplicateAnswers.Find([Rows(answered[i], common), Rows(answered[j], common)]));
                }
            }
        }

        parts.Store.PutDuplicates(netuid, findings);
        foreach (DuplicateFinding finding in findings.Where(finding => finding.IsDuplicate))
        {
            ValidatorLog.Duplicate(parts.Logger, netuid, finding.Copy, finding.Owner);
        }

        return findings;
    }

    private static AnsweredRows Rows((ServedCard Model, Dictionary<int, long> Answers) answered, int[] common) => new(
        Ss58Address.Encode(answered.Model.Neuron.Hotkey.ToArray()),
        (long)answered.Model.Model.Registration.Height,
        [.. common.Select(row => answered.Answers[row])]);
}
